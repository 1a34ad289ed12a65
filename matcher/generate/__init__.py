"""Realistic synthetic rounds of any size, for trying things out and for measuring; all people and places are invented."""

from matcher.generate.build import generate

__all__ = ["generate"]

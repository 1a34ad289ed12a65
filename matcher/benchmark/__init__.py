"""Placement quality across schools: measures of solved rounds, published so that no small count can be found."""

from matcher.benchmark.write import benchmark

__all__ = ["benchmark"]

"""Tests of placement quality across schools."""

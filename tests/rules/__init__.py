"""Tests of the rules, worked out by hand from docs/rules.md."""

"""Tests of the auditor, which know nothing of the engine."""

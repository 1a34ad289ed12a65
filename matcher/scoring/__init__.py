"""The score components, one per file: each gives 0 to 1 and says why."""

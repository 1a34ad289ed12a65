"""Texts as vectors, and how alike they are, in whole numbers so that every machine agrees."""

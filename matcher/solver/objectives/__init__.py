"""The objectives, one per file: whole numbers to be made as large as possible, taken in order."""

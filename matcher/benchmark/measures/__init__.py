"""The measures, one file each; a file is found by being there."""

"""A round folder to a `Round`, with every problem collected; `canonical_hashes` names its content whatever its form."""

from matcher.load.folder import load_round, read_round
from matcher.load.hashes import canonical_hashes
from matcher.load.last_term import last_term_files, last_term_hashes

__all__ = ["canonical_hashes", "last_term_files", "last_term_hashes", "load_round", "read_round"]

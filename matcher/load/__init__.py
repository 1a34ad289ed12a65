"""A round folder to a `Round`, with every problem collected; `canonical_hashes` names its content whatever its form."""

from matcher.load.folder import load_round, read_round
from matcher.load.hashes import canonical_hashes

__all__ = ["canonical_hashes", "load_round", "read_round"]

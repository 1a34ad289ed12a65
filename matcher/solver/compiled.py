"""numba's compiler, with a cache that is made anew when any file of compiled functions changes.

By itself numba looks at the file of a function only, and runs old code of the functions it calls from other files.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numba
from numba import njit

__all__ = ["njit"]


def _digest() -> str:
    """A name for what all files of compiled functions say."""
    files = sorted(path for path in Path(__file__).parent.glob("*.py") if b"njit" in path.read_bytes())
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()[:16]


_given = Path(getattr(numba.config, "CACHE_DIR", "") or Path(__file__).parent / "__pycache__")
numba.config.CACHE_DIR = str(_given / f"compiled-{_digest()}")  # type: ignore[attr-defined]

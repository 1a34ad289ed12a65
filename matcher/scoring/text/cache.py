"""A small store on disk for what is slow to compute and always the same; without a place to write, nothing is kept.

It holds the compiled knowledge and vectors of what sites and mentors wrote, never anything a student wrote.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

VARIABLE = "MATCHER_CACHE"
CHUNK = 256
"""What is computed is kept in such steps: a process that is stopped, or another one that needs the same, goes on from there."""


def folder() -> Path:
    """``$MATCHER_CACHE``, or a folder of its own in the user's cache."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "internship-matcher"


def remembered(keys: Iterable[str], compute: Callable[[list[str]], Mapping[str, bytes]]) -> dict[str, bytes]:
    """The values of the keys: those on disk, and the rest computed and kept."""
    wanted = list(dict.fromkeys(keys))
    try:
        folder().mkdir(parents=True, exist_ok=True)
        store = sqlite3.connect(folder() / "vectors.sqlite", timeout=10)
    except (OSError, sqlite3.Error):
        return dict(compute(wanted))
    try:
        store.execute("CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value BLOB)")
        found = _stored(store, wanted)
        missing = [key for key in wanted if key not in found]
        for start in range(0, len(missing), CHUNK):
            part = missing[start : start + CHUNK]
            found |= _stored(store, part)  # another process may have computed them meanwhile
            if left := [key for key in part if key not in found]:
                new = dict(compute(left))
                with store:
                    store.executemany("INSERT OR IGNORE INTO kept VALUES (?, ?)", new.items())
                found |= new
        return found
    except sqlite3.Error:
        return dict(compute(wanted))
    finally:
        store.close()


def _stored(store: sqlite3.Connection, keys: Iterable[str]) -> dict[str, bytes]:
    return {key: value for key in keys for (value,) in store.execute("SELECT value FROM kept WHERE key = ?", (key,))}

"""Runs `matcher run` so that it ends when the worker that started it does, however that one ends."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

from matcher.cli import program

_DIE_WITH_PARENT = 1


def _tie_to_parent() -> None:
    """Linux ends this process with its parent; elsewhere a thread looks after it."""
    parent = int(os.environ.get("MATCHER_PARENT", os.getppid()))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    _tie_to_parent()
    sys.argv = ["matcher", "run", *sys.argv[1:]]
    program()

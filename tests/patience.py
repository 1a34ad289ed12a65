"""How long a test waits for what must be prompt."""

from __future__ import annotations

import os


def patient(seconds: float) -> float:
    """These seconds of a machine with a processor free for it; more, by the load of now, where there is none."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))

"""How long a test waits for what must be prompt, on the machine it finds itself on."""

from __future__ import annotations

import os
import time

USUAL = 0.04
"""CPU seconds a usual machine takes for the steps of `pace`."""


def pace() -> float:
    """How many times as long as a usual machine this one takes now, for the same steps; at least 1."""
    began = time.process_time()
    for _ in range(1_000_000):
        pass
    return max(1.0, (time.process_time() - began) / USUAL)


def patient(seconds: float) -> float:
    """These seconds of a usual machine with a processor free for it; more where it is slower or busy now."""
    return seconds * pace() * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))

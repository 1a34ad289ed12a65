"""A worker that `matcher serve` started: it ends with it, however that one ends."""

from __future__ import annotations

import os
import signal
import threading
import time

from api import logs
from api.jobs import Worker
from api.settings import ServiceSettings


def main() -> None:
    """Solve runs until the parent ends or says so."""
    settings = ServiceSettings()
    logs.configure(settings.log_level, as_json=settings.log_json)
    worker = Worker(settings)
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: worker.stopping.set())
    parent = int(os.environ.get("MATCHER_PARENT", os.getppid()))

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        worker.stopping.set()

    threading.Thread(target=watch, daemon=True).start()
    worker.serve()


if __name__ == "__main__":
    main()

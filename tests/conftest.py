"""Every test compares texts at the light level, with a cache of its own; tests of the other level ask for it."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("MATCHER_TEXT_LEVEL", "light")
os.environ.setdefault("MATCHER_CACHE", str(Path(tempfile.gettempdir()) / f"matcher-tests-{os.getuid()}"))

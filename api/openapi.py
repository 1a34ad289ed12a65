"""Prints the description of the API as it stands in docs/openapi.json."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from api.main import create_app
from api.settings import ServiceSettings

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(ServiceSettings(home=Path(folder)))
        sys.stdout.write(json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n")

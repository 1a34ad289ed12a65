"""The text component alone: two tables of texts in, how well each document fits each query out."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from matcher.errors import InputError
from matcher.scoring.text.engine import engine, extra_folders
from matcher.scoring.text.index import TextIndex
from matcher.scoring.text.negation import read


def text_similarity(queries: Path, documents: Path, level: str = "auto") -> np.ndarray:
    """float32 [queries, documents], 0 to 1: how well each document fits what a query wants; what it or its `avoid` refuses goes down."""
    asked, offered = _texts(queries), _texts(documents)
    index = TextIndex(engine(level, extra_folders(None)), [row["text"] for row in offered])
    return np.asarray(index.fits([read(row["text"], row["avoid"]) for row in asked]), dtype=np.float32)


def _texts(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows, header = list(reader), list(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}") from None
    if not {"id", "text"} <= set(header):
        raise InputError(f"{path} needs the columns id and text; it has {', '.join(header) or 'none'}")
    return [{"text": row["text"] or "", "avoid": row.get("avoid") or ""} for row in rows]

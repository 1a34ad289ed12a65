"""The Spanish-English word table."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from matcher.scoring.text.knowledge import SHIPPED
from matcher.scoring.text.words import plain, spanish_stem


@dataclass(frozen=True)
class Lexicon:
    """English words by Spanish word, and by Spanish stem (the first line with that stem)."""

    words: dict[str, tuple[str, ...]]
    stems: dict[str, tuple[str, ...]]
    digest: str

    def __call__(self, word: str) -> tuple[str, ...]:
        """The English words of a Spanish word in plain spelling; none when it is not in the table."""
        return self.words.get(word) or self.stems.get(spanish_stem(word), ())


def read_lexicon(path: Path = SHIPPED / "spanish.txt") -> Lexicon:
    """The table: lines ``spanish = english; english``, and comments that begin with #."""
    text = path.read_text(encoding="utf-8")
    words: dict[str, tuple[str, ...]] = {}
    stems: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        left, sign, right = line.partition("=")
        if sign and not line.startswith("#"):
            word, english = plain(left).strip(), tuple(part.strip() for part in right.split(";"))
            words.setdefault(word, english)
            stems.setdefault(spanish_stem(word), english)
    return Lexicon(words, stems, hashlib.sha256(text.encode()).hexdigest())

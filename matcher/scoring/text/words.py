"""The words of a text, in a plain spelling, and their stems."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import Stemmer

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+[^\W\d_]{1,2}\b")
_FOLDER = Path(__file__).parent
STOP = frozenset((_FOLDER / "stop_words.txt").read_text(encoding="utf-8").split())
"""Words of English and Spanish that tell nothing about what somebody likes, and what everybody writes in such a profile."""


def _read_neutral() -> dict[str, str]:
    lines = (_FOLDER / "neutral.txt").read_text(encoding="utf-8").splitlines()
    parts = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
    return {word: right.strip() for left, _, right in parts for word in left.split()}


NEUTRAL = _read_neutral()
"""What words that say who somebody is are read as; "" when they are not read at all."""
FUNCTION_WORDS = {
    language: frozenset((_FOLDER / f"function_words_{language}.txt").read_text(encoding="utf-8").split())
    for language in ("english", "spanish")
}
"""Small words that tell the language of a sentence; none stands in both lists."""
_ENGLISH, _SPANISH = Stemmer.Stemmer("english"), Stemmer.Stemmer("spanish")


def plain(text: str) -> str:
    """Lower case, without accents, with straight apostrophes."""
    simple = text.lower().replace("’", "'").replace("`", "'")
    if simple.isascii():
        return simple
    simple = unicodedata.normalize("NFKD", simple)
    return "".join(c for c in simple if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Every word in plain spelling; "don't" is one word, written dont."""
    return [word.replace("'", "") for word in _WORD.findall(plain(text))]


def as_written(found: Iterable[str], text: str) -> tuple[str, ...]:
    """Plain words as they stand in the text they came from, with its accents; capitals of a first letter are not kept."""
    written = _written(text)
    return tuple(written.get(word, word) for word in found)


@lru_cache(maxsize=2048)
def _written(text: str) -> dict[str, str]:
    """Each plain word of a text as it stands there first."""
    written: dict[str, str] = {}
    for token in _WORD.findall(unicodedata.normalize("NFC", text)):
        written.setdefault(plain(token).replace("'", ""), token if token[1:] != token[1:].lower() else token.lower())
    return written


@lru_cache(maxsize=1 << 18)
def stem(word: str) -> str:
    """The English stem (Porter 2)."""
    return str(_ENGLISH.stemWord(word))


@lru_cache(maxsize=1 << 18)
def spanish_stem(word: str) -> str:
    """The Spanish stem, marked so that it is never taken for an English one."""
    return f"es:{_SPANISH.stemWord(word)}"

"""What a text wants and what it refuses: "animals yes, blood no", "no quiero cocinar", but not "no problem with blood".

A text is cut into fragments at punctuation and at words of contrast. Phrases that only sound like a refusal are taken out
first; then a cue refuses what follows it (or, for cues such as "drives me crazy", what stands before it) up to the end of its
fragment; fragments after a comma go on refusing until somebody speaks of what they want again. "Rather this than that" refuses
that, and "i tried it, hated it" what stands before. The cues are in `cues.toml`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from matcher.scoring.text.words import plain

_CUES: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "cues.toml").read_text(encoding="utf-8"))
_HARMLESS = "\x00"
"""Stands where a phrase was that only sounds like a refusal."""


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(_CUES[name])})(?![^\W_])")


_SOUNDS_SO, _TWICE, _AFTER, _BEFORE, _WANTS, _PREFERS, _BACK, _FILLER, _EXCEPT = (
    _pattern(n) for n in ("sounds_so", "twice", "refuses_after", "refuses_before", "wants", "prefers", "points_back", "fillers", "excepts")
)
_BUT = re.compile(r"(?<=thing) but\b")
_CUT = re.compile(rf"[.!?;:\n()]|\b(?:{'|'.join(_CUES['contrast'])})\b")
_EXPLAINS = re.compile(rf"^(?:{'|'.join(_CUES['explains'])})\b")


@dataclass(frozen=True)
class Reading:
    """A text taken apart: what is wanted, and each thing that is refused, in the spelling of `plain`."""

    wanted: str
    refused: tuple[str, ...]


def read(text: str, avoid: str = "") -> Reading:
    """The wanted and the refused parts of a text; everything in `avoid` is refused unless it only sounds so."""
    wanted: list[str] = []
    refused: list[str] = []
    for sentence in _sentences(text):
        _take_apart(sentence, wanted, refused)
    for sentence in _sentences(avoid):
        if _HARMLESS not in sentence:
            first, *rest = sentence.split(",")
            refused += [_without_cues(part) for part in (first, *(p for p in rest if not (_EXPLAINS.match(p.strip()) or _WANTS.search(p))))]
    return Reading(" . ".join(w for w in wanted if w), tuple(r for r in refused if r))


def _sentences(text: str) -> list[str]:
    simple = _PREFERS.sub(r"\g<0> instead of", _BUT.sub(" except", plain(text).replace("'", "")))
    marked = _SOUNDS_SO.sub(f" {_HARMLESS} ", _TWICE.sub(f" {_HARMLESS} ", simple))
    parts = [part.strip(" -\t,") for part in _CUT.split(marked)]
    return [part for part in parts if part]


def _take_apart(sentence: str, wanted: list[str], refused: list[str]) -> None:
    """Sort the fragments between commas into wanted and refused."""
    state = "wants"
    for fragment in sentence.split(","):
        harmless = _HARMLESS in fragment
        part = fragment.replace(_HARMLESS, " ").strip()
        before, after = _BEFORE.search(part), _AFTER.search(part)
        if before and not (after and after.start() < before.start()):
            refused.append(_said(part[: before.start()]) or (wanted.pop() if wanted else ""))
            wanted.append(part[before.end() :].strip())
            state = "explains"
        elif after:
            head, tail = part[: after.start()].strip(), part[after.end() :]
            if _BACK.fullmatch(tail.strip()) and not _WANTS.search(head):
                head, tail = "", _said(head) or (wanted.pop() if wanted else "")
            wanted.append(head)
            again = _EXCEPT.search(tail) or _WANTS.search(tail)
            refused.append((tail[: again.start()] if again else tail).strip())
            wanted.append(_EXCEPT.sub(" ", tail[again.start() :]).strip() if again else "")
            state = "wants" if again else "refuses"
        elif state == "wants" or harmless or _WANTS.search(part):
            state = "wants"
            wanted.append(part)
        elif not _EXPLAINS.match(part):
            (refused if state == "refuses" else wanted).append(part)


def _said(part: str) -> str:
    """The words of a fragment, or nothing where they say nothing."""
    told = part.strip()
    return "" if _FILLER.fullmatch(told) else told


def _without_cues(part: str) -> str:
    return _BEFORE.sub(" ", _AFTER.sub(" ", part)).strip()

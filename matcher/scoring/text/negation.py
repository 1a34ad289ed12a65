"""What a text wants and what it refuses: "animals yes, blood no", "no quiero cocinar", but not "no problem with blood".

A text is cut into fragments at punctuation and at words of contrast. Phrases that only sound like a refusal are taken out
first; then a cue refuses what follows it (or, for cues such as "drives me crazy", what stands before it) up to the end of its
fragment; fragments after a comma go on refusing until somebody speaks of what they want again. "Rather this than that" refuses
that, and "i tried it, hated it" what stands before. The cues are in `cues.toml`.
"""

from __future__ import annotations

import re
import textwrap
import tomllib
from dataclasses import dataclass
from pathlib import Path

from matcher.scoring.text.words import plain

_CUES: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "cues.toml").read_text(encoding="utf-8"))
_SHORT = {f"<{name}>": f"(?:{'|'.join(_CUES[name])})" for name in ("terrible", "unpleasant")}
LONGEST = 400
"""Characters of a sentence that are read at once, so that no text, whatever stands in it, takes long."""
_HARMLESS = "\x00"
"""Stands where a phrase was that only sounds like a refusal."""


def _any(name: str) -> str:
    """One expression for all cues of a list."""
    cues = "|".join(_CUES[name])
    for short, words in _SHORT.items():
        cues = cues.replace(short, words)
    return f"(?:{cues})"


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){_any(name)}(?![^\W_])")


_SOUNDS_SO, _TWICE, _AFTER, _BEFORE, _BAD, _WANTS, _PREFERS, _BACK, _EXCEPT, _HEARSAY = (
    _pattern(n)
    for n in ("sounds_so", "twice", "refuses_after", "refuses_before", "bad", "wants", "prefers", "points_back", "excepts", "hearsay")
)
_NONE = re.compile(rf"(?<![^\W_]){_any('none_of')} (?P<it>[^.,;!?]{{1,30}}?) (?:{_any('that_not')}|{_any('bad')})(?![^\W_])")
_TURNED = re.compile(rf"(?<![^\W_]){_any('turns')}(?: \w+){{0,2}}? {_any('bad')}(?![^\W_])")
_TURNS = re.compile(r"^(?:\w+ ){1,3}(?:dont|doesnt|isnt|arent|didnt|no)$")
_FEELS = 1
"""The place of `_BAD` among the kinds of cues."""
_FILLER = re.compile(rf"{_any('fillers')}(?: {_any('fillers')})*")
_BUT = re.compile(r"(?<=thing) but\b|(?<=everything )([^.,;!?]{1,30}?) but(?! (?:i|im|id|also|my|its|it|the|mostly|especially|not)\b)")
_CUT = re.compile(rf"[.!?;:\n()]|\b(?:{'|'.join(_CUES['contrast'])})\b")
_EXPLAINS = re.compile(rf"^(?:{'|'.join(_CUES['explains'])})\b")
_NO = re.compile(rf"(?<![^\W_])(?:{_any('refuses_before')}|{_any('bad')})(?![^\W_])")


@dataclass(frozen=True)
class Reading:
    """A text taken apart: what is wanted, and each thing that is refused, in the spelling of `plain`."""

    wanted: str
    refused: tuple[str, ...]


def read(text: str, avoid: str = "") -> Reading:
    """The wanted and the refused parts of a text; everything in `avoid` is refused unless it only sounds so."""
    wanted: list[str] = []
    refused: list[str] = []
    before: list[str] = []
    for sentence in _sentences(text):
        if all(not _said(part) for part in _NO.sub(" ", sentence).split(",")) and _HARMLESS not in sentence and before:
            refused += [part for part in before if not _WANTS.search(part)] or before[-1:]
            before = []
        else:
            wanted += before
            before = []
            _take_apart(sentence, before, refused)
    wanted += before
    for sentence in _sentences(avoid):
        if _HARMLESS not in sentence:
            first, *rest = sentence.split(",")
            refused += [_without_cues(part) for part in (first, *(p for p in rest if not (_EXPLAINS.match(p.strip()) or _WANTS.search(p))))]
    return Reading(" . ".join(w for w in wanted if w), tuple(r for r in refused if r))


def _sentences(text: str) -> list[str]:
    simple = _PREFERS.sub(r"\g<0> instead of", _BUT.sub(r"\g<1> except", plain(text).replace("'", "").replace(" = ", " is ")))
    marked = _NONE.sub(rf" {_HARMLESS} \g<it> ", simple)
    for harmless in (_TWICE, _SOUNDS_SO, _TURNED):
        marked = harmless.sub(f" {_HARMLESS} ", marked)
    parts = [part.strip(" -\t,") for cut in _CUT.split(marked) for part in textwrap.wrap(cut, LONGEST)]
    return [part for part in parts if part]


def _take_apart(sentence: str, wanted: list[str], refused: list[str]) -> None:
    """Sort the fragments between commas into wanted and refused."""
    state = "wants"
    for fragment in sentence.split(","):
        state = _sort(fragment, state, wanted, refused)


def _sort(fragment: str, state: str, wanted: list[str], refused: list[str]) -> str:
    """Sort one fragment; answers what the next one does unless it says otherwise: it wants, refuses or explains."""
    harmless = _HARMLESS in fragment
    part = fragment.replace(_HARMLESS, " ").strip()
    found = [
        (cue.start(), -cue.end(), kind, cue)
        for kind, cue in enumerate((_BEFORE.search(part), _BAD.search(part), _AFTER.search(part)))
        if cue
    ]
    if state == "explains" and _TURNS.search(part):
        wanted.append(part)
        return "wants"
    if not found or (min(found)[2] <= _FEELS and _HEARSAY.search(part[: min(found)[0]])):
        if state == "wants" or harmless or _WANTS.search(part):
            wanted.append(part)
            return "wants"
        if not _EXPLAINS.match(part):
            (refused if state == "refuses" else wanted).append(part)
        return state
    *_, kind, cue = min(found)
    head, tail = part[: cue.start()].strip(), part[cue.end() :].strip()
    if kind == 0 or (kind == _FEELS and (_said(head) or not _said(tail))):
        told = _said(head) or (wanted.pop() if wanted and state == "wants" else "")
        refused.append(told)
        return _sort(tail, "explains", wanted, refused) if tail else "explains"
    if kind == _FEELS:
        head = ""
    elif _BACK.fullmatch(tail) and not _WANTS.search(head):
        head, tail = "", _said(head) or (wanted.pop() if wanted else "")
    wanted.append(head)
    again = _EXCEPT.search(tail) or _WANTS.search(tail)
    refused.append((tail[: again.start()] if again else tail).strip())
    wanted.append(_EXCEPT.sub(" ", tail[again.start() :]).strip() if again else "")
    return "wants" if again else "refuses"


def _said(part: str) -> str:
    """The words of a fragment, or nothing where they say nothing."""
    told = part.strip()
    return "" if _FILLER.fullmatch(told) else told


def _without_cues(part: str) -> str:
    return _BEFORE.sub(" ", _AFTER.sub(" ", part)).strip()

"""Corrects misspelt words against a vocabulary: a slip of the keyboard, or the same consonants heard differently."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache

SHORTEST = 4
"""Shorter words are left as they are: too many others are one letter away."""
LONG = 8
"""Words from this length on may have two slips."""
_HEARD = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"ph", "f"), (r"sch", "sk"),
        (r"^(wr|rh)", "r"), (r"^kn", "n"), (r"^ps", "s"), (r"tch", "C"), (r"gh(?=t)|gh", ""),
        (r"(sh|ti(?=on)|ci(?=an|ou|en)|ce(?=an)|ch|t(?=u(re|ral)))", "C"), (r"dg", "j"), (r"c(?=[eiy])", "s"),
        (r"[ckq]+", "k"), (r"x", "ks"), (r"z", "s"),
        (r"g(?=[eiy])", "j"), (r"h", ""), (r"[aeiouyw]+", ""), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip


class Spelling:
    """The vocabulary a text is corrected to.

    Candidates share the word with one letter deleted on either side (Garbe's symmetric deletion; two letters of a long word), or
    sound the same. Of those wins: the same first letter or sound, then one letter left out, then the same sound, then letters only
    left out, then the fewest slips, then the more usual word, then the alphabet.

    Parameters
    ----------
    rank : the known words; a smaller number is a more usual word.
    """

    def __init__(self, rank: Mapping[str, int]) -> None:
        self.rank = rank

    @cached_property
    def _by_deletion(self) -> dict[str, list[str]]:
        return _indexed((piece, word) for word in self.rank if len(word) >= SHORTEST for piece in _deletions(word))

    @cached_property
    def _by_sound(self) -> dict[str, list[str]]:
        return _indexed((sound(word), word) for word in self.rank if len(word) > SHORTEST)

    def correct(self, word: str) -> str | None:
        """The known word that was probably meant, or None."""
        if len(word) < SHORTEST or word in self.rank:
            return None
        if word.endswith("in") and f"{word}g" in self.rank:
            return f"{word}g"
        pieces = _deletions(word)
        if len(word) >= LONG:
            pieces = pieces.union(*(_deletions(piece) for piece in pieces))
        near = {other for piece in pieces for other in self._by_deletion.get(piece, ())}
        most = 2 if len(word) >= LONG else 1
        found = {other: n for other in near if (n := slips(word, other)) <= most}
        heard = sound(word)
        if len(word) > SHORTEST and len(heard) > 1:
            alike = (other for other in self._by_sound.get(heard, ()) if other not in found)
            found |= {other: n for other in alike if (n := slips(word, other)) <= 1 + len(word) // 2}

        def doubt(other: str) -> tuple[bool, bool, bool, bool, int, int, str]:
            left_out = _left_out(word, other)
            one = left_out and found[other] == 1
            return not _begin_alike(word, other), not one, sound(other) != heard, not left_out, found[other], self.rank[other], other

        return min(found, key=doubt, default=None)


@lru_cache(maxsize=1 << 17)
def sound(word: str) -> str:
    """The consonants as they are heard: "fotografer" and "photographer" sound the same."""
    for pattern, to in _HEARD:
        word = pattern.sub(to, word)
    return word


def _indexed(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for key, word in pairs:
        index.setdefault(key, []).append(word)
    return index


def _deletions(word: str) -> set[str]:
    return {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}


def _begin_alike(word: str, other: str) -> bool:
    """The same first letter, or the same first sound: "fone" and "phone"."""
    return word[0] == other[0] or (word[0] not in "aeiouyw" and sound(word)[:1] == sound(other)[:1])


def _left_out(word: str, other: str) -> bool:
    """Whether only letters are missing: "theter" for "theater"."""
    letters = iter(other)
    return all(letter in letters for letter in word)


def slips(a: str, b: str) -> int:
    """Letters added, left out or replaced, and neighbours swapped (optimal string alignment distance)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]

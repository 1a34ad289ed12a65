"""Reads a text as words: English or Spanish, misspelt ones corrected, each with its stem and its English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from matcher.scoring.text.lexicon import Lexicon
from matcher.scoring.text.spelling import Spelling, slips
from matcher.scoring.text.words import FUNCTION_WORDS, NEUTRAL, STOP, spanish_stem, stem, words

_SENTENCE = re.compile(r"[.!?;\n]+")
_NAMED = re.compile(r"\b(?:my name is|my names|they call me|call me|me llamo|mi nombre es|me dicen)\s+\w+", re.IGNORECASE)


@dataclass(frozen=True)
class Word:
    """One telling word: as it was written, its stem (a Spanish one is marked), and its English words."""

    written: str
    stem: str
    english: tuple[str, ...]

    @property
    def stems(self) -> tuple[str, ...]:
        """The stem, and the stems of its English where it is Spanish."""
        return (self.stem, *(stem(word) for word in self.english)) if self.stem.startswith("es:") else (self.stem,)


class Reader:
    """Knows which words exist.

    Parameters
    ----------
    english, spanish : known words with their rank, the most usual first.
    lexicon : the English of Spanish words.
    """

    def __init__(self, english: Mapping[str, int], spanish: Iterable[str], lexicon: Lexicon) -> None:
        self.english = dict(english) | {word: len(english) for word in STOP if word not in english}
        small = FUNCTION_WORDS["spanish"]
        self.spanish = {word: rank for rank, word in enumerate(dict.fromkeys([*small, *spanish, *lexicon.words]))}
        self.lexicon = lexicon
        self._known: dict[tuple[str, bool], Word | None] = {}

    @cached_property
    def _stems(self) -> set[str]:
        return {stem(word) for word in self.english}

    @cached_property
    def _spanish_stems(self) -> set[str]:
        return {spanish_stem(word) for word in self.spanish}

    @cached_property
    def _spelling(self) -> tuple[Spelling, Spelling]:
        return Spelling(self.english), Spelling(self.spanish)

    def read(self, text: str) -> list[Word]:
        """The telling words of a text, in order; the language is decided for each sentence."""
        return [word for sentence in self._sentences(text) for _, word in sentence if word is not None]

    def in_english(self, text: str) -> str:
        """The text as one English line: misspelt words corrected, Spanish words one by one in English; small English words stay."""
        lines = []
        for sentence in self._sentences(text):
            told = [(word.english or (word.written,))[0] if word else small for small, word in sentence]
            lines.append(" ".join(t for t in told if t))
        return ". ".join(line for line in lines if line)

    def is_spanish(self, text: str) -> bool:
        """Whether most sentences are Spanish."""
        sentences = [words(sentence) for sentence in _SENTENCE.split(text)]
        return sum(len(told) * (1 if self._is_spanish(told) else -1) for told in sentences) > 0

    def _sentences(self, text: str) -> Iterable[list[tuple[str, Word | None]]]:
        """For each sentence its words: a small English word or "", and the telling word or None."""
        for sentence in _SENTENCE.split(_NAMED.sub(" ", text)):
            told = words(sentence)
            spanish = self._is_spanish(told)
            read = [NEUTRAL.get(word, word) for word in told]
            yield [(w if not spanish and w in STOP else "", self._word(w, spanish)) for w in read if w]

    def _is_spanish(self, told: list[str]) -> bool:
        english, spanish = FUNCTION_WORDS["english"], FUNCTION_WORDS["spanish"]
        score = sum((w in spanish) - (w in english) for w in told)
        if score == 0:
            score = sum(self._only_spanish(w) - self._only_english(w) for w in told)
        return score > 0

    def _only_spanish(self, word: str) -> bool:
        return (word in self.spanish or spanish_stem(word) in self._spanish_stems) and word not in self.english

    def _only_english(self, word: str) -> bool:
        return word in self.english and word not in self.spanish

    def _word(self, written: str, spanish: bool) -> Word | None:
        key = (written, spanish)
        if key not in self._known:
            self._known[key] = self._look_up(written, spanish)
        return self._known[key]

    def _look_up(self, written: str, spanish: bool) -> Word | None:
        if len(written) < 2 or written in STOP:
            return None
        ways = [(self._as_english, self._spelling[0]), (self._as_spanish, self._spelling[1])]
        for look, _ in ways[::-1] if spanish else ways:
            if (found := look(written, written)) is not None:
                return found
        near = [(meant, look) for look, spelling in (ways[::-1] if spanish else ways) if (meant := spelling.correct(written)) is not None]
        if near:  # the nearer of both languages, of equals the sentence's own
            meant, look = min(near, key=lambda one: slips(written, one[0]))
            meant = NEUTRAL.get(meant, meant)
            return None if meant in STOP else look(meant, written)
        return Word(written, stem(written), ())

    def _as_english(self, word: str, written: str) -> Word | None:
        known = word in self.english or stem(word) in self._stems
        return Word(written, stem(word), (word,)) if known else None

    def _as_spanish(self, word: str, written: str) -> Word | None:
        marked = spanish_stem(word)
        return Word(written, marked, self.lexicon(word)) if word in self.spanish or marked in self._spanish_stems else None

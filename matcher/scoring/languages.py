"""Score: student and mentor share a language."""

from __future__ import annotations

import numpy as np

from matcher.domain import Student
from matcher.rules.trip import TripBlock
from matcher.scoring.base import Component, Way, in_spanish
from matcher.world import Variant, World

UNKNOWN, FIRST, SOME, NONE = 0.5, 1.0, 0.8, 0.0
Languages = tuple[str, ...]


def _prepare(world: World) -> tuple[list[Languages], np.ndarray]:
    """The distinct languages of mentors, and which of them each variant's mentor has."""
    place: dict[Languages, int] = {}
    index = np.array([place.setdefault(_codes(v.mentor.languages), len(place)) for v in world.variants], dtype=np.int64)
    return list(place), index


def _codes(languages: Languages) -> Languages:
    return tuple(code.lower() for code in languages)


def _value(student: Languages, mentor: Languages) -> float:
    """1 when the mentor speaks the student's first language, 0.8 another one of theirs, 0 none, 0.5 when not known."""
    if not student or not mentor:
        return UNKNOWN
    return FIRST if student[0] in mentor else SOME if set(student) & set(mentor) else NONE


def _block(world: World, prepared: tuple[list[Languages], np.ndarray], block: slice, _: TripBlock) -> np.ndarray:
    mentors, index = prepared
    table = [[_value(_codes(s.languages), m) for m in mentors] for s in world.students[block]]
    return np.array(table, dtype=float).reshape(len(table), len(mentors))[:, index]


def _say(_: World, __: object, student: Student, variant: Variant, ___: Way) -> str:
    own, theirs = _codes(student.languages), _codes(variant.mentor.languages)
    if not own or not theirs or own[0] == "en":
        return ""
    if own[0] in theirs:
        if in_spanish(student):
            return "Tu mentor o mentora habla español."
        return f"Your mentor speaks your first language ({own[0]})."
    if set(own) & set(theirs):
        return ""
    return "No consta que compartan un idioma." if in_spanish(student) else "You and the mentor have no language in common on file."


COMPONENT = Component("languages", "Student and mentor share a language.", 0.05, _prepare, _block, _say)

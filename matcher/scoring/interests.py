"""Score: what the student writes about interests, against what opportunity, site and mentor write."""

from __future__ import annotations

import numpy as np

from matcher.domain import Student
from matcher.rules.trip import TripBlock
from matcher.scoring.base import Component, Way, in_spanish, listed
from matcher.scoring.text.documents import Offers, offers, reading_of
from matcher.scoring.text.index import Because
from matcher.scoring.text.words import as_written
from matcher.world import Variant, World

FAR, SOME = 0.15, 0.3
"""A fit below the first is not explained by words: there is nothing to boast of. One below the second is told as a small one."""


def _block(world: World, found: Offers, block: slice, _: TripBlock) -> np.ndarray:
    return found.fits([reading_of(student) for student in world.students[block]])


def _say(world: World, found: Offers, student: Student, variant: Variant, _: Way) -> str:
    spanish, reading = in_spanish(student), reading_of(student)
    if not found.index.engine.reader.read(reading.wanted):
        if spanish:
            return "Tu perfil todavía no dice qué te interesa; habla con tu asesor o asesora."
        return "Your profile does not say yet what interests you; talk with your advisor about it."
    place = world.variant_place[variant.key]
    fit = found.fit(reading, place)
    if fit < FAR:
        return "No se parece mucho a lo que escribiste." if spanish else "It is not close to what you wrote."
    why = found.because(reading, place)
    if not why.own:
        return _as_a_whole(why, spanish)
    own = listed(as_written(why.own, student.interests), spanish)
    field = (f"; área: {why.field_es}" if spanish else f"; field: {why.field}") if why.field else ""
    if spanish:
        theirs = f", allí se habla de {listed(why.theirs, spanish)}" if why.theirs else ""
        return f"{'Se parece un poco a lo que quieres: escribiste' if fit < SOME else 'Escribiste'} {own}{theirs}{field}."
    theirs = f", they write {listed(why.theirs, spanish)}" if why.theirs else ""
    return f"{'It is a little like what you want: you wrote' if fit < SOME else 'You wrote'} {own}{theirs}{field}."


def _as_a_whole(why: Because, spanish: bool) -> str:
    """The reason where no word of the student's own is known in a field of work."""
    if not why.field:
        return "En conjunto se parece a lo que escribiste." if spanish else "As a whole it is like what you wrote."
    if spanish:
        theirs = f"; allí se habla de {listed(why.theirs, spanish)}" if why.theirs else ""
        return f"En conjunto, lo que escribiste está cerca del área {why.field_es}{theirs}."
    theirs = f"; they write {listed(why.theirs, spanish)}" if why.theirs else ""
    return f"As a whole, what you wrote is near the field {why.field}{theirs}."


COMPONENT = Component("interests", "What the student writes fits what the site and mentor write.", 0.50, offers, _block, _say)

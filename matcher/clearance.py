"""On which days a mentor is cleared, under the clocks of the states concerned, and who stands in on leave."""

from __future__ import annotations

import datetime as dt

from matcher.calendar import add_months, on_leave
from matcher.cells import Document
from matcher.domain import Mentor
from matcher.facts import DAY, Span, merge
from matcher.law import Law
from matcher.world import Variant, World


def cleared_spans(world: World, mentor: Mentor, states: tuple[str, str]) -> tuple[Span, ...]:
    """Days of the round on which some clearance of the mentor counts in these states; remembered per mentor."""
    key = ("cleared", mentor.mentor_id, frozenset(states))
    if key not in world.memory:
        laws = world.laws.of("clearance", *states)
        spans = [span for entry in mentor.documents for span in _good(entry, laws)]
        world.memory[key] = merge(spans, world.first, world.last)
    spans_found: tuple[Span, ...] = world.memory[key]
    return spans_found


def _good(entry: Document, laws: tuple[Law, ...]) -> list[Span]:
    """Spans of one paper after every law's clock; a clock on a paper without a first day leaves nothing."""
    if entry.valid_until is None or entry.name not in {law.values.document for law in laws} | {"clearance"}:
        return []
    spans = [(entry.valid_from or dt.date.min, entry.valid_until)]
    for law in laws:
        if law.values.valid_days is None and law.values.valid_months is None:
            continue
        binds = (law.effective_from or dt.date.min, law.effective_to or dt.date.max)
        ends = dt.date.min if entry.valid_from is None else _ends(entry.valid_from, law)
        spans = [part for span in spans for part in _minus(span, max(binds[0], ends + DAY), binds[1])]
    return spans


def _ends(valid_from: dt.date, law: Law) -> dt.date:
    by_days = valid_from + law.values.valid_days * DAY if law.values.valid_days is not None else dt.date.max
    by_months = add_months(valid_from, law.values.valid_months) if law.values.valid_months is not None else dt.date.max
    return min(by_days, by_months)


def _minus(span: Span, first: dt.date, last: dt.date) -> list[Span]:
    if first > span[1] or last < span[0]:
        return [span]
    parts = []
    if span[0] < first:
        parts.append((span[0], first - DAY))
    if last < span[1]:
        parts.append((last + DAY, span[1]))
    return parts


def is_cleared(world: World, mentor: Mentor, states: tuple[str, str], day: dt.date) -> bool:
    """Whether the mentor is cleared on that day."""
    return any(first <= day <= last for first, last in cleared_spans(world, mentor, states))


def cleared_on(world: World, mentor: Mentor, states: tuple[str, str], day: dt.date) -> bool:
    """The same for any day, in the round or not."""
    laws = world.laws.of("clearance", *states)
    return any(first <= day <= last for entry in mentor.documents for first, last in _good(entry, laws))


def supervisor(world: World, variant: Variant, states: tuple[str, str], day: dt.date) -> Mentor:
    """Who has the student on that day: the variant's mentor, or on leave the first listed mentor who is present and cleared."""
    if not on_leave(variant.mentor, day):
        return variant.mentor
    present = [m for m in variant.mentors if not on_leave(m, day)]
    return next((m for m in present if is_cleared(world, m, states, day)), variant.mentor)

"""The world of a warm round: somebody with every need in it, and what stayed as it was taken over from the world before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from matcher.domain import Opportunity, Request, Round, Student
from matcher.world import Variant, World

EVERYBODY = "(everybody)"
_TERMS = ("settings", "schools", "calendar", "travel", "vans")


def supplied(round_: Round) -> Round:
    """A round without its students and requests, with one body who has every need and has declined everything.

    Rules keep of an offer only what some student of the world asks for.
    """
    needs = tuple(sorted({feature for site in round_.sites for feature in site.features}))
    school = min((s.school_id for s in round_.schools), default="")
    everybody = Student(student_id=EVERYBODY, school_id=school, needs=needs)
    declined = tuple(Request(student_id=EVERYBODY, opportunity_id=o.opportunity_id, state="declined") for o in round_.opportunities)
    return replace(round_, students=(everybody,), requests=declined)


def same_terms(one: Round, other: Round) -> bool:
    """Whether schools, settings, calendar and travel are the same, so that variants whose rows are the same are the same."""
    return all(getattr(one, name) is getattr(other, name) or getattr(one, name) == getattr(other, name) for name in _TERMS)


class NextWorld(World):
    """The world of a round after a change of offers: variants of sites where nothing changed are those of the world before."""

    def __init__(self, round_: Round, folder: Path | None, before: World) -> None:
        self._before = before
        self._touched = _touched(before.round, round_)
        super().__init__(round_, folder, before.laws, before.calendar)
        if "travel" in before.memory and _points(round_) == _points(before.round):
            self.memory["travel"] = before.memory["travel"]

    def variants_of(self, opportunity: Opportunity) -> list[Variant]:
        """Every pattern of an opportunity with every mentor it lists."""
        if opportunity.site_id not in self._touched and opportunity.opportunity_id in self._before.variants_at:
            variants = self._before.variants[self._before.variants_at[opportunity.opportunity_id]]
            if variants[0].opportunity is opportunity or variants[0].opportunity == opportunity:
                return list(variants)
        return super().variants_of(opportunity)

    def known(self) -> np.ndarray:
        """int64 [variants]: where each variant stands in the world before, -1 for new ones."""
        place = {id(variant): i for i, variant in enumerate(self._before.variants)}
        return np.array([place.get(id(variant), -1) for variant in self.variants], dtype=np.int64)

    def forget(self) -> None:
        """Let go of the world before."""
        del self._before


def _touched(before: Round, after: Round) -> frozenset[str]:
    """Sites of which the row, or the row of some mentor, is not as it was."""
    mentors = _changed(before.mentor, after.mentor)
    homes = {tables[m].site_id for m in mentors for tables in (before.mentor, after.mentor) if m in tables}
    return frozenset(_changed(before.site, after.site) | homes)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Ids of rows that were added, removed or changed."""
    both = before.keys() & after.keys()
    return (before.keys() ^ after.keys()) | {i for i in both if before[i] is not after[i] and before[i] != after[i]}


def _points(round_: Round) -> list[tuple[str, float, float]]:
    return [(s.site_id, s.lat, s.lon) for s in round_.sites]

"""Recomputes the odds of slates.csv from the settings and from what came of earlier asks, as docs/model.md says."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from matcher.audit.facts import Opportunity, World


class Odds:
    """The odds of a round's options.

    Parameters
    ----------
    world : the facts of the round.
    """

    def __init__(self, world: World) -> None:
        terms = world.terms
        self.worth = terms.odds_worth
        self.settings = {name: Fraction(round(1000 * odds), 1000) for name, odds in terms.odds}
        self.states: dict[tuple[str, str], str] = {}
        self.asked, self.landed = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for row in world.history:
            self._count(row.site_id, row.mentor_id, row.asked, row.landed)
        for request in world.requests:
            live = request.expires is None or request.expires >= terms.asking_from
            if live:
                self.states[request.student_id, request.opportunity_id] = request.state
            offer = world.opportunities.get(request.opportunity_id)
            if offer and offer.mentor_ids and (request.state in ("landed", "declined") or (request.state == "pursuing" and not live)):
                self._count(offer.site_id, offer.mentor_ids[0], 1, 1 if request.state == "landed" else 0)
        for kind, who, what in world.decisions:
            if kind == "pin":
                self.states[who, what] = "landed"

    def of(self, student_id: str, opportunity: Opportunity) -> Fraction | None:
        """Give the odds of one option in whole thousandths of 1; None where neither a request nor the appetite has any."""
        state = self.states.get((student_id, opportunity.opportunity_id), opportunity.appetite or "open")
        if state == "landed" or state not in self.settings:
            return self.settings.get(state)
        site, lead = opportunity.site_id, opportunity.mentor_ids[0]
        own, own_landed = self.asked[site, lead], self.landed[site, lead]
        there, there_landed = self.asked[site, ""] - own, self.landed[site, ""] - own_landed
        if there + own == 0:
            return self.settings[state]
        of_site = (self.worth * self.settings[state] + there_landed) / (self.worth + there)
        of_mentor = (self.worth * of_site + own_landed) / (self.worth + own)
        thousandths = int(1000 * of_mentor + Fraction(1, 2))
        return Fraction(min(990, max(10, thousandths)), 1000)

    def _count(self, site_id: str, mentor_id: str, asked: int, landed: int) -> None:
        """Count for the mentor and, under "", for everybody at the site."""
        for name in {mentor_id, ""}:
            self.asked[site_id, name] += asked
            self.landed[site_id, name] += landed

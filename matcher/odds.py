"""Odds of landing an option, by what came of earlier asks at its site and with its lead mentor.

A beta-binomial estimate in two steps, the settings being the prior of the site and the site that of the mentor. Nothing about the
student who asks enters but the state of the request. Mathematics and sources: docs/model.md.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from matcher.domain import Opportunity, Round

LEAST, MOST = 10, 990
"""Thousandths: nothing is certain, as in the settings."""


@dataclass(frozen=True)
class Evidence:
    """How many asked and how many of them landed, by site and by site and mentor; rows that name no mentor count for the site only."""

    site: Counter[tuple[str, str]] = field(default_factory=Counter)
    mentor: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, site_id: str, mentor_id: str, asked: int, landed: int) -> None:
        """Count asks, `landed` of which came to something."""
        for word, number in (("asked", asked), ("landed", landed)):
            self.site[site_id, word] += number
            self.mentor[site_id, mentor_id, word] += number if mentor_id else 0

    def of(self, offer: Opportunity) -> tuple[int, int, int, int]:
        """Asked and landed elsewhere at the site, then with the lead mentor."""
        site_id, mentor_id = offer.site_id, offer.mentors[0]
        asked, landed = (self.mentor[site_id, mentor_id, word] for word in ("asked", "landed"))
        return self.site[site_id, "asked"] - asked, self.site[site_id, "landed"] - landed, asked, landed


def evidence(round_: Round) -> Evidence:
    """The table `history`, and of this round the requests with an outcome: landed, declined, or pursued until their date without answer."""
    found, offers, today = Evidence(), round_.opportunity, round_.settings.today
    for row in round_.history:
        found.add(row.site_id, row.mentor_id, row.asked, row.landed)
    for request in round_.requests:
        unanswered = request.state == "pursuing" and request.expires is not None and request.expires < today
        if request.state in ("landed", "declined") or unanswered:
            offer = offers[request.opportunity_id]
            found.add(offer.site_id, offer.mentors[0], 1, int(request.state == "landed"))
    return found


def learned(round_: Round, offer: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Odds after the evidence.

    Parameters
    ----------
    offer : int64 [n], places of the opportunities.
    prior : int64 [n], thousandths, from the settings; 0 stays 0.

    Returns
    -------
    int64 [n], thousandths; the prior itself where nobody asked yet.
    """
    found = evidence(round_)
    counts = np.array([found.of(o) for o in round_.opportunities], dtype=np.int64).reshape(-1, 4)[offer]
    asked_there, landed_there, asked, landed = counts.T
    worth = round_.settings.odds.default_worth
    top = worth * (worth * prior + 1000 * landed_there) + 1000 * landed * (worth + asked_there)
    bottom = (worth + asked_there) * (worth + asked)
    estimate = np.clip((2 * top + bottom) // (2 * bottom), LEAST, MOST)
    return np.asarray(np.where((prior > 0) & (asked_there + asked > 0), estimate, prior))

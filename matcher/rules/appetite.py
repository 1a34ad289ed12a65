"""Rule: an opportunity that is not open takes nobody."""

from __future__ import annotations

from matcher.rules.base import PairRule, no_key
from matcher.world import Variant, World


def _closed(_: World, variant: Variant) -> bool:
    return variant.opportunity.appetite == "not_open"


def _refuse(_: World, __: None, closed: bool) -> str | None:
    return "the site has said that it takes no student now" if closed else None


RULE = PairRule("appetite", "A site that is not open takes nobody.", no_key, _closed, _refuse, rank=10, remedy="a yes of the site")

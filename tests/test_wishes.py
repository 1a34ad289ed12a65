"""What a student without a place is told of each wish."""

from matcher.domain import Opportunity
from matcher.sentences import ROOM, Sentence
from matcher.wishes import ANSWERED, answered, first_wishes
from matcher.world import World
from tests.builders import a_round, opportunity, request


def test_wishes_come_by_rank_then_id_and_declined_ones_not():
    offers = [opportunity(f"O{i}") for i in range(1, 7)]
    asked = [
        request("S1", "O5", rank="2"),
        request("S1", "O4"),
        request("S1", "O2", rank="1", state="declined"),
        request("S1", "O3", rank="1"),
        request("S1", "O1", rank="2"),
    ]
    assert first_wishes(World(a_round(opportunities=offers, requests=asked))) == {"S1": ["O3", "O1", "O5"][:ANSWERED]}


def test_a_wish_is_answered_by_what_stands_in_its_way():
    offer: Opportunity = opportunity("O5", title="Elder companion")
    said = [
        answered(offer, Sentence(text, about)).text
        for text, about in (
            ("The mentor's clearance has no date.", ("cleared_adult",)),
            ("Lawful; every seat of O5, Tue 09:00 is taken.", ("seats",)),
            ("Lawful, with room.", (ROOM,)),
        )
    ]
    assert said == [
        "Asked for Elder companion (O5): not allowed: the mentor's clearance has no date.",
        "Asked for Elder companion (O5): allowed, but every seat of O5, Tue 09:00 is taken.",
        "Asked for Elder companion (O5): allowed, and there would be room: the plan is better without it.",
    ]
    assert answered(offer, Sentence("No.", ("no_contact",))).about == ("no_contact",)

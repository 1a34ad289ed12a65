"""Odds learned from earlier asks; every number here was worked out by hand with m = 5 and p0 = 0.3 unless it says otherwise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matcher.domain import Round
from matcher.odds import learned
from matcher.pipeline import run_loaded
from matcher.slates import build_slates
from tests.builders import a_round, asks, decision, mentor, opportunity, request, settings, site, student


def odds(prior: int = 300, **tables) -> int:
    """Of O1, in thousandths."""
    return int(learned(a_round(**tables), np.array([0]), np.array([prior]))[0])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], 300),
        ([asks(asked="0")], 300),
        ([asks(asked="1")], 250),  # 1.5 / 6
        ([asks(asked="6", landed="1")], 227),  # 2.5 / 11 = 0.22727
        ([asks(asked="6", landed="6")], 682),  # 7.5 / 11 = 0.681818
        ([asks(asked="3", landed="1"), asks(asked="3", landed="0")], 227),  # rows add up
        ([asks(asked="6", landed="1", mentor_id="M1")], 227),  # the lead mentor is the only one: the same
        ([asks(asked="4", landed="0"), asks(asked="5", landed="5", mentor_id="M1")], 583),  # 1.5 / 9 = 1/6, (5/6 + 5) / 10 = 0.58333
        ([asks(asked="5", landed="5", mentor_id="M9")], 650),  # of somebody else there: (1.5 + 5) / 10
        ([asks("W2", asked="9")], 300),  # another site
        ([asks(asked="100000")], 10),
        ([asks(asked="100000", landed="100000")], 990),
    ],
)
def test_history_of_a_site_and_its_mentor(rows, expected):
    assert odds(history=rows, sites=[site(), site("W2")]) == expected


def test_half_a_thousandth_is_rounded_up():
    """(1 x 0.3 + 0) / (1 + 7) = 0.0375."""
    assert odds(history=[asks(asked="7")], settings=settings(odds={"default_worth": 1})) == 38


def test_the_settings_say_what_the_default_is_worth():
    assert odds(history=[asks(asked="10")], settings=settings(odds={"default_worth": 90})) == 270  # 27 / 100


def test_without_any_odds_there_are_none_after():
    assert odds(0, history=[asks(asked="10", landed="10")]) == 0


def test_outcomes_of_this_round_count_and_open_requests_do_not():
    people = [student(f"S{i}") for i in range(1, 6)]
    wanted = [
        request("S1", state="declined"),
        request("S2", state="landed"),
        request("S3", state="pursuing"),
        request("S4", state="wish", expires="2026-09-01"),
    ]
    assert odds(students=people, requests=wanted) == 357  # 2.5 / 7
    late = request("S5", state="pursuing", expires="2026-09-07")
    assert odds(students=people, requests=[*wanted, late]) == 313  # 2.5 / 8 = 0.3125
    assert odds(students=people, requests=[*wanted, request("S5", state="pursuing", expires="2026-09-08")]) == 357


def test_what_is_pursued_beyond_its_date_is_a_no_when_students_ask_again():
    late = [request(state="pursuing", expires="2026-10-01")]
    assert odds(requests=late, settings=settings(waves={"begins": "2026-10-01"})) == 300
    assert odds(requests=late, settings=settings(waves={"begins": "2026-10-02"})) == 250


def test_only_the_lead_mentor_of_an_offer_is_asked_about():
    both = {"mentors": [mentor(), mentor("M2")], "opportunities": [opportunity(mentors="M2;M1")]}
    rows = [asks(asked="5", landed="0", mentor_id="M1"), asks(asked="5", landed="5", mentor_id="M2")]
    assert odds(history=rows, **both) == 575  # of the site 1.5 / 10, then (0.75 + 5) / 10


def test_slates_are_made_with_them_and_what_is_agreed_stays():
    """W1 said no to nine of nine: (5 x 0.3) / 14 = 0.107, as a wish (5 x 0.4) / 14 = 0.143, pursued (5 x 0.6) / 14 = 0.214."""
    rows = [asks(asked="9")]

    def told(**tables) -> float:
        (promise,) = build_slates(run_loaded(a_round(history=rows, **tables), Path(), []))
        return promise.odds

    assert told() == 0.107
    assert told(requests=[request(state="wish")]) == 0.143
    assert told(requests=[request(state="pursuing")]) == 0.214
    assert told(requests=[request(state="landed")]) == 0.95
    assert told(decisions=[decision("pin", "S1", "O1")]) == 0.95


def test_nothing_about_the_student_changes_them():
    """Two students who differ in everything but their request see the same odds."""
    people = [
        student("S1"),
        student("S2", grade="9", birth_date="2011-08-01", languages="es", interests="cars", programs="WEE", priority="3"),
    ]
    round_: Round = a_round(students=people, history=[asks(asked="4", landed="1")], opportunities=[opportunity(seats="2")])
    found = {p.student_id: p.odds for p in build_slates(run_loaded(round_, Path(), []))}
    assert found == {"S1": 0.278, "S2": 0.278}  # 2.5 / 9

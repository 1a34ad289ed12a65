"""Slates of whole rounds: what stands on them before anything is chosen, whose seats count, and what the student reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from matcher.audit import audit
from matcher.domain import Round
from matcher.pipeline import Run, run_loaded
from matcher.slates import build_slates, free_seats
from tests.builders import a_round, decision, earlier, mentor, opportunity, request, settings, site, student

ROOT = Path(__file__).parents[1]
ONLY_REQUESTS = {"interests": 0, "avoid": 0, "goals": 0, "travel": 0, "languages": 0, "requests": 1}
TUE, WED = "Tue 09:00-15:00", "Wed 09:00-15:00"


def made(**tables) -> Run:
    return run_loaded(a_round(**tables), Path(), [])


def town(students: int, offers: int, **changes) -> dict[str, object]:
    """Students, and offers of one seat each at a site and with a mentor of their own; points by requests only."""
    return {
        "settings": settings(weights=ONLY_REQUESTS),
        "students": [student(f"S{i}") for i in range(1, students + 1)],
        "sites": [site(f"W{i}") for i in range(1, offers + 1)],
        "mentors": [mentor(f"M{i}", site_id=f"W{i}") for i in range(1, offers + 1)],
        "opportunities": [opportunity(f"O{i}", site_id=f"W{i}", mentors=f"M{i}") for i in range(1, offers + 1)],
    } | changes


def told(run: Run, student_id: str = "S1") -> list[tuple[str, float]]:
    return [(p.opportunity_id, p.odds) for p in build_slates(run) if p.student_id == student_id]


def test_the_plan_comes_first_then_what_is_landed_then_what_is_pursued_then_the_rest():
    """O3 is landed (1000 points, so the plan has it), O2 pursued, O4 wished for (0.4 x 800), O1 never named (0.3 x 300)."""
    wanted = [
        request("S1", "O2", state="pursuing", rank="1"),
        request("S1", "O3", state="landed"),
        request("S1", "O4", state="wish", rank="1"),
    ]
    run = made(**town(1, 4), requests=wanted)
    assert told(run) == [("O3", 0.95), ("O2", 0.6), ("O4", 0.4), ("O1", 0.3)]


def test_a_pin_counts_as_landed():
    assert told(made(**town(1, 3), decisions=[decision("pin", "S1", "O2")])) == [("O2", 0.95)]


def test_appetite_and_settings_give_the_odds():
    offers = [opportunity("O1"), opportunity("O2", appetite="interested"), opportunity("O3", appetite="not_open")]
    assert sorted(told(made(opportunities=offers))) == [("O1", 0.3), ("O2", 0.35)]
    other = settings(odds={"open": 0.15, "interested": 0.25})
    assert sorted(told(made(opportunities=offers, settings=other))) == [("O1", 0.15), ("O2", 0.25)]


def test_an_expired_request_counts_for_nothing():
    """But it came to nothing: (5 x 0.3 + 0) / (5 + 1) = 0.25."""
    old = request("S1", "O1", state="pursuing", expires="2026-09-07")
    assert told(made(requests=[old])) == [("O1", 0.25)]
    assert told(made(requests=[request("S1", "O1", expires="2026-09-07")])) == [("O1", 0.3)], "a wish is no ask"


def test_a_declined_option_is_on_no_slate():
    assert told(made(**town(1, 2), requests=[request("S1", "O1", state="declined")])) == [("O2", 0.3)]


def test_more_pursue_one_seat_than_the_cap_allows():
    """Five pursue O1 and the plan gives it to one of them. Three promises a seat: two more keep it, by rank, then by id."""
    wanted = [request(f"S{i}", "O1", state="pursuing", rank=str(7 - i)) for i in range(1, 6)]
    run = made(**town(5, 1), requests=wanted)
    there = {p.student_id for p in build_slates(run)}
    planned = run.placements[0].student.student_id
    assert there == {planned} | set([s for s in ("S5", "S4", "S3", "S2", "S1") if s != planned][:2])


def test_seats_of_alternatives_mentors_sites_and_of_students_who_stay():
    both = opportunity("O1", sessions=f"{TUE} | {WED}", seats="2")
    same = opportunity("O2", sessions=f"{TUE} | Tue 10:00-14:00", seats="2")
    four = [mentor(max_students="4")]
    assert free_seats(made(opportunities=[both, same], mentors=four)).tolist() == [4, 2]
    assert free_seats(made(opportunities=[both, same])).tolist() == [2, 1]
    assert free_seats(made(opportunities=[both, same], mentors=four, sites=[site(max_students="1")])).tolist() == [2, 1]
    people = [student("S1"), student("S2", status="placed")]
    run = made(opportunities=[both, same], mentors=four, students=people, previous=[earlier("S2", "O1", TUE)])
    assert free_seats(run).tolist() == [3, 2]


def test_a_seat_that_is_held_is_promised_to_nobody():
    people = [student("S1"), student("S2", status="placed")]
    assert told(made(students=people, previous=[earlier("S2", "O1")])) == []


def test_no_contact_keeps_slates_apart():
    run = made(**town(2, 3), decisions=[decision("no_contact", "S1", "S2")])
    first, second = ({o for o, _ in told(run, s)} for s in ("S1", "S2"))
    assert not first & second
    assert first | second == {"O1", "O2", "O3"}


def test_reasons_in_words_for_the_student():
    wanted = [request("S1", "O2", state="pursuing", expires="2026-10-08"), request("S1", "O3", rank="1"), request("S2", "O4", rank="1")]
    people = [student("S1"), student("S2", languages="es;en")]
    run = made(**(town(2, 4) | {"students": people}), requests=wanted)
    reasons = {(p.student_id, p.opportunity_id): p.reason for p in build_slates(run)}
    planned = {p.student.student_id: p.variant.opportunity.opportunity_id for p in run.placements}
    assert planned["S1"] == "O2"
    assert reasons["S1", "O2"] == "The round's plan has you here."
    assert reasons["S1", "O3"] == "It is one of your wishes. 2 students are told to try for 1 seat."
    assert reasons["S1", "O1"].startswith("In case nothing above works out. ")
    assert reasons["S2", planned["S2"]] == "El plan de la ronda te pone aquí."
    assert any(why.startswith("Por si no se da lo anterior. Se la proponemos a ") for (who, _), why in reasons.items() if who == "S2")


def test_what_is_pursued_elsewhere_is_told_with_its_date():
    wanted = [request("S1", "O1", state="landed"), request("S1", "O2", state="pursuing", expires="2026-10-08")]
    reasons = [p.reason for p in build_slates(made(**town(1, 2), requests=wanted))]
    assert reasons == ["The round's plan has you here.", "You are pursuing it already (until 2026-10-08)."]


def test_nobody_is_told_of_a_student_who_does_not_seek():
    round_: Round = a_round(students=[student("S1", status="not_ready")], requests=[request("S1", "O1", state="pursuing")])
    assert build_slates(run_loaded(round_, Path(), [])) == []


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("slates") / "plan"
    words = [sys.executable, "-m", "matcher", "run", str(ROOT / "fixtures" / "demo"), "--out", str(out)]
    subprocess.run(words, check=True, capture_output=True)
    return out


def test_the_demo_slates_hold_and_explain_tells_them(demo):
    assert audit(demo, ROOT / "fixtures" / "demo") == []
    words = [sys.executable, "-m", "matcher", "explain", str(demo), "--round", str(ROOT / "fixtures" / "demo"), "S005"]
    said = subprocess.run([*words, "--json"], check=True, capture_output=True, text=True).stdout
    slate = json.loads(said)["slate"]
    assert [line["rank"] for line in slate] == list(range(1, len(slate) + 1))
    assert slate[0]["opportunity_id"] == json.loads(said)["placement"]["opportunity_id"]
    assert 0 < slate[0]["odds"] < 1
    text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    assert f"1. {slate[0]['opportunity_id']}, {slate[0]['points']} points" in text

"""Until when options hold: school days counted by hand in a term that begins on Tuesday 8 September 2026."""

from __future__ import annotations

from pathlib import Path

from matcher.holding import holds
from matcher.pipeline import run_loaded
from matcher.slates import build_slates
from tests.builders import a_round, day_off, mentor, opportunity, request, school, settings, site, student


def dates(waves: dict[str, object] | None = None, **tables) -> list[tuple[str, int, str]]:
    """Opportunity, wave and date of S1's options, three offers unless told otherwise."""
    town = {
        "settings": settings(waves=waves or {"days": 3}),
        "sites": [site(f"W{i}") for i in (1, 2, 3)],
        "mentors": [mentor(f"M{i}", site_id=f"W{i}") for i in (1, 2, 3)],
        "opportunities": [opportunity(f"O{i}", site_id=f"W{i}", mentors=f"M{i}") for i in (1, 2, 3)],
    }
    run = run_loaded(a_round(**(town | tables)), Path(), [])
    found = holds(run.world, build_slates(run))
    return [(h.opportunity_id, h.wave, str(h.hold_until)) for h in found if h.student_id == "S1"]


def days(found: list[tuple[str, int, str]]) -> list[tuple[int, str]]:
    return [(wave, day) for _, wave, day in found]


def test_three_school_days_a_wave():
    """8, 9, 10 | 11, 14, 15 | 16, 17, 18 September; 12 and 13 are a weekend."""
    assert days(dates()) == [(1, "2026-09-10"), (2, "2026-09-15"), (3, "2026-09-18")]


def test_days_without_school_or_lti_are_not_counted():
    """Without the 9th and the 14th: 8, 10, 11 | 15, 16, 17 | 18, 21, 22. Another school's day off counts for nothing here."""
    off = [day_off("2026-09-09"), day_off("2026-09-14", "K1", "no_lti"), day_off("2026-09-10", "K2")]
    found = dates(schools=[school(), school("K2")], calendar=off)
    assert days(found) == [(1, "2026-09-11"), (2, "2026-09-17"), (3, "2026-09-22")]


def test_students_ask_from_the_day_that_is_set():
    """From Saturday 3 October: 5, 6, 7 | 8, 9, 12 | 13, 14, 15."""
    assert days(dates({"days": 3, "begins": "2026-10-03"})) == [(1, "2026-10-07"), (2, "2026-10-12"), (3, "2026-10-15")]


def test_nothing_holds_beyond_the_round():
    """From Wednesday 16 December: 16, 17, 18, and the 18th is the last day of all."""
    assert days(dates({"days": 3, "begins": "2026-12-16"})) == [(1, "2026-12-18"), (2, "2026-12-18"), (3, "2026-12-18")]


def test_what_is_asked_already_is_no_turn():
    """Landed until the end, pursued until its own date or through wave 1; the option that is left is the first turn."""
    wanted = [request("S1", "O1", state="landed"), request("S1", "O2", state="pursuing", expires="2026-10-08")]
    found = dates(requests=wanted)
    assert sorted(found) == [("O1", 0, "2026-12-18"), ("O2", 0, "2026-10-08"), ("O3", 1, "2026-09-10")]
    assert ("O2", 0, "2026-09-10") in dates(requests=[request("S1", "O2", state="pursuing")])


def test_every_student_counts_anew():
    people = [student("S1"), student("S2")]
    town = a_round(students=people, opportunities=[opportunity(seats="2")], settings=settings(waves={"days": 1}))
    run = run_loaded(town, Path(), [])
    assert {(h.student_id, h.wave, str(h.hold_until)) for h in holds(run.world, build_slates(run))} == {
        ("S1", 1, "2026-09-08"),
        ("S2", 1, "2026-09-08"),
    }


def test_an_answer_that_does_not_come_frees_the_seat_for_others():
    """S1 and S2 pursue O1 until 1 October and one promise a seat is allowed. On 2 October neither holds it any more."""
    both = [request(s, "O1", state="pursuing", expires="2026-10-01") for s in ("S1", "S2")]
    for begins, wave in (("2026-10-01", 0), ("2026-10-02", 1)):
        limits = settings(waves={"begins": begins}, limits={"promises_per_seat": 1})
        run = run_loaded(a_round(students=[student("S1"), student("S2"), student("S3")], requests=both, settings=limits), Path(), [])
        (hold,) = holds(run.world, build_slates(run))
        assert hold.wave == wave

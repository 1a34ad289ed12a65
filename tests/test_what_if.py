"""What-if answers about rounds against a fresh run of the changed round: the same plan, and numbers counted by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matcher.domain import SolveStatus
from matcher.edits import Edits, edited
from matcher.errors import InputError
from matcher.pipeline import run_loaded, run_round
from matcher.what_if import full_mentors, suppose
from tests.builders import a_round, decision, mentor, opportunity, request, settings, site, student
from tests.folder import write_round
from tests.test_docs import call

DEMO = Path(__file__).parents[1] / "fixtures" / "demo"
TWO = (student("S1"), student("S2"))
ROOM = (mentor(max_students="2"),)


def run_of(**tables):
    return run_loaded(a_round(**tables), Path(), [])


def plan_of(run):
    return {p.student.student_id: p.variant.key for p in run.placements}


def same_as_a_fresh_run(run, edits):
    """What is supposed, after it was compared with a run of the changed round."""
    found, fresh = suppose(run, edits), run_loaded(edited(run.world.round, edits), run.folder, [])
    now, then = plan_of(run), plan_of(fresh)
    assert [m.student_id for m in found.moves] == sorted(s for s in now.keys() | then.keys() if now.get(s) != then.get(s))
    for move in found.moves:
        told = None if move.after is None else move.after.split(" ")[0]
        assert told == (then[move.student_id].split("|")[0] if move.student_id in then else None)
    assert found.after == {stage.name: stage.value for stage in fresh.solution.stages}
    assert (found.placed, found.points) == (len(then), sum(p.points for p in fresh.placements))
    return found


def test_one_more_seat_places_the_second_student():
    run = run_of(students=TWO, mentors=ROOM)
    found = same_as_a_fresh_run(run, Edits(seats={"O1": 1}))
    assert (found.placed_now, found.placed, found.warm) == (1, 2, True)
    assert [(m.before, m.after is None) for m in found.moves] == [(None, False)]
    assert found.told == "It would place 1 student more."


def test_a_seat_without_a_mentor_for_it_changes_nothing():
    found = same_as_a_fresh_run(run_of(students=TWO), Edits(seats={"O1": 1}))
    assert (found.placed, found.moves, found.told) == (1, (), "No objective could be served better.")


def test_a_seat_fewer_leaves_one_without_a_place():
    found = same_as_a_fresh_run(run_of(students=TWO, mentors=ROOM, opportunities=[opportunity(seats="2")]), Edits(seats={"O1": -1}))
    assert (found.placed, found.told) == (1, "It would leave 1 student more without a place.")


def test_pins_that_cannot_be_kept_leave_no_plan():
    pins = [decision("pin", "S1", "O1"), decision("pin", "S2", "O1")]
    run = run_of(students=TWO, mentors=ROOM, opportunities=[opportunity(seats="2")], decisions=pins)
    found = suppose(run, Edits(seats={"O1": -1}))
    assert (found.feasible, found.moves) == (False, ())
    assert found.told.startswith("There would be no plan")


def test_minutes_open_a_site_that_was_too_far():
    """The site is 3.3 km from school by foot: beyond 30 minutes, within 60; the round's own cap gives way for this student alone."""
    far = [site(lat="41.8537", lon="-71.4128")]
    run = run_of(
        students=TWO, sites=far, mentors=ROOM, opportunities=[opportunity(seats="2")], settings=settings(limits={"max_travel_minutes": 30})
    )
    assert run.placements == ()
    found = same_as_a_fresh_run(run, Edits(minutes={"S2": 40}))
    assert [m.student_id for m in found.moves] == ["S2"]
    assert [m.student_id for m in same_as_a_fresh_run(run, Edits(minutes={"*": 40})).moves] == ["S1", "S2"]


def test_other_days_bring_two_offers_to_one_mentor():
    """The mentor takes one student at a time and both offers are on the same days; on Monday and Wednesday the other student fits in."""
    offers = [opportunity(), opportunity("O2")]
    run = run_of(students=TWO, opportunities=offers)
    assert len(run.placements) == 1
    found = same_as_a_fresh_run(run, Edits(sessions={"O2": "Mon 09:00-15:00;Wed 09:00-15:00"}))
    assert (found.placed, found.told) == (2, "It would place 1 student more.")


def test_a_later_first_day_waits_for_a_paper():
    """The consent of the only student is good from October on."""
    late = student(documents="parent_consent:2026-10-01..2027-06-30;emergency_contacts:2026-07-01..2027-06-30")
    run = run_of(students=[late])
    assert run.placements == ()
    assert same_as_a_fresh_run(run, Edits(starts={"O1": "2026-10-01"})).placed == 1
    assert same_as_a_fresh_run(run, Edits(ends={"O1": "2026-10-01"})).placed == 0


def test_a_waived_wish_no_longer_counts_but_an_agreement_does():
    requests = [request("S1", "O1", rank="1"), request("S1", "O2", state="landed")]
    offers = [opportunity(), opportunity("O2", site_id="W2", mentors="M2")]
    run = run_of(sites=[site(), site("W2")], mentors=[mentor(), mentor("M2", site_id="W2")], opportunities=offers, requests=requests)
    edits = Edits(waive={"S1": ("requests",)})
    assert [r.state for r in edited(run.world.round, edits).requests] == ["landed"]
    same_as_a_fresh_run(run, edits)


@pytest.fixture(scope="module")
def demo():
    return run_round(DEMO)


KINDS = ("seats", "mentors", "both", "minutes", "sessions", "starts", "waive")


@pytest.mark.parametrize("kind", KINDS)
def test_questions_about_the_demo_are_answered_as_by_a_fresh_run(demo, kind):
    dice = np.random.default_rng(KINDS.index(kind))
    placed = demo.placements[int(dice.integers(len(demo.placements)))]
    offer, mentor_id = placed.variant.opportunity.opportunity_id, placed.variant.mentor.mentor_id
    left = sorted({s.student_id for s in demo.world.students} - set(plan_of(demo)))
    asking = [s.student_id for s in demo.world.students if s.avoid]
    edits = {
        "seats": {"seats": {offer: 1}},
        "mentors": {"mentors": {mentor_id: -1}},
        "both": {"seats": {offer: 2}, "mentors": {mentor_id: 2}},
        "minutes": {"minutes": {str(dice.choice(left)): 15}},
        "sessions": {"sessions": {offer: "Mon 09:00-14:00;Wed 09:00-14:00"}},
        "starts": {"starts": {offer: "2026-10-12"}},
        "waive": {"waive": {str(dice.choice(asking)): ("avoid", "goals", "requests")}},
    }
    assert same_as_a_fresh_run(demo, Edits.model_validate(edits[kind])).warm


def test_where_much_changes_the_round_is_solved_afresh(demo):
    everybody = Edits(minutes={"*": -15})
    assert not same_as_a_fresh_run(demo, everybody).warm
    assert suppose(demo, everybody, may_solve=False) is None


def test_a_plan_that_is_not_proven_best_is_not_asked(demo):
    unproven = replace(demo, solution=replace(demo.solution, status=SolveStatus.FEASIBLE))
    with pytest.raises(InputError, match="not proven best"):
        suppose(unproven, Edits(seats={"O1": 1}))


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--seats", "O1", "has no ="),
        ("--seats", "O1=many", "--seats O1=many"),
        ("--seats", "O99=1", "no opportunity_id 'O99'"),
        ("--seats", "O1=-1", "would leave 0. The least is 1."),
        ("--sites", "W1=+1", "no max_students of its own"),
        ("--sessions", "O1=Tue", "is not a weekly window. Maybe write it like Tue 09:00-15:00."),
        ("--starts", "O1=2026-02-30", "a day that does not exist"),
        ("--waive", "S1=consent", "'avoid', 'goals' or 'requests'"),
    ],
)
def test_an_edit_that_cannot_be_is_refused_with_its_value(tiny_plan, option, value, words):
    plan, folder = tiny_plan
    code, said = call("what-if", str(plan), "--round", str(folder), option, value, "--json")
    assert code == 2
    assert words in json.loads(said)["error"]


@pytest.fixture(scope="module")
def tiny_plan(tmp_path_factory):
    out, folder = tmp_path_factory.mktemp("plan") / "plan", DEMO.parent / "tiny"
    assert call("run", str(folder), "--out", str(out))[0] == 0
    return out, folder


def test_the_command_says_what_would_be(tiny_plan):
    plan, folder = tiny_plan
    code, said = call("what-if", str(plan), "--round", str(folder), "--waive", "S1=avoid,goals", "--json")
    answer = json.loads(said)
    assert code == 0
    assert set(answer) == {"feasible", "before", "after", "placed_now", "placed", "points_now", "points", "moves", "warm"}
    code, said = call("what-if", str(plan), "--round", str(folder), "--waive", "S1=avoid,goals")
    assert said.startswith(f"{answer['placed']} students placed ")


def test_a_seat_without_room_at_the_mentor_says_which_mentor_to_ask_with(tmp_path):
    folder, plan = write_round(tmp_path / "round", a_round(students=TWO)), tmp_path / "plan"
    assert call("run", str(folder), "--out", str(plan))[0] == 0
    asked = ("what-if", str(plan), "--round", str(folder), "--seats", "O1=+2")
    code, said = call(*asked)
    assert code == 0
    assert said.splitlines()[-2:] == [
        "Nobody would have another place.",
        "A new seat at O1 needs a mentor who has room, and mentor M1 has all the students they take. Ask with --mentors M1=+2 too.",
    ]
    code, said = call(*asked, "--mentors", "M1=+2")
    assert (code, "2 students placed (+1)" in said, "needs a mentor" in said) == (0, True, False)


def test_mentors_are_full_only_at_the_times_of_the_offer():
    """M1 has one of the two students at O1 (Tuesday and Thursday), M2 nobody."""
    offers = [opportunity(), opportunity("O2", sessions="Mon 09:00-15:00"), opportunity("O3", mentors="M1;M2", sessions="Tue 14:00-16:00")]
    people = [mentor(), mentor("M2")]
    run = run_of(students=[student("S1")], mentors=people, opportunities=offers, decisions=[decision("pin", "S1", "O1")])
    assert [p.variant.key for p in run.placements] == ["O1|Tue 09:00-15:00;Thu 09:00-15:00|M1"]
    more = dict.fromkeys(("O1", "O2", "O3"), 1)
    assert full_mentors(run, Edits(seats=more)) == {"O1": ("M1",)}
    assert full_mentors(run, Edits(seats=more, mentors={"M1": 1})) == {}
    assert full_mentors(run, Edits(seats={"O1": 1, "O3": 1}, mentors={"M2": -1})) == {"O1": ("M1",), "O3": ("M1", "M2")}

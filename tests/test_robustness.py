"""How robust a plan is: every number worked out by hand, and held against whole runs without the mentor or the site."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from matcher.domain import Round
from matcher.generate import generate
from matcher.load import load_round
from matcher.pipeline import Run, run_loaded
from matcher.published import with_order, with_rows
from matcher.robustness import Loss, Robustness
from tests.builders import a_round, decision, mentor, opportunity, settings, site, student
from tests.test_repair import barred, offers, plan


def asked(**tables) -> Robustness:
    return Robustness(run_loaded(a_round(**tables), Path(), []))


def pinned(*pairs: str) -> list:
    return [decision("pin", *pair.split(">")) for pair in pairs]


def a_chain() -> dict:
    """S1 at O1 and S2 at O2, by points; O3 is free. S1 may go to O1 and O2, S2 to O2 and O3."""
    wishes = {"O1": "dogs", "O2": "cars"}
    tables = offers(3)
    tables["opportunities"] = [
        opportunity(f"O{n}", site_id=f"W{n}", mentors=f"M{n}", description=wishes.get(f"O{n}", "x")) for n in (1, 2, 3)
    ]
    people = [student("S1", interests="dogs"), student("S2", interests="cars")]
    return tables | {"students": people, "decisions": barred("S1>O3", "S2>O1")}


def test_a_chain_of_two():
    """Without M1, S1 has no place unless S2 moves to O3. Without M2, S2 takes the free O3 and nobody else moves."""
    found = asked(**a_chain())
    assert plan(found.run) == {"S1": "O1", "S2": "O2"}
    assert found.losses(10) == [
        Loss(1, "mentor", "M1", 1, 0, 1, 1, ()),
        Loss(2, "site", "W1", 1, 0, 1, 1, ()),
        Loss(3, "mentor", "M2", 1, 1, 1, 0, ()),
        Loss(4, "site", "W2", 1, 1, 1, 0, ()),
    ]
    assert [loss.id for loss in found.losses(1)] == ["M1", "W1"]


def test_the_single_point_of_failure():
    """M1 has two students and nothing is free: both lose their place. Whoever is unplaced already does not count and gets nothing."""
    tables = {"students": [student(s) for s in ("S1", "S2", "S3")], "mentors": [mentor(max_students="2")]}
    found = asked(**tables, opportunities=[opportunity(seats="2")], decisions=pinned("S1>O1", "S2>O1"))
    assert found.losses(10)[0] == Loss(1, "mentor", "M1", 2, 0, 0, 0, ("S1", "S2"))


def test_another_mentor_of_the_offer_takes_over_unless_on_leave():
    """S1 is with M1, the lead; without M1 the student stays with M2, but not when M2 has a week of leave."""
    one = [opportunity(mentors="M1;M2")]
    found = {loss.id: loss for loss in asked(mentors=[mentor(), mentor("M2")], opportunities=one).losses(10)}
    assert found["M1"] == replace(found["M1"], students=1, again=1, again_moving=1, moves=0, unplaced=())
    away = [mentor(), mentor("M2", leave="2026-10-12..2026-10-16")]
    found = {loss.id: loss for loss in asked(mentors=away, opportunities=one).losses(10)}
    assert found["M1"].unplaced == ("S1",)


def test_somebody_else_changes_mentor_to_make_room():
    """S2 is at O2 with M3, the lead; M2 is there, too. Without M1, S1 could go to O3 of M3, who takes one: S2 would go to M2."""
    people = [student("S1", interests="dogs"), student("S2")]
    tables = {"sites": [site()], "mentors": [mentor("M1"), mentor("M2"), mentor("M3")], "students": people}
    three = [opportunity("O1", description="dogs"), opportunity("O2", mentors="M3;M2"), opportunity("O3", mentors="M3", description="x")]
    found = asked(**tables, opportunities=three, decisions=barred("S1>O2", "S2>O1", "S2>O3"))
    assert {p.student.student_id: p.variant.mentor.mentor_id for p in found.run.placements} == {"S1": "M1", "S2": "M3"}
    losses = {loss.id: loss for loss in found.losses(10)}
    assert losses["M1"] == replace(losses["M1"], students=1, again=0, again_moving=1, moves=1, unplaced=())


def test_a_pin_whose_place_is_gone_is_no_conflict():
    """Pinned students are lawful nowhere else: S1 stays without, S2 is not asked to leave."""
    found = {loss.id: loss for loss in asked(**(a_chain() | {"decisions": pinned("S1>O1", "S2>O2")})).losses(10)}
    assert found["M1"].unplaced == ("S1",)
    assert (found["M1"].again, found["M1"].again_moving, found["M1"].moves) == (0, 0, 0)


def test_nobody_loses_a_place_to_the_pin_of_somebody_who_lost_one():
    """S1 is pinned to O1, with M1; M2, who could stand in, takes one student and has S2 at O2. Without M1, S2 stays."""
    tables = {"sites": [site()], "mentors": [mentor("M1"), mentor("M2")], "students": [student("S1"), student("S2")]}
    both = [opportunity("O1", mentors="M1;M2"), opportunity("O2", mentors="M2")]
    found = asked(**tables, opportunities=both, decisions=[*pinned("S1>O1"), *barred("S2>O1")])
    assert {p.student.student_id: p.variant.mentor.mentor_id for p in found.run.placements} == {"S1": "M1", "S2": "M2"}
    loss = next(loss for loss in found.losses(10) if loss.id == "M1")
    assert loss == replace(loss, students=1, again=0, again_moving=0, moves=0, unplaced=("S1",))


def test_two_who_stay_together_move_together():
    """Both at W1 with two mentors; W2 has room for both. Without M1 both go to W2: one is placed again and one moves along."""
    tables = {
        "students": [student("S1"), student("S2")],
        "sites": [site("W1"), site("W2")],
        "mentors": [mentor("M1"), mentor("M2"), mentor("M3", site_id="W2", max_students="2")],
        "opportunities": [opportunity("O1"), opportunity("O2", mentors="M2"), opportunity("O3", site_id="W2", mentors="M3", seats="2")],
    }
    together = [decision("keep_together", "S1", "S2"), *barred("S1>O2", "S2>O1")]
    order = {"order": ["least_change", "total_points", "public_draw"]}
    round_ = a_round(**tables, decisions=together, settings=settings(objectives=order))
    run = run_loaded(with_rows(round_, [("S1", "O1", ""), ("S2", "O2", "")]), Path(), [])
    assert plan(run) == {"S1": "O1", "S2": "O2"}
    found = {loss.id: loss for loss in Robustness(run).losses(10)}
    assert found["M1"] == replace(found["M1"], students=1, again=1, again_moving=1, moves=1, unplaced=())


@pytest.mark.parametrize(("chance", "lost"), [(0.0, 0.0), (1.0, 2.0)])
def test_nobody_or_everybody_drops_out(chance, lost):
    drops = asked(**a_chain(), settings=settings(repair={"dropout": chance})).drop_outs(50)
    assert (drops.mentors, drops.lost, drops.without, drops.error) == (3 * chance, lost, lost, 0.0)
    assert (drops.low, drops.high) == (lost, lost)


def test_the_mean_of_the_draws_is_the_expected_number():
    """With chance p = 1/2: S1 is without a place when M1 drops out and M2's seat is not free, which it is only if S2 lost it, too,
    and M2 is then gone: so with 1/2. S2 when M2 and M3 do: 1/4. Together 3/4 on average; lost are 1.
    """
    found = asked(**a_chain(), settings=settings(repair={"dropout": 0.5}))
    drops = found.drop_outs(4000)
    assert drops.lost == pytest.approx(1, abs=0.05)
    assert abs(drops.without - 0.75) < 2 * drops.error < 0.1
    assert (drops.low, drops.high) == (0, 2)
    assert found.drop_outs(4000) == drops


def without(run: Run, kind: str, name: str) -> Round:
    """The round with a mentor or a site taken out of the tables, and the plan as where students are today."""
    round_ = run.world.round
    here = [(p.student.student_id, p.variant.opportunity.opportunity_id, _windows(p)) for p in run.placements]
    sites = {name} if kind == "site" else set()
    offers_left = []
    for offer in round_.opportunities:
        mentors = tuple(m for m in offer.mentors if not (kind == "mentor" and m == name))
        if mentors and offer.site_id not in sites:
            offers_left.append(offer.model_copy(update={"mentors": mentors}))
    ids = {offer.opportunity_id for offer in offers_left}
    left = replace(
        round_,
        mentors=tuple(m for m in round_.mentors if not (kind == "mentor" and m.mentor_id == name)),
        opportunities=tuple(offers_left),
        decisions=tuple(d for d in round_.decisions if d.kind != "pin" or d.b in ids),
        students=tuple(s for s in round_.students if s.student_id in {h[0] for h in here} or s.status == "placed"),
    )
    standing = tuple(p for p in left.previous if p.opportunity_id in ids and p.student_id in left.student)
    return with_rows(replace(left, previous=standing), here)


def _windows(placement) -> str:
    from matcher.cells import show_windows

    return show_windows(placement.variant.windows)


def test_whole_runs_without_the_mentor_say_the_same(tmp_path):
    """An invented round of 60, one mentor an offer: the ten worst, each run again by the whole engine with the tables changed."""
    generate(60, 1, 5, tmp_path / "round")
    loaded, issues = load_round(tmp_path / "round")
    single = tuple(o.model_copy(update={"mentors": o.mentors[:1]}) for o in loaded.opportunities)
    run = run_loaded(replace(loaded, requests=(), opportunities=single), tmp_path / "round", issues)
    found = Robustness(run).losses(6)
    assert len(found) == 12
    for loss in found[:10]:
        changed = with_order(without(run, loss.kind, loss.id), ("still_placed", "least_change", "public_draw"))
        again = run_loaded(changed, tmp_path / "round", [])
        values = {stage.name: stage.value for stage in again.solution.stages}
        assert values["still_placed"] == len(run.placements) - len(loss.unplaced), loss
        assert values["least_change"] == len(run.placements) - len(loss.unplaced) - loss.moves - _elsewhere(run, again, loss), loss


def _elsewhere(run: Run, again: Run, loss: Loss) -> int:
    """Of those whose place was there, how many have another now."""
    there = {
        p.student.student_id: (p.variant.opportunity.opportunity_id, p.variant.windows)
        for p in run.placements
        if loss.id in {p.variant.mentor.mentor_id, p.variant.site.site_id}
    }
    now = {p.student.student_id: (p.variant.opportunity.opportunity_id, p.variant.windows) for p in again.placements}
    return sum(s in now and now[s] != place for s, place in there.items())

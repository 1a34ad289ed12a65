"""Repair in the middle of a term: who stays, who moves, and what the auditor holds against it; every plan worked out by hand."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from matcher.answers import explain_student
from matcher.audit import audit
from matcher.changes import moved
from matcher.errors import VerificationError
from matcher.pipeline import Run, run_loaded, run_round
from matcher.publish import publish
from matcher.published import with_rows
from tests.builders import TUE_THU, a_round, decision, earlier, mentor, opportunity, request, settings, site, student
from tests.folder import write_round

MON_WED = "Mon 09:00-15:00;Wed 09:00-15:00"
WEEK_5, WEEK_10 = "2026-10-06", "2026-11-10"


def term(start: str = WEEK_5, began: str | None = "2026-09-08", weeks: int = 8, **sections):
    """The term began on 8 September; the new plan counts from its fifth week on. Eight weeks end on 3 November."""
    repair = {"commitment_weeks": weeks} | ({"began": began} if began else {})
    return settings(start=start, repair=repair, **sections)


def offers(count: int, **changes) -> dict[str, list]:
    """So many sites with one mentor, one offer and one seat each."""
    numbers = range(1, count + 1)
    return {
        "sites": [site(f"W{n}") for n in numbers],
        "mentors": [mentor(f"M{n}", site_id=f"W{n}") for n in numbers],
        "opportunities": [opportunity(f"O{n}", site_id=f"W{n}", mentors=f"M{n}", **changes) for n in numbers],
    }


def plan(run: Run) -> dict[str, str]:
    return {p.student.student_id: p.variant.opportunity.opportunity_id for p in run.placements}


def solved(**tables) -> Run:
    return run_loaded(a_round(**tables), Path(), [])


def uncleared(number: int = 1):
    """A mentor whose clearance ended in the fourth week."""
    return mentor(f"M{number}", site_id=f"W{number}", documents="clearance:2026-07-01..2026-10-01")


def barred(*pairs: str) -> list:
    return [decision("ban", *pair.split(">")) for pair in pairs]


def a_chain(weeks: int = 8, **sections):
    """M1's clearance lapses. S1 could only go to O2, where S2 is; S2 could go to the free O3."""
    tables = offers(3)
    tables["mentors"][0] = uncleared()
    tables |= {"students": [student("S1"), student("S2")], "previous": [earlier("S1", "O1"), earlier("S2", "O2")]}
    return tables | {"decisions": barred("S1>O3"), "settings": term(weeks=weeks, **sections)}


def test_nobody_else_moves_when_a_mentor_drops_out():
    """To place S1, S2 would have to move: one student changed instead of one, but two moves instead of one. S2 stays."""
    assert plan(solved(**a_chain(weeks=0))) == {"S2": "O2"}


def test_an_order_of_ones_own_may_move_others_for_them():
    order = ["still_placed", "least_change", "public_draw"]
    assert plan(solved(**a_chain(weeks=0, objectives={"order": order}))) == {"S1": "O2", "S2": "O3"}


def test_a_first_commitment_is_kept_whatever_the_order():
    """The same order; S2 is in the fifth of eight weeks and stays, so S1 has no place."""
    order = ["still_placed", "least_change", "public_draw"]
    run = solved(**a_chain(objectives={"order": order}))
    assert plan(run) == {"S2": "O2"}
    assert run.solution.stages[0].name == "first_commitment"


@pytest.mark.parametrize(
    ("start", "weeks", "starts", "kept"),
    [
        ("2026-11-02", 8, None, True),  # Monday of the eighth week
        ("2026-11-03", 8, None, False),  # eight weeks are over
        ("2026-11-03", 9, None, True),
        ("2026-11-03", 8, "2026-09-15", True),  # the offer began a week later
        (WEEK_5, 0, None, False),
    ],
)
def test_how_long_a_first_commitment_lasts(start, weeks, starts, kept):
    """One seat, S1 is there, and S2 comes first in the order (a priority class before least change)."""
    order = ["priority_classes", "most_placed", "least_change", "public_draw"]
    run = solved(
        students=[student("S1"), student("S2", priority="1")],
        opportunities=[opportunity(**({"starts": starts} if starts else {}))],
        previous=[earlier("S1", "O1")],
        settings=term(start, weeks=weeks, objectives={"order": order}),
    )
    assert plan(run) == ({"S1": "O1"} if kept else {"S2": "O1"})


def test_before_the_term_there_is_no_commitment():
    order = ["priority_classes", "most_placed", "least_change", "public_draw"]
    people = [student("S1"), student("S2", priority="1")]
    run = solved(students=people, previous=[earlier("S1", "O1")], settings=term(began=None, objectives={"order": order}))
    assert plan(run) == {"S2": "O1"}


def test_a_ban_releases_and_so_does_a_declined_request():
    """S1 is free to go: by a coordinator's ban, or because the student asked to leave."""
    tables = offers(2) | {"previous": [earlier("S1", "O1")], "settings": term()}
    assert plan(solved(**tables)) == {"S1": "O1"}
    assert plan(solved(**tables, decisions=barred("S1>O1"))) == {"S1": "O2"}
    assert plan(solved(**tables, requests=[request("S1", "O1", state="declined")])) == {"S1": "O2"}


def test_nobody_placed_today_loses_out_to_somebody_new():
    """M1's clearance lapses; O2 is free. S1, placed today, and S2, new and of a higher class, want it: S1 has it."""
    tables = offers(2)
    tables["mentors"][0] = uncleared()
    people = [student("S1"), student("S2", priority="9")]
    found = {"students": people, "previous": [earlier("S1", "O1")], "requests": [request("S2", "O2", state="landed")]}
    assert plan(solved(**tables, **found, settings=term())) == {"S1": "O2"}
    assert plan(solved(**tables, **found, settings=term(began=None))) == {"S2": "O2"}


def test_a_new_student_gets_what_is_free_and_nobody_moves_for_it():
    """S2 moves in and may go to O1 only, where S1 is beyond the first commitment; O2 is free for S1. Most placed would move S1."""
    tables = offers(2) | {"students": [student("S1"), student("S2")], "previous": [earlier("S1", "O1")], "decisions": barred("S2>O2")}
    assert plan(solved(**tables, settings=term(WEEK_10))) == {"S1": "O1"}
    assert plan(solved(**tables, settings=term(WEEK_10, began=None))) == {"S1": "O2", "S2": "O1"}


def test_a_student_whose_offer_is_gone_is_still_placed_today():
    """O1 is no longer in the tables: S1 has lost the place and comes before S2, who is new."""
    round_ = a_round(students=[student("S1"), student("S2", priority="1")], opportunities=[opportunity("O2")], settings=term())
    run = run_loaded(with_rows(round_, [("S1", "O1", TUE_THU), ("S9", "O2", TUE_THU)]), Path(), [])
    assert plan(run) == {"S1": "O2"}


def test_a_seat_goes_and_one_of_two_within_their_commitment_keeps_the_other():
    """Two were at O1, which now has one seat: there is a plan, one keeps the seat, the other goes to O2."""
    tables = offers(2) | {"students": [student("S1"), student("S2")], "previous": [earlier("S1", "O1"), earlier("S2", "O1")]}
    run = solved(**tables, settings=term())
    assert sorted(plan(run).values()) == ["O1", "O2"]
    assert [(s.name, s.value) for s in run.solution.stages][:3] == [("first_commitment", 1), ("least_change", 1), ("still_placed", 2)]


def test_a_term_cannot_have_begun_after_the_plan_starts():
    with pytest.raises(ValueError, match=r"repair\.began"):
        term(start="2026-09-08", began="2026-09-09")


def published(folder: Path, round_, before: dict[str, str] | None = None) -> Path:
    """Run and publish as the command does, with no order of objectives given; `before` are the rows of an earlier output."""
    path = write_round(folder / "round", round_) / "round.toml"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if not line.startswith("order")), encoding="utf-8")
    if before is not None:
        (folder / "before").mkdir(exist_ok=True)
        header = "student_id,opportunity_id,site_id,mentor_id,sessions,points,mode,minutes,transfers,reason"
        lines = [f"{s},{o},,,{TUE_THU},0,walk,1,0,x" for s, o in before.items()]
        (folder / "before" / "placements.csv").write_text("\r\n".join([header, *lines, ""]), encoding="utf-8")
    publish(run_round(folder / "round", previous=folder / "before" if before is not None else None), folder / "plan")
    return folder / "plan"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes(findings) -> set[tuple[str, str]]:
    return {(f.student_id, f.rule) for f in findings}


def dishonest(folder: Path, round_, order: list[str]) -> None:
    """Publish a plan made with another order of objectives, as an engine without the promise would."""
    write_round(folder / "round", round_)
    run = run_round(folder / "round")
    other = replace(run.model.problem, objectives=tuple(order))
    from matcher.plan import placements
    from matcher.solver.exact import solve

    found = solve(other)
    run = replace(run, solution=found, placements=tuple(placements(run.lawful.candidates, found.chosen)))
    publish(run, folder / "plan")


BY_CLASS = ["priority_classes", "most_placed", "public_draw"]


def test_the_auditor_finds_who_was_moved_within_the_first_commitment(tmp_path):
    """S2 is of a higher class and takes S1's seat: lawful as a plan, but S1 is in the fifth week."""
    people = [student("S1"), student("S2", priority="1")]
    tables = {"students": people, "previous": [earlier("S1", "O1")]}
    with pytest.raises(VerificationError) as refused:
        dishonest(tmp_path / "a", a_round(**tables, settings=term()), BY_CLASS)
    assert refused.value.findings == ("student S1: first_commitment: is within the first commitment at O1, which is lawful and has room",)
    for name, changes in {
        "over": {"settings": term(WEEK_10)},
        "released": {"settings": term(), "decisions": barred("S1>O1")},
        "unlawful": {"settings": term(), "requests": [request("S1", "O1", state="declined")]},
        "before the term": {"settings": term(began=None)},
    }.items():
        dishonest(tmp_path / name, a_round(**(tables | changes)), BY_CLASS)


def test_the_auditor_knows_when_there_is_no_room(tmp_path):
    """Two within their commitment, one seat left: either may go. A pin of somebody new takes the seat from both."""
    tables = offers(2) | {"previous": [earlier("S1", "O1"), earlier("S2", "O1")], "settings": term()}
    out = published(tmp_path / "a", a_round(**tables, students=[student("S1"), student("S2")]))
    assert sorted(row["opportunity_id"] for row in rows(out / "placements.csv")) == ["O1", "O2"]
    people = [student("S1"), student("S2"), student("S3")]
    out = published(tmp_path / "b", a_round(**tables, students=people, decisions=[decision("pin", "S3", "O1")]))
    assert {row["student_id"]: row["opportunity_id"] for row in rows(out / "placements.csv")}["S3"] == "O1"


def test_the_auditor_sees_that_one_more_could_have_stayed(tmp_path):
    """Two at O1 with two seats; the plan leaves one of them out."""
    with pytest.raises(VerificationError) as refused:
        tables = {"students": [student("S1"), student("S2"), student("S3", priority="1")], "mentors": [mentor(max_students="2")]}
        before = [earlier("S1", "O1"), earlier("S2", "O1")]
        dishonest(tmp_path, a_round(**tables, opportunities=[opportunity(seats="2")], previous=before, settings=term()), BY_CLASS)
    assert len(refused.value.findings) == 1
    assert "first_commitment" in refused.value.findings[0]


def test_somebody_kept_together_with_a_newcomer_hides_nobody_else(tmp_path):
    """S1 keeps O1 beside S3, who is new and kept together with S1. S2 has to leave O2 for S4 of a higher class: found."""
    tables = offers(2)
    tables["mentors"][0] = mentor(max_students="2")
    tables["opportunities"][0] = opportunity(seats="2")
    people = [student("S1"), student("S2"), student("S3"), student("S4", priority="1")]
    orders = [decision("keep_together", "S1", "S3"), *barred("S4>O1", "S2>O1")]
    before = [earlier("S1", "O1"), earlier("S2", "O2")]
    with pytest.raises(VerificationError) as refused:
        dishonest(tmp_path, a_round(**tables, students=people, decisions=orders, previous=before, settings=term()), BY_CLASS)
    assert [told.split(":")[:2] for told in refused.value.findings] == [["student S2", " first_commitment"]]


def test_the_auditor_reads_the_earlier_plan_itself(tmp_path):
    """The manifest that forgets, moves or invents somebody is found out; so is one without a word."""
    out = published(tmp_path, a_round(**offers(2), students=[student("S1"), student("S2")], settings=term()), {"S1": "O1"})
    folder, before = tmp_path / "round", tmp_path / "before"
    assert audit(out, folder, before) == []
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    for changes, found in (
        ({"previous": []}, {("S1", "earlier_plan")}),
        ({"previous": [["S1", "O2", TUE_THU]]}, {("S1", "earlier_plan")}),
        ({"previous": [*manifest["previous"], ["S2", "O9", TUE_THU]]}, {("S2", "earlier_plan")}),
        ({"previous": None}, {("", "earlier_plan"), ("S1", "earlier_plan")}),
        ({"earlier_plan": None}, {("", "earlier_plan")}),
    ):
        (out / "manifest.json").write_text(json.dumps(manifest | changes), encoding="utf-8")
        assert codes(audit(out, folder, before)) == found
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (before / "placements.csv").write_text("student_id\r\nS1\r\n", encoding="utf-8")
    assert ("", "earlier_plan") in codes(audit(out, folder, before))


def test_whoever_the_earlier_plan_left_unplaced_has_no_place_today(tmp_path):
    """The table has S1 at O1 in an earlier term; the plan that is followed now gave O1 to S2 and nothing to S1."""
    round_ = a_round(students=[student("S1"), student("S2")], previous=[earlier("S1", "O1")], settings=term())
    (tmp_path / "before").mkdir()
    (tmp_path / "before" / "unplaced.csv").write_text("student_id,code,reason,smallest_change\r\nS1,seats,x,x\r\n", encoding="utf-8")
    out = published(tmp_path, round_, {"S2": "O1"})
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["previous"] == [["S2", "O1", TUE_THU]]
    assert [row["student_id"] for row in rows(out / "placements.csv")] == ["S2"]
    assert audit(out, tmp_path / "round") == audit(out, tmp_path / "round", tmp_path / "before") == []
    assert explain_student(out, tmp_path / "round", "S1", None)["change"] is None


def test_explain_and_compare_say_why_somebody_moved(tmp_path):
    out = published(tmp_path, a_round(**a_chain(weeks=0) | {"previous": []}), {"S1": "O1", "S2": "O2"})
    reason = "The place at O1 is no longer lawful: the mentor's clearance does not count on 2026-10-06."
    change = {"from_opportunity": "O1", "from_sessions": TUE_THU, "code": "cleared_adult", "reason": reason}
    assert explain_student(out, tmp_path / "round", "S1", None)["change"] == change
    assert explain_student(out, tmp_path / "round", "S2", None)["change"] is None


def test_the_table_previous_must_stand_in_the_manifest(tmp_path):
    out = published(tmp_path, a_round(previous=[earlier("S1", "O1")], settings=term()))
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    (out / "manifest.json").write_text(json.dumps(manifest | {"previous": []}), encoding="utf-8")
    assert codes(audit(out, tmp_path / "round")) == {("S1", "earlier_plan")}


def told(run: Run) -> list[tuple[str, str, str, str]]:
    return [(m.student_id, m.from_opportunity, m.to_opportunity, m.code) for m in moved(run)]


def test_who_moves_and_the_rule_or_shortage_behind_it():
    """One student for each reason; O9 is where whoever moves may go, and S7 keeps the place."""
    people = [student(f"S{n}") for n in (1, 2, 3, 4, 6, 7)] + [student("S5", status="not_ready")]
    tables = offers(6)
    tables["mentors"][0] = uncleared()
    tables["mentors"][5] = mentor("M6", site_id="W6", max_students="2")
    tables["opportunities"][4] = opportunity("O5", site_id="W5", mentors="M5", sessions=MON_WED)
    before = [earlier(f"S{n}", f"O{n}") for n in (1, 2, 4, 5)] + [earlier("S3", "O6"), earlier("S6", "O5"), earlier("S7", "O6")]
    round_ = a_round(
        students=people,
        **tables,
        requests=[request("S2", "O2", state="declined")],
        decisions=barred("S3>O1", "S3>O2", "S3>O3", "S3>O4", "S3>O5", "S6>O3", "S6>O4", "S1>O2", "S1>O4", "S1>O5"),
        settings=term(),
    )
    run = run_loaded(replace(round_, previous=(*(r for r in before if r.student_id != "S4"), earlier("S4", "O77"))), Path(), [])
    found = {row[0]: row for row in told(run)}
    assert found["S1"][3] == "cleared_adult"
    assert found["S2"][3] == "declined"
    assert {found[s][3] for s in ("S3", "S7") if s in found} == {"seats"}
    assert found["S4"][3] == "gone"
    assert found["S5"] == ("S5", "O5", "", "not_ready")
    assert found["S6"][3] == "other_hours"
    assert len(found) == 6
    reasons = {m.student_id: m.reason for m in moved(run)}
    assert reasons["S1"] == "The place at O1 is no longer lawful: the mentor's clearance does not count on 2026-10-06."
    assert not any(other in reason for s, reason in reasons.items() for other in ("S1", "S2", "S3", "S4", "S5", "S6", "S7"))


def test_moved_to_make_room_or_for_a_better_plan():
    """Before the term, by class and by points: S2 of the higher class takes O1; later S1 gains by going elsewhere."""
    tables = offers(2) | {"students": [student("S1"), student("S2", priority="1")], "previous": [earlier("S1", "O1")]}
    order = {"order": ["priority_classes", "most_placed", "total_points", "public_draw"]}
    made = solved(**tables, decisions=barred("S2>O2"), settings=term(began=None, objectives=order))
    assert told(made) == [("S1", "O1", "O2", "made_room")]
    (change,) = moved(made)
    assert change.reason == "O1 is still lawful; somebody else has the place, because the plan as a whole is better so."
    wish = [request("S1", "O2", state="landed")]
    gain = solved(**(tables | {"students": [student("S1")]}), requests=wish, settings=term(began=None, objectives=order))
    assert told(gain) == [("S1", "O1", "O2", "better_plan")]


def test_nobody_moved_and_nobody_was_placed():
    assert moved(solved(previous=[earlier("S1", "O1", "")], settings=term())) == []
    assert moved(solved()) == []


def test_changes_are_published_and_the_report_says_them(tmp_path):
    tables = a_chain(weeks=0)
    out = published(tmp_path, a_round(**tables))
    assert rows(out / "changes.csv") == [
        {
            "student_id": "S1",
            "from_opportunity": "O1",
            "from_sessions": TUE_THU,
            "to_opportunity": "",
            "to_sessions": "",
            "code": "cleared_adult",
            "reason": "The place at O1 is no longer lawful: the mentor's clearance does not count on 2026-10-06.",
        }
    ]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "What changed since the earlier plan" in page
    assert "Of 2 students with a place, 1 keeps it, 0 move and 1 has none now." in page
    assert "The term began on September 8, 2026; this plan counts from October 6, 2026 on." in page
    assert "does not count on October 6, 2026" in page

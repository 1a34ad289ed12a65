"""What sentences of reasons speak of: by hand, in rounds where last term decides and where ways to travel are forbidden."""

from __future__ import annotations

import csv
from pathlib import Path

from matcher.answers import explain_in
from matcher.pipeline import run_loaded
from matcher.publish import publish
from matcher.sentences import Sentence, told
from tests import builders as b


def test_a_sentence_is_told_when_all_that_it_speaks_of_is_known():
    said = [Sentence("One.", ("a",)), Sentence("Two.", ("a", "b")), Sentence("", ("a",)), Sentence("Three.", ("c",))]
    assert told(said) == "One. Two. Three."
    assert told(said, {"a", "c"}.__contains__) == "One. Three."
    assert told(said, set().__contains__) == ""


def test_the_sentences_of_a_plan_are_its_reasons(tmp_path):
    """The files say the same: joined by student, the sentences are the cells `reason`."""
    from tests.folder import write_round

    round_ = b.a_round(
        students=[b.student("S1"), b.student("S2"), b.student("S3", documents="")], settings=b.settings(text={"level": "light"})
    )
    run = run_loaded(round_, write_round(tmp_path / "round", round_), [])
    publish(run, tmp_path / "out")
    rows = {
        name: list(csv.DictReader((tmp_path / "out" / f"{name}.csv").read_text("utf-8").splitlines()))
        for name in ("placements", "unplaced", "sentences")
    }
    reasons = {row["student_id"]: row["reason"] for row in rows["placements"] + rows["unplaced"]}
    joined: dict[str, str] = {}
    for row in rows["sentences"]:
        joined[row["student_id"]] = f"{joined.get(row['student_id'], '')} {row['sentence']}".strip()
    assert joined == reasons
    assert [row["about"] for row in rows["sentences"] if row["student_id"] == "S3"] == ["student_documents"]
    assert sorted(row["about"] for row in rows["sentences"]) == ["points", "seats", "student_documents"]


def test_the_reason_of_a_trip_speaks_of_the_rule_that_forbids_the_way():
    """A driver of fifteen: the trip is what fails, and its reason tells the age."""
    driver = b.student(birth_date="2011-02-03", travel_modes="drive", starts_from="home", lat="41.8245", lon="-71.4129")
    run = run_loaded(b.a_round(students=[driver]), Path("/nowhere/at/all"), [])
    everything = explain_in(run, "S1", None)
    assert everything["code"] == everything["options"][0]["rule"] == "trip"
    assert "the student is 15" in everything["reason"]
    assert "the student is 15" in everything["options"][0]["reason"]
    some = explain_in(run, "S1", None, {"trip", "schedule"}.__contains__)
    assert (some["code"], some["reason"], some["options"][0]["reason"]) == ("trip", "", "")
    assert explain_in(run, "S1", None, {"trip", "driving"}.__contains__) == everything


def test_what_opens_a_trip_without_times_is_the_times():
    """A longer limit would not help S1; S2 could walk the 3.3 km (59 minutes) within a longer one."""
    people = [b.student("S1", travel_modes="transit"), b.student("S2", travel_modes="transit;walk", max_travel_minutes="30")]
    run = run_loaded(b.a_round(students=people, sites=[b.site(lat="41.8537", lon="-71.4128")]), Path(), [])
    first, second = (explain_in(run, s.student_id, None)["smallest_change"] for s in people)
    assert first.startswith("The times by transit (in the table travel, or a timetable), or another way to travel: that opens O1")
    times = "The times by transit (in the table travel, or a timetable), another way to travel, or a longer travel limit"
    assert second.startswith(f"{times}: that opens O1")
    reason = "transit: the travel time is not known: the table travel has no times of it, and there is no timetable"
    assert reason in explain_in(run, "S1", None)["reason"]


def test_what_opens_a_trip_that_is_too_long_is_a_longer_limit():
    tables = {"students": [b.student(travel_modes="transit")], "travel": [b.trip(minutes="61")]}
    change = explain_in(run_loaded(b.a_round(**tables), Path(), []), "S1", None)["smallest_change"]
    assert change.startswith("Another way to travel, or a longer travel limit: that opens O1")

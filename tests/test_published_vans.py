"""A published plan is read back with the vans that its riders were given, not the first that would do."""

from __future__ import annotations

import json
from pathlib import Path

from matcher.answers import load_plan
from matcher.pipeline import run_round
from matcher.proof import check_proof
from matcher.publish import publish
from tests.builders import a_round, settings, student, van
from tests.folder import write_round


def test_a_rider_of_other_vans_than_the_first_is_proven(tmp_path: Path):
    """Two vans on Tuesday and Thursday, so four ways to ride; the public draw takes one of them, by the seed of the round."""
    rode = set()
    for seed in range(6):
        place = tmp_path / str(seed)
        people = [student(travel_modes="van")]
        told = settings(round={"seed": str(seed)}, text={"level": "light"})
        run = run_round(write_round(place / "round", a_round(students=people, vans=[van("V1"), van("V2")], settings=told)))
        publish(run, place / "out")
        vans = tuple(run.lawful.candidates.vans(run.placements[0].pair))
        rode.add(vans)
        assert json.loads((place / "out" / "certificate.json").read_text())["vans"] == [list(vans)]
        read = load_plan(place / "out", place / "round")
        assert read.solution.chosen.tolist() == run.solution.chosen.tolist()
        assert check_proof(place / "out", place / "round") == []
    assert len(rode) > 1
    assert rode - {("V1", "V1")}


def test_without_a_word_about_vans_the_first_way_is_taken(tmp_path: Path):
    """As in plans of earlier versions."""
    run = run_round(write_round(tmp_path / "round", a_round(students=[student(travel_modes="van")], vans=[van("V1"), van("V2")])))
    publish(run, tmp_path / "out")
    (tmp_path / "out" / "certificate.json").unlink()
    read = load_plan(tmp_path / "out", tmp_path / "round")
    assert read.lawful.candidates.vans(int(read.solution.chosen[0])) == ["V1", "V1"]

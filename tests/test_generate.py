"""The generator: same bytes for the same arguments, figures of real schools, lawful orders, nothing half-written."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import os
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from matcher.candidates import Judge
from matcher.cells import parse_documents, parse_patterns, parse_windows
from matcher.domain import TABLES, Round, age_on
from matcher.errors import InputError
from matcher.generate import build as building
from matcher.generate import generate, texts, write
from matcher.generate.build import build
from matcher.generate.dice import Deck, Dice, Urn
from matcher.generate.places import school_sizes
from matcher.generate.students import advisory_sizes
from matcher.generate.words import vocabulary
from matcher.load import read_round
from matcher.world import World
from tests.patience import patient

START, END = dt.date(2026, 9, 8), dt.date(2026, 12, 18)
Rows = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def rows() -> Rows:
    return build(4000, 16, 11)[1]


def digest(folder: Path) -> str:
    return hashlib.sha256(b"".join(p.name.encode() + p.read_bytes() for p in sorted(folder.iterdir()))).hexdigest()


def share(values: list[bool]) -> float:
    return sum(values) / len(values)


def loaded(tmp_path: Path, students: int, schools: int, seed: int) -> Round:
    generate(students, schools, seed, tmp_path / "round")
    round_, issues = read_round(tmp_path / "round")
    assert round_ is not None, [str(issue) for issue in issues if issue.severity == "error"]
    return round_


# ---- the same bytes


def test_two_processes_with_other_hash_seeds_write_the_same_bytes(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from matcher.generate import generate; generate(150, 2, 5, Path(sys.argv[1]))"
    for name in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": name}
        subprocess.run([sys.executable, "-c", code, str(tmp_path / name)], check=True, env=environment)
    assert digest(tmp_path / "1") == digest(tmp_path / "2")


@pytest.mark.parametrize("other", [(150, 2, 6), (151, 2, 5), (150, 3, 5)])
def test_other_arguments_give_another_round(tmp_path: Path, other: tuple[int, int, int]) -> None:
    generate(150, 2, 5, tmp_path / "a")
    generate(*other, tmp_path / "b")
    assert (tmp_path / "a" / "students.csv").read_bytes() != (tmp_path / "b" / "students.csv").read_bytes()


def test_dice_give_what_they_gave_when_this_was_written() -> None:
    dice = Dice("a", 1)
    assert [dice.whole(1, 6) for _ in range(8)] == [2, 6, 5, 1, 4, 2, 6, 3]
    assert Dice("a", 1).some("abcdef", 4) == Dice("a", 1).some("abcdef", 4)
    assert sorted(Dice("x").some(range(9), 20)) == list(range(9))


def test_a_deck_repeats_only_after_all_were_dealt() -> None:
    deck = Deck("abcde", Dice("deck"))
    dealt = [deck.deal() for _ in range(10)]
    assert sorted(dealt[:5]) == sorted(dealt[5:]) == list("abcde")


def test_an_urn_draws_by_weight() -> None:
    dice, urn = Dice("urn"), Urn({"a": 3, "b": 1, "never": 0})
    drawn = Counter(urn.draw(dice) for _ in range(4000))
    assert drawn["a"] / 4000 == pytest.approx(0.75, abs=0.03)
    assert drawn["never"] == 0


# ---- lawful input


@pytest.mark.parametrize(("students", "schools", "seed"), [(1, 1, 0), (5, 5, -3), (120, 1, 1), (900, 9, 2)])
def test_the_loader_finds_no_error(tmp_path: Path, students: int, schools: int, seed: int) -> None:
    round_ = loaded(tmp_path, students, schools, seed)
    assert (len(round_.students), len(round_.schools)) == (students, schools)


def test_every_row_validates_and_every_table_has_rows(rows: Rows) -> None:
    assert rows.keys() == TABLES.keys() - {"history"}
    for table, table_rows in rows.items():
        model = TABLES[table]
        for row in table_rows:
            model(**{column: value for column, value in row.items() if value})
        assert table_rows, table


def test_files_have_the_columns_of_the_contract(tmp_path: Path) -> None:
    generate(30, 1, 1, tmp_path)
    for table, model in TABLES.items():
        if table == "history":
            continue
        with (tmp_path / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == list(model.model_fields)


def test_references_resolve_and_requests_are_asked_once(rows: Rows) -> None:
    ids = {table: {row[f"{name}_id"] for row in rows[table]} for table, name in (("schools", "school"), ("students", "student"))}
    ids |= {"sites": {r["site_id"] for r in rows["sites"]}, "mentors": {r["mentor_id"] for r in rows["mentors"]}}
    offers = {row["opportunity_id"] for row in rows["opportunities"]}
    site_of = {row["mentor_id"]: row["site_id"] for row in rows["mentors"]}
    for row in rows["opportunities"]:
        assert {site_of[mentor] for mentor in row["mentors"].split(";")} == {row["site_id"]}
    for row in rows["requests"] + rows["previous"]:
        assert row["student_id"] in ids["students"]
        assert row["opportunity_id"] in offers
    for row in rows["travel"]:
        assert row["from_id"] in ids["students"] | ids["schools"]
        assert row["site_id"] in ids["sites"]
    for row in rows["decisions"]:
        assert row["a"] in ids["students"]
        assert row["b"] in (offers if row["kind"] in {"pin", "ban"} else ids["students"] | ids["mentors"])
    asked = Counter((row["student_id"], row["opportunity_id"]) for row in rows["requests"])
    assert max(asked.values()) == 1


def test_sessions_lie_inside_the_hours_of_a_school_that_may_come(rows: Rows) -> None:
    site = {row["site_id"]: row for row in rows["sites"]}
    hours = {row["school_id"]: parse_windows(row["windows"]) for row in rows["schools"]}
    for row in rows["opportunities"]:
        schools = site[row["site_id"]]["schools"].split(";") if site[row["site_id"]]["schools"] else list(hours)
        for window in (window for pattern in parse_patterns(row["sessions"]) for window in pattern):
            assert any(h.weekday == window.weekday and h.start <= window.start and window.end <= h.end for k in schools for h in hours[k])


def test_pins_are_lawful_and_friends_can_be_together(tmp_path: Path) -> None:
    round_ = loaded(tmp_path, 500, 9, 8)
    assert {school.state for school in round_.schools} == {"US-RI", "US-CA"}
    world = World(round_)
    judge = Judge(world)

    def lawful(student_id: str, opportunity_id: str) -> bool:
        student = round_.student[student_id]
        variants = [v for v in world.variants if v.opportunity.opportunity_id == opportunity_id]
        return all(not list(judge.reasons(student, variant)) for variant in variants)

    pins = round_.decisions_in_force("pin")
    assert pins
    assert all(lawful(pin.a, pin.b) for pin in pins)
    assert len({pin.a for pin in pins}) == len({round_.opportunity[pin.b].site_id for pin in pins}) == len(pins)
    together = round_.decisions_in_force("keep_together")
    assert together
    for pair in together:
        offers = [o.opportunity_id for o in round_.opportunities if o.seats > 1]
        assert any(lawful(pair.a, offer) and lawful(pair.b, offer) for offer in offers)


# ---- figures of real schools (DOMAIN.md)


def test_school_and_advisory_sizes(rows: Rows) -> None:
    schools = Counter(row["school_id"] for row in rows["students"])
    assert all(100 <= size <= 525 for size in schools.values())
    assert statistics.pstdev(schools.values()) > 30
    advisories = Counter((row["school_id"], row["advisory"]) for row in rows["students"])
    assert all(12 <= size <= 20 for size in advisories.values())
    assert statistics.mode(advisories.values()) == 16


@pytest.mark.parametrize(("students", "schools"), [(1, 1), (7, 7), (90, 1), (525, 1), (3000, 2), (50_000, 160)])
def test_school_sizes_add_up(students: int, schools: int) -> None:
    sizes = school_sizes(students, schools, Dice("sizes"))
    assert sum(sizes) == students
    assert len(sizes) == schools
    assert min(sizes) >= 1


@pytest.mark.parametrize("students", [1, 11, 23, 24, 100, 525])
def test_advisory_sizes_add_up(students: int) -> None:
    sizes = advisory_sizes(students, Dice("advisories"))
    assert sum(sizes) == students
    assert students < 24 or all(12 <= size <= 20 for size in sizes)


def test_ages_fit_grades(rows: Rows) -> None:
    grades: dict[int, list[float]] = {}
    for row in rows["students"]:
        if row["birth_date"]:
            grades.setdefault(int(row["grade"]), []).append((START - dt.date.fromisoformat(row["birth_date"])).days / 365.25)
    ages = [age for group in grades.values() for age in group]
    assert min(ages) >= 13.75
    assert max(ages) <= 19.0
    assert sorted(grades) == [9, 10, 11, 12]
    for grade, group in grades.items():
        assert statistics.median(group) == pytest.approx(grade + 5.4, abs=0.15)
    assert share([not row["birth_date"] for row in rows["students"]]) < 0.01


def test_days_hours_and_seats(rows: Rows) -> None:
    offers = rows["opportunities"]
    days = Counter("+".join(str(w.weekday) for w in parse_patterns(row["sessions"])[0]) for row in offers)
    assert days["1+3"] / len(offers) == pytest.approx(0.75, abs=0.04)
    assert days["0+2"] / len(offers) == pytest.approx(0.10, abs=0.03)
    assert sum(n for key, n in days.items() if "+" not in key) / len(offers) == pytest.approx(0.15, abs=0.03)
    hours = Counter((parse_patterns(row["sessions"])[0][0].end - parse_patterns(row["sessions"])[0][0].start) / 60 for row in offers)
    assert set(hours) == {4, 4.5, 6, 7}
    assert 0.08 <= share(["|" in row["sessions"] for row in offers]) <= 0.16
    seats = [int(row["seats"]) for row in offers]
    assert share([n == 1 for n in seats]) == pytest.approx(0.75, abs=0.03)
    assert share([n == 2 for n in seats]) == pytest.approx(0.15, abs=0.03)
    assert share([n >= 3 for n in seats]) == pytest.approx(0.10, abs=0.03)
    seekers = sum(row["status"] in {"", "seeking"} for row in rows["students"])
    assert 0.5 <= sum(seats) / seekers <= 1.25


def test_mentors_are_shared_and_several(rows: Rows) -> None:
    leads = Counter(mentor for row in rows["opportunities"] for mentor in row["mentors"].split(";"))
    assert 0.03 <= share([n > 1 for n in leads.values()]) <= 0.2
    assert 0.1 <= share([";" in row["mentors"] for row in rows["opportunities"]]) <= 0.3
    assert {len(row["mentors"].split(";")) for row in rows["opportunities"]} == {1, 2, 3}
    assert 0.15 <= share([bool(row["max_students"]) for row in rows["sites"]]) <= 0.45


def test_papers_are_mostly_in_date(rows: Rows) -> None:
    def gaps(text: str, *names: str) -> bool:
        papers = parse_documents(text)
        return not all(any(p.name == name and p.covers(START) and p.covers(END) for p in papers) for name in names)

    assert 0.03 <= share([gaps(row["documents"], "parent_consent", "emergency_contacts") for row in rows["students"]]) <= 0.08
    assert 0.05 <= share([gaps(row["documents"], "clearance") for row in rows["mentors"]]) <= 0.1
    assert 0.03 <= share([gaps(row["documents"], "agreement", "insurance", "site_visit") for row in rows["sites"]]) <= 0.15
    state = {row["site_id"]: row["state"] for row in rows["sites"]}
    checks = [parse_documents(row["documents"]) for row in rows["mentors"] if state[row["site_id"]] == "US-RI"]
    spans = [(p.valid_until - p.valid_from).days for papers in checks for p in papers if p.valid_from and p.valid_until]
    assert set(spans) == {365}


def test_kinds_states_and_orders(rows: Rows) -> None:
    paid = share([row["placement_kind"] == "paid_employment" for row in rows["opportunities"]])
    assert paid == pytest.approx(0.1, abs=0.04)
    assert any("HO-" in row["tasks"] for row in rows["opportunities"])
    status = Counter(row["status"] or "seeking" for row in rows["students"])
    assert 0.01 < status["placed"] / 4000 < 0.05
    assert 0.01 < status["not_ready"] / 4000 < 0.05
    where = {row["student_id"] for row in rows["previous"]}
    assert all(row["student_id"] in where for row in rows["students"] if row["status"] == "placed")
    asked = Counter(row["student_id"] for row in rows["requests"])
    assert 1 <= max(asked.values()) <= 5
    assert {row["state"] or "wish" for row in rows["requests"]} == {"wish", "pursuing", "landed", "declined"}
    assert {row["kind"] for row in rows["decisions"]} == {"pin", "ban", "no_contact", "keep_apart", "keep_together"}
    assert {row["state"] for row in rows["schools"]} == {"US-RI", "US-CA"}
    assert Counter(row["priority"] or "0" for row in rows["students"])["0"] / 4000 > 0.88


def test_texts_sound_like_teenagers() -> None:
    dice = Dice("texts")
    spanish = [texts.is_spanish(dice) for _ in range(4000)]
    assert share(spanish) == pytest.approx(0.12, abs=0.02)
    written = [texts.interests(dice, is_spanish) for is_spanish in spanish]
    unclear = share([not topics for _, topics in written])
    assert unclear == pytest.approx(texts.VAGUE + texts.NICHE, abs=0.03)
    assert 0.2 <= texts.VAGUE <= 0.3
    assert 0.05 <= texts.NICHE <= 0.1
    assert share([bool(texts.avoid(dice, False)) for _ in range(4000)]) == pytest.approx(0.15, abs=0.02)
    assert statistics.median(len(text) for text, _ in written) < 40
    topics = Counter(topic for _, found in written for topic in found)
    assert sum(n for _, n in topics.most_common(8)) > 0.45 * topics.total()
    assert len(topics) == len(vocabulary().interests.topic)


def test_a_misspelt_word_keeps_its_first_letter_and_nearly_its_length() -> None:
    dice = Dice("spelling")
    for _ in range(200):
        word = texts.misspelt(dice, "photography")
        assert word[0] == "p"
        assert abs(len(word) - 11) <= 1
    assert texts.misspelt(dice, "a dog!") == "a dog!"


def test_no_two_opportunities_of_a_small_round_look_copied() -> None:
    offers = build(200, 1, 7)[1]["opportunities"]
    assert len({row["description"] for row in offers}) == len(offers)


def test_nobody_of_a_school_shares_a_name(rows: Rows) -> None:
    names = Counter((row["school_id"], row["name"]) for row in rows["students"])
    assert max(names.values()) == 1


def test_vocabulary_is_wide_and_hangs_together() -> None:
    words = vocabulary()
    assert len(words.fields) >= 60
    for field in words.fields.values():
        assert len(field.names) == len(field.site) >= 2
        assert min(len(field.about), len(field.titles), len(field.work)) >= len(field.names)
        assert bool(field.hazards) == bool(field.hazard_text)
        assert all(re.fullmatch(r"HO-(1[0-7]|[1-9])", tag) for tag in field.hazards)
    wanted = {name for topic in words.interests.topic for name in topic.fields}
    assert wanted <= set(words.fields)


# ---- calls that make no sense


@pytest.mark.parametrize(
    ("students", "schools", "says"),
    [
        (0, 1, "at least 1 student"),
        (-5, 1, "at least 1 student"),
        (10, 0, "at least 1 school"),
        (3, 4, "more schools (4) than students (3)"),
    ],
)
def test_nonsense_numbers_are_refused(tmp_path: Path, students: int, schools: int, says: str) -> None:
    with pytest.raises(InputError, match=re.escape(says)):
        generate(students, schools, 1, tmp_path / "new")
    assert not list(tmp_path.iterdir())


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="is not empty"):
        generate(10, 1, 1, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="is a file"):
        generate(10, 1, 1, tmp_path / "letter.txt")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = write.write_table

    def full(path: Path, *rest: object) -> None:
        if path.name == "students.csv":
            raise OSError(28, "No space left on device")
        real(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(write, "write_table", full)
    with pytest.raises(InputError, match="No space left"):
        building.generate(10, 1, 1, tmp_path / "deep" / "new")
    assert not list((tmp_path / "deep").iterdir())


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    generate(10, 1, 1, tmp_path)
    assert (tmp_path / "round.toml").exists()
    assert {p.stem for p in tmp_path.iterdir()} == TABLES.keys() - {"history"} | {"round"}


def test_age_is_what_the_facts_say(rows: Rows) -> None:
    drivers = [row for row in rows["students"] if "drive" in row["travel_modes"].split(";")]
    assert drivers
    assert all(not row["birth_date"] or age_on(dt.date.fromisoformat(row["birth_date"]), START) >= 16 for row in drivers)


@pytest.mark.slow
def test_fifty_thousand_students_take_less_than_a_minute(tmp_path: Path) -> None:
    began = time.perf_counter()
    generate(50_000, 160, 1, tmp_path)
    assert time.perf_counter() - began < patient(60)
    assert all(len((tmp_path / f"{table}.csv").read_bytes().splitlines()) <= 200_001 for table in TABLES.keys() - {"history"})

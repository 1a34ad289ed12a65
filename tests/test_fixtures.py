"""The fixtures are what their READMEs say: every rule of the demo bites, the tiny round has one best plan, two have a conflict."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from matcher.candidates import Judge, build, limit_rules
from matcher.domain import Round
from matcher.load import read_round
from matcher.scoring.base import Scorer, components
from matcher.travel.straight import kilometres
from matcher.world import World

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
OURS = ("demo", "tiny", "infeasible", "infeasible_rule")
PAIR = re.compile(r"(S\d+) × (O\d+)")


@cache
def world(name: str) -> World:
    round_, issues = read_round(FIXTURES / name)
    assert round_ is not None, [str(issue) for issue in issues if issue.severity == "error"]
    return World(round_, FIXTURES / name)


@cache
def judge(name: str) -> Judge:
    return Judge(world(name))


def refusals(name: str, student_id: str, opportunity_id: str) -> list[set[str]]:
    """For every variant of the opportunity the codes of the rules that refuse it to the student."""
    w = world(name)
    variants = [v for v in w.variants if v.opportunity.opportunity_id == opportunity_id]
    assert variants, f"{opportunity_id} is not in {name}"
    return [{code for code, _ in judge(name).reasons(w.round.student[student_id], variant)} for variant in variants]


def codes_of_rules_page(section: int) -> set[str]:
    """The codes in the first table of a section of docs/rules.md."""
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(\w+)` \|", re.split(r"^## \d\. ", text, flags=re.M)[section], flags=re.M))


def readme_rows(title: str) -> list[tuple[str, str]]:
    """First two cells of each row of the demo's table whose first column has this title."""
    text = (FIXTURES / "demo" / "README.md").read_text(encoding="utf-8")
    table = re.split(rf"^\| {title} \|.+$", text, flags=re.M)[1].split("\n\n")[0]
    return re.findall(r"^\| `(\w+)` \| (.+?) \|", table, flags=re.M)


@pytest.mark.parametrize("name", OURS)
def test_says_that_people_are_invented(name: str) -> None:
    assert re.search(r"people.*invented", (FIXTURES / name / "README.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", OURS)
def test_loads(name: str) -> None:
    assert world(name).students


# ---- demo


def test_demo_is_as_large_as_its_readme_says() -> None:
    round_ = world("demo").round
    counted = tuple(map(len, (round_.students, world("demo").students, round_.sites, round_.mentors, round_.opportunities, round_.vans)))
    assert counted == (120, 113, 71, 103, 90, 1)
    assert len({student.advisory for student in round_.students}) == 8


def test_demo_warns_of_what_its_readme_names_and_nothing_else() -> None:
    _, issues = read_round(FIXTURES / "demo")
    assert Counter((issue.table, issue.code) for issue in issues) == {
        ("sites", "undated_document"): 1,
        ("mentors", "undated_document"): 1,
        ("opportunities", "no_rule_pack"): 1,
        ("opportunities", "no_session"): 1,
        ("opportunities", "mentors_take_fewer"): 4,
        ("decisions", "expired"): 1,
        ("requests", "no_answer"): 2,
    }


def test_demo_readme_shows_every_rule_and_limit() -> None:
    assert {code for code, _ in readme_rows("rule")} == codes_of_rules_page(3)
    assert {code for code, _ in readme_rows("limit")} == codes_of_rules_page(5)


@pytest.mark.parametrize("code", sorted(codes_of_rules_page(3)))
def test_demo_pairs_are_refused_by_this_rule_and_no_other(code: str) -> None:
    pairs = PAIR.findall(dict(readme_rows("rule"))[code])
    assert pairs
    for pair in pairs:
        assert refusals("demo", *pair) == [{code}] * len(refusals("demo", *pair)), pair


@pytest.mark.parametrize(
    ("student_id", "opportunity_id"),
    [
        ("S005", "O84"),
        ("S003", "O84"),
        ("S005", "O86"),
        ("S003", "O86"),
        ("S084", "O83"),
        ("S037", "O81"),
        ("S037", "O63"),
        ("S003", "O71"),
        ("S108", "O08"),
        ("S001", "O45"),
    ],
)
def test_demo_pairs_its_readme_calls_lawful(student_id: str, opportunity_id: str) -> None:
    assert not any(refusals("demo", student_id, opportunity_id))


def test_demo_only_the_cleared_mentor_counts() -> None:
    variants = [v.mentor.mentor_id for v in world("demo").variants if v.opportunity.opportunity_id == "O15"]
    assert variants == ["M017", "M018"]
    assert refusals("demo", "S029", "O15") == [{"cleared_adult"}, set()]


def test_demo_the_kept_together_student_has_one_opportunity_left() -> None:
    free = {o.opportunity_id for o in world("demo").round.opportunities if set() in refusals("demo", "S043", o.opportunity_id)}
    assert free == {"O43"}


def test_demo_has_nine_students_without_any_lawful_option() -> None:
    first, _ = judge("demo").block(slice(0, None))
    assert int(((first == 0).sum(axis=1) == 0).sum()) == 9


@pytest.mark.parametrize("code", sorted(codes_of_rules_page(5)))
def test_demo_limits_can_bind(code: str) -> None:
    """A limit about whom the README names has more students who may come than it lets in, or asks for somebody."""
    w = world("demo")
    candidates = build(w, lambda _, block, trips: (trips.mode * 0).astype("int32")).candidates
    limits = [limit for rule in limit_rules() if rule.name == code for limit in rule.limits(w, candidates)]
    who = [{candidates.student_of(int(pair)).student_id for pair in limit.pairs} for limit in limits]
    binding = [(limit, found) for limit, found in zip(limits, who, strict=True) if limit.at_least or len(found) > limit.at_most]
    about = {name for limit, found in binding for name in {*re.findall(r"[A-Z]\d+", limit.about), *found}}
    named = set(re.findall(r"[A-Z]\d+", dict(readme_rows("limit"))[code]))
    assert named
    assert named <= about


# ---- tiny


def tiny_points(round_: Round, student_id: str, opportunity_id: str) -> int:
    """The points of a pair as docs and README define them, without the engine."""
    live = {(r.student_id, r.opportunity_id): r for r in round_.live_requests()}
    request = live.get((student_id, opportunity_id))
    if request is None:
        return 300
    fixed = {"landed": 1000, "pursuing": 900}
    return fixed.get(request.state) or {1: 800, 2: 700, 3: 600}.get(request.rank or 4, 500)


def tiny_table() -> dict[tuple[str, str], str]:
    """(student, opportunity) -> cell of the README's table of pairs."""
    text = (FIXTURES / "tiny" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (S\d) .+?\| (.+) \|$", text, flags=re.M)
    return {(name, f"O{number}"): cell for name, cells in rows for number, cell in enumerate(cells.split(" | "), start=1)}


def test_tiny_readme_agrees_with_the_rules_on_all_thirty_pairs() -> None:
    table = tiny_table()
    assert len(table) == 30
    for (student_id, opportunity_id), cell in table.items():
        assert refusals("tiny", student_id, opportunity_id) == [set(re.findall(r"`(\w+)`", cell))], (student_id, opportunity_id)


def test_tiny_readme_agrees_with_the_requests_on_the_points() -> None:
    lawful = {pair: int(found[1]) for pair, cell in tiny_table().items() if (found := re.match(r"\*\*(\d+)\*\*", cell))}
    assert len(lawful) == 9
    assert lawful == {pair: tiny_points(world("tiny").round, *pair) for pair in lawful}


def test_tiny_expected_plan_is_the_only_best_one() -> None:
    """Every plan is tried: one seat each, and O4 and O5 share a mentor who takes one."""
    table = tiny_table()
    students = [f"S{n}" for n in range(1, 7)]
    options = {s: ["", *(o for (name, o), cell in table.items() if name == s and cell.startswith("**"))] for s in students}
    plans = []
    for choice in itertools.product(*(options[s] for s in students)):
        places = ["M4" if o in {"O4", "O5"} else o for o in choice if o]
        if len(set(places)) == len(places):
            points = [tiny_points(world("tiny").round, s, o) for s, o in zip(students, choice, strict=True) if o]
            worst = (sum(p < 200 for p in points), sum(p < 400 for p in points))
            plans.append(((-len(points), *worst, -sum(points)), choice))
    best = min(value for value, _ in plans)
    assert best == (-4, 0, 0, -2700)
    (only,) = [choice for value, choice in plans if value == best]
    with (FIXTURES / "tiny" / "expected.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    assert [row["opportunity_id"] for row in expected] == list(only)
    assert [row["student_id"] for row in expected] == students
    shown = [str(tiny_points(world("tiny").round, s, o)) if o else "" for s, o in zip(students, only, strict=True)]
    assert [row["points"] for row in expected] == shown


def test_tiny_points_come_from_requests_only() -> None:
    weights = world("tiny").settings.weights
    assert {name for name, weight in weights.items() if weight} == {"requests"}
    assert set(weights) == {component.name for component in components()}


def test_tiny_points_by_hand_are_the_points_of_the_engine() -> None:
    w = world("tiny")
    candidates = build(w, Scorer(w)).candidates
    pairs = [(candidates.student_of(i).student_id, candidates.variant_of(i).opportunity.opportunity_id) for i in range(len(candidates))]
    assert dict(zip(pairs, candidates.points.tolist(), strict=True)) == {pair: tiny_points(w.round, *pair) for pair in pairs}


def test_tiny_garden_center_is_six_kilometers_away() -> None:
    round_ = world("tiny").round
    school, site = round_.school["K1"], round_.site["W4"]
    assert kilometres([(school.lat, school.lon)], [(site.lat, site.lon)])[0, 0] == pytest.approx(6.0, abs=0.01)


# ---- infeasible


def test_infeasible_three_lawful_pins_want_two_seats() -> None:
    round_ = world("infeasible").round
    pins = round_.decisions_in_force("pin")
    assert [(pin.a, pin.b) for pin in pins] == [("S1", "O1"), ("S2", "O1"), ("S3", "O1"), ("S4", "O2")]
    assert all(refusals("infeasible", pin.a, pin.b) == [set()] for pin in pins)
    assert round_.opportunity["O1"].seats == 2
    assert round_.mentor["M1"].max_students >= 3
    assert round_.site["W1"].max_students is None


def test_infeasible_rule_one_pin_stands_against_one_rule() -> None:
    assert refusals("infeasible_rule", "S1", "O1") == [{"hazardous_orders"}]
    assert refusals("infeasible_rule", "S2", "O2") == [set()]

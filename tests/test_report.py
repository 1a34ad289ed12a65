"""The report: its numbers by hand, its words, what it must never show, and that the same round gives the same page."""

from __future__ import annotations

import datetime as dt
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from matcher import publish
from matcher.cells import parse_windows
from matcher.changes import Fate, fates, moved
from matcher.domain import Student
from matcher.errors import Issue
from matcher.explain import Unplaced
from matcher.pipeline import Run, run_loaded
from matcher.plan import Placement
from matcher.recruit import Recruit
from matcher.report import Tables, charts, figures, people, report_page, seats, slates, words
from matcher.report import moves as report_moves
from matcher.sentences import Sentence
from tests import builders as b
from tests.patience import patient

FULL = Sentence("It is full: O1.", ("seats",))
ONLY_SCHOOL = {"rule_packs": ["school"], "seed": "numbers 07 19 & 40", "name": "Harbor, fall"}


def run_of(**tables: Any) -> Run:
    tables.setdefault("settings", b.settings(round=ONLY_SCHOOL))
    return run_loaded(b.a_round(**tables), Path("/nowhere/at/all"), [])


def tables_of(run: Run, price: int = 0) -> Tables:
    """The published tables with plain reasons, for these tests are not about explanations."""
    placed = [
        (p.student.student_id, p.variant.opportunity.opportunity_id, "", "", "", p.points, p.mode, p.minutes, p.transfers, "A good fit.")
        for p in run.placements
    ]
    there = {row[0] for row in placed}
    left = [
        Unplaced(s.student_id, "seats" if s.status == "seeking" else "not_ready", (FULL,), "One more seat at O1.")
        for s in run.world.round.students
        if s.student_id not in there and s.status != "placed"
    ]
    offers = [(*row[:4], price) for row in publish._seats(run)]
    unplaced = [(u.student_id, u.code, u.reason, u.smallest_change) for u in left]
    recruited = [(1, "Health", "Tue+Thu", "bay", 1, 1, ";".join(row[0] for row in unplaced[:1]))] if unplaced else []
    told = [(row[0], 1, row[1], row[5], 0.3, "Start here.") for row in placed]
    waves = [(row[0], row[1], 1, dt.date(2026, 9, 21)) for row in placed]
    tables = {"placements.csv": placed, "unplaced.csv": unplaced, "seats.csv": offers, "recruit.csv": recruited}
    return tables | {"slates.csv": told, "waves.csv": waves}


def summary_of(run: Run, **changes: Any) -> dict[str, Any]:
    round_ = run.world.round
    counts = {"seeking": len(run.world.students), "placed": len(run.placements), "sites": len(round_.sites)}
    seats_there = publish._seats(run)
    counts |= {"opportunities": len(round_.opportunities), "seats": sum(row[2] for row in seats_there)}
    counts["seats_used"] = sum(row[3] for row in seats_there)
    stages = [{"name": s.name, "value": s.value, "bound": s.bound} for s in run.solution.stages]
    pairs = {"all": run.lawful.pairs, "lawful": len(run.lawful.candidates)}
    summary = {"status": str(run.solution.status), "gap": run.solution.gap, "counts": counts, "objectives": stages, "pairs": pairs}
    return summary | {"refused": run.lawful.refused} | changes


def page_of(run: Run, tables: Tables | None = None, **changes: Any) -> str:
    rows = tables or tables_of(run)
    return report_page(run, summary_of(run, **changes), rows, [Recruit(*row) for row in rows["recruit.csv"]])


class Outline(HTMLParser):
    """Tags in order, header cells without a scope, and the text that a reader sees."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.scopeless = 0
        self.headless = 0
        self.links: list[str] = []
        self.said = ""
        self._silent = False
        self._heads = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.scopeless += tag == "th" and given.get("scope") not in {"col", "row"}
        self.links += [value or "" for name, value in attrs if name in {"src", "href", "action", "srcset", "poster", "data"}]
        self._silent = tag in {"style", "script"}
        self._heads = 0 if tag == "table" else self._heads + (tag == "th")

    def handle_endtag(self, tag: str) -> None:
        self._silent = False
        self.headless += tag == "table" and not self._heads

    def handle_data(self, data: str) -> None:
        self.said += "" if self._silent else data


@pytest.fixture(scope="module")
def two() -> Run:
    """Two students, one seat: one is placed, one is not."""
    return run_of(students=(b.student("S1", name="Ana"), b.student("S2", name="Bo", advisory="Khan")))


def test_the_head_says_the_result_in_one_sentence(two: Run) -> None:
    said = Outline(page_of(two)).said
    assert "1 of 2 seeking students is placed." in said
    assert "proven best by your order of priorities and was re-checked independently" in said
    assert "September 8 to December 18, 2026" in said
    assert "Harbor High (RI)" in said


def test_a_plan_that_is_not_proven_never_says_it_is(two: Run) -> None:
    said = Outline(page_of(two, status="feasible", gap=0.024)).said
    assert "not proven best" in said
    assert "2.4 %" in said
    assert "is proven best" not in said


def test_sections_come_in_the_order_of_a_meeting(two: Run) -> None:
    ids = re.findall(r'<(?:section|footer) id="(\w+)"', page_of(two))
    assert ids == [
        "figures",
        "decides",
        "placements",
        "unplaced",
        "slates",
        "seats",
        "recruit",
        "travel",
        "rules",
        "points",
        "fairness",
        "check",
    ]


def test_the_page_is_accessible_by_its_markup(two: Run) -> None:
    page = page_of(two)
    outline = Outline(page)
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert outline.tags.count("h1") == outline.tags.count("title") == outline.tags.count("main") == 1
    assert outline.tags.count("table") >= 6
    assert (outline.scopeless, outline.headless) == (0, 0)
    assert {"img", "svg", "iframe", "object", "embed"}.isdisjoint(outline.tags)


def test_no_part_of_the_page_can_ask_the_network(two: Run) -> None:
    page = page_of(two)
    assert all(link.startswith(("#", "data:,")) for link in Outline(page).links)
    assert not re.search(r"https?:|//cdn|@import|url\(|fetch\(|XMLHttp|WebSocket|sendBeacon", page)
    assert "default-src 'none'" in page


HOSTILE = "<script>alert(1)</script>\"'&"


def test_every_text_of_the_input_comes_out_as_text() -> None:
    settings = b.settings(round=ONLY_SCHOOL | {"name": HOSTILE, "seed": HOSTILE, "id": HOSTILE})
    run = run_of(
        settings=settings,
        schools=(b.school(name=HOSTILE),),
        students=(b.student("S1", name=HOSTILE, advisory=HOSTILE, interests=HOSTILE), b.student(HOSTILE, name=HOSTILE)),
        sites=(b.site(name=HOSTILE),),
        mentors=(b.mentor(name=HOSTILE),),
        opportunities=(b.opportunity(title=HOSTILE, cluster=HOSTILE),),
    )
    tables = tables_of(run)
    tables["placements.csv"] = [(*row[:9], HOSTILE) for row in tables["placements.csv"]]
    tables["unplaced.csv"] = [(row[0], HOSTILE, HOSTILE, HOSTILE) for row in tables["unplaced.csv"]]
    tables["recruit.csv"] = [(1, HOSTILE, HOSTILE, HOSTILE, 1, 1, "S1")]
    page = page_of(run, tables, refused={HOSTILE: 3})
    outline = Outline(page)
    assert outline.tags.count("script") == 1
    assert "<script>alert" not in page
    assert outline.said.count("<script>alert(1)</script>") >= 15


def test_what_the_page_must_never_show() -> None:
    papers = f"parent_consent:{b.YEAR};emergency_contacts:2027-05-17"
    people_there = (b.student("S1", birth_date="2010-03-29", lat="41.82931", lon="-71.41877", documents=papers), b.student("S2"))
    orders = (b.decision("no_contact", "S1", "S2", note="secret story"), b.decision("ban", "S2", "O1", note="family matter"))
    run = run_of(students=people_there, decisions=orders, opportunities=(b.opportunity(seats="2"),))
    issue = Issue("students", 2, "birth_date", "odd", "warning", "2010-03-29", "born on 2010-03-29")
    tables = tables_of(run)
    tables["unplaced.csv"] = [("S2", "no_contact", "A decision of the school.", "Another site.")]
    said = page_of(replace(run, issues=(issue,)), tables)
    dates = ("2010-03-29", "March 29", "2027-05-17", "May 17")
    for secret in (*dates, "41.829", "71.418", "secret story", "family matter", "no_contact", "no-contact"):
        assert secret not in said
    assert "1 input warning (1 in students)" in said
    assert "A decision of the school about particular people" in said


def test_decisions_about_people_are_one_bar() -> None:
    bars = charts.rules({"no_contact": 2, "keep_apart": 3, "seats": 4}, {"no_contact": "Kept from contact.", "seats": "Full."})
    assert [(bar.label, bar.number, bar.width) for bar in bars] == [(people.DECISION_SENTENCE, 5, 100.0), ("Full.", 4, 80.0)]


def test_rules_beyond_the_twelfth_are_one_bar() -> None:
    bars = charts.rules({f"r{i:02d}": 100 - i for i in range(15)}, {})
    assert len(bars) == 13
    assert (bars[-1].label, bars[-1].number, bars[-1].rest) == ("The other 3 rules together.", 88 + 87 + 86, True)
    assert not any(bar.rest for bar in bars[:-1])


def test_the_same_round_gives_the_same_bytes_whatever_the_run_took_and_where(two: Run) -> None:
    later = replace(two, seconds={"solve": 99.0}, peak_mb=9999.0, folder=Path("/somewhere/else"))
    page = page_of(two)
    assert page == page_of(later, seconds={"solve": 99.0}, peak_mb=9999.0)
    assert "nowhere" not in page
    assert str(dt.date.today().year + 7) not in page


def test_row_order_of_the_published_tables_does_not_count() -> None:
    students = tuple(b.student(f"S{i}", advisory=f"A{i % 2}") for i in range(6))
    offers = tuple(b.opportunity(f"O{i}", mentors=f"M{i}") for i in range(4))
    run = run_of(students=students, opportunities=offers, mentors=tuple(b.mentor(f"M{i}") for i in range(4)))
    tables = tables_of(run, price=10)
    shuffled = {name: rows[::-1] for name, rows in tables.items()}
    turned = replace(run, placements=run.placements[::-1])
    assert page_of(run, tables) == page_of(turned, shuffled)


def test_slates_by_turn_and_by_advisory() -> None:
    """Two ask in wave 1 at schools whose waves end on two days, one has asked already; Cy, of no advisory, has nothing."""
    names = (("S1", "Ana"), ("S2", "Bo"), ("S3", "Cy"))
    run = run_of(students=tuple(b.student(i, name=name, advisory="Khan" if i != "S3" else "") for i, name in names))
    rows = [("S2", 1, "O1", 500, 0.3, ""), ("S1", 2, "O1", 500, 0.227, "")]
    dates = [("S2", "O1", 1, dt.date(2026, 9, 22)), ("S1", "O1", 0, dt.date(2026, 10, 8))]
    told = slates.slates(run, rows, dates)
    assert [(group.name, [s.name for s in group.slates]) for group in told] == [("Advisory Khan", ["Ana", "Bo"]), ("No advisory", ["Cy"])]
    lines = [line for group in told for s in group.slates for line in s.lines]
    assert [(line.when, line.odds) for line in lines] == [
        ("Asked already, holds until October 8, 2026", 23),
        ("Wave 1: ask by September 22, 2026", 30),
    ]
    found = slates.waves([*dates, ("S3", "O1", 1, dt.date(2026, 9, 21))])
    assert [(w.name, w.until, w.asks) for w in found] == [
        ("Asked already", "October 8, 2026", "1 option"),
        ("Wave 1", "September 21, 2026 to September 22, 2026", "2 options"),
    ]


def test_hours_put_days_of_equal_hours_together() -> None:
    told = words.hours(parse_windows("Thu 09:00-13:00;Tue 09:00-13:00;Fri 15:30-18:00")).replace("\u2060", "")
    assert told == "Tue, Thu 9:00–13:00; Fri 15:30–18:00"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (dt.date(2026, 9, 8), dt.date(2026, 12, 18), "September 8 to December 18, 2026"),
        (dt.date(2026, 9, 8), dt.date(2027, 1, 2), "September 8, 2026 to January 2, 2027"),
    ],
)
def test_dates_say_the_year_once(first: dt.date, last: dt.date, said: str) -> None:
    assert words.date_span(first, last) == said


def test_percent_says_100_only_for_all() -> None:
    assert [words.percent(199, 200), words.percent(200, 200), words.percent(0, 0)] == [99, 100, 0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("One more seat at O7 and one for mentor M1.", "One more seat at Vet helper (O7) and one for mentor Ana Ruiz (M1)."),
        ("O7 is full (every seat of O7, Tue).", "Vet helper (O7) is full (every seat of O7, Tue)."),
        ("site M1 is not mentor M1", "site Clinic (M1) is not mentor Ana Ruiz (M1)"),
        ("student O7, van O7, 12 offers and all", "student O7, van O7, 12 offers and all"),
        ("parent_consent: it does not cover 2026-10-08", "parent consent: it does not cover October 8, 2026"),
        ("2026-13-45", "2026-13-45"),
    ],
)
def test_sentences_get_names_for_ids_but_never_for_plain_words(text: str, said: str) -> None:
    speller = words.Speller({"O7": "Vet helper", "12": "Twelve", "all": "All"}, {"M1": "Ana Ruiz"}, {"M1": "Clinic"})
    assert speller(text) == said


def moves() -> Run:
    """S1 keeps its place, S2 moves, S3 loses it, S4 was placed before, S5 is not ready, S6 changes its hours."""
    mentors = tuple(b.mentor(f"M{i}") for i in range(1, 6))
    offers = tuple(b.opportunity(f"O{i}", mentors=f"M{i}") for i in range(1, 6))
    status = {"S4": "placed", "S5": "not_ready"}
    students = tuple(b.student(f"S{i}", status=status.get(f"S{i}", "seeking"), name=f"N{i}") for i in range(1, 7))
    pins = tuple(b.decision("pin", *pair) for pair in (("S1", "O1"), ("S2", "O2"), ("S6", "O5")))
    bans = tuple(b.decision("ban", "S3", o.opportunity_id) for o in offers)
    before = [b.earlier(s, o) for s, o in (("S1", "O1"), ("S2", "O1"), ("S3", "O3"), ("S4", "O4"), ("S5", "O3"))]
    wishes = (b.request("S1", "O1", rank="1"), b.request("S2", "O1", rank="1"), b.request("S2", "O2", rank="2"))
    wishes += (b.request("S6", "O1", state="declined"), b.request("S3", "O3", state="landed"), b.request("S5", "O5", state="pursuing"))
    before.append(b.earlier("S6", "O5", "Mon 09:00-15:00"))
    return run_of(students=students, mentors=mentors, opportunities=offers, decisions=pins + bans, previous=before, requests=wishes)


def test_key_figures_by_hand() -> None:
    run = moves()
    assert fates(run) == {
        "S1": Fate.KEPT,
        "S2": Fate.ELSEWHERE,
        "S3": Fate.LOST,
        "S4": Fate.KEPT,
        "S5": Fate.OUT,
        "S6": Fate.OTHER_HOURS,
    }
    moving = next(card for card in figures.cards(run, summary_of(run)["counts"]) if card.title == "Moving elsewhere")
    assert moving.note == (
        "2 keep their place; 1 keeps the place at other times; 1 loses the place and gets no other; 1 does not take part now."
    )
    cards = {card.title: (card.number, card.of) for card in figures.cards(run, summary_of(run)["counts"])}
    assert cards["Students placed"] == ("3", "of 4 seeking")
    assert cards["Seats in use"] == ("4", "of 5 seats")
    assert cards["Wishes granted"] == ("2", "of 3 who asked")
    assert cards["Moving elsewhere"] == ("1", "of 6 placed today")
    gone = [tuple(vars(row).values()) for row in moved(run)]
    assert [row[0] for row in gone] == ["S2", "S3", "S5", "S6"]
    told = report_moves.changes(run, gone, words.Speller.of(run.world.round))
    assert told.summary == "Of 6 students with a place, 2 keep it, 1 keeps it at other times, 1 moves and 2 have none now."


def test_the_wish_table_counts_requests_by_state_and_rank() -> None:
    table = figures.wish_table(moves())
    assert table is not None
    assert table.ranks == ("1st", "2nd", "no rank")
    assert table.rows == (("Landed", ("–", "–", "0 of 1")), ("Wish", ("1 of 2", "1 of 1", "–")))
    assert table.landed.startswith("1 landed request is not in the plan: 1 meets a rule that refuses them.")


def placements(minutes_and_points: list[tuple[str, int, int]]) -> list[Placement]:
    run = run_of()
    (one,) = run.placements
    return [replace(one, mode=mode, minutes=minutes, points=points) for mode, minutes, points in minutes_and_points]


def test_bins_begin_where_they_say() -> None:
    chosen = placements([("walk", 9, 0), ("walk", 10, 99), ("transit", 59, 100), ("transit", 60, 999), ("transit", 120, 1000)])
    travel = charts.trips(chosen)
    assert travel is not None
    assert [(label, [c.number for c in cells], total) for label, cells, total in travel.rows] == [
        ("On foot", [1, 1, 0, 0, 0, 0, 0], 2),
        ("By bus or train", [0, 0, 0, 0, 0, 1, 2], 3),
    ]
    fit = charts.points([p.points for p in chosen])
    assert fit is not None
    assert [c.number for c in fit.rows[0][1]] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert [c.height for c in fit.rows[0][1]][:3] == [100, 50, 0]
    assert figures.below_bands(chosen, (100, 200)) == [(100, 2), (200, 3)]


def test_nobody_placed_is_said_and_not_drawn() -> None:
    assert charts.trips([]) is None
    assert charts.points([]) is None
    assert "Nobody is placed" in Outline(page_of(run_of(decisions=(b.decision("ban", "S1", "O1"),)))).said


@pytest.mark.parametrize(
    ("taken", "most"),
    [
        ([], 0),
        (["Tue 09:00-12:00", "Tue 12:00-15:00"], 1),
        (["Tue 09:00-12:00", "Tue 11:00-15:00"], 2),
        (["Mon 09:00-15:00", "Tue 07:00-09:00"], 0),
        (["Tue 07:00-10:00", "Tue 09:30-11:00", "Tue 08:00-16:00"], 3),
    ],
)
def test_busiest_instant_by_hand(taken: list[str], most: int) -> None:
    assert seats.busiest(parse_windows("Tue 09:00-15:00"), [parse_windows(text) for text in taken]) == most


def test_a_free_seat_without_a_mentor_says_so() -> None:
    run = run_of(students=(b.student("S1"), b.student("S2")), opportunities=(b.opportunity(seats="3"),))
    (offer,) = seats.offers(run, [("O1", b.TUE_THU, 3, 1, 1400)])
    assert (offer.free, offer.lawful) == (2, 2)
    assert offer.state == "Lawful for 2 students, but the mentor has no room left."
    assert offer.adds == "1 student and 400 points"
    assert seats.most_wanted([offer]) == [offer]


def test_a_seat_that_nobody_may_take_says_what_would_help() -> None:
    closed = b.opportunity("O2", mentors="M2", appetite="not_open", title="A closed door")
    run = run_of(opportunities=(b.opportunity(), closed), mentors=(b.mentor(), b.mentor("M2")))
    found = seats.offers(run, [("O1", b.TUE_THU, 1, 1, 0), ("O2", b.TUE_THU, 1, 0, 0)])
    assert [(o.opportunity_id, o.free) for o in found] == [("O2", 1), ("O1", 0)]
    assert found[0].state == "Lawful for nobody yet. What would help: a yes of the site."
    assert seats.free_counts(seats.free(found)) == "1 lawful for nobody yet"
    assert seats.most_wanted(found) == []


def test_seats_held_since_before_are_not_free() -> None:
    run = run_of(
        students=(b.student("S1", status="placed"), b.student("S2")),
        opportunities=(b.opportunity(seats="2"),),
        previous=(b.earlier("S1", "O1"),),
        decisions=(b.decision("ban", "S2", "O1"),),
    )
    assert seats.offers(run, [("O1", b.TUE_THU, 2, 0, 0)])[0].free == 1


def test_seats_in_use_count_each_timetable_and_those_held_since_before() -> None:
    """O1 has one seat on Tue and Thu and one on Mon and Wed: two students, not 200 %."""
    mon_wed = "Mon 09:00-15:00;Wed 09:00-15:00"
    run = run_of(
        students=tuple(b.student(f"S{i}", status="placed" if i == 3 else "seeking") for i in (1, 2, 3)),
        opportunities=(b.opportunity(sessions=f"{b.TUE_THU} | {mon_wed}"), b.opportunity("O2", mentors="M2")),
        mentors=(b.mentor(), b.mentor("M2")),
        previous=(b.earlier("S3", "O2", ""),),
    )
    rows = [row[:4] for row in publish._seats(run)]
    assert rows == [("O1", b.TUE_THU, 1, 1), ("O1", mon_wed, 1, 1), ("O2", b.TUE_THU, 1, 1)]
    card = next(card for card in figures.cards(run, summary_of(run)["counts"]) if card.title == "Seats in use")
    assert (card.number, card.of, card.share) == ("3", "of 3 seats", 100)
    assert card.note.endswith("1 seat was taken before this round.")


@pytest.mark.parametrize(
    ("held", "place"),
    [("Mon 09:00-12:00", 1), ("Tue 09:00-12:00", 0), ("Mon 12:00-15:00", 0), ("Mon 11:59-13:00", 1), ("Fri 09:00-12:00", 0), ("", 0)],
)
def test_which_alternative_a_held_seat_is_of(held: str, place: int) -> None:
    patterns = tuple(parse_windows(text) for text in ("Tue 09:00-12:00", "Mon 09:00-12:00"))
    assert publish.alternative(patterns, parse_windows(held)) == place


def test_unplaced_groups_stand_largest_first_and_not_ready_last() -> None:
    run = run_of(students=tuple(b.student(f"S{i}") for i in range(1, 6)))
    codes = ["not_ready", "not_ready", "not_ready", "schedule", "keep_apart"]
    rows = [(f"S{i}", code, f"Because {i}.", "This.") for i, code in enumerate(codes, 1)]
    groups = people.unplaced(run, rows, words.Speller({}, {}, {}))
    assert [g.title for g in groups] == ["Schedule", "A decision of the school", "Not ready yet"]
    assert [len(g.rows) for g in groups] == [1, 1, 3]
    assert groups[0].sentence.startswith("Sessions lie inside")


def test_schools_fold_only_when_there_are_several() -> None:
    assert '<details class="school"' not in page_of(run_of())
    schools = (b.school(), b.school("K2", name="Bay High"))
    page = page_of(run_of(schools=schools, students=(b.student("S1"), b.student("S2", school_id="K2"))))
    assert page.count('<details class="school" open>') == 2
    assert page.index("<h3>Bay High") < page.index("<h3>Harbor High")


def test_the_trip_is_not_said_twice() -> None:
    run = run_of()
    (sentence,) = people.trip_sentences(run).values()
    assert sentence
    row = (*tables_of(run)["placements.csv"][0][:9], f"You asked for it. {sentence}")
    assert people.schools(run, [row])[0].advisories[0].rows[0].why == "You asked for it."
    row = (*row[:9], sentence)
    assert people.schools(run, [row])[0].advisories[0].rows[0].why == sentence


def crowd(number: int) -> Run:
    """A run of one student made into thousands of placements: only the report is tried, not the solver."""
    run = run_of()
    (one,) = run.placements
    schools = tuple(b.school(f"K{k}") for k in range(10))

    def named(i: int) -> Student:
        changes = {"student_id": f"S{i:05d}", "name": f"Student Number {i}", "school_id": f"K{i % 10}", "advisory": f"A{i % 300}"}
        return one.student.model_copy(update=changes)

    students = tuple(map(named, range(number)))
    world = run.world
    world.round, world.students = replace(world.round, students=students, schools=schools), students
    chosen = tuple(replace(one, student=s) for s in students)
    return replace(run, placements=chosen)


def test_five_thousand_students_stay_light_and_fast() -> None:
    run = crowd(5000)
    tables = tables_of(run)
    why = "You wrote about animals, and so do they. Your goal Communication has occasions here: greet and phone."
    tables["placements.csv"] = [(*row[:9], why) for row in tables["placements.csv"]]
    summary = summary_of(run)
    began = time.process_time()
    page = report_page(run, summary, tables, [Recruit(*row) for row in tables["recruit.csv"]])
    assert time.process_time() - began < patient(3)
    assert len(page.encode()) < 6_000_000
    assert page.count("Student Number") == 2 * 5000, "where each is placed, or not, and the slate"
    assert page.count('<details class="school">') == 10


def luminance(colour: str) -> float:
    def linear(value: int) -> float:
        share = value / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(d * 2 for d in digits)
    red, green, blue = (linear(int(digits[i : i + 2], 16)) for i in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_by_hand() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("printed", [False, True])
def test_every_text_colour_stands_out_from_every_ground(printed: bool) -> None:
    style = (Path(people.__file__).parent / "templates" / "report.css").read_text()
    screen, _, paper = style.partition("@media print")
    colours = dict(re.findall(r"--([\w-]+): (#\w+);", screen))
    if printed:
        colours |= dict(re.findall(r"--([\w-]+): (#\w+);", paper))
    for text, ground in product(("ink", "muted", "accent"), ("paper", "sheet", "accent-soft")):
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["bar"], colours["sheet"]) >= 3


def test_long_lists_of_unplaced_students_are_folded() -> None:
    run = run_of(students=tuple(b.student(f"S{i:02d}") for i in range(42)))
    page = page_of(run)
    assert page.count('<details class="school group">') == 1
    assert "41 students" in page

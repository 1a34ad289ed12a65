"""Cross-checks of a round, each at both sides of its boundary."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from matcher.check import check_round
from matcher.check.base import Origin, Source, digits, likeness
from matcher.check.papers import _recognised, how_to_write
from matcher.check.places import kilometres
from matcher.domain import Round
from matcher.errors import Issue
from matcher.law import PACK_FOLDER
from matcher.settings import Settings
from tests.builders import (
    YEAR,
    a_round,
    asks,
    day_off,
    decision,
    earlier,
    mentor,
    opportunity,
    request,
    school,
    settings,
    site,
    student,
    trip,
    van,
)


def found(**tables: Any) -> list[tuple[str, str | None, str, str, str]]:
    """Table, column, code, severity and value of every issue of a round with these tables."""
    return brief(check_round(a_round(**tables)))


def brief(issues: list[Issue]) -> list[tuple[str, str | None, str, str, str]]:
    assert all(issue.hint.startswith("Maybe ") for issue in issues)
    return [(i.table, i.column, i.code, i.severity, i.value) for i in issues]


def test_a_sound_round_has_no_issue():
    tables = {
        "requests": [request()],
        "decisions": [decision("pin", "S1", "O1"), decision("keep_together", "S1", "M1", until="2026-09-08")],
        "calendar": [day_off("2026-10-12"), day_off("2026-10-13", "K1", "no_lti")],
        "travel": [trip(), trip(from_id="K1"), trip(mode="walk")],
        "vans": [van(sites="W1")],
        "previous": [earlier()],
    }
    assert found(**tables) == []


REFERENCES = [
    ("students", "school_id", {"students": [student(school_id="X")]}),
    ("sites", "schools", {"sites": [site(schools="K1;X")]}),
    ("mentors", "site_id", {"mentors": [mentor(), mentor("M2", site_id="X")]}),
    ("opportunities", "site_id", {"opportunities": [opportunity(site_id="X")]}),
    ("opportunities", "mentors", {"opportunities": [opportunity(mentors="M1;X")]}),
    ("requests", "student_id", {"requests": [request("X")]}),
    ("requests", "opportunity_id", {"requests": [request(opportunity_id="X")]}),
    ("decisions", "a", {"decisions": [decision("pin", "X", "O1")]}),
    ("decisions", "b", {"decisions": [decision("ban", "S1", "X")]}),
    ("decisions", "b", {"decisions": [decision("no_contact", "S1", "X")]}),
    ("calendar", "school_id", {"calendar": [day_off("2026-10-12", "X")]}),
    ("travel", "from_id", {"travel": [trip("X")]}),
    ("travel", "site_id", {"travel": [trip(site_id="X")]}),
    ("vans", "school_id", {"vans": [van(school_id="X")]}),
    ("vans", "sites", {"vans": [van(sites="X;W1")]}),
    ("previous", "student_id", {"previous": [earlier("X")]}),
    ("previous", "opportunity_id", {"previous": [earlier(opportunity_id="X", sessions="")]}),
]


def test_history_that_cannot_be_used():
    rows = [asks(asked="2", landed="3"), asks("X", asked="2", landed="1"), asks(mentor_id="left", asked="2", landed="2")]
    assert found(history=rows) == [("history", "landed", "out_of_range", "error", "3"), ("history", "site_id", "no_effect", "warning", "X")]


@pytest.mark.parametrize(
    ("state", "expires", "begins", "said"),
    [
        ("pursuing", "2026-09-07", None, "passed 1 day before 2026-09-08 without an answer, so this request holds no place any more"),
        (
            "pursuing",
            "2026-10-01",
            "2026-10-13",
            "passed 12 days before 2026-10-13 without an answer, so this request holds no place any more",
        ),
        ("pursuing", "2026-09-08", None, ""),
        ("pursuing", None, "2026-10-13", ""),
        ("wish", "2026-09-07", None, ""),
        ("landed", "2026-09-07", None, ""),
    ],
)
def test_a_request_without_an_answer(state, expires, begins, said):
    terms = settings(waves={"begins": begins} if begins else {})
    issues = check_round(a_round(settings=terms, requests=[request(state=state, expires=expires)]))
    expected = [("requests", "expires", "no_answer", "warning", said, "Maybe ask again and give a new date, or set it to declined.")]
    assert [(i.table, i.column, i.code, i.severity, i.message, i.hint) for i in issues] == (expected if said else [])


def test_waves_that_begin_after_the_round():
    (issue,) = check_round(a_round(settings=settings(waves={"begins": "2026-12-19"})))
    assert (issue.table, issue.column, issue.code, issue.severity, issue.value) == (
        "round.toml", "waves.begins", "bad_setting", "error", "2026-12-19",
    )  # fmt: skip


@pytest.mark.parametrize(("table", "column", "tables"), REFERENCES)
def test_every_reference_to_nowhere(table, column, tables):
    assert found(**tables) == [(table, column, "unknown_reference", "error", "X")]


def test_references_to_unreadable_tables_are_not_judged():
    everything = {name: rows for _, _, tables in REFERENCES for name, rows in tables.items()}
    lost = frozenset({"schools", "students", "sites", "mentors", "opportunities"})
    issues = check_round(a_round(**everything), Origin(unreadable=lost))
    assert issues == []


@pytest.mark.parametrize(
    ("known", "written", "hint"),
    [
        ("K1", "k1", "Maybe K1 is meant."),
        ("K-01", "k1", "Maybe K-01 is meant."),
        ("0123", "123", "Maybe 0123 is meant."),
        ("harbor-high", "harbour-high", "Maybe harbor-high is meant."),
        ("K1024", "K1025", "Maybe that row was deleted, or the id has a typing error."),
    ],
)
def test_the_id_that_is_probably_meant(known, written, hint):
    round_ = a_round(schools=[school(known)], students=[student(school_id=written)])
    assert [i.hint for i in check_round(round_)] == [hint]


def test_ids_without_leading_zeros_and_signs():
    assert likeness("S-0012") == likeness("s12") == "s12"
    assert likeness("S-1002") != likeness("s12")
    assert digits("S-10b2") == "102"


def test_thousands_of_unknown_ids_are_quick_and_all_there():
    students = [student(f"S{i}", school_id=f"bad-school-{'x' * (i % 50)}{i}") for i in range(3_000)]
    schools = [school(f"school-{i}") for i in range(300)]
    issues = check_round(a_round(schools=schools, students=students))
    assert sum(i.code == "unknown_reference" for i in issues) == 3_000


@pytest.mark.parametrize(
    ("table", "column", "rows"),
    [
        ("schools", "school_id", [school(), school()]),
        ("students", "student_id", [student(), student()]),
        ("sites", "site_id", [site(), site()]),
        ("mentors", "mentor_id", [mentor(), mentor()]),
        ("opportunities", "opportunity_id", [opportunity(), opportunity()]),
        ("vans", "van_id", [van(), van()]),
    ],
)
def test_an_id_twice(table, column, rows):
    value = getattr(rows[0], column)
    assert found(**{table: rows}) == [(table, column, "duplicate_id", "error", value)]


@pytest.mark.parametrize(
    ("table", "column", "twice", "lawful"),
    [
        ("requests", "student_id", [request(), request(rank="2")], [request(), request(opportunity_id="O2")]),
        ("travel", "from_id", [trip(), trip(minutes="9")], [trip(), trip(mode="walk"), trip("K1")]),
        ("previous", "student_id", [earlier(), earlier(opportunity_id="O2")], [earlier(), earlier("S2")]),
    ],
)
def test_a_row_twice(table, column, twice, lawful):
    more = {"opportunities": [opportunity(), opportunity("O2")], "students": [student(), student("S2")]}
    (issue,) = found(**more, **{table: twice})
    assert issue[:4] == (table, column, "duplicate_row", "error")
    assert found(**more, **{table: lawful}) == []


def test_an_id_of_a_student_and_a_mentor():
    rows = {"mentors": [mentor(), mentor("S1")]}
    assert found(**rows) == [("mentors", "mentor_id", "ambiguous_id", "error", "S1")]


def test_an_id_of_a_student_and_a_school_matters_only_in_travel():
    rows = {"students": [student("K1")]}
    assert found(**rows) == []
    assert found(**rows, travel=[trip("K1")]) == [("travel", "from_id", "ambiguous_id", "warning", "K1")]


@pytest.mark.parametrize(
    ("kind", "a", "b", "columns"),
    [
        ("pin", "O1", "S1", ["a", "b"]),
        ("ban", "M1", "O1", ["a"]),
        ("pin", "S1", "W1", ["b"]),
        ("no_contact", "S1", "O1", ["b"]),
        ("keep_apart", "K1", "M1", ["a"]),
    ],
)
def test_decisions_about_the_wrong_kind_of_thing(kind, a, b, columns):
    issues = found(decisions=[decision(kind, a, b)])
    assert [(i[1], i[2], i[3]) for i in issues] == [(column, "wrong_kind", "error") for column in columns]


@pytest.mark.parametrize("kind", ["no_contact", "keep_apart", "keep_together"])
def test_a_person_with_himself_and_two_mentors(kind):
    people = {"students": [student(), student("S2")], "mentors": [mentor(), mentor("M2")]}
    assert found(**people, decisions=[decision(kind, "S1", "S1")]) == [("decisions", "b", "same_person", "error", "S1")]
    assert found(**people, decisions=[decision(kind, "M1", "M2")]) == [("decisions", "b", "no_effect", "warning", "M2")]
    assert found(**people, decisions=[decision(kind, "M1", "S1"), decision(kind, "S1", "S2")]) == []


def test_pin_and_ban_of_one_pair_contradict_each_other_while_both_count():
    pin, ban = decision("pin", "S1", "O1"), decision("ban", "S1", "O1")
    over = decision("ban", "S1", "O1", until="2026-09-07")
    other = decision("ban", "S1", "O2")
    assert found(decisions=[pin, ban]) == [("decisions", "kind", "pin_and_ban", "warning", "ban")]
    assert found(decisions=[pin, over]) == [("decisions", "until", "expired", "warning", "2026-09-07")]
    assert found(decisions=[pin, other], opportunities=[opportunity(), opportunity("O2")]) == []


def test_two_pins_of_one_student_are_left_to_the_solver():
    offers = [opportunity(), opportunity("O2")]
    assert found(decisions=[decision("pin", "S1", "O1"), decision("pin", "S1", "O2")], opportunities=offers) == []


@pytest.mark.parametrize(("until", "codes"), [("2026-09-07", ["expired"]), ("2026-09-08", [])])
def test_a_decision_that_has_run_out(until, codes):
    assert [i[2] for i in found(decisions=[decision("ban", "S1", "O1", until=until)])] == codes


@pytest.mark.parametrize(
    ("birth_date", "codes"),
    [
        ("2026-09-09", ["future_birth_date"]),
        ("2026-09-08", ["unlikely_age"]),
        ("2016-09-09", ["unlikely_age"]),
        ("2016-09-08", []),
        ("2003-09-09", []),
        ("2003-09-08", ["unlikely_age"]),
    ],
)
def test_ages_that_cannot_be(birth_date, codes):
    issues = found(students=[student(birth_date=birth_date)])
    assert [i[2] for i in issues] == codes
    assert all(i[3] == ("error" if i[2] == "future_birth_date" else "warning") for i in issues)


@pytest.mark.parametrize(("grade", "codes"), [("-1", ["unlikely_grade"]), ("0", []), ("13", []), ("14", ["unlikely_grade"])])
def test_grades_that_cannot_be(grade, codes):
    assert [i[2] for i in found(students=[student(grade=grade)])] == codes


def test_a_placed_student_whom_nobody_placed():
    placed = {"students": [student(status="placed")]}
    assert found(**placed) == [("students", "status", "no_previous", "warning", "placed")]
    assert found(**placed, previous=[earlier()]) == []
    assert check_round(a_round(**placed), Origin(unreadable=frozenset({"previous"}))) == []


@pytest.mark.parametrize(
    ("sessions", "codes"), [("", []), ("Thu 09:00-15:00;Tue 09:00-15:00", []), ("Tue 09:00-15:00", ["unknown_sessions"])]
)
def test_sessions_of_today_that_the_opportunity_does_not_have(sessions, codes):
    assert [i[2] for i in found(previous=[earlier(sessions=sessions)])] == codes


@pytest.mark.parametrize(("seats", "codes"), [("9", []), ("10", ["van_seats"])])
def test_seats_of_a_van(seats, codes):
    assert [i[2] for i in found(vans=[van(seats=seats)])] == codes


@pytest.mark.parametrize(("lat", "lon", "zero"), [("0", "0", True), ("0.5", "-0.5", True), ("0.51", "0", False), ("0", "-0.51", False)])
def test_the_sea_of_zeros(lat, lon, zero):
    for table, row in (("schools", school), ("sites", site), ("students", student)):
        issues = found(**{table: [row(lat=lat, lon=lon)]})
        assert ((table, "lat", "zero_coordinates", "error", str(float(lat))) in issues) == zero
        if zero:
            assert len(issues) == 1


def test_half_a_pair_of_coordinates():
    assert found(students=[student(lat="41.8")]) == [("students", "lon", "half_coordinates", "warning", "")]
    assert found(students=[student(lon="-71.4")]) == [("students", "lat", "half_coordinates", "warning", "")]
    assert found(students=[student(lat="41.8", lon="-71.4")]) == []


@pytest.mark.parametrize(
    ("state", "hint"),
    [
        ("US-RI", None),
        ("AU-NSW", None),
        ("us-ri", "Maybe US-RI."),
        ("RI", "Maybe US-RI."),
        ("USRI", "Maybe US-RI."),
        ("Rhode Island", "Maybe write it like US-RI."),
        ("US-R", "Maybe write it like US-RI."),
        ("", "Maybe write it like US-RI."),
    ],
)
def test_codes_of_states(state, hint):
    issues = [i for i in check_round(a_round(sites=[site(state=state)])) if i.code != "no_rule_pack"]
    assert [i.hint for i in issues] == ([hint] if hint else [])
    assert all((i.table, i.column, i.code, i.severity) == ("sites", "state", "bad_state", "error") for i in issues)


@pytest.mark.parametrize(
    ("lat", "lon", "state", "hint"),
    [
        ("41.824", "-71.4128", "US-RI", None),
        ("-71.4128", "41.824", "US-RI", "Maybe lat and lon are swapped."),
        ("41.824", "71.4128", "US-RI", "Maybe the minus sign of lon is missing."),
        ("-33.9", "18.4", "US-RI", "Maybe look the place up on a map."),
        ("-33.9", "18.4", "ZA-WC", None),
        ("13.4", "144.8", "US-GU", None),
        ("52.9", "173.2", "US-AK", None),
    ],
)
def test_schools_outside_their_country(lat, lon, state, hint):
    issues = check_round(a_round(schools=[school(lat=lat, lon=lon, state=state)], sites=[site(lat=lat, lon=lon)]))
    assert [(i.column, i.code, i.severity, i.hint) for i in issues] == ([("lat", "outside_country", "warning", hint)] if hint else [])


@pytest.mark.parametrize(("lat", "far"), [("46.32", False), ("46.33", True)])
def test_sites_five_hundred_kilometres_away(lat, far):
    assert (kilometres(41.8240, -71.4128, float(lat), -71.4128) > 500) == far
    issues = check_round(a_round(sites=[site(lat=lat, lon="-71.4128")]))
    assert [(i.code, i.severity) for i in issues] == ([("far_from_schools", "warning")] if far else [])


def test_a_site_near_another_school_is_not_far():
    schools = [school(), school("K2", state="US-CA", lat="38.58", lon="-121.49")]
    assert found(schools=schools, sites=[site(lat="38.6", lon="-121.5")]) == []


@pytest.mark.parametrize(
    ("lat", "lon", "hint"),
    [("-71.413", "41.825", "Maybe lat and lon are swapped."), ("41.825", "71.413", "Maybe the minus sign of lon is missing.")],
)
def test_what_is_wrong_with_a_far_site(lat, lon, hint):
    assert [(i.code, i.hint) for i in check_round(a_round(sites=[site(lat=lat, lon=lon)]))] == [("far_from_schools", hint)]


@pytest.mark.parametrize(("lat", "far"), [("44.52", False), ("44.53", True)])
def test_homes_three_hundred_kilometres_away(lat, far):
    assert (kilometres(41.8240, -71.4128, float(lat), -71.4128) > 300) == far
    issues = found(students=[student(lat=lat, lon="-71.4128")])
    assert [(i[1], i[2], i[3]) for i in issues] == ([("lat", "far_from_school", "warning")] if far else [])


@pytest.mark.parametrize(("minutes", "codes"), [("300", []), ("301", ["long_trip"])])
def test_trips_of_five_hours(minutes, codes):
    assert [i[2] for i in found(travel=[trip(minutes=minutes)])] == codes


def test_documents_without_a_date_cover_nothing():
    issues = found(students=[student(documents=f"parent_consent;emergency_contacts:{YEAR};parent_consent:2027-06-30")])
    assert issues == [("students", "documents", "undated_document", "warning", "parent_consent")]
    assert [i[0] for i in found(sites=[site(documents="agreement")], mentors=[mentor(documents="clearance")])] == ["sites", "mentors"]


@pytest.mark.parametrize(
    ("cell", "form"),
    [
        ("clearance", "clearance:FIRST..LAST"),
        ("agreement 9/1/2026", "agreement:FIRST..LAST"),
        ("site visit 9/1", "site_visit:FIRST..LAST"),
        ("clearance-2026-09-01", "clearance:FIRST..LAST"),
        ("shots 2026", "NAME:FIRST..LAST"),
    ],
)
def test_no_date_is_made_up_for_a_paper(cell, form):
    """Whoever copies a hint must not clear a mentor: it names the form and no date."""
    hint = how_to_write(_recognised(cell))
    assert form in hint
    assert not re.search(r"\d", hint)


@pytest.mark.parametrize(
    ("name", "codes"), [("parent_consent", []), ("parents_consent", ["unlike_document"]), ("swimming_badge", []), ("first_aid", [])]
)
def test_misspelt_documents(name, codes):
    issues = found(students=[student(documents=f"{name}:{YEAR}")], opportunities=[opportunity(requires="first_aid")])
    assert [i[2] for i in issues] == codes


def test_a_document_like_one_that_an_opportunity_requires():
    rows = {"students": [student(documents=f"first_aids:{YEAR}")]}
    assert found(**rows) == []
    assert [i[2] for i in found(**rows, opportunities=[opportunity(requires="first_aid")])] == ["unlike_document"]


def test_a_mentor_of_another_site():
    rows = {"sites": [site(), site("W2")], "mentors": [mentor(), mentor("M2", site_id="W2")]}
    assert found(**rows, opportunities=[opportunity(mentors="M1;M2")]) == [("opportunities", "mentors", "mentor_elsewhere", "error", "M2")]
    assert found(**rows, opportunities=[opportunity(), opportunity("O2", site_id="W2", mentors="M2")]) == []


@pytest.mark.parametrize(
    ("tag", "hint"),
    [
        ("HO-1", None),
        ("HO-17", None),
        ("hotel", None),
        ("shop", None),
        ("HO-0", "Maybe look the number up: HO-1 to HO-17."),
        ("HO-18", "Maybe look the number up: HO-1 to HO-17."),
        ("HO14", "Maybe HO-14."),
        ("ho-14", "Maybe HO-14."),
        ("HO-07", "Maybe HO-7."),
        ("HO 7", "Maybe HO-7."),
        ("HO-7a", "Maybe HO-7."),
        ("HO-saw", "Maybe look the number up: HO-1 to HO-17."),
    ],
)
def test_tags_of_hazardous_orders(tag, hint):
    issues = check_round(a_round(opportunities=[opportunity(tasks=f"sweeping;{tag}")]))
    assert [(i.column, i.code, i.severity, i.value, i.hint) for i in issues] == (
        [("tasks", "unknown_hazard", "error", tag, hint)] if hint else []
    )


@pytest.mark.parametrize(
    ("column", "low", "high", "code"), [("min_age", 10, 22, "unlikely_min_age"), ("min_grade", 0, 13, "unlikely_min_grade")]
)
def test_least_ages_and_grades_that_cannot_be(column, low, high, code):
    for value, codes in ((low - 1, [code]), (low, []), (high, []), (high + 1, [code])):
        assert [i[2] for i in found(opportunities=[opportunity(**{column: str(value)})])] == codes


@pytest.mark.parametrize(
    ("sessions", "values"),
    [
        ("Tue 08:00-16:00", []),
        ("Tue 07:59-16:00", ["Tue 07:59-16:00"]),
        ("Tue 08:00-16:01", ["Tue 08:00-16:01"]),
        ("Tue 09:00-12:00 | Sat 09:00-12:00", ["Sat 09:00-12:00"]),
        ("Tue 09:00-12:00;Sat 09:00-12:00", ["Tue 09:00-12:00;Sat 09:00-12:00"]),
    ],
)
def test_alternatives_outside_the_hours_of_every_school(sessions, values):
    issues = found(opportunities=[opportunity(sessions=sessions)])
    assert [(i[2], i[4]) for i in issues] == [("outside_hours", value) for value in values]


def test_hours_count_together_where_they_touch_and_for_schools_that_may_come():
    schools = [school(windows="Tue 08:00-12:00;Tue 12:00-16:00"), school("K2", windows="Sat 08:00-16:00")]
    weekend = [opportunity(sessions="Tue 11:00-13:00 | Sat 09:00-12:00")]
    assert found(schools=schools, opportunities=weekend) == []
    assert [i[4] for i in found(schools=schools, opportunities=weekend, sites=[site(schools="K1")])] == ["Sat 09:00-12:00"]


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        ("2026-09-08", "2026-12-18", []),
        ("2026-10-01", "2026-10-01", []),
        ("2026-10-02", "2026-10-01", [("ends", "reversed_dates", "error")]),
        ("2026-12-17", "2027-06-01", []),
        ("2026-12-19", "2027-06-01", [("starts", "outside_round", "warning")]),
        ("2026-01-01", "2026-09-07", [("ends", "outside_round", "warning")]),
        ("2026-01-01", "2026-09-08", []),
        ("2026-09-09", "2026-09-09", [("sessions", "no_session", "warning")]),
    ],
)
def test_opportunities_outside_the_round(starts, ends, expected):
    issues = found(opportunities=[opportunity(starts=starts, ends=ends)])
    assert [(i[1], i[2], i[3]) for i in issues] == expected


def test_closures_and_free_days_that_take_every_date():
    week = {"starts": "2026-09-14", "ends": "2026-09-18"}
    tuesday = [opportunity(sessions="Tue 09:00-15:00 | Thu 09:00-15:00", **week)]
    assert found(opportunities=tuesday) == []
    assert [i[4] for i in found(opportunities=tuesday, sites=[site(closures="2026-09-15")])] == ["Tue 09:00-15:00"]
    assert [i[4] for i in found(opportunities=tuesday, calendar=[day_off("2026-09-17", kind="no_lti")])] == ["Thu 09:00-15:00"]
    two = [school(), school("K2")]
    assert found(opportunities=tuesday, schools=two, calendar=[day_off("2026-09-17", "K1")]) == []
    both = [day_off("2026-09-17", "K1"), day_off("2026-09-17", "K2")]
    assert [i[2] for i in found(opportunities=tuesday, schools=two, calendar=both)] == ["no_session"]


@pytest.mark.parametrize(
    ("date", "codes"), [("2026-09-07", ["outside_round"]), ("2026-09-08", []), ("2026-12-18", []), ("2026-12-19", ["outside_round"])]
)
def test_calendar_days_outside_the_round(date, codes):
    assert [i[2] for i in found(calendar=[day_off(date)])] == codes


def test_times_in_the_wrong_order():
    assert found(schools=[school(leave_after="08:00", return_by="08:00")])[0][:4] == ("schools", "return_by", "reversed_times", "error")
    assert found(schools=[school(leave_after="08:00", return_by="08:01")]) == []
    assert found(vans=[van(departs="08:00", returns="08:00")])[0][:4] == ("vans", "returns", "reversed_times", "error")
    assert found(vans=[van(departs="08:00", returns="08:01")]) == []


def packs(*names: str) -> Any:
    return settings(round={"rule_packs": list(names)})


def test_rule_packs_that_do_not_exist():
    (issue,) = check_round(a_round(settings=packs("us-federal", "us-wi")))
    assert (issue.table, issue.column, issue.code, issue.severity, issue.value) == (
        "round.toml",
        "round.rule_packs",
        "unknown_pack",
        "error",
        "us-wi",
    )
    assert issue.hint in {"Maybe us-ri is meant.", "Maybe us-wa is meant."}


def test_rule_packs_of_a_district_lie_in_the_round_folder(tmp_path):
    inside = tmp_path / "round"
    (inside / "laws").mkdir(parents=True)
    for place in (inside / "laws" / "own.toml", tmp_path / "own.toml"):
        shutil.copy(PACK_FOLDER / "us-ri.toml", place)
    (inside / "broken.toml").write_text("[pack]\nid = 'x'\n")
    (inside / "latin.toml").write_bytes(b"\xe9")

    def codes(name: str, folder: Path | None = inside) -> list[str]:
        return [i.code for i in check_round(a_round(settings=packs(name)), Origin(folder))]

    assert codes("laws/own.toml") == []
    assert codes("laws/own.toml", None) == ["unknown_pack"]
    assert codes("laws/other.toml") == ["unknown_pack"]
    assert codes("laws") == ["unknown_pack"]
    assert codes("../own.toml") == ["unknown_pack"]
    assert codes(str(tmp_path / "own.toml")) == ["unknown_pack"]
    assert codes("broken.toml") == ["bad_pack"]
    assert codes("latin.toml") == ["bad_pack"]


def test_objectives_that_do_not_exist():
    lawful = ["priority_classes", "most_placed", "landed", "worst_off", "total_points", "least_change", "public_draw"]
    assert found(settings=settings(objectives={"order": lawful})) == []
    issues = found(settings=settings(objectives={"order": ["most_place", "base", "__init__"]}))
    assert [(i[1], i[2], i[4]) for i in issues] == [
        ("objectives.order", "unknown_objective", v) for v in ("__init__", "base", "most_place")
    ]


@pytest.mark.parametrize(
    ("kind", "state", "codes"),
    [
        ("paid_employment", "US-RI", []),
        ("paid_employment", "US-CA", ["no_rule_pack"]),
        ("unpaid_learning", "US-CA", []),
    ],
)
def test_pay_where_the_law_is_not_known(kind, state, codes):
    rows = {"settings": packs("us-federal", "us-ri", "school"), "sites": [site(state=state)]}
    assert [i[2] for i in found(**rows, opportunities=[opportunity(placement_kind=kind)])] == codes


def test_nothing_that_depends_on_settings_is_said_when_they_are_not_known():
    round_ = a_round(
        settings=packs("us-xx"),
        students=[student(birth_date="2030-01-01")],
        opportunities=[opportunity(starts="2030-01-01")],
        calendar=[day_off("2030-01-01")],
        decisions=[decision("ban", "S1", "O1", until="2020-01-01"), decision("pin", "S1", "O1")],
    )
    assert {i.code for i in check_round(round_)} == {"unknown_pack", "future_birth_date", "outside_round", "expired"}
    assert check_round(round_, Origin(settings_known=False)) == []


def test_rows_are_named_by_their_line_and_cells_as_they_were_written():
    rows = [student(grade="99"), student()]
    sources = {id(rows[0]): Source(7, ["S1", "99.0"], {"student_id": 0, "grade": 1}), id(rows[1]): Source(5, ["S1"], {"student_id": 0})}
    issues = check_round(a_round(students=rows), Origin(sources=sources))
    assert [(i.row, i.column, i.value) for i in issues] == [(7, "grade", "99.0"), (7, "student_id", "S1")]
    assert issues[1].message == "is the same id as in row 5"


def test_faulty_cells_and_what_follows_from_them_are_passed_over():
    place = school(lat="10", state="nowhere")
    sources = {id(place): Source(2, [], {}, frozenset({"lat", "state"}))}
    round_ = Round(settings(), (place,), (student(lat="41.8", lon="-71.4"),), (site(),), (mentor(),), (opportunity(),))
    assert {i.code for i in check_round(round_)} == {"bad_state", "far_from_schools", "far_from_school"}
    assert check_round(round_, Origin(sources=sources)) == []


def test_issues_are_sorted_whatever_the_order_of_rows():
    people = [student(f"S{i}", school_id=f"X{i}") for i in range(5)]
    assert check_round(a_round(students=people)) == check_round(a_round(students=people[::-1]))


def test_distances_on_a_sphere():
    assert kilometres(0, 0, 0, 180) == pytest.approx(6371.0088 * 3.141592653589793)
    assert kilometres(41.8, -71.4, 41.8, -71.4) == 0
    assert kilometres(0, 179.5, 0, -179.5) == pytest.approx(111.195, abs=0.001)


def told(**tables: Any) -> list[str]:
    """Every issue of a round with these tables as it is printed."""
    return [str(issue) for issue in check_round(a_round(**tables))]


def test_transit_without_times_is_told_with_how_many_have_no_other_way():
    people = [student("S1", travel_modes="transit"), student("S2", travel_modes="transit;walk"), student("S3")]
    people.append(student("S4", travel_modes="transit", status="not_ready"))
    assert told(students=people) == [
        "students, column travel_modes: 2 seeking students travel by transit (1 of them in no other way), and there is no table travel "
        "with times by transit and no timetable: nobody can be sent by transit (value: 'transit') "
        "Maybe add the table travel with the minutes by transit, or name a timetable in round.toml: feeds under [gtfs]."
    ]
    assert "1 seeking student travels by transit (and in no other way)" in told(students=people[:1])[0]
    assert "1 seeking student travels by transit (and in another way too)" in told(students=people[1:2])[0]


@pytest.mark.parametrize(
    "times", [{"travel": [trip()]}, {"settings": settings(gtfs={"feeds": ["bus.zip"]})}, {"students": [student(travel_modes="walk")]}]
)
def test_times_by_transit_are_not_missed_where_they_are(times):
    assert found(**({"students": [student(travel_modes="transit")]} | times)) == []


def test_a_walk_in_the_table_gives_no_time_by_transit():
    issues = found(students=[student(travel_modes="transit")], travel=[trip(mode="walk")])
    assert issues == [("students", "travel_modes", "no_transit_times", "warning", "transit")]


def test_a_table_that_cannot_be_read_is_not_called_empty():
    people = (student(travel_modes="transit;van"),)
    assert check_round(a_round(students=people), Origin(unreadable=frozenset({"travel", "vans"}))) == []


def test_students_who_ride_a_van_that_their_school_does_not_have():
    schools = [school(), school("K2")]
    people = [student("S1", travel_modes="van"), student("S2", school_id="K2", travel_modes="van;walk")]
    tables = {"schools": schools, "students": people}
    assert found(**tables, vans=[van(), van("V2", school_id="K2")]) == []
    (issue,) = told(**tables, vans=[van()])
    assert "1 seeking student travels by van (and in another way too), and the table vans has no van of their school (K2)" in issue
    assert "2 seeking students travel by van (1 of them in no other way)" in told(**tables)[0]


def test_more_seats_than_the_mentors_take():
    (issue,) = told(opportunities=[opportunity(seats="2")])
    assert issue == (
        "opportunities, column seats: is more seats than can be filled: its mentor takes 1 at a time "
        "(max_students of M1 is blank, so 1) (value: '2') Maybe write max_students of M1 in the table mentors, or fewer seats."
    )
    mentors = [mentor(max_students="1"), mentor("M2", max_students="2")]
    (issue,) = told(mentors=mentors, opportunities=[opportunity(seats="4", mentors="M1;M2")])
    assert "its 2 mentors together take 3 at a time (value: '4') Maybe write max_students of M1 or M2" in issue
    assert found(mentors=mentors, opportunities=[opportunity(seats="3", mentors="M1;M2")]) == []


def test_days_of_the_term_that_nobody_wrote():
    (issue,) = told(settings=Settings())
    assert issue == (
        "round.toml, column round.start: the round says nothing of its first and last day: it is planned with 2026-09-08 as the first day "
        "and 2026-12-18 as the last day Maybe write the term's own days in round.toml, beside the tables, under [round]: "
        "start = 2026-09-08 and end = 2026-12-18."
    )
    assert found(settings=Settings.model_validate({"round": {"start": "2026-09-08"}})) == [
        ("round.toml", "round.end", "assumed_term", "warning", "")
    ]

"""The limits: capacities at every instant, occupied places, vans, and decisions about two students."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.audit.plain_round import CLEARANCE, MON_WED, THU_17, TUE_15, TUE_22, PlainRound, a_site, a_student, refused

MON_14 = dt.date(2026, 9, 14)


def two(**opportunity: str) -> PlainRound:
    """Give a round in which S1 and S2 are both at O1, with room for both everywhere."""
    plain = PlainRound().change("opportunities", "O1", seats="2").change("mentors", "M1", max_students="2").place("S2")
    return plain.change("opportunities", "O1", **opportunity)


def already(plain: PlainRound, student_id: str = "S9", **cells: str) -> PlainRound:
    """Add a student who is placed at O1 already."""
    plain.tables["students"].append({**a_student(student_id), "status": "placed"})
    return plain.add("previous", **{"student_id": student_id, "opportunity_id": "O1", "sessions": "", **cells})


def test_seats(tmp_path):
    assert two().audit(tmp_path / "two") == []
    assert refused(two(seats="1").audit(tmp_path / "one")) == {("S1", "seats", TUE_15)}


@pytest.mark.parametrize(
    ("patterns", "first"), [(("Tue 09:00-12:00", "Tue 12:00-15:00"), None), (("Tue 09:00-12:00", "Tue 11:59-15:00"), TUE_15)]
)
def test_seats_at_one_instant_on_one_day(tmp_path, patterns, first):
    plain = two(seats="1", sessions=" | ".join(patterns)).place("S1", sessions=patterns[0]).place("S2", sessions=patterns[1])
    assert refused(plain.audit(tmp_path)) == ({("S1", "seats", first)} if first else set())


def test_seats_of_alternatives_on_other_days(tmp_path):
    assert two(seats="1").change("mentors", "M1", max_students="1").place("S2", sessions=MON_WED).audit(tmp_path) == []


def test_an_occupied_seat_counts(tmp_path):
    plain = already(PlainRound().change("mentors", "M1", max_students="2"))
    assert refused(plain.audit(tmp_path)) == {("S1", "seats", TUE_15)}
    assert plain.change("opportunities", "O1", seats="2").audit(tmp_path / "two") == []


def test_an_occupied_seat_counts_in_its_own_windows(tmp_path):
    assert already(PlainRound(), sessions=MON_WED).audit(tmp_path) == []


@pytest.mark.parametrize("status", ["", "not_ready"])
def test_only_students_who_are_placed_occupy(tmp_path, status):
    plain = already(PlainRound())
    assert plain.change("students", "S9", status=status).audit(tmp_path) == []


def test_occupied_seats_alone_are_no_fault_of_the_round(tmp_path):
    plain = already(already(PlainRound().unplace("S1")), "S8")
    assert plain.audit(tmp_path) == []


def test_an_occupied_seat_uses_mentor_and_site(tmp_path):
    plain = already(PlainRound().change("opportunities", "O1", seats="2"))
    assert refused(plain.audit(tmp_path)) == {("S1", "mentor_capacity", TUE_15)}
    plain.change("mentors", "M1", max_students="2").change("sites", "X1", max_students="1")
    assert refused(plain.audit(tmp_path / "site")) == {("S1", "site_capacity", TUE_15)}


@pytest.mark.parametrize(("most", "lawful"), [("2", True), ("1", False), ("", False)])
def test_mentor_capacity(tmp_path, most, lawful):
    plain = two().change("mentors", "M1", max_students=most)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "mentor_capacity", TUE_15)})


def test_mentor_capacity_over_two_opportunities(tmp_path):
    plain = PlainRound().place("S2", "O2")
    assert refused(plain.audit(tmp_path)) == {("S1", "mentor_capacity", TUE_15)}
    assert plain.place("S2", "O2", sessions=MON_WED).audit(tmp_path / "other") == []


def test_on_leave_the_first_present_and_cleared_mentor_is_in_charge(tmp_path):
    # M1 has S1, M2 has S2. On the 22nd M1 is away, so M2, who takes one student, would have both.
    plain = two(mentors="M1;M2").change("mentors", "M1", leave="2026-09-22").place("S2", mentor_id="M2")
    assert refused(plain.audit(tmp_path)) == {("S1", "mentor_capacity", TUE_22)}
    plain.tables["mentors"].append({"mentor_id": "M3", "site_id": "X1", "documents": CLEARANCE, "leave": "", "max_students": ""})
    assert plain.change("opportunities", "O1", mentors="M1;M3;M2").audit(tmp_path / "third") == []
    plain.change("mentors", "M3", documents="")
    assert refused(plain.audit(tmp_path / "uncleared")) == {("S1", "mentor_capacity", TUE_22)}


@pytest.mark.parametrize(("most", "lawful"), [("2", True), ("", True), ("1", False)])
def test_site_capacity(tmp_path, most, lawful):
    plain = two().change("sites", "X1", max_students=most)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "site_capacity", TUE_15)})


def test_site_capacity_over_two_opportunities(tmp_path):
    plain = (
        PlainRound().change("opportunities", "O2", mentors="M2").place("S2", "O2", mentor_id="M2").change("sites", "X1", max_students="1")
    )
    assert refused(plain.audit(tmp_path)) == {("S1", "site_capacity", TUE_15)}


def test_a_holiday_moves_the_first_crowded_date(tmp_path):
    plain = two(seats="1").add("calendar", school_id="*", date="2026-09-15", kind="no_lti")
    assert refused(plain.audit(tmp_path)) == {("S1", "seats", THU_17)}


def riders(number: int, seats: str, weekdays: str = "Tue;Thu") -> PlainRound:
    """Give a round in which `number` students ride van V1 to O1."""
    plain = PlainRound().change("mentors", "M1", max_students="99").change("opportunities", "O1", seats="99")
    plain.tables["students"] = [{**a_student(f"S{i:02d}"), "travel_modes": "van"} for i in range(number)]
    plain.placements.clear()
    plain.add("travel", from_id="SC1", site_id="X1", mode="van", minutes="10", transfers="0")
    for i in range(number):
        plain.place(f"S{i:02d}", mode="van")
    return van(plain, "V1", seats, weekdays=weekdays)


def van(plain: PlainRound, van_id: str, seats: str, **cells: str) -> PlainRound:
    """Add a van."""
    row = {"van_id": van_id, "school_id": "SC1", "seats": seats, "weekdays": "Tue;Thu", "sites": "", "departs": "08:30", "returns": "15:30"}
    return plain.add("vans", **{**row, **cells})


# Ten persons with the driver: nine riders, however many seats the van has.
@pytest.mark.parametrize(
    ("number", "seats", "lawful"), [(3, "3", True), (4, "3", False), (9, "14", True), (10, "14", False), (1, "", False)]
)
def test_van_seats(tmp_path, number, seats, lawful):
    expected = set() if lawful else {("S00", "van_seats", TUE_15), ("S00", "van_seats", THU_17)}
    assert refused(riders(number, seats).audit(tmp_path)) == expected


def test_riders_on_other_weekdays_take_other_seats(tmp_path):
    plain = riders(2, "1", "Mon;Tue;Wed;Thu").place("S01", mode="van", sessions=MON_WED)
    assert plain.audit(tmp_path) == []


def test_some_spread_over_vans_must_fit(tmp_path):
    # V1 goes everywhere with 1 seat; V2 goes to X1 only with 1 seat. S00 goes to X2, S01 to X1: S01 must leave V1 to S00.
    plain = van(riders(2, "1"), "V2", "1", sites="X1")
    plain.tables["sites"].append(a_site("X2"))
    plain.change("mentors", "M2", site_id="X2").change("opportunities", "O2", site_id="X2", mentors="M2")
    plain.add("travel", from_id="SC1", site_id="X2", mode="van", minutes="10", transfers="0")
    plain.place("S00", "O2", site_id="X2", mentor_id="M2", mode="van")
    assert plain.audit(tmp_path) == []
    plain.tables["vans"].reverse()
    assert plain.audit(tmp_path / "other_order") == []
    plain.change("vans", "V1", sites="X1")
    assert refused(plain.audit(tmp_path / "no_van")) == {("S00", "trip", TUE_15)}


def test_no_contact_students_ride_apart(tmp_path):
    # At different sites, so only the van brings them together.
    plain = riders(2, "5")
    plain.tables["sites"].append(a_site("X2"))
    plain.change("mentors", "M2", site_id="X2").change("opportunities", "O2", site_id="X2", mentors="M2")
    plain.add("travel", from_id="SC1", site_id="X2", mode="van", minutes="10", transfers="0")
    plain.place("S00", "O2", site_id="X2", mentor_id="M2", mode="van")
    assert plain.audit(tmp_path / "friends") == []
    plain.add("decisions", kind="no_contact", a="S01", b="S00", until="", note="")
    assert refused(plain.audit(tmp_path / "one_van")) == {("S00", "no_contact", TUE_15), ("S00", "no_contact", THU_17)}
    assert van(plain, "V2", "1").audit(tmp_path / "two_vans") == []
    plain.change("vans", "V2", weekdays="Tue")
    assert refused(plain.audit(tmp_path / "tuesday")) == {("S00", "no_contact", THU_17)}


def test_no_contact_students_at_one_site_at_other_times(tmp_path):
    plain = two().place("S2", sessions=MON_WED).add("decisions", kind="no_contact", a="S2", b="S1", until="", note="")
    assert refused(plain.audit(tmp_path)) == {("S2", "no_contact", MON_14)}
    plain.tables["decisions"][0]["until"] = "2026-09-13"
    assert plain.audit(tmp_path / "over") == []


def test_no_contact_students_at_other_sites(tmp_path):
    plain = PlainRound().add("decisions", kind="no_contact", a="S1", b="S2", until="", note="")
    plain.tables["sites"].append(a_site("X2"))
    plain.change("mentors", "M2", site_id="X2").change("opportunities", "O2", site_id="X2", mentors="M2")
    plain.add("travel", from_id="SC1", site_id="X2", mode="walk", minutes="10", transfers="0")
    assert plain.place("S2", "O2", site_id="X2", mentor_id="M2").audit(tmp_path) == []


def test_no_contact_with_a_student_who_is_there_already(tmp_path):
    plain = already(two(seats="3"), sessions=MON_WED).add("decisions", kind="no_contact", a="S9", b="S1", until="", note="")
    assert refused(plain.audit(tmp_path)) == {("S1", "no_contact", MON_14)}


@pytest.mark.parametrize(("second", "first"), [("Tue 12:00-15:00", None), ("Tue 11:59-15:00", TUE_15), ("Wed 09:00-12:00", None)])
def test_keep_apart(tmp_path, second, first):
    plain = two(sessions=f"Tue 09:00-12:00 | {second}").place("S1", sessions="Tue 09:00-12:00").place("S2", sessions=second)
    plain.add("decisions", kind="keep_apart", a="S1", b="S2", until="", note="")
    assert refused(plain.audit(tmp_path)) == ({("S1", "keep_apart", first)} if first else set())


def test_keep_apart_at_two_opportunities_of_one_site(tmp_path):
    plain = PlainRound().change("opportunities", "O2", mentors="M2").place("S2", "O2", mentor_id="M2")
    plain.add("decisions", kind="keep_apart", a="S1", b="S2", until="", note="")
    assert refused(plain.audit(tmp_path)) == {("S1", "keep_apart", TUE_15)}


def test_keep_together(tmp_path):
    plain = two().add("decisions", kind="keep_together", a="S1", b="S2", until="", note="")
    assert plain.audit(tmp_path / "together") == []
    assert refused(plain.place("S2", sessions=MON_WED).audit(tmp_path / "times")) == {("S1", "keep_together", TUE_15)}
    assert refused(plain.unplace("S2").audit(tmp_path / "one")) == {("S1", "keep_together", TUE_15)}
    assert plain.unplace("S1").audit(tmp_path / "neither") == []


def test_keep_together_at_two_opportunities_of_one_site(tmp_path):
    plain = PlainRound().change("opportunities", "O2", mentors="M2").place("S2", "O2", mentor_id="M2")
    plain.add("decisions", kind="keep_together", a="S1", b="S2", until="", note="")
    assert plain.audit(tmp_path) == []


def test_keep_together_with_a_student_who_is_there_already(tmp_path):
    plain = already(two()).unplace("S2").add("decisions", kind="keep_together", a="S9", b="S1", until="", note="")
    assert plain.audit(tmp_path) == []
    plain.place("S1", sessions=MON_WED)
    assert refused(plain.audit(tmp_path / "apart")) == {("S1", "keep_together", TUE_15)}


def test_a_pinned_student_must_be_placed(tmp_path):
    plain = PlainRound().add("decisions", kind="pin", a="S2", b="O2", until="2026-09-14", note="")
    assert refused(plain.audit(tmp_path)) == {("S2", "pin", None)}
    assert plain.place("S2", "O2", sessions=MON_WED).audit(tmp_path / "kept") == []
    plain.unplace("S2").tables["decisions"][0]["until"] = "2026-09-13"
    assert plain.audit(tmp_path / "over") == []


def test_one_student_leaving_as_another_comes_is_no_crowd(tmp_path):
    # 09:00-10:00, 10:00-11:00 and 09:30-10:30: two at once, never three.
    patterns = ("Tue 09:00-10:00", "Tue 10:00-11:00", "Tue 09:30-10:30")
    plain = two(sessions=" | ".join(patterns)).place("S1", sessions=patterns[0]).place("S2", sessions=patterns[1])
    plain.tables["students"].append(a_student("S3"))
    assert plain.place("S3", sessions=patterns[2]).audit(tmp_path) == []
    plain.change("opportunities", "O1", seats="1")
    assert refused(plain.audit(tmp_path / "one")) == {("S1", "seats", TUE_15)}


def test_two_windows_of_a_day_are_compared_one_by_one(tmp_path):
    # 09:00-10:00 and 13:00-14:00 against 11:00-12:00 and 13:30-14:30: only the second ones meet.
    patterns = ("Tue 09:00-10:00;Tue 13:00-14:00", "Tue 11:00-12:00;Tue 13:30-14:30")
    plain = two(sessions=" | ".join(patterns)).place("S1", sessions=patterns[0]).place("S2", sessions=patterns[1])
    plain.add("decisions", kind="keep_apart", a="S1", b="S2", until="", note="")
    assert refused(plain.audit(tmp_path)) == {("S1", "keep_apart", TUE_15)}


@pytest.mark.parametrize(("sites", "lawful"), [("X1;X3;X2", True), ("X1;X3", False)])
def test_keeping_riders_apart_leaves_the_others_a_seat(tmp_path, sites, lawful):
    # V1 has one seat and goes to X1 and X2; V2 has two and goes to X1 and X3. S00 (X1) and S01 (X3) must not ride together, so
    # S00 takes V1, and S02 (X2) has a seat only if V2 goes to X2.
    plain = van(riders(3, "1"), "V2", "2", sites=sites)
    plain.change("vans", "V1", sites="X1;X2").add("decisions", kind="no_contact", a="S00", b="S01", until="", note="")
    for number, student_id in ((2, "S02"), (3, "S01")):
        site, mentor, opportunity = f"X{number}", f"M{number}", f"O{number}"
        plain.tables["sites"].append(a_site(site))
        plain.tables["mentors"] = [row for row in plain.tables["mentors"] if row["mentor_id"] != mentor]
        plain.tables["mentors"].append({"mentor_id": mentor, "site_id": site, "documents": CLEARANCE, "leave": "", "max_students": ""})
        plain.tables["opportunities"] = [row for row in plain.tables["opportunities"] if row["opportunity_id"] != opportunity]
        plain.tables["opportunities"].append(
            {**plain.tables["opportunities"][0], "opportunity_id": opportunity, "site_id": site, "mentors": mentor}
        )
        plain.add("travel", from_id="SC1", site_id=site, mode="van", minutes="10", transfers="0")
        plain.place(student_id, opportunity, site_id=site, mentor_id=mentor, mode="van")
    expected = set() if lawful else {("S00", "no_contact", TUE_15), ("S00", "no_contact", THU_17)}
    assert refused(plain.audit(tmp_path)) == expected


# Five persons are four riders and the driver; the law counts only while it is in force in the round.
@pytest.mark.parametrize(
    ("number", "dates", "lawful"),
    [
        (4, "", True),
        (5, "", False),
        (5, "effective_to = 2026-09-13", True),
        (5, "effective_to = 2026-09-14", False),
        (5, "effective_from = 2026-09-26", True),
        (5, "effective_from = 2026-09-25", False),
    ],
)
def test_the_laws_persons_in_a_van(tmp_path, number, dates, lawful):
    plain = riders(number, "14")
    plain.settings = plain.settings.replace('"school"', '"school", "own.toml"')
    (tmp_path / "round").mkdir()
    law = ["[pack]", 'jurisdiction = "US-RI"', "[[law]]", 'id = "OWN"', 'rule = "van_persons"', dates, "values = { max_persons = 5 }"]
    (tmp_path / "round" / "own.toml").write_text("\n".join(law), encoding="utf-8")
    assert {finding.rule for finding in plain.audit(tmp_path)} == (set() if lawful else {"van_seats"})


def test_previous_rows_that_name_nobody_occupy_nothing(tmp_path):
    plain = already(PlainRound(), opportunity_id="O77").add("previous", student_id="S77", opportunity_id="O1", sessions="")
    assert plain.audit(tmp_path) == []

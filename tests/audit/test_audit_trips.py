"""Travel: computed and given minutes, caps, the rule of each mode, and the one mode that is used."""

from __future__ import annotations

import pytest

from tests.audit.plain_round import STUDENT_PAPERS, TUE_15, YEAR, PlainRound, a_school, refused

# X1 lies 0.018 degrees north of the school: 0.018 x 111.19508 = 2.00151 km on the sphere.
# walk    60 x 1.25 x 2.00151 / 4.8       = 31.27 -> 32
# bike    60 x 1.25 x 2.00151 / 14  +  2  = 12.72 -> 13
# drive   60 x 1.3  x 2.00151 / 35  +  5  =  9.46 -> 10
# dropoff 60 x 1.3  x 2.00151 / 35  +  3  =  7.46 ->  8
# van     60 x 1.3  x 2.00151 / 30  +  5  = 10.20 -> 11
COMPUTED = {"walk": "32", "bike": "13", "drive": "10", "dropoff": "8", "van": "11"}
DRIVING = f"{STUDENT_PAPERS};driver_license:{YEAR};auto_insurance:{YEAR}"


def away(mode: str, minutes: str | None = None, transfers: str = "0") -> PlainRound:
    """Give a round in which S1 travels 2 km by one mode, all times computed."""
    plain = PlainRound().change("sites", "X1", lat="41.818").change("students", "S1", travel_modes=mode)
    plain.tables["travel"].clear()
    plain.tables["travel"].append({"from_id": "other", "site_id": "X1", "mode": "walk", "minutes": "1", "transfers": "0"})
    return plain.place("S1", mode=mode, minutes=COMPUTED[mode] if minutes is None else minutes, transfers=transfers)


def given(plain: PlainRound, start: str, mode: str, minutes: str, transfers: str = "0") -> PlainRound:
    """Add a row of `travel`."""
    return plain.add("travel", from_id=start, site_id="X1", mode=mode, minutes=minutes, transfers=transfers)


def limits(plain: PlainRound, text: str) -> PlainRound:
    """Add a `[limits]` table."""
    plain.settings += f"[limits]\n{text}\n"
    return plain


@pytest.mark.parametrize("mode", ["walk", "bike", "dropoff"])
def test_computed_minutes(tmp_path, mode):
    assert away(mode).audit(tmp_path) == []
    assert refused(away(mode, str(int(COMPUTED[mode]) - 1)).audit(tmp_path / "fewer")) == {("S1", "minutes", None)}


def test_computed_minutes_over_a_longer_way(tmp_path):
    # 0.05 degrees are 5.55975 km; by bike 60 x 1.25 x 5.55975 / 14 + 2 = 31.78 -> 32
    assert away("bike", "32").change("sites", "X1", lat="41.85").audit(tmp_path) == []


def test_settings_change_computed_minutes(tmp_path):
    # 60 x 1.0 x 2.00151 / 6 + 1 = 21.02 -> 22
    plain = away("walk", "22")
    plain.settings += "[travel.walk]\nspeed_kmh = 6\ndetour = 1.0\nfixed_minutes = 1\n"
    assert plain.audit(tmp_path) == []


@pytest.mark.parametrize("claim", [("walk", "31", "0"), ("walk", "32", "1"), ("bike", "32", "0"), ("walk", "", "0"), ("walk", "32.0", "0")])
def test_published_minutes_transfers_and_mode_must_be_right(tmp_path, claim):
    plain = away("walk")
    plain.placements[0].update(zip(("mode", "minutes", "transfers"), claim, strict=True))
    assert refused(plain.audit(tmp_path)) == {("S1", "minutes", None)}


# Without any cap 60 minutes count; of the student's and the round's the smaller.
@pytest.mark.parametrize(
    ("minutes", "student", "terms", "lawful"),
    [
        ("60", "", "", True),
        ("61", "", "", False),
        ("90", "90", "", True),
        ("91", "90", "", False),
        ("70", "", "max_travel_minutes = 70", True),
        ("71", "", "max_travel_minutes = 70", False),
        ("40", "40", "max_travel_minutes = 70", True),
        ("41", "40", "max_travel_minutes = 70", False),
        ("71", "80", "max_travel_minutes = 70", False),
    ],
)
def test_cap(tmp_path, minutes, student, terms, lawful):
    plain = limits(given(away("walk", minutes), "SC1", "walk", minutes), terms).change("students", "S1", max_travel_minutes=student)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "trip", TUE_15)})


@pytest.mark.parametrize(
    ("transfers", "terms", "lawful"),
    [("1", "", True), ("2", "", False), ("2", "max_transfers = 2", True), ("1", "max_transfers = 0", False)],
)
def test_transfers(tmp_path, transfers, terms, lawful):
    plain = PlainRound().change("students", "S1", travel_modes="transit").place("S1", mode="transit", minutes="20", transfers=transfers)
    limits(given(plain, "SC1", "transit", "20", transfers), terms)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "trip", TUE_15)})


def test_transit_without_a_row_is_not_known(tmp_path):
    plain = PlainRound().change("students", "S1", travel_modes="transit").place("S1", mode="transit", minutes="20")
    [finding] = plain.audit(tmp_path)
    assert str(finding) == "student S1: trip on 2026-09-15: transit: minutes are not known"


def test_transfers_left_blank_are_none(tmp_path):
    plain = PlainRound().change("students", "S1", travel_modes="transit").place("S1", mode="transit", minutes="20")
    assert given(plain, "SC1", "transit", "20", "").audit(tmp_path) == []


# The session is 09:00-15:00 and the walk 32 minutes: leaves at 08:28 and is back at 15:32.
@pytest.mark.parametrize(
    ("leave_after", "return_by", "terms", "lawful"),
    [
        ("08:28", "15:32", "", True),
        ("08:29", "", "", False),
        ("", "15:31", "", False),
        ("08:23", "15:32", "arrival_buffer_minutes = 5", True),
        ("08:24", "", "arrival_buffer_minutes = 5", False),
    ],
)
def test_trips_within_the_schools_hours(tmp_path, leave_after, return_by, terms, lawful):
    plain = limits(away("walk").change("schools", "SC1", leave_after=leave_after, return_by=return_by), terms)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "trip", TUE_15)})


def test_every_window_counts_for_the_schools_hours(tmp_path):
    # Thursday ends at 16:00, so the walk ends at 16:32, although Tuesday's ends at 15:32.
    plain = (
        away("walk").change("opportunities", "O1", sessions="Tue 09:00-15:00;Thu 09:00-16:00").change("schools", "SC1", return_by="16:31")
    )
    plain.placements[0]["sessions"] = "Tue 09:00-15:00;Thu 09:00-16:00"
    assert refused(plain.audit(tmp_path)) == {("S1", "trip", TUE_15)}
    assert plain.change("schools", "SC1", return_by="16:32").audit(tmp_path / "later") == []


def test_trips_from_and_to_home(tmp_path):
    # Home is 0.018 degrees beyond the site, so 32 minutes; the school is 0.036 degrees away from home but not asked.
    home = {"lat": "41.836", "lon": "-71.4"}
    assert away("walk").change("students", "S1", starts_from="home", returns_to="home", **home).audit(tmp_path / "both") == []
    # Home at the site: 0 minutes there, 32 back to school: the longer one is published.
    here = {"lat": "41.818", "lon": "-71.4"}
    assert away("walk").change("students", "S1", starts_from="home", returns_to="school", **here).audit(tmp_path / "there") == []
    both = away("walk").change("students", "S1", starts_from="home", returns_to="home", **here)
    assert refused(both.audit(tmp_path / "none")) == {("S1", "minutes", None)}
    assert both.place("S1", minutes="0").audit(tmp_path / "zero") == []


def test_a_home_without_a_place_is_the_school(tmp_path):
    plain = away("walk").change("students", "S1", starts_from="home", returns_to="home", lat="41.836", lon="")
    assert plain.audit(tmp_path) == []


def test_whose_row_of_travel_counts(tmp_path):
    home = {"starts_from": "home", "returns_to": "home", "lat": "41.9", "lon": "-71.4"}
    # From school: the school's row, else the student's.
    both = given(given(away("walk", "20"), "SC1", "walk", "20"), "S1", "walk", "30")
    assert both.audit(tmp_path / "school") == []
    assert given(away("walk", "30"), "S1", "walk", "30").audit(tmp_path / "student") == []
    # From home: the student's row; the school's does not count, and 0.018 degrees from home are 32 minutes.
    assert both.change("students", "S1", **home).place("S1", minutes="30").audit(tmp_path / "home") == []
    only = given(away("walk"), "SC1", "walk", "20").change("students", "S1", **{**home, "lat": "41.836"})
    assert only.audit(tmp_path / "computed") == []


@pytest.mark.parametrize(("minutes", "order"), [(("20", "25"), "20 then 25"), (("25", "20"), "25 then 20")])
def test_the_longer_direction_is_published(tmp_path, minutes, order):
    # There from school by the school's row, back home by the student's row.
    plain = given(given(away("walk", "25"), "SC1", "walk", minutes[0]), "S1", "walk", minutes[1])
    plain.change("students", "S1", returns_to="home", lat="41.9", lon="-71.4")
    assert plain.audit(tmp_path) == [], order


def test_an_unknown_way_back_is_not_lawful(tmp_path):
    plain = given(given(away("walk", "25"), "SC1", "walk", "25"), "S1", "walk", "")
    plain.change("students", "S1", returns_to="home", lat="41.9", lon="-71.4")
    assert refused(plain.audit(tmp_path)) == {("S1", "trip", TUE_15)}


# Driving: from 16 on the first session, 15 September, with both papers to the last, 24 September.
@pytest.mark.parametrize(
    ("birth", "papers", "lawful"),
    [
        ("2010-09-15", DRIVING, True),
        ("2010-09-16", DRIVING, False),
        ("", DRIVING, False),
        ("2009-01-01", f"{STUDENT_PAPERS};driver_license:2026-09-24;auto_insurance:2026-09-24", True),
        ("2009-01-01", f"{STUDENT_PAPERS};driver_license:2026-09-23;auto_insurance:2026-09-24", False),
        ("2009-01-01", f"{STUDENT_PAPERS};driver_license:2026-09-24", False),
    ],
)
def test_driving(tmp_path, birth, papers, lawful):
    plain = away("drive").change("students", "S1", birth_date=birth, documents=papers)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "trip", TUE_15)})


def test_an_unlawful_mode_beside_a_lawful_one(tmp_path):
    plain = away("drive").change("students", "S1", travel_modes="drive;walk")
    [finding] = plain.audit(tmp_path)
    assert finding.rule == "minutes"
    assert "driver_license of S1 is not on file" in finding.message
    assert plain.place("S1", mode="walk", minutes="32").audit(tmp_path / "walk") == []


@pytest.mark.parametrize(
    ("modes", "rows", "right"),
    [
        ("walk;bike", {"walk": ("10", "0"), "bike": ("9", "0")}, "bike"),
        ("walk;bike", {"walk": ("10", "0"), "bike": ("10", "0")}, "walk"),
        ("dropoff;transit", {"dropoff": ("10", "0"), "transit": ("10", "1")}, "dropoff"),
        ("dropoff;transit", {"dropoff": ("10", "0"), "transit": ("10", "0")}, "transit"),
        ("dropoff;transit", {"dropoff": ("10", "0"), "transit": ("9", "1")}, "transit"),
    ],
)
def test_the_mode_that_is_used(tmp_path, modes, rows, right):
    for mode in rows:
        minutes, transfers = rows[mode]
        plain = away("walk").change("students", "S1", travel_modes=modes).place("S1", mode=mode, minutes=minutes, transfers=transfers)
        for name, (time, changes) in rows.items():
            given(plain, "SC1", name, time, changes)
        assert refused(plain.audit(tmp_path / mode)) == (set() if mode == right else {("S1", "minutes", None)})


def test_no_travel_mode_is_a_missing_fact(tmp_path):
    [finding] = away("walk").change("students", "S1", travel_modes="").audit(tmp_path)
    assert str(finding) == "student S1: trip on 2026-09-15: travel modes of S1 are not known"


def by_van(**cells: str) -> PlainRound:
    """Give a round in which S1 rides van V1, 11 minutes each way."""
    van = {"van_id": "V1", "school_id": "SC1", "seats": "4", "weekdays": "Tue;Thu", "sites": "", "departs": "08:49", "returns": "15:11"}
    return away("van").add("vans", **{**van, **cells})


# 08:49 and 11 minutes are 09:00; 15:00 and 11 minutes are 15:11.
@pytest.mark.parametrize(
    ("cells", "lawful"),
    [
        ({}, True),
        ({"departs": "08:50"}, False),
        ({"returns": "15:10"}, False),
        ({"weekdays": "Tue"}, False),
        ({"sites": "X1;X9"}, True),
        ({"sites": "X9"}, False),
        ({"school_id": "SC2"}, False),
        ({"departs": ""}, False),
        ({"weekdays": ""}, False),
    ],
)
def test_van(tmp_path, cells, lawful):
    plain = by_van(**cells)
    plain.tables["schools"].append({**a_school("SC2"), "lat": "30.0"})
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "trip", TUE_15)})


@pytest.mark.parametrize(
    ("leave_after", "return_by", "lawful"), [("08:45", "15:15", True), ("08:46", "", False), ("", "15:14", False)]
)  # the van leaves at 08:45 and is back at 15:15, although the trip alone would fit
def test_a_van_runs_within_the_schools_hours(tmp_path, leave_after, return_by, lawful):
    plain = by_van(departs="08:45", returns="15:15").change("schools", "SC1", leave_after=leave_after, return_by=return_by)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "trip", TUE_15)})


def test_arrival_buffer_of_a_van(tmp_path):
    assert refused(limits(by_van(), "arrival_buffer_minutes = 1").audit(tmp_path)) == {("S1", "trip", TUE_15)}
    assert limits(by_van(departs="08:48"), "arrival_buffer_minutes = 1").audit(tmp_path / "earlier") == []


def test_different_vans_may_serve_different_weekdays(tmp_path):
    plain = by_van(weekdays="Tue")
    plain.add("vans", **{**plain.tables["vans"][0], "van_id": "V2", "weekdays": "Thu"})
    assert plain.audit(tmp_path) == []


@pytest.mark.parametrize("end", ["starts_from", "returns_to"])
def test_a_van_goes_from_and_to_the_school_only(tmp_path, end):
    # Home beside the school, so that the minutes stay the same.
    plain = by_van().change("students", "S1", **{end: "home", "lat": "41.8", "lon": "-71.4"})
    assert refused(plain.audit(tmp_path)) == {("S1", "trip", TUE_15)}


def test_a_van_seat_is_for_those_without_another_way(tmp_path):
    plain = by_van().change("students", "S1", travel_modes="van;walk")
    assert refused(plain.audit(tmp_path)) == {("S1", "minutes", None)}
    assert plain.place("S1", mode="walk", minutes="32").audit(tmp_path / "walk") == []
    capped = by_van().change("students", "S1", travel_modes="van;walk", max_travel_minutes="31")
    assert capped.audit(tmp_path / "van") == []


def test_a_feed_that_is_not_there(tmp_path):
    plain = away("dropoff").change("students", "S1", travel_modes="dropoff;transit")
    plain.settings += '[gtfs]\nfeeds = ["feed.zip"]\n'
    assert [str(finding) for finding in plain.audit(tmp_path)] == ["file_shape: feed feed.zip is not readable (FileNotFoundError)"]

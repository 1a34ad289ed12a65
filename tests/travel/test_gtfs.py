"""Reading feeds: every fault is told with file, row and column; folder and zip say the same; calendars are right to the day."""

from __future__ import annotations

import datetime as dt
import hashlib
import zipfile

import pytest

from matcher.check import check_round
from matcher.check.base import Origin
from matcher.travel import feed_files
from matcher.travel.feed_files import feed_hashes
from matcher.travel.gtfs import read_feed, seconds
from tests import feeds
from tests.builders import a_round, settings

STOPS = {"A": 0.0, "B": 5.0}
TRIPS = ["T1 weekday: A 08:00:00, B 08:20:00", "T2 weekday: B 25:10:00, A 25:30:00"]
LATER = "T1,08:20:00,08:20:00"
HEAD = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"


def told(folder, name="bus.zip"):
    """Where and what each issue is, and that it has a hint."""
    feed, issues = read_feed(folder, name)
    assert all(issue.hint.startswith("Maybe ") for issue in issues)
    assert (feed is None) == any(issue.severity == "error" for issue in issues)
    return [(issue.table.removeprefix(f"{name}/"), issue.row, issue.column, issue.code, issue.value) for issue in issues]


def faulty(folder, table: str, old: str, new: str):
    """The issues of a sound feed in which one text of one table is changed."""
    made = feeds.tables(STOPS, TRIPS, dates=["weekday,20261109,2"])
    assert old in made[table]
    feeds.write(folder, made=made | {table: made[table].replace(old, new, 1)})
    return told(folder)


@pytest.mark.parametrize("name", ["bus.zip", "inside/bus"])
def test_a_sound_feed(tmp_path, name):
    (tmp_path / "inside").mkdir()
    feeds.write(tmp_path, name, stops=STOPS, trips=TRIPS)
    feed, issues = read_feed(tmp_path, name)
    assert issues == ()
    assert len(feed.points) == 2
    assert sorted(zip(feed.departs.tolist(), feed.arrives.tolist(), strict=True)) == [(28800, 30000), (90600, 91800)]
    assert (feed.first, feed.last) == (dt.date(2026, 9, 1), dt.date(2026, 12, 31))


@pytest.mark.parametrize(
    ("text", "value"),
    [("00:00:00", 0), ("8:05:09", 29109), ("08:05:09", 29109), ("25:10:00", 90600), ("71:59:59", 259199), ("", -1)],
)
def test_times(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["72:00:00", "08:60:00", "08:00:60", "08:00", "-1:00:00", "8.5", "08:00:00.5"])
def test_what_is_no_time(text):
    assert seconds(text) is None


@pytest.mark.parametrize(
    ("table", "old", "new", "issue"),
    [
        ("stop_times.txt", "T1,08:00:00", "T1,8h", ("stop_times.txt", 2, "departure_time", "gtfs_bad_value", "8h")),
        ("stop_times.txt", "B,10,", "B,x,", ("stop_times.txt", 3, "stop_sequence", "gtfs_bad_value", "x")),
        ("stop_times.txt", "B,10,", "Z,10,", ("stop_times.txt", 3, "stop_id", "gtfs_unknown_reference", "Z")),
        ("stop_times.txt", "T1,08:00", "T9,08:00", ("stop_times.txt", 2, "trip_id", "gtfs_unknown_reference", "T9")),
        ("stop_times.txt", "B,10,", "B,5,", ("stop_times.txt", 3, "stop_sequence", "gtfs_duplicate", "")),
        (
            "stop_times.txt",
            "T1,08:20:00,08:20:00",
            "T1,07:59:59,07:59:59",
            ("stop_times.txt", 3, "arrival_time", "gtfs_unordered_times", ""),
        ),
        (
            "stop_times.txt",
            "T1,08:20:00,08:20:00",
            "T1,08:20:00,08:19:00",
            ("stop_times.txt", 3, "departure_time", "gtfs_unordered_times", ""),
        ),
        ("stop_times.txt", "T1,08:20:00,08:20:00", "T1,,", ("stop_times.txt", 3, "departure_time", "gtfs_bad_value", "")),
        ("stop_times.txt", "T1,08:00:00,08:00:00", "T1,,", ("stop_times.txt", 2, "departure_time", "gtfs_bad_value", "")),
        ("stop_times.txt", "stop_sequence", "sequence", ("stop_times.txt", 1, "stop_sequence", "gtfs_missing_column", "")),
        ("stops.txt", "A,41.8", "A,4l.8", ("stops.txt", 2, "stop_lat", "gtfs_bad_value", "4l.824000000")),
        ("stops.txt", "-71.4128", "-271.4", ("stops.txt", 2, "stop_lon", "gtfs_bad_value", "-271.4")),
        ("stops.txt", "B,", "A,", ("stops.txt", 3, "stop_id", "gtfs_duplicate", "A")),
        ("trips.txt", "weekday,T2", "weekday,T1", ("trips.txt", 3, "trip_id", "gtfs_duplicate", "T1")),
        ("calendar.txt", "weekday,1", "weekday,2", ("calendar.txt", 2, "monday", "gtfs_bad_value", "2")),
        ("calendar.txt", "20260901", "2026-09-01", ("calendar.txt", 2, "start_date", "gtfs_bad_value", "2026-09-01")),
        ("calendar.txt", "20261231", "20261301", ("calendar.txt", 2, "end_date", "gtfs_bad_value", "20261301")),
        ("calendar_dates.txt", ",2\n", ",3\n", ("calendar_dates.txt", 2, "exception_type", "gtfs_bad_value", "3")),
        ("calendar_dates.txt", "20261109", "soon", ("calendar_dates.txt", 2, "date", "gtfs_bad_value", "soon")),
    ],
)
def test_each_fault_is_told_with_file_row_and_column(tmp_path, table, old, new, issue):
    assert issue in faulty(tmp_path, table, old, new)


def test_a_called_stop_needs_coordinates_and_another_does_not(tmp_path):
    made = feeds.tables(STOPS, TRIPS)
    feeds.write(tmp_path, made=made | {"stops.txt": made["stops.txt"] + "entrance,,\n"})
    assert told(tmp_path) == []
    feeds.write(tmp_path, made=made | {"stops.txt": "stop_id,stop_lat,stop_lon\nA,41.8,-71.4\nB,,\n"})
    assert told(tmp_path) == [("stops.txt", None, "stop_lat", "gtfs_bad_value", "B")]


def test_trips_that_never_run_are_a_warning(tmp_path):
    feeds.write(tmp_path, stops=STOPS, trips=[*TRIPS, "T3 nobody: A 09:00:00, B 09:20:00"])
    assert told(tmp_path) == [("trips.txt", 4, "service_id", "gtfs_no_service", "nobody")]
    made = feeds.tables(STOPS, TRIPS, frequencies_txt="trip_id,start_time,end_time,headway_secs\nT1,08:00:00,09:00:00,600\n")
    feeds.write(tmp_path, made=made)
    assert [issue[3] for issue in told(tmp_path)] == ["gtfs_frequencies"]
    feed, _ = read_feed(tmp_path, "bus.zip")
    assert feed.service_of_trip.tolist() == [-1, 0]


@pytest.mark.parametrize("table", ["stops.txt", "trips.txt", "stop_times.txt", "calendar.txt"])
def test_a_missing_table(tmp_path, table):
    made = feeds.tables(STOPS, TRIPS)
    del made[table]
    feeds.write(tmp_path, made=made)
    assert (table, None, None, "gtfs_missing_file", "") in told(tmp_path)


def test_dates_alone_are_enough(tmp_path):
    made = feeds.tables(STOPS, TRIPS, dates=["weekday,20260915,1", "weekday,20260922,1", "weekday,20260929,2"])
    del made["calendar.txt"]
    feeds.write(tmp_path, made=made)
    feed, issues = read_feed(tmp_path, "bus.zip")
    assert issues == ()
    assert (feed.first, feed.last) == (dt.date(2026, 9, 15), dt.date(2026, 9, 22))
    assert [feed.services[0].runs(dt.date(2026, 9, day)) for day in (15, 16, 22, 29)] == [True, False, True, False]


# Weekdays from 1 September, a Tuesday, to 31 December; not on Wednesday 9 September, and on Saturday 12 September too.
@pytest.mark.parametrize(
    ("date", "runs"),
    [
        ("2026-08-31", False),
        ("2026-09-01", True),
        ("2026-09-05", False),
        ("2026-09-09", False),
        ("2026-09-12", True),
        ("2026-12-31", True),
        ("2027-01-01", False),
    ],
)
def test_on_which_dates_a_service_runs(tmp_path, date, runs):
    feeds.write(tmp_path, stops=STOPS, trips=TRIPS, dates=["weekday,20260909,2", "weekday,20260912,1"])
    assert read_feed(tmp_path, "bus.zip")[0].services[0].runs(dt.date.fromisoformat(date)) == runs


@pytest.mark.parametrize("name", ["no.zip", "../bus.zip", "."])
def test_a_feed_that_is_not_in_the_round_folder(tmp_path, name):
    feeds.write(tmp_path, stops=STOPS, trips=TRIPS)
    (tmp_path / "round").mkdir()
    assert told(tmp_path / "round", name) == [("round.toml", None, "gtfs.feeds", "gtfs_missing", name)]


def test_files_that_are_no_feeds(tmp_path):
    (tmp_path / "bus.zip").write_text("stop_id\n", encoding="utf-8")
    assert told(tmp_path) == [("round.toml", None, "gtfs.feeds", "gtfs_bad_zip", "bus.zip")]


def test_bytes_that_are_no_text(tmp_path):
    feeds.write(tmp_path, "bus", stops=STOPS, trips=TRIPS)
    (tmp_path / "bus" / "trips.txt").write_bytes(b"route_id,service_id,trip_id\nR1,weekday,\xff\n")
    assert ("trips.txt", None, None, "gtfs_bad_file", "") in told(tmp_path, "bus")


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    feeds.write(tmp_path, stops=STOPS, trips=TRIPS)
    with zipfile.ZipFile(tmp_path / "bus.zip", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("calendar_dates.txt", "0" * 20_000_000)
    assert ("calendar_dates.txt", None, None, "gtfs_too_big", "") in told(tmp_path)


def test_too_many_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(feed_files, "MAX_ROWS", 3)
    feeds.write(tmp_path, stops=STOPS, trips=TRIPS)
    assert ("stop_times.txt", 4, None, "gtfs_too_big", "") in told(tmp_path)


def test_many_faults_are_counted(tmp_path):
    rows = "".join(f"T1,08:{i:02d}:00,08:{i:02d}:00,Z,{i}\n" for i in range(30))
    feeds.write(tmp_path, made=feeds.tables(STOPS, TRIPS) | {"stop_times.txt": HEAD + rows})
    found = told(tmp_path)
    assert len(found) == 21
    assert found[-1][3] == "gtfs_more"
    assert read_feed(tmp_path, "bus.zip")[1][-1].message == "has 10 more faults"


def test_a_mark_and_quotes_and_other_columns_are_read(tmp_path):
    made = feeds.tables(STOPS, TRIPS)
    stops = '\ufeffstop_name,stop_lon,stop_id,stop_lat\r\n"Main, corner",-71.4128, A ,41.824\r\nB,-71.4128,B,41.9\r\n'
    feeds.write(tmp_path, made=made | {"stops.txt": stops})
    assert told(tmp_path) == []


def test_a_changed_feed_is_read_again(tmp_path):
    feeds.write(tmp_path, "bus", stops=STOPS, trips=TRIPS)
    first = read_feed(tmp_path, "bus")[0]
    assert read_feed(tmp_path, "bus")[0] is first
    feeds.write(tmp_path, "bus", stops=STOPS, trips=[*TRIPS, "T3 weekday: A 09:00:00, B 09:20:00"])
    assert len(read_feed(tmp_path, "bus")[0].departs) == 3


def test_hashes(tmp_path):
    zipped, folder = feeds.write(tmp_path, stops=STOPS, trips=TRIPS), feeds.write(tmp_path, "in/bus", stops=STOPS, trips=TRIPS)
    (folder / "shapes.txt").write_text("not read\n", encoding="utf-8")
    found = feed_hashes(tmp_path, ("bus.zip", "in/bus", "no.zip"))
    assert found["bus.zip"] == hashlib.sha256(zipped.read_bytes()).hexdigest()
    assert found["in/bus/stops.txt"] == hashlib.sha256((folder / "stops.txt").read_bytes()).hexdigest()
    assert len(found) == 5


# --- what `matcher check` says about the round's dates ---


def checked(folder, **gtfs):
    round_ = a_round(settings=settings("2026-09-08", "2026-12-18", gtfs={"feeds": ["bus.zip"]} | gtfs))
    return [(i.column, i.code, i.severity) for i in check_round(round_, Origin(folder)) if i.code.startswith("gtfs")]


@pytest.mark.parametrize(
    ("first", "last", "quiet"),
    [("20260908", "20261218", True), ("20260909", "20261218", False), ("20260908", "20261217", False)],
)
def test_a_feed_that_does_not_cover_the_round_is_a_warning(tmp_path, first, last, quiet):
    feeds.write(tmp_path, stops=STOPS, trips=TRIPS, calendar=[f"weekday,{feeds.WEEK},{first},{last}"])
    assert checked(tmp_path) == ([] if quiet else [("gtfs.feeds", "gtfs_outside_term", "warning")])


@pytest.mark.parametrize(("week", "sound"), [("2026-03-02", True), ("2026-03-08", True), ("2026-03-09", False), ("2026-03-01", False)])
def test_a_typical_week_lies_wholly_in_the_feed(tmp_path, week, sound):
    """The feed goes from Monday 2 March to Saturday 14 March 2026."""
    feeds.write(tmp_path, stops=STOPS, trips=TRIPS, calendar=[f"weekday,{feeds.WEEK},20260302,20260314"])
    found = checked(tmp_path, typical_weeks=[week])
    assert found == ([] if sound else [("gtfs.typical_weeks", "gtfs_typical_week", "error")])


def test_faults_of_the_feed_are_among_the_issues(tmp_path):
    assert checked(tmp_path) == [("gtfs.feeds", "gtfs_missing", "error")]


@pytest.mark.parametrize(
    "gtfs",
    [
        {"feeds": ["a.zip", "a.zip"]},
        {"feeds": ["a.zip"], "typical_weeks": ["2026-03-02", "2026-03-02"]},
        {"change_minutes": 0},
        {"max_walk_minutes": 61},
        {"paths": ["a.zip"]},
    ],
)
def test_settings_that_make_no_sense(gtfs):
    with pytest.raises(ValueError, match="gtfs"):
        settings(gtfs=gtfs)

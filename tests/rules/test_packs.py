"""Rule packs: what a pack must say to load, and that the shipped numbers are those of the sources."""

import csv
import datetime as dt
import json
from pathlib import Path

import pytest

from matcher.errors import InputError, PackError
from matcher.law import PACK_FOLDER, load_laws, read_pack
from matcher.settings import SHIPPED_PACKS

HEAD = """
[pack]
id = "own"
jurisdiction = "US-RI"
title = "Our own"
"""
LAW = """
[[law]]
id = "OWN-DAY"
rule = "hours_per_day"
ages = [16, 17]
summary = "Invented."
source = "https://example.org/law"
read_on = 2026-01-01
next_review = 2027-01-01
values = { school_day = 4, other_day = 8 }
"""
PROGRAMME = """
[[law.programmes]]
name = "XP"
source = "https://example.org/xp"
values = { school_day = 6 }
"""


@pytest.fixture
def own(tmp_path):
    """Load a pack from text."""

    def read(text):
        (tmp_path / "own.toml").write_text(text, encoding="utf-8")
        return load_laws(["own.toml"], tmp_path)

    return read


def test_a_whole_pack_loads(own):
    laws = own(HEAD + LAW + PROGRAMME)
    assert [(law.id, law.jurisdiction) for law in laws.of("hours_per_day", "US-RI")] == [("OWN-DAY", "US-RI")]
    assert laws.of("hours_per_day", "US-WA") == ()


BROKEN = {
    "unknown key of the file": HEAD + LAW + "[extra]\nx = 1\n",
    "unknown key of the pack": HEAD + "state = 'RI'\n" + LAW,
    "unknown key of a law": HEAD + LAW + "max_hours = 4\n",
    "misspelt key of a law": HEAD + LAW.replace("ages =", "age ="),
    "unknown value": HEAD + LAW.replace("school_day", "schoolday"),
    "value of another rule": HEAD + LAW.replace("school_day", "school_week"),
    "unknown weekday": HEAD + LAW.replace("other_day = 8", "other_day = 8, day_of_week = { Fry = 8 }"),
    "unknown rule": HEAD + LAW.replace('"hours_per_day"', '"hours_per_dya"'),
    "unknown key of a programme": HEAD + LAW + PROGRAMME + "ages = [14, 15]\n",
    "unknown value of a programme": HEAD + LAW + PROGRAMME.replace("school_day", "school_dya"),
    "programme at the wrong place": HEAD + LAW + PROGRAMME.replace("[[law.programmes]]", "[[programmes]]"),
    "no source": HEAD + LAW.replace('source = "https://example.org/law"\n', ""),
    "blank source": HEAD + LAW.replace("https://example.org/law", ""),
    "no source of a programme": HEAD + LAW + PROGRAMME.replace('source = "https://example.org/xp"\n', ""),
    "blank source of a programme": HEAD + LAW + PROGRAMME.replace("https://example.org/xp", ""),
    "no date of reading": HEAD + LAW.replace("read_on = 2026-01-01\n", ""),
    "no next review": HEAD + LAW.replace("next_review = 2027-01-01\n", ""),
    "no summary": HEAD + LAW.replace('summary = "Invented."\n', ""),
    "no id": HEAD + LAW.replace('id = "OWN-DAY"\n', ""),
    "no values": HEAD + LAW.replace("values = { school_day = 4, other_day = 8 }\n", ""),
    "no jurisdiction": HEAD.replace('jurisdiction = "US-RI"\n', "") + LAW,
    "no head": LAW,
    "a word for a number": HEAD + LAW.replace("school_day = 4", 'school_day = "four"'),
    "one age": HEAD + LAW.replace("[16, 17]", "[16]"),
    "three ages": HEAD + LAW.replace("[16, 17]", "[15, 16, 17]"),
    "ages the wrong way round": HEAD + LAW.replace("[16, 17]", "[17, 16]"),  # would bind nobody, in silence
    "ends before it begins": HEAD + LAW + "effective_from = 2026-10-06\neffective_to = 2026-10-05\n",
    "a programme ends before it begins": HEAD + LAW + PROGRAMME + "effective_from = 2026-10-06\neffective_to = 2026-10-05\n",
    "no such day": HEAD + LAW + "effective_from = '2026-02-30'\n",
    "not TOML": HEAD + LAW + "values = {",
    "not a time": HEAD
    + LAW.replace('"hours_per_day"', '"clock_window"').replace("{ school_day = 4, other_day = 8 }", '{ start = "07:00", end = "19.00" }'),
    "summer without its day": HEAD
    + LAW.replace('"hours_per_day"', '"clock_window"').replace(
        "{ school_day = 4, other_day = 8 }",
        '{ start = "07:00", end = "19:00", summer_end = "21:00", summer_from = "June", summer_to = "labor_day" }',
    ),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=list(BROKEN))
def test_broken_packs_do_not_load(own, text):
    with pytest.raises(PackError):
        own(text)


def test_the_broken_packs_are_broken_in_one_place_only(own):
    own(HEAD + LAW + PROGRAMME)
    own(HEAD + LAW + "effective_from = 2026-10-05\neffective_to = 2026-10-05\n")
    clock = LAW.replace('"hours_per_day"', '"clock_window"').replace("{ school_day = 4, other_day = 8 }", "{}").replace("values = {}\n", "")
    values = 'values = { start = "07:00", end = "24:30", summer_end = "21:00", summer_from = "06-01", summer_to = "labor_day" }\n'
    own(HEAD + clock + values)


def test_pack_errors_are_input_errors_that_name_the_file(own):
    with pytest.raises(InputError, match=r"own\.toml"):
        own(HEAD + LAW + "max_hours = 4\n")


def test_a_pack_that_is_not_there(tmp_path):
    for name in ("us-xx", "missing.toml"):
        with pytest.raises(PackError):
            load_laws([name], tmp_path)


def test_a_pack_that_is_not_text(tmp_path):
    (tmp_path / "own.toml").write_bytes((HEAD + LAW).encode() + b"# \xff\xfe\n")
    with pytest.raises(PackError):
        load_laws(["own.toml"], tmp_path)


def version(first=None, last=None, **changes):
    text = LAW
    for old, new in changes.items():
        text = text.replace(old, new)
    return text + (f"effective_from = {first}\n" if first else "") + (f"effective_to = {last}\n" if last else "")


VERSIONS = {
    "follow each other": ([(None, "2026-10-05"), ("2026-10-06", None)], True),
    "written the other way round": ([("2026-10-06", None), (None, "2026-10-05")], True),
    "three in a row": ([(None, "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-01", None)], True),
    "one day of gap": ([(None, "2026-10-05"), ("2026-10-07", None)], False),
    "one day of overlap": ([(None, "2026-10-06"), ("2026-10-06", None)], False),
    "the first without an end": ([(None, None), ("2026-10-06", None)], False),
    "the second without a beginning": ([(None, "2026-10-05"), (None, None)], False),
    "twice the same": ([(None, None), (None, None)], False),
    "one within another": ([("2026-01-01", "2026-12-31"), ("2026-03-01", "2026-03-31")], False),
    "gap in the second step": ([(None, "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-02", None)], False),
}


@pytest.mark.parametrize(("dates", "good"), VERSIONS.values(), ids=VERSIONS)
def test_versions_of_a_law_leave_no_gap_and_no_overlap(own, dates, good):
    text = HEAD + "".join(version(*pair) for pair in dates)
    if good:
        assert len(own(text).all) == len(dates)
    else:
        with pytest.raises(PackError):
            own(text)


def test_laws_of_different_ids_may_overlap(own):
    assert len(own(HEAD + LAW + LAW.replace("OWN-DAY", "OWN-OTHER")).all) == 2


@pytest.mark.parametrize("name", SHIPPED_PACKS)
def test_shipped_packs_load_and_name_their_sources(name):
    pack = read_pack(PACK_FOLDER / f"{name}.toml")
    assert pack.pack.id == name
    for law in pack.law:
        assert law.source.strip()
        assert law.read_on < law.next_review
        assert law.reviewer.strip()


# The numbers of shared/facts/rules.csv, copied by hand: law id -> what the pack must say (times in minutes from midnight).
NUMBERS = {
    "US-AGE-MIN": {"min_age": 14},
    "US-1415-SCHOOLHOURS": {"start": 480, "end": 900},
    "US-1415-DAY": {"school_day": 3, "other_day": 8},
    "US-1415-WEEK": {"school_week": 18, "other_week": 40},
    "US-1415-CLOCK": {"start": 420, "end": 1140, "summer_end": 1260, "summer_from": "06-01", "summer_to": "labor_day"},
    "US-HO": {"orders": tuple(range(1, 18))},
    "US-VAN11": {"max_persons": 10},
    "CA-1391-1415-DAY": {"school_day": 3, "other_day": 8},
    "CA-1391-1415-WEEK": {"school_week": 18, "other_week": 40},
    "CA-1391-1415-CLOCK": {"start": 420, "end": 1140, "summer_end": 1260, "summer_from": "06-01", "summer_to": "labor_day"},
    "CA-1391-1415-SCHOOLHOURS": {"start": 480, "end": 900},
    "CA-1391-1617-DAY": {"school_day": 4, "other_day": 8, "day_before_school": False, "by_week": False},
    "CA-1391-1617-WEEK": {"school_week": 48, "other_week": 48},
    "CA-1391-1617-CLOCK": {"start": 300, "end": 1320, "end_before_other_day": 1470},
    "CA-PERMIT": {"document": "work_permit"},
    "CA-451251-ADULT": {"document": "clearance", "valid_days": None, "valid_months": None},
    "CA-451251-VISIT": {"every_days": 21},
    "CA-451251-CONSENT": {"documents": ("parent_consent",)},
    "CA-WEE-AGE": {"program": "WEE", "min_age": 16, "or_grade": 11},
    "NY-142-DAY": {"school_day": 3, "other_day": 8},
    "NY-142-WEEK": {"school_week": 18, "other_week": 40, "max_days": 6},
    "NY-142-CLOCK": {"start": 420, "end": 1140, "summer_end": 1260, "summer_from": "06-21", "summer_to": "labor_day"},
    "NY-143-DAY": {"school_day": 4, "other_day": 8, "day_before_school": True},
    "NY-143-WEEK": {"school_week": 28, "other_week": 28, "max_days": 6},
    "NY-143-CLOCK": {"start": 360, "end": 1320},
    "NY-PAPERS": {"document": "work_permit"},
    "NY-WECEP-END": {"program": "WECEP"},
    "RI-28-3-11-DAY": {"school_day": 9, "other_day": 9, "rest_hours": 8},
    "RI-28-3-11-WEEK": {"school_week": 48, "other_week": None, "max_days": None},
    "RI-28-3-11-CLOCK": {"start": 360, "end": 1410, "end_before_other_day": 1530},
    "RI-28-3-11-U16-DAY": {"school_day": 8, "other_day": 8},
    "RI-28-3-11-U16-WEEK": {"school_week": 40, "other_week": 40},
    "RI-PERMIT": {"document": "work_permit"},
    "RI-16-2-18.4": {"document": "clearance", "valid_days": 365},
    "WA-1415-DAY": {"school_day": 3, "other_day": 8, "by_week": True, "day_of_week": {"Sat": 8, "Sun": 8}},
    "WA-1415-WEEK": {"school_week": 16, "other_week": 40, "max_days": 6},
    "WA-1415-CLOCK": {"start": 420, "end": 1140, "summer_end": 1260, "summer_from": "06-01", "summer_to": "labor_day"},
    "WA-1617-DAY": {"school_day": 4, "other_day": 8, "by_week": True, "day_of_week": {"Fri": 8, "Sat": 8, "Sun": 8}},
    "WA-1617-WEEK": {"school_week": 20, "other_week": 48, "max_days": 6},
    "WA-1617-CLOCK": {"start": 420, "end": 1320},
    "WA-AUTH": {"document": "work_permit"},
    "SF-EMERGENCY": {"documents": ("parent_consent", "emergency_contacts")},
    "SF-SITEVISIT": {"documents": ("agreement", "insurance", "site_visit")},
    "SF-CLEAR-EXPIRY": {"document": "clearance", "valid_days": None},
    "SF-OBSERVABLE": {"site_document": "one_to_one_approval", "student_document": "parent_notice"},
    "TR-DRIVE-STUDENT": {"min_age": 16, "documents": ("driver_license", "auto_insurance")},
}
AGES = {
    "US-1415": (14, 15),
    "US-HO": (0, 17),
    "CA-1391-1415": (14, 15),
    "CA-1391-1617": (16, 17),
    "CA-PERMIT": (0, 17),
    "NY-142": (14, 15),
    "NY-143": (16, 17),
    "NY-PAPERS": (14, 17),
    "RI-28-3-11-U16": (14, 15),
    "RI-28-3-11-DAY": (16, 17),
    "RI-28-3-11-WEEK": (16, 17),
    "RI-28-3-11-CLOCK": (16, 17),
    "RI-PERMIT": (14, 15),
    "WA-1415": (14, 15),
    "WA-1617": (16, 17),
    "WA-AUTH": (14, 17),
}
PROGRAMMES = {
    # law -> programme, what it changes, from when
    "US-1415-SCHOOLHOURS": ("WECEP", None, None),
    "US-1415-WEEK": ("WECEP", {"school_week": 23}, None),
    "CA-1391-1415-SCHOOLHOURS": ("WECEP", None, None),
    "CA-1391-1415-WEEK": ("WECEP", {"school_week": 23}, None),
    "CA-1391-1617-DAY": ("WEE", {"school_day": 8}, None),
    "NY-143-DAY": ("COOP", {"school_day": 6}, None),
    "WA-1617-DAY": ("CTE", {"school_day": 8}, dt.date(2026, 7, 1)),
    "WA-1617-WEEK": ("CTE", {"school_week": 48}, dt.date(2026, 7, 1)),
}
SINCE = {
    "US-1415": dt.date(2010, 7, 19),
    "CA-451251": dt.date(2023, 10, 8),
    "NY-WECEP-END": dt.date(2022, 9, 1),
}


@pytest.fixture(scope="module")
def shipped():
    return {law.id: law for law in load_laws(SHIPPED_PACKS).all}


@pytest.mark.parametrize("law_id", NUMBERS)
def test_numbers_of_the_sources(shipped, law_id):
    values = shipped[law_id].values.model_dump()
    assert {key: values[key] for key in NUMBERS[law_id]} == NUMBERS[law_id]
    caps = {"school_day", "other_day", "school_week", "other_week", "max_days", "rest_hours", "end_before_other_day", "summer_end"}
    unsaid = {key for key in caps - set(NUMBERS[law_id]) if values.get(key) is not None}
    assert not unsaid, "a number without a source here"


def test_every_law_is_compared_with_its_source(shipped):
    assert set(shipped) == set(NUMBERS) | {"US-1415-OCC"}  # its list of tasks stands in test_rule_permitted_tasks.py


def test_ages_and_dates_of_the_sources(shipped):
    for law_id, law in shipped.items():
        ages = next((a for prefix, a in AGES.items() if law_id.startswith(prefix)), (0, 200))
        assert law.ages == ages, law_id
        since = next((day for prefix, day in SINCE.items() if law_id.startswith(prefix)), None)
        assert (law.effective_from, law.effective_to) == (since, None), law_id


def test_programmes_of_the_sources(shipped):
    for law_id, law in shipped.items():
        found = [(p.name, None if p.lifted else p.values, p.effective_from) for p in law.programmes]
        assert found == ([PROGRAMMES[law_id]] if law_id in PROGRAMMES else []), law_id


FACTS = Path(__file__).parents[2] / "../shared/facts/rules.csv"
SOURCE_OF = {
    # laws whose id is that of their source with something added
    "US-1415-DAY": "US-1415-DAY-S",
    "US-1415-WEEK": "US-1415-WEEK-S",
    "US-HO": "US-HO-NOEX",
    "CA-1391-1415": "CA-1391-1415",
    "CA-1391-1617-CLOCK": "CA-1391-1617-WEEK",
    "NY-142": "NY-142",
    "NY-143-CLOCK": "NY-143-WEEK",
    "RI-28-3-11": "RI-28-3-11",
    "WA-1415": "WA-1415",
    "WA-1617": "WA-1617",
}


@pytest.mark.skipif(not FACTS.exists(), reason="the facts stand beside the project, not in it")
def test_sources_are_those_of_the_facts(shipped):
    with FACTS.open(encoding="utf-8") as file:
        facts = {row["id"]: row for row in csv.DictReader(file)}
    for law_id, law in shipped.items():
        fact = facts[next((source for prefix, source in SOURCE_OF.items() if law_id.startswith(prefix)), law_id)]
        if fact["source_address"].startswith("http"):
            assert law.source == fact["source_address"], law_id
        assert fact["jurisdiction"] in {law.jurisdiction, "school", "practice", "district practice (NYC)", "district practice"}, law_id


@pytest.mark.skipif(not FACTS.exists(), reason="the facts stand beside the project, not in it")
def test_some_parameters_against_the_facts_themselves(shipped):
    with FACTS.open(encoding="utf-8") as file:
        facts = {row["id"]: json.loads(row["parameters"]) for row in csv.DictReader(file)}
    assert shipped["US-1415-DAY"].values.school_day == facts["US-1415-DAY-S"]["max_hours"]
    assert shipped["US-1415-DAY"].values.other_day == facts["US-1415-DAY-N"]["max_hours"]
    assert shipped["US-1415-WEEK"].values.school_week == facts["US-1415-WEEK-S"]["max_hours"]
    assert shipped["US-1415-WEEK"].values.other_week == facts["US-1415-WEEK-N"]["max_hours"]
    assert shipped["NY-143-DAY"].values.school_day == facts["NY-143-DAY"]["day_before_school"]
    assert shipped["NY-143-DAY"].values.other_day == facts["NY-143-DAY"]["day_other"]
    assert shipped["RI-16-2-18.4"].values.valid_days == facts["RI-16-2-18.4"]["valid_days"]
    assert shipped["US-VAN11"].values.max_persons == facts["US-VAN11"]["max_persons_nonbus"]
    assert shipped["CA-451251-VISIT"].values.every_days == facts["CA-451251-VISIT"]["max_gap_days"]
    assert shipped["WA-1617-DAY"].programmes[0].values["school_day"] == facts["WA-1617"]["day_we"]
    assert shipped["WA-1617-WEEK"].programmes[0].values["school_week"] == facts["WA-1617"]["week_n"]

"""`driving`: a student drives from 16 on, with licence and insurance for every session; else this mode, not the pair, is barred."""

import pytest

from tests.builders import YEAR, a_round, day_off, opportunity, student
from tests.rules.helpers import codes, journey, refusals

USUAL = f"parent_consent:{YEAR};emergency_contacts:{YEAR}"
LICENCE, INSURANCE = f"driver_license:{YEAR}", f"auto_insurance:{YEAR}"


def driver(documents=f"{LICENCE};{INSURANCE}", **changes):
    return student(**({"travel_modes": "drive", "documents": f"{USUAL};{documents}"} | changes))


@pytest.mark.parametrize(
    ("documents", "lawful"),
    [
        # sessions from Tuesday 8 September to Thursday 17 December 2026
        (f"{LICENCE};{INSURANCE}", True),
        (LICENCE, False),
        (INSURANCE, False),
        ("", False),
        (f"driver_license;{INSURANCE}", False),
        (f"driver_license:2026-09-08..2026-12-17;{INSURANCE}", True),
        (f"driver_license:2026-09-09..2026-12-17;{INSURANCE}", False),
        (f"driver_license:2026-09-08..2026-12-16;{INSURANCE}", False),
        (f"{LICENCE};auto_insurance:2026-12-17", True),
        (f"{LICENCE};auto_insurance:2026-12-16", False),
        (f"{LICENCE};auto_insurance:2026-10-31;auto_insurance:2026-11-01..2026-12-17", True),
    ],
)
def test_papers_on_every_session(documents, lawful):
    assert codes(a_round(students=[driver(documents)])) == (set() if lawful else {"trip"})


@pytest.mark.parametrize(
    ("born", "lawful"),
    [
        ("2010-09-08", True),  # 16 on the first session
        ("2010-09-09", False),  # 16 the day after
        ("2000-01-01", True),
        (None, False),
    ],
)
def test_sixteen_on_the_first_session(born, lawful):
    assert codes(a_round(students=[driver(birth_date=born)])) == (set() if lawful else {"trip"})


def test_first_dated_session():
    row = driver(birth_date="2010-09-10")
    assert codes(a_round(students=[row])) == {"trip"}
    assert codes(a_round(students=[row], calendar=[day_off("2026-09-08")])) == set()
    assert codes(a_round(students=[row], opportunities=[opportunity(starts="2026-09-10")])) == set()


def test_only_dated_sessions_count():
    row = driver(f"{LICENCE};auto_insurance:2026-12-16")
    assert codes(a_round(students=[row], calendar=[day_off("2026-12-17")])) == set()


def test_only_this_mode_is_barred():
    # 112 m: 2 minutes on foot, 6 by car (5 + 60 * 1.3 / 35 * 0.1124 = 5.25)
    assert journey(a_round(students=[driver()])) == ("drive", 6, 0)
    assert journey(a_round(students=[driver("", travel_modes="drive;dropoff")])) == ("dropoff", 4, 0)
    assert journey(a_round(students=[driver("", travel_modes="dropoff")])) == ("dropoff", 4, 0)  # somebody else drives


def test_missing_fact_is_named():
    assert "driver_license" in refusals(a_round(students=[driver(INSURANCE)]))["trip"]
    assert "auto_insurance" in refusals(a_round(students=[driver(LICENCE)]))["trip"]
    assert "birth" in refusals(a_round(students=[driver(birth_date=None)]))["trip"]
    assert "16" in refusals(a_round(students=[driver(birth_date="2010-09-09")]))["trip"]

"""For every rule a round in which this rule, and no other, has something to say.

`PAIR_CASES`: the pair of S1 with O1 is refused by that rule alone, so without the rule it would be lawful.
`LIMIT_CASES`: the plan `FORBIDDEN[code]` is forbidden by that limit alone, so without the limit it would be allowed.
`CASES` holds both; the limits under `limit:` and their code, because some codes are a rule and a limit.
"""

from collections.abc import Callable

from matcher.domain import Round
from tests.builders import YEAR, a_round, decision, mentor, opportunity, request, school, site, student, van
from tests.rules.helpers import paid_round, plan

PAPERS = f"parent_consent:{YEAR};emergency_contacts:{YEAR}"
SITE_PAPERS = f"agreement:{YEAR};site_visit:{YEAR}"
TWO = [student(), student("S2")]


def _only_one_each(*orders, second_site: str = "W1", **tables) -> Round:
    """S1 can only take O1 on Tuesday, S2 only O2 on Thursday, with a mentor each."""
    defaults = {
        "students": TWO,
        "sites": [site(), site("W2")],
        "mentors": [mentor(), mentor("M2", site_id=second_site)],
        "opportunities": [
            opportunity(sessions="Tue 09:00-12:00"),
            opportunity("O2", site_id=second_site, mentors="M2", sessions="Thu 09:00-12:00"),
        ],
        "decisions": [decision("ban", "S1", "O2"), decision("ban", "S2", "O1"), *orders],
    }
    return a_round(**(defaults | tables))


def _two_at_one(*orders, most: int = 2, seats: str = "2", **tables) -> Round:
    """S1 and S2 at one opportunity with room for both."""
    defaults = {"students": TWO, "mentors": [mentor(max_students=most)], "opportunities": [opportunity(seats=seats)], "decisions": orders}
    return a_round(**(defaults | tables))


PAIR_CASES: dict[str, Callable[[], Round]] = {
    "declined": lambda: a_round(requests=[request(state="declined")]),
    "ban": lambda: a_round(decisions=[decision("ban", "S1", "O1")]),
    "appetite": lambda: a_round(opportunities=[opportunity(appetite="not_open")]),
    "school_access": lambda: a_round(schools=[school(), school("K2")], sites=[site(schools="K2")]),
    "schedule": lambda: a_round(students=[student(available="Tue 08:00-16:00")]),
    "sessions": lambda: a_round(opportunities=[opportunity(starts="2026-12-18")]),  # a Friday, the last day of the round
    "minimum_age": lambda: a_round(opportunities=[opportunity(min_age=17)]),  # S1 is 16
    "minimum_grade": lambda: a_round(opportunities=[opportunity(min_grade=12)]),  # S1 is in grade 11
    "law_known": lambda: paid_round("MA", 17),
    "programme": lambda: paid_round("CA", 15, programme="WEE", who={"grade": "10"}, job={"placement_kind": "unpaid_learning"}),
    "hours_per_day": lambda: paid_round("WA", 17, "Tue 09:00-15:00"),  # 6 h, over 4
    "hours_per_week": lambda: paid_round(
        "WA", 17, "Mon 15:00-19:00;Tue 15:00-19:00;Wed 15:00-19:00;Thu 15:00-19:00;Fri 12:00-20:00"
    ),  # 24 h
    "clock_window": lambda: paid_round("WA", 17, "Tue 06:00-08:00"),  # before 07:00
    "school_hours": lambda: paid_round("RI", 15, "Tue 14:00-16:00"),
    "hazardous_orders": lambda: a_round(opportunities=[opportunity(tasks="HO-14")]),
    "permitted_tasks": lambda: paid_round("RI", 15, job={"tasks": "baking"}),
    "work_permit": lambda: paid_round("WA", 17, who={"documents": PAPERS}),
    "student_documents": lambda: a_round(students=[student(documents=f"parent_consent:{YEAR};emergency_contacts:2026-12-16")]),
    "site_documents": lambda: a_round(sites=[site(documents=f"{SITE_PAPERS};insurance:2026-07-01..2026-12-16")]),
    "required_documents": lambda: a_round(opportunities=[opportunity(requires="immunizations")]),
    "cleared_adult": lambda: a_round(mentors=[mentor(documents="clearance:2026-07-01..2026-11-05")]),  # ends in week 9
    "observable": lambda: a_round(sites=[site(observable="no")]),
    "needs": lambda: a_round(students=[student(needs="step_free")]),
    "no_contact": lambda: a_round(mentors=[mentor(), mentor("M2")], decisions=[decision("no_contact", "S1", "M2")]),
    "keep_apart": lambda: a_round(decisions=[decision("keep_apart", "S1", "M1")]),
    "keep_together": lambda: a_round(mentors=[mentor(), mentor("M2")], decisions=[decision("keep_together", "S1", "M2")]),
    "pin": lambda: a_round(opportunities=[opportunity(), opportunity("O2")], decisions=[decision("pin", "S1", "O2")]),
    "driving": lambda: a_round(students=[student(travel_modes="drive")]),  # no licence
    "trip": lambda: a_round(sites=[site(lat="41.9240")]),  # 0.1 degrees are 11.1 km: 174 minutes on foot
}

LIMIT_CASES: dict[str, Callable[[], Round]] = {
    "seats": lambda: _two_at_one(seats="1"),
    "mentor_capacity": lambda: _two_at_one(most=1),
    "site_capacity": lambda: _two_at_one(sites=[site(max_students=1)]),
    "van_seats": lambda: _two_at_one(
        students=[student(travel_modes="van"), student("S2", travel_modes="van")],
        vans=[van(seats="1")],
    ),
    "no_contact": lambda: _only_one_each(decision("no_contact", "S1", "S2")),
    "keep_apart": lambda: _two_at_one(decision("keep_apart", "S1", "S2")),
    "keep_together": lambda: _only_one_each(decision("keep_together", "S1", "S2"), second_site="W2"),
    "pin": lambda: _two_at_one(decision("pin", "S1", "O1")),
}

_BOTH_AT_O1 = plan("S1>O1", "S2>O1")
FORBIDDEN: dict[str, frozenset[str]] = {
    "seats": _BOTH_AT_O1,
    "mentor_capacity": _BOTH_AT_O1,
    "site_capacity": _BOTH_AT_O1,
    "van_seats": _BOTH_AT_O1,
    "no_contact": plan("S1>O1", "S2>O2"),
    "keep_apart": _BOTH_AT_O1,
    "keep_together": plan("S1>O1", "S2>O2"),
    "pin": plan(),
}

CASES: dict[str, Callable[[], Round]] = PAIR_CASES | {f"limit:{code}": case for code, case in LIMIT_CASES.items()}

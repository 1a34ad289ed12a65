"""Who may do the usual LTI week for pay: `python benchmarks/golden_case.py` asks the engine's rules and writes the table.

Paid, Tuesday and Thursday 09:00-15:00, school weeks of the fall of 2026, ages 15 and 17, four states, without a programme and
with each that some state knows. Every paper is there and the school is open day and night, so only the law on minors can refuse.
"""

from __future__ import annotations

from pathlib import Path

from matcher.candidates import Judge
from matcher.domain import Mentor, Opportunity, Round, School, Site, Student
from matcher.settings import Settings
from matcher.world import World

PAGE = Path(__file__).parent / "results" / "golden_case.md"
STATES = ("CA", "NY", "RI", "WA")
BORN = {15: "2011-01-15", 17: "2009-01-15"}
"""Who has this age on every session: birthdays are on 15 January."""
PROGRAMMES = ("", "WECEP", "WEE", "COOP", "CTE")
SESSIONS = "Tue 09:00-15:00;Thu 09:00-15:00"
TERM = "2026-09-08..2026-12-18"

Case = tuple[int, str, str]
"""Age, state, programme."""


def round_of(age: int, state: str, programme: str) -> Round:
    """One student and one offer; the programme is evidenced on both sides."""

    def papers(*names: str) -> str:
        return ";".join(f"{name}:{TERM}" for name in names)

    place = {"state": f"US-{state}", "lat": "41.8240", "lon": "-71.4128"}
    always = ";".join(f"{day} 00:00-24:00" for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
    student = Student(
        student_id="S1", school_id="K1", grade="12", birth_date=BORN[age], interests="offices", travel_modes="walk",
        documents=papers("parent_consent", "emergency_contacts", "work_permit"), programs=programme,
    )  # fmt: skip
    site = Site(site_id="W1", name="Office", observable="yes", documents=papers("agreement", "insurance", "site_visit"), **place)
    offer = Opportunity(
        opportunity_id="O1", site_id="W1", mentors="M1", title="Helper", description="Office work", tasks="office",
        placement_kind="paid_employment", program=programme, sessions=SESSIONS, seats="1",
    )  # fmt: skip
    return Round(
        settings=Settings(),
        schools=(School(school_id="K1", windows=always, **place),),
        students=(student,),
        sites=(site,),
        mentors=(Mentor(mentor_id="M1", site_id="W1", documents=papers("clearance")),),
        opportunities=(offer,),
    )


def refusals(age: int, state: str, programme: str) -> list[tuple[str, str]]:
    """Every rule that refuses, with its reason."""
    world = World(round_of(age, state, programme))
    return list(Judge(world).reasons(world.students[0], world.variants[0]))


def cases() -> dict[Case, list[tuple[str, str]]]:
    """Every case with what refuses it; an empty list is an allowed one."""
    return {(age, state, p): refusals(age, state, p) for age in BORN for state in STATES for p in PROGRAMMES}


def page(found: dict[Case, list[tuple[str, str]]]) -> str:
    """The table as Markdown: a grid to look at, then each refusal with its reason."""
    lines = [
        "# The golden case: paid, Tuesday and Thursday 09:00-15:00, school weeks\n",
        "Written by `python benchmarks/golden_case.py` from the engine's rules and packs. Sources: `matcher rules`. Not legal advice.\n",
        f"| age | state | {' | '.join(p or 'no programme' for p in PROGRAMMES)} |",
        f"|{'---|' * (len(PROGRAMMES) + 2)}",
    ]
    for age in BORN:
        for state in STATES:
            cells = [", ".join(f"`{code}`" for code, _ in found[age, state, p]) or "**allowed**" for p in PROGRAMMES]
            lines.append(f"| {age} | {state} | {' | '.join(cells)} |")
    lines += ["\n| age | state | programme | rule | reason |", "|---|---|---|---|---|"]
    for (age, state, p), refused in found.items():
        lines += [f"| {age} | {state} | {p or '-'} | `{code}` | {reason} |" for code, reason in refused or [("-", "allowed")]]
    return "\n".join(lines).replace("`-`", "-") + "\n"


if __name__ == "__main__":
    text = page(cases())
    PAGE.write_text(text, encoding="utf-8")
    print(text)

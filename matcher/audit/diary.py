"""What happens on which date: school days, dated sessions, who is on leave, who is cleared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from matcher.audit.facts import Mentor, Opportunity, School, Site, Student, World
from matcher.audit.geo import kilometres
from matcher.audit.law import States
from matcher.audit.papers import covers, why_not_cleared
from matcher.audit.times import ONE_DAY, Span, Window, by_weekday, sunday_before, within
from matcher.audit.transit import Planner


@dataclass(frozen=True)
class Pair:
    """A student with one way to take up an opportunity, and the dates on which they meet."""

    student: Student
    school: School
    opportunity: Opportunity
    site: Site
    mentor: Mentor
    windows: tuple[Window, ...]
    hours: dict[int, list[Span]]
    days: tuple[dt.date, ...]

    @property
    def states(self) -> States:
        """Give the states whose law counts beside the federal one."""
        return (self.site.state, self.school.state)

    def spans(self, day: dt.date) -> list[Span]:
        """Give the joined hours of a date."""
        return self.hours.get(day.weekday(), [])

    def minutes(self, day: dt.date) -> int:
        """Give the length of a date's sessions."""
        return sum(end - start for start, end in self.spans(day))


class Diary:
    """Answers about dates, each worked out once.

    Parameters
    ----------
    world : the facts of the round.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.planner = Planner(world, world.feeds) if world.feeds else None
        self._dated: dict[tuple[str, str, tuple[Window, ...]], tuple[dt.date, ...]] = {}
        self._clearance: dict[tuple[str, dt.date, States], str] = {}
        self._school_days: dict[tuple[str, dt.date], bool] = {}
        self._regions: dict[str, str] = {}

    def pair(self, student: Student, opportunity: Opportunity, mentor: Mentor, windows: tuple[Window, ...]) -> Pair:
        """Put a pair together; its school and site must be known."""
        school, site = self.world.schools[student.school_id], self.world.sites[opportunity.site_id]
        days = self.dated(school.school_id, opportunity, windows)
        return Pair(student, school, opportunity, site, mentor, windows, by_weekday(windows), days)

    def school_day(self, school_id: str, day: dt.date) -> bool:
        """Say whether it is Monday to Friday and no `no_school` row names the date."""
        key = (school_id, day)
        if key not in self._school_days:
            self._school_days[key] = day.weekday() < 5 and "no_school" not in self._closed(school_id, day)
        return self._school_days[key]

    def school_week(self, school_id: str, day: dt.date) -> bool:
        """Say whether the Sunday-to-Saturday week of a date has a school day."""
        sunday = sunday_before(day)
        return any(self.school_day(school_id, sunday + number * ONE_DAY) for number in range(7))

    def dated(self, school_id: str, opportunity: Opportunity, windows: tuple[Window, ...]) -> tuple[dt.date, ...]:
        """Give the dates on which a student of the school meets at the opportunity in these windows."""
        key = (school_id, opportunity.opportunity_id, windows)
        if key not in self._dated:
            terms, site = self.world.terms, self.world.sites[opportunity.site_id]
            weekdays = {window.weekday for window in windows}
            day = max(terms.start, opportunity.starts or terms.start)
            last = min(terms.end, opportunity.ends or terms.end)
            found = []
            while day <= last:
                if day.weekday() in weekdays and not (
                    self._closed(school_id, day) or within(day, site.closures) or self._blocked(opportunity, day)
                ):
                    found.append(day)
                day += ONE_DAY
            self._dated[key] = tuple(found)
        return self._dated[key]

    def listed(self, opportunity: Opportunity) -> list[Mentor]:
        """Give the known mentors of an opportunity, lead first."""
        return [self.world.mentors[name] for name in opportunity.mentor_ids if name in self.world.mentors]

    def why_not_cleared(self, mentor: Mentor, day: dt.date, states: States) -> str:
        """Give the reason why a mentor is not cleared on a date, "" when cleared."""
        key = (mentor.mentor_id, day, states)
        if key not in self._clearance:
            laws = self.world.book.in_force("clearance", states, day)
            self._clearance[key] = why_not_cleared(mentor.documents, f"mentor {mentor.mentor_id}", day, laws)
        return self._clearance[key]

    def in_charge(self, pair: Pair, day: dt.date) -> Mentor | None:
        """Give whose capacity a pair uses on a date: its mentor, or on leave the first listed one who is present and cleared."""
        if not within(day, pair.mentor.leave):
            return pair.mentor
        for mentor in self.listed(pair.opportunity):
            if not within(day, mentor.leave) and not self.why_not_cleared(mentor, day, pair.states):
                return mentor
        return None

    def region(self, site: Site) -> str:
        """Give the region of the school nearest to a site, "" when the site has no place."""
        if site.site_id not in self._regions:
            near = [
                (kilometres(site.place, school.place), school.school_id, school.region)
                for school in self.world.schools.values()
                if site.place and school.place
            ]
            self._regions[site.site_id] = min(near)[2] if near else ""
        return self._regions[site.site_id]

    def _closed(self, school_id: str, day: dt.date) -> set[str]:
        closed = self.world.closed_days
        return closed.get(school_id, {}).get(day, set()) | closed.get("*", {}).get(day, set())

    def _blocked(self, opportunity: Opportunity, day: dt.date) -> bool:
        """Say whether mentors' leave takes the session away."""
        mentors = self.listed(opportunity)
        present = [mentor for mentor in mentors if not within(day, mentor.leave)]
        if not present:
            return True
        return len(present) < len(mentors) and _any_covered(mentors, day) and not _any_covered(present, day)


def _any_covered(mentors: Iterable[Mentor], day: dt.date) -> bool:
    return any(covers(mentor.documents, "clearance", day) for mentor in mentors)

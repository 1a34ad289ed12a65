"""What a sentence of a reason speaks of, so that whoever may not know that is not told the sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from matcher.rules.base import Limit

POINTS, LAST_TERM, DECISIONS, ROOM, COST = "points", "last_term", "decisions", "room", "cost"
"""What sentences speak of beside rules: texts and way of the student, last term, decisions, seats left, what another place costs."""


@dataclass(frozen=True)
class Sentence:
    """Something that is told of a student.

    Attributes
    ----------
    about : everything it speaks of: names of rules, codes of docs/outputs.md, or the words above.
    """

    text: str
    about: tuple[str, ...]


def told(sentences: Iterable[Sentence], known: Callable[[str], bool] | None = None) -> str:
    """The sentences as one text; with `known`, only those that speak of nothing else than what the reader may know."""
    return " ".join(s.text for s in sentences if s.text and (known is None or all(map(known, s.about))))


def sentence_rows(said: Mapping[str, tuple[Sentence, ...]]) -> list[tuple[str, str, str]]:
    """The rows of sentences.csv, by student."""
    return [(student_id, ";".join(s.about), s.text) for student_id in sorted(said) for s in said[student_id] if s.text]


def full(limit: Limit) -> str:
    """That a limit has no room left."""
    return {
        "seats": f"every seat of {limit.about} is taken",
        "mentor_capacity": f"mentor {limit.about} has all the students they take",
        "site_capacity": f"site {limit.about} has all the students it takes",
        "van_seats": f"every seat of {limit.about} is taken",
    }.get(limit.rule, f"a decision about people kept apart or together stands against it at {limit.about}")


def grown(limit: Limit) -> str:
    """What would give a limit more room."""
    name = limit.about.split(",")[0]
    return {
        "seats": f"one more seat at {name}",
        "mentor_capacity": f"one more student for mentor {name}",
        "site_capacity": f"one more student at site {name}",
        "van_seats": f"one more seat in {limit.about}",
    }.get(limit.rule, "a change of the decisions about this student")

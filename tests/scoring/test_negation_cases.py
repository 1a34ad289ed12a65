"""220 invented statements of students: whatever is read right stays right, and the misses are known by name.

The rows with `fresh` = yes were written after the cues had been tuned on the others, and measured once before anything was changed for
them: 37 of 60 were read right. That says how the cues do on statements nobody has tuned for; since then some cues were added for them.
"""

import csv
import re
from pathlib import Path

from matcher.scoring.text.negation import read
from matcher.scoring.text.words import plain

with (Path(__file__).parent / "negation_cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))
KNOWN_MISSES = {
    "not a dog person, cats are life",
    "skip the office stuff, I'm a hands on person",
    "quiero estar con gente, oficinas no por favor",
    "me gusta cocinar sin receta",
}


def _words(text):
    return " " + " ".join(re.findall(r"[^\W_]+", plain(text).replace("'", ""))) + " "


def _right(case):
    """Each refused word is refused and not wanted, each wanted one the other way round; nothing is refused where nothing should be."""
    reading = read(case["text"], case["avoid"])
    wants, refuses = _words(reading.wanted), _words(" ; ".join(reading.refused))
    refused, wanted = ([_words(word) for word in case[column].split(";") if word] for column in ("refused", "wanted"))
    return (
        all(word in refuses and word not in wants for word in refused)
        and all(word in wants and word not in refuses for word in wanted)
        and (bool(refused) or not reading.refused)
    )


def test_only_the_known_statements_are_misread():
    assert {case["text"] for case in CASES if not _right(case)} == KNOWN_MISSES


def test_the_cases_are_many_and_distinct():
    assert len({case["text"] for case in CASES}) == len(CASES) == 220

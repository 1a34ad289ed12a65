"""220 invented statements of students: whatever is read right stays right, and the misses are known by name.

The rows with `fresh` = yes were written after the cues had been tuned on the others and measured once; no cue was changed for them,
so the share of them read right (37 of 60) says how the cues do on statements nobody has tuned for.
"""

import csv
import re
from pathlib import Path

from matcher.scoring.text.negation import read
from matcher.scoring.text.words import plain

with (Path(__file__).parent / "negation_cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))
KNOWN_MISSES = {
    "cooking is my thing, cleaning up after is not",
    "I'd be miserable in a cubicle. I like hiking and nature",
    "anything that isn't lifting boxes all day",
    "blood makes me wanna pass out but I like babies",
    "I'm over fast food lol. Tattoo art would be sick",
    "I like fixing phones. Zero customers",
    "welding sounds fun as long as there's no climbing",
    "I used to like soccer coaching, not anymore. Now its podcasts",
    "not a dog person, cats are life",
    "ew no dentist",
    "engineering or math but nobody make me write essays",
    "I get nervous with crowds so no concerts, I like mixing beats at home",
    "skip the office stuff, I'm a hands on person",
    "no me veo en un hospital, me veo en un estudio de música",
    "la verdad no me llaman los carros, me gusta la repostería",
    "quiero estar con gente, oficinas no por favor",
    "no offense to other jobs but firefighter is the best one",
    "it's not easy but I want to be a surgeon",
    "I love hospitals, they don't make me nervous",
    "nothing crazy, just normal stuff like a bakery",
    "no tengo carro pero quiero aprender a arreglar carros",
    "no hay día que no dibuje",
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

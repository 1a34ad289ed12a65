"""527 invented statements of students: whatever is read right stays right, and the misses are known by name.

Each `list` was written after the cues had been tuned on those before it, and read once before anything was changed for it. Then were right:
list 2, 37 of 60; 3, 70 of 152 (27 of 90 refusals); 4, 37 of 66 (21 of 44); 5, 30 of 64 (16 of 40). Lists 3 to 5 were written to be hard,
mostly without a word that says no. That says how the cues do on statements nobody has tuned for: they find what is said plainly, and of
what is only felt about every second thing. List 6 are wishes in which words of bad feelings say no refusal. What must be kept away
belongs into the column `avoid`.
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
    "I faint when I see needles, so anything in health but that",
    "gardens without pesticides",
    "cooking without gluten",
    "I'd be so bad at sales, better at fixing stuff",
    "I used to want to be a nurse but not anymore, hearts are too gross",
    "my dream is to bake, my nightmare is to serve tables",
    "everyone says i should do nursing, i disagree. I want to do tile work",
    "animals are fine from a distance, I don't want to touch them. drawing cartoons is it",
    "talking in front of class = instant panic. fixing laptops = happy place",
    "too many rules in the military for me, firefighting seems right",
    "im not built for construction, im built for fashion",
    "no se me da hablar con clientes, se me da armar muebles",
    "boring people think accounting is boring, I don't",
    "odio los lunes pero amo la ciencia",
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
    assert len({case["text"] for case in CASES}) == len(CASES) == 527

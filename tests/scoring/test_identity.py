"""Who a student is changes nothing: names, pronouns, kin and words of gender or origin put into 200 profiles of a generated round."""

import random

import numpy as np
import pytest

from matcher.domain import Student
from matcher.generate import texts
from matcher.generate.dice import Dice
from matcher.scoring.text.documents import reading_of
from matcher.scoring.text.encoder import model_folder
from matcher.scoring.text.engine import engine
from matcher.scoring.text.index import TextIndex
from matcher.scoring.text.negation import read
from tests.builders import student
from tests.scoring.test_text_index import SITES

needs_model = pytest.mark.skipif(model_folder() is None, reason="the sentence model is not installed")
BEFORE = (
    ("my sister showed me. ", "my brother showed me. "),
    ("my mom and my aunts do it. ", "my dad and my uncles do it. "),
    ("as a latina girl, ", "as an asian boy, "),
    ("im a black woman and ", "im a white man and "),
    ("mi tía me enseña. ", "mi tío me enseña. "),
    ("soy una chica mexicana. ", "soy un chico dominicano. "),
    ("my grandmother is from haiti and i speak creole. ", "my grandfather is from poland and i speak polish. "),
    ("im a muslim girl, she/her. ", "im a christian boy, he/him. "),
    ("my name is Guadalupe. ", "my name is Jamal. "),
    ("as a trans student, ", "as a straight student, "),
    ("my girlfriend and her cousins like it. ", "my boyfriend and his cousins like it. "),
    ("para mis hijas y mi abuela. ", "para mis hijos y mi abuelo. "),
)
"""The same words about two different people, to be put before what a profile says."""
NAMES = ("Baker Rose", "Guadalupe Flores", "Jamal Cook", "Hunter Banks", "Aisha Mohammed", "Mei Chen", "Art Carpenter", "Siobhan O'Neill")

BOUND = 0.0
"""The most a fit may move where sentence vectors count; they see a text only after these words are gone."""


def profiles(n: int) -> list[str]:
    """Interests as `matcher generate` writes them, a sixth of them in Spanish."""
    return [texts.interests(Dice(i), i % 6 == 0)[0] for i in range(n)]


def swapped(n: int) -> list[tuple[str, str]]:
    dice = random.Random(3)
    return [tuple(who + text for who in dice.choice(BEFORE)) for text in profiles(n)]


@pytest.fixture(scope="module")
def light():
    return TextIndex(engine("light"), list(SITES.values()))


def fits(index, told):
    return index.fits([read(text) for text in told])


def test_swapping_who_somebody_is_changes_no_fit(light):
    pairs = swapped(200)
    changed = [
        p for p, a, b in zip(pairs, fits(light, [a for a, _ in pairs]), fits(light, [b for _, b in pairs]), strict=True) if (a != b).any()
    ]
    assert changed == []


@pytest.mark.parametrize("before", BEFORE)
def test_each_pair_of_words_alone_changes_no_fit(light, before):
    told = [text for text in profiles(200) if text.strip()][:40]
    assert (fits(light, [before[0] + text for text in told]) == fits(light, [before[1] + text for text in told])).all()


def test_ones_own_name_is_not_read(light):
    def reading(text: str, name: str) -> object:
        one: Student = student(interests=text, name=name)
        return reading_of(one)

    for i, text in enumerate(profiles(200)):
        name = NAMES[i % len(NAMES)]
        first = name.split()[0]
        own = [reading(f"{said}{text}", name) for said in ("", f"im {first}. ", f"{first.lower()} here. ", f"I'm {name}! ")]
        found = light.fits(own)
        assert (found == found[0]).all(), (name, text, own)


@needs_model
def test_sentence_vectors_change_no_more_than_a_little():
    index = TextIndex(engine("embeddings"), list(SITES.values()))
    pairs = swapped(40)
    apart = np.abs(fits(index, [a for a, _ in pairs]) - fits(index, [b for _, b in pairs]))
    assert apart.max() <= BOUND

"""Fits of texts: what finds what, what is kept away, and that nothing else moves them."""

import numpy as np
import pytest

from matcher.scoring.interests import FAR, _as_a_whole
from matcher.scoring.text.encoder import model_folder
from matcher.scoring.text.engine import engine
from matcher.scoring.text.index import NEUTRAL, Because, TextIndex
from matcher.scoring.text.negation import read
from tests.patience import patient

SITES = {
    "bikes": "Bicycle shop. We repair and tune bicycles; learners true wheels and adjust brakes.",
    "electronics": "Electronics lab. Diagnose faulty circuit boards, solder and test components.",
    "auto body": "Auto body shop. Straighten panels, sand, prime and paint cars after collisions.",
    "phlebotomy": "Outpatient laboratory. Greet patients at the blood draw desk, label tubes, watch phlebotomists draw blood with needles.",
    "vet": "Veterinary clinic. Hold cats and dogs for exams, clean kennels, assist the veterinarian.",
    "bank": "Credit union branch. Greet members, count cash, help open savings accounts.",
    "preschool": "Preschool. Read stories, play and paint with three- and four-year-olds.",
    "bakery": "Bakery. Shape loaves, bake bread and decorate cakes from four in the morning.",
    "clinic": "Family health clinic. Take blood pressure, show patients to rooms, restock supplies.",
}
NAMES = list(SITES)
LEVELS = [
    "light",
    pytest.param("embeddings", marks=pytest.mark.skipif(model_folder() is None, reason="the sentence model is not installed")),
]


@pytest.fixture(scope="module", params=LEVELS)
def index(request):
    return TextIndex(engine(request.param), list(SITES.values()))


def fits(index, text, avoid=""):
    return dict(zip(NAMES, index.fits([read(text, avoid)])[0].tolist(), strict=True))


def best(index, text, k=3, avoid=""):
    found = fits(index, text, avoid)
    return sorted(found, key=lambda name: -found[name])[:k]


def test_a_wish_to_take_things_apart_finds_repair(index):
    assert set(best(index, "i like taking stuff apart to see why it broke", 4)) >= {"bikes", "electronics"}


def test_spanish_finds_the_vet(index):
    assert best(index, "me encantan los animales", 1) == ["vet"]


def test_misspelt_finds_the_bakery(index):
    assert best(index, "i luv bakeing caks and bred", 1) == ["bakery"]


def test_no_needles_keeps_the_blood_draw_away(index):
    without = fits(index, "i want to help sick people")
    refusing = fits(index, "i want to help sick people, no needles")
    column = fits(index, "i want to help sick people", "needles")
    assert refusing["phlebotomy"] < 0.3 * without["phlebotomy"]
    assert column["phlebotomy"] == refusing["phlebotomy"]
    assert refusing["clinic"] > refusing["phlebotomy"]


def test_no_problem_with_blood_refuses_nothing(index):
    found = fits(index, "no problem with blood, i want to help sick people")
    assert found["phlebotomy"] > 0.5


@pytest.mark.parametrize("text", ["", "idk", "n/a", "no se", "whatever", "nothing really"])
def test_a_text_that_tells_nothing_is_neutral(index, text):
    assert set(fits(index, text).values()) == {NEUTRAL}


def test_fits_lie_between_0_and_1_and_do_not_depend_on_company(index):
    texts = ["cars", "i like kids", "dogs and cats", "", "no blood", "quiero hornear pan"] * 3
    together = index.fits([read(text) for text in texts])
    assert ((together >= 0) & (together <= 1)).all()
    alone = np.array([index.fits([read(text)])[0] for text in texts])
    assert (together == alone).all()


def test_another_site_moves_nobody(index):
    more = TextIndex(index.engine, [*SITES.values(), "Marina. Repair outboard motors and paint hulls.", "Law office. File briefs."])
    readings = [read("fixing bikes"), read("animals but no cats"), read("me gusta el pan")]
    assert (more.fits(readings)[:, : len(SITES)] == index.fits(readings)).all()


def test_reasons_name_the_words_that_count(index):
    why = index.because(read("i fix bikes with my uncle"), NAMES.index("bikes"))
    assert "bikes" in why.own
    assert set(why.theirs) & {"Bicycle", "bicycle", "bicycles", "wheels", "brakes", "repair"}
    assert "bicycle" in why.field
    assert len(why.own) <= 3
    assert len(why.theirs) <= 3


def test_without_the_cited_words_the_fit_falls(index):
    for text, site in (
        ("i fix bikes and ride trails", "bikes"),
        ("baking bread and cake with friends", "bakery"),
        ("quiero cuidar perros y gatos", "vet"),
    ):
        why = index.because(read(text), NAMES.index(site))
        rest = " ".join(word for word in read(text).wanted.split() if word not in why.own)
        assert why.own
        assert fits(index, rest)[site] < fits(index, text)[site]


def test_who_somebody_is_changes_nothing(index):
    for one, other in (
        ("my mom and her sisters bake", "my dad and his brothers bake"),
        ("im a latina girl who likes cars", "im a white boy who likes cars"),
    ):
        assert fits(index, one) == fits(index, other)


def test_light_loads_within_a_second_once_compiled():
    import time

    from matcher.scoring.text.engine import Engine

    Engine("light")
    start = time.process_time()
    Engine("light")
    assert time.process_time() - start < patient(1.0)


def test_a_fit_without_a_known_word_is_told_as_a_whole(index):
    """No field of work has the student's word, yet the text lies near some: the reason names the field and their words."""
    reading = read("infirmary")
    why = index.because(reading, NAMES.index("clinic"))
    assert why.own == ()
    if fits(index, "infirmary")["clinic"] >= FAR:
        assert why.field
        assert why.theirs
    told = [
        _as_a_whole(why, spanish)
        for why in (Because((), ("patients",), "nursing", "enfermería", ()), Because((), (), "", "", ()))
        for spanish in (False, True)
    ]
    assert told == [
        "As a whole, what you wrote is near the field nursing; they write “patients”.",
        "En conjunto, lo que escribiste está cerca del área enfermería; allí se habla de “patients”.",
        "As a whole it is like what you wrote.",
        "En conjunto se parece a lo que escribiste.",
    ]

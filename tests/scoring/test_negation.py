"""What is read as wanted and what as refused: sentences taken apart by hand."""

import pytest

from matcher.scoring.text.negation import Reading, read

REFUSING = [
    ("not healthcare", "", ("healthcare",)),
    ("nothing with blood", "", ("blood",)),
    ("no quiero cocinar", "", ("cocinar",)),
    ("i like science but not healthcare", "i like science", ("healthcare",)),
    ("animals yes, blood no, i will faint", "animals yes", ("blood",)),
    ("I hate sitting in an office all day, put me outside", "put me outside", ("sitting in an office all day",)),
    ("Anything in a kitchen is a no. I want tools", "i want tools", ("anything in a kitchen",)),
    ("anything but retail", "", ("retail",)),
    ("kids drive me crazy. i like sports tho", "i like sports", ("kids",)),
    ("i'd rather die than sew", "", ("sew",)),
    ("healthcare is cool but hospitals, never again", "healthcare is cool", ("hospitals",)),
    ("nothing with blood, needles or hospitals", "", ("blood", "needles or hospitals")),
    ("me encantan los animales menos los perros", "me encantan los animales", ("los perros",)),
    ("no me gusta la sangre", "", ("sangre",)),
    ("nada de oficina, prefiero estar afuera", "prefiero estar afuera", ("oficina",)),
]
HARMLESS = [
    "no problem with blood",
    "blood doesnt bother me at all",
    "not scared of big dogs",
    "cant stop cooking, its a problem lol",
    "no me molesta cuidar niños que lloran",
    "theres nothing i wouldnt do to work on cars",
    "helping feed families who dont have enough food",
    "lego sets with like 3000 pieces, i dont even open the manual",
    "i walked my neighbors pitbull that everyone was scared of",
    "i get mad at apps that are ugly and make no sense",
    "siempre me llaman a mi cuando la llave no para de gotear",
    "nobody ever said i cant be a lawyer",
]


@pytest.mark.parametrize(("text", "wanted", "refused"), REFUSING)
def test_a_refusal_is_taken_out_of_what_is_wanted(text, wanted, refused):
    assert read(text) == Reading(wanted, refused)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_sounds_like_a_refusal_refuses_nothing(text):
    assert read(text).refused == ()
    assert read(text).wanted


def test_the_avoid_column_refuses_each_of_its_parts():
    assert read("working with animals", "washing dogs, getting soaked").refused == ("washing dogs", "getting soaked")
    assert read("food", "no restaurantes").refused == ("restaurantes",)
    assert read("a farm", "i dont mind dirt, rain, whatever").refused == ()


def test_harmless_words_stay_wanted():
    assert "blood" in read("no problem with blood").wanted
    assert "cooking" in read("cant stop cooking").wanted


def test_empty_texts_want_and_refuse_nothing():
    assert read("", "") == Reading("", ())


@pytest.mark.parametrize("word", ["hell", "no", "rather than", "is so boring", "nothing about", "me da miedo"])
def test_a_text_of_nothing_but_cues_is_read_too(word):
    assert isinstance(read(f"{word} " * 2000), Reading)

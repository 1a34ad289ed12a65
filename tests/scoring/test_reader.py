"""Words: stems, languages, misspellings, and words that say who somebody is."""

import pytest

from matcher.scoring.text.engine import engine
from matcher.scoring.text.spelling import Spelling, sound


@pytest.fixture(scope="module")
def reader():
    return engine("light").reader


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sleeing", "sleeping"),
        ("vetrinarian", "veterinarian"), ("elektrishun", "electrician"), ("lawer", "lawyer"), ("farmasist", "pharmacist"),
        ("sculpcher", "sculpture"),
        ("nayborhood", "neighborhood"), ("oshun", "ocean"), ("helpin", "helping"), ("caks", "cakes"),
        ("bycicle", "bicycle"), ("pottry", "pottery"),
    ],
)  # fmt: skip
def test_misspelt_words_are_read_as_what_was_meant(reader, written, meant):
    assert reader._spelling[0].correct(written) == meant


def test_known_short_and_hopeless_words_are_left_alone():
    spelling = Spelling({"dog": 0, "bridge": 1, "pool": 2})
    assert spelling.correct("bridge") is None
    assert spelling.correct("dgo") is None  # three letters
    assert spelling.correct("xylophone") is None
    assert spelling.correct("brigde") == "bridge"


def test_sound_ignores_vowels_and_doubled_letters():
    assert sound("photographer") == sound("fotografer")
    assert sound("school") == sound("skool")
    assert sound("nurse") != sound("horse")


def test_spanish_is_read_with_and_without_accents(reader):
    with_accents = [word.stem for word in reader.read("quiero aprender mecánica de automóviles")]
    assert with_accents == [word.stem for word in reader.read("quiero aprender mecanica de automoviles")]
    assert all(stem.startswith("es:") for stem in with_accents)


def test_spanish_words_carry_their_english(reader):
    found = {word.written: word.english for word in reader.read("me encantan los perros y las bicicletas")}
    assert "dog" in found["perros"]
    assert "bicycle" in found["bicicletas"] or "bike" in found["bicicletas"]


def test_each_sentence_has_its_own_language(reader):
    found = reader.read("me gusta el pan. i like to fix the pan")
    assert [word.stem.startswith("es:") for word in found if word.written == "pan"] == [True, False]


def test_words_that_say_who_somebody_is_are_not_told_apart(reader):
    def stems(text):
        return [word.stem for word in reader.read(text)]

    assert stems("my mom taught me and her friend to weld") == stems("my dad taught me and his friend to weld")
    assert stems("as a black girl i want to weld") == stems("as a chinese boy i want to weld")
    assert stems("My name is Lamar and I weld") == stems("me llamo Guadalupe. I weld")


def test_a_slip_is_mended_in_the_language_that_is_nearer(reader):
    """Alone, "enffermeria" could be either: one letter from enfermería, two from infirmary."""
    assert [word.stem for word in reader.read("enffermeria")] == ["es:enfermeri"]
    assert [word.stem for word in reader.read("phisics")] == ["physic"]

"""The best documents of each reading: as the full matrix ranks them, whatever the blocks and workers, in bounded memory."""

import tracemalloc

import numpy as np
import pytest

from matcher.scoring.text.asked import Asked, Scaled
from matcher.scoring.text.concepts import UNIT, unit
from matcher.scoring.text.encoder import model_folder
from matcher.scoring.text.engine import Vectors, engine
from matcher.scoring.text.index import NEUTRAL, TextIndex
from matcher.scoring.text.negation import Reading, read

LEVELS = [
    "light",
    pytest.param("embeddings", marks=pytest.mark.skipif(model_folder() is None, reason="the sentence model is not installed")),
]
SITES = [
    "Bicycle shop. Repair and tune bicycles.",
    "Veterinary clinic. Hold cats and dogs for exams.",
    "Bakery. Bake bread and decorate cakes.",
    "Bicycle shop. Repair and tune bicycles.",
    "Credit union. Count cash, open accounts.",
    "zzzz",
    "Preschool. Read stories to children.",
    "Law office. File briefs.",
]
STATEMENTS = ["fixing bikes", "animals, no cats", "", "me gusta hornear pan", "no bikes", "cats cats cats", "idk", "money and kids", "qqqq"]


def synthetic(readings, documents, seed=0, near=0.0):
    """Random vectors of the widths and lengths of real ones; `near` of the documents are copies of others."""
    dice, own = np.random.default_rng(seed), engine("light")
    widths = len(own.fields), own.table.vectors.shape[1]

    def drawn(n):
        fields = unit(np.maximum(dice.standard_normal((n, widths[0]), np.float32) - 1.5, 0))
        return Vectors(fields, unit(dice.standard_normal((n, widths[1]), np.float32)), fields)

    offered = drawn(documents)
    copied = dice.integers(0, documents, (2, int(near * documents)))
    offered.fields[copied[0]], offered.second[copied[0]] = offered.fields[copied[1]], offered.second[copied[1]]
    scale = np.full((readings, 1), 0.02 * UNIT**2), np.full((readings, 1), 0.3 * UNIT**2)
    empty = [np.zeros((0, width), np.float32) for width in (widths[0], widths[1], widths[0])]
    nothing = Scaled(Vectors(*empty), scale[0][:0], scale[1][:0])
    asked = Asked((Reading("x", ()),) * readings, Scaled(drawn(readings), *scale), np.ones(readings, bool), nothing, {})
    return TextIndex(own, [""] * documents, (offered, [frozenset()] * documents)), asked


def ranked(fits, k, mask=None):
    """Places and fits of the k best by the full matrix."""
    shown = fits if mask is None else np.where(mask, fits, -1)
    order = np.argsort(-shown, axis=1, kind="stable")[:, :k]
    value = np.take_along_axis(shown, order, axis=1)
    return np.where(value < 0, -1, order), np.maximum(value, 0)


def same(found, expected):
    return (found.places == expected[0]).all() and (found.fits == expected[1]).all()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("k", [1, 3, 8, 20])
def test_the_best_are_those_of_the_full_matrix(level, k):
    index = TextIndex(engine(level), SITES)
    readings = [read(text, avoid) for text in STATEMENTS for avoid in ("", "cleaning, dogs")]
    expected = ranked(index.fits(readings), k)
    assert NEUTRAL in expected[1]
    for block, workers in ((1, 1), (4, 2), (100, 3)):
        assert same(index.best(readings, k, block=block, workers=workers), expected)


def test_ties_go_to_the_lower_place_in_a_large_index():
    index, asked = synthetic(300, 2500, near=0.4)
    expected = ranked(index.fits(asked), 20)
    assert (np.diff(expected[1]) == 0).sum() > 100
    assert same(index.best(asked, 20), expected)


def test_what_fits_not_at_all_is_ranked_too():
    index, asked = synthetic(40, 900)
    high = Scaled(asked.wanted.vectors, asked.wanted.mean * 10, asked.wanted.span)
    asked = Asked(asked.readings, high, asked.told, asked.refused, asked.phrases)
    expected = ranked(index.fits(asked), 25)
    assert (expected[1] == 0).any(axis=1).sum() > 10
    assert same(index.best(asked, 25, block=7), expected)


@pytest.mark.parametrize("share", [0.0, 0.004, 0.5])
def test_only_the_allowed_count(share):
    index, asked = synthetic(120, 2000, near=0.1)
    mask = np.random.default_rng(1).random((120, 2000)) < share
    expected = ranked(index.fits(asked), 10, mask)
    assert same(index.best(asked, 10, mask), expected)
    assert same(index.best(asked, 10, lambda rows: mask[rows], block=17), expected)
    assert (expected[0] == -1).any() == (share < 0.1)


def test_twenty_thousand_readings_take_bounded_memory_and_give_the_same_bytes():
    index, asked = synthetic(20_000, 3_000)
    tracemalloc.start()
    found = index.best(asked, 50, workers=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000 * 3_000 * 4 / 4
    part = np.random.default_rng(2).choice(20_000, 200, replace=False)
    assert same(index.best(asked[part], 50, block=33, workers=1), (found.places[part], found.fits[part]))
    assert same(index.best(asked[part], 50), ranked(index.fits(asked[part]), 50))


def test_no_readings_and_no_documents():
    index = TextIndex(engine("light"), SITES)
    assert index.best([], 3).places.shape == (0, 3)
    assert TextIndex(engine("light"), []).best([read("cars")], 3).places.shape == (1, 0)


@pytest.mark.parametrize("level", LEVELS)
def test_with_documents_is_a_fresh_index(level):
    own = engine(level)
    old = TextIndex(own, SITES)
    new = old.with_documents(["Marina. Repair outboard motors.", "Kennel. Walk dogs."], [1, 4])
    fresh = TextIndex(
        own, [*(text for i, text in enumerate(SITES) if i not in {1, 4}), "Marina. Repair outboard motors.", "Kennel. Walk dogs."]
    )
    assert new.documents == fresh.documents
    asked = old.asked([read(text, "dogs") for text in STATEMENTS])
    assert (new.fits(asked) == fresh.fits(asked)).all()
    assert (old.fits(asked) == TextIndex(own, SITES).fits(asked)).all()
    assert (old.with_documents().fits(asked) == old.fits(asked)).all()
    one = TextIndex(own, ["Kennel. Walk dogs."])
    assert (one.fits(asked)[:, 0] == new.fits(asked)[:, -1]).all()

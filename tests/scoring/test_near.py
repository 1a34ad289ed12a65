"""Fields that a text is near to as a whole, by hand."""

import numpy as np
import pytest

from matcher.scoring.text.concepts import UNIT, near, unit
from matcher.scoring.text.encoder import model_folder
from matcher.scoring.text.engine import Engine


def test_the_fields_beyond_the_least_count_and_the_rest_do_not():
    """Likenesses 4, 0, 0, 0, 0 have mean 0.8 and spread 1.6: the first lies two spreads above the mean, the others half a one below."""
    anchors = np.eye(5, dtype=np.float32) * UNIT
    text = np.array([[UNIT, 0, 0, 0, 0]], np.float32)
    assert near(text, anchors, 1.5).tolist() == [[UNIT, 0, 0, 0, 0]]
    assert near(text, anchors, 2.1).tolist() == [[0, 0, 0, 0, 0]]


def test_what_is_beyond_counts_by_the_power_of_one_and_a_half():
    """Likenesses 6, 5, 0 ... (20 fields): mean 0.55 and spread sqrt(3.05 - 0.3025) = 1.6576; beyond 1 lie 2.288 and 1.6847."""
    anchors = np.zeros((20, 2), np.float32)
    anchors[0], anchors[1] = (6, 0), (5, 0)
    found = near(np.array([[1, 0]], np.float32), anchors, 1.0)[0]
    assert found[2:].tolist() == [0] * 18
    assert found[1] / found[0] == pytest.approx((1.6847 / 2.288) ** 1.5, abs=0.001)
    assert np.hypot(found[0], found[1]) == pytest.approx(UNIT, abs=1)


def test_a_text_that_says_nothing_is_near_nothing():
    assert not near(np.zeros((2, 3), np.float32), np.eye(3, dtype=np.float32) * UNIT, 0.5).any()
    assert near(np.zeros((0, 3), np.float32), np.eye(3, dtype=np.float32), 0.5).shape == (0, 3)


def test_every_row_is_the_same_alone_and_in_company():
    dice = np.random.default_rng(1)
    texts, anchors = unit(dice.standard_normal((40, 128))), unit(dice.standard_normal((813, 128)))
    together = near(texts, anchors, 1.0)
    assert all((near(texts[[i]], anchors, 1.0)[0] == together[i]).all() for i in range(40))


@pytest.mark.parametrize(
    "level",
    ["light", pytest.param("embeddings", marks=pytest.mark.skipif(model_folder() is None, reason="the sentence model is not installed"))],
)
def test_a_trade_of_ones_own_is_near_too(level, tmp_path):
    """Words that no phrase of the field has: it is found by what they mean, and only where the folder is there."""
    (tmp_path / "own.toml").write_text(
        'cluster = "Agriculture, Food & Natural Resources"\n\n[[field]]\nid = "maple_sugaring"\nname = "maple sugaring"\n'
        'lay = "sugar house; tapping trees; maple syrup; boiling sap"\nwork = "sugarbush; evaporator; grade syrup"\n',
        encoding="utf-8",
    )
    own = Engine(level, (tmp_path,))
    place = [field.id for field in own.fields].index("maple_sugaring")
    assert own.of_queries(["maple syrup"]).fields[0].argmax() == place
    second = own.of_queries(["pancake topping made from a forest tree"]).second
    assert near(second, own._anchors, 0.0)[0, place] > 0

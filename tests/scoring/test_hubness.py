"""A site that stuffs its text with every keyword is not found by everybody."""

import numpy as np

from benchmarks.bench_text import FIXTURES, demo_texts, rows
from matcher.scoring.text.engine import engine
from matcher.scoring.text.index import TextIndex
from matcher.scoring.text.negation import read

WORDS = "animals cars music art games food health sports. "


def test_a_keyword_stuffed_site_is_found_no_more_than_the_most_found_ordinary_ones():
    """Eight wide topics may stand a tenth above the 95th percentile; saying them again adds nothing."""
    texts = demo_texts()[1]
    index = TextIndex(engine("light"), texts)
    asked = index.asked([read(row["text"], row["avoid"]) for row in rows(FIXTURES / "statements" / "statements.csv")])
    once, often = (
        np.bincount(index.with_documents([WORDS * times]).best(asked, 10).places.ravel(), minlength=len(texts) + 1) for times in (1, 40)
    )
    assert often[-1] <= 1.1 * np.percentile(often[:-1], 95)
    assert often[-1] < often[:-1].max()
    assert often[-1] == once[-1]

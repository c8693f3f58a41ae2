"""Krippendorff's alpha against printed numbers and krippendorff 0.9.0."""

import numpy as np
import pytest

from review.agreement.alpha import krippendorff
from review.agreement.difference import Squared, Tabled
from review.agreement.report import estimate_all
from review.agreement.table import tabulate
from review.agreement.tally import Tally
from tests.review.agreement import published


@pytest.mark.parametrize(
    ("rows", "scale", "alpha", "digits"),
    [
        (published.CANONICAL, "nominal", 0.743421, 6),
        (published.CANONICAL, "ordinal", 0.815388, 6),
        (published.CANONICAL, "interval", 0.849107, 6),
        (published.CANONICAL, "ratio", 0.797403, 6),
        (published.WIKIPEDIA, "nominal", 0.691358, 6),
        (published.WIKIPEDIA, "ordinal", 0.806721, 6),
        (published.WIKIPEDIA, "interval", 0.810845, 6),
        (published.WIKIPEDIA, "ratio", 0.808944, 6),
        (published.HAYES, "nominal", 0.4765, 4),
        (published.HAYES, "ordinal", 0.7598, 4),
        (published.HAYES, "interval", 0.7574, 4),
        (published.BINARY, "nominal", 0.095238, 6),
        (published.LETTERS, "nominal", 0.691964, 6),
        (published.FIVE_OBSERVERS, "nominal", 0.48053, 5),
        (published.by_item(published.INVENTED), "nominal", 0.30747419757287053, 12),
        (published.by_item(published.INVENTED), "ordinal", 0.7640827843012238, 12),
        (published.by_item(published.INVENTED), "interval", 0.777020067483573, 12),
        (published.by_item(published.INVENTED), "ratio", 0.6829410653977859, 12),
    ],
)
def test_alpha_is_the_published_one(rows, scale, alpha, digits):
    assert estimate_all(rows, scale=scale)["krippendorff_alpha"] == pytest.approx(
        alpha, abs=0.51 * 10**-digits
    )


@pytest.mark.parametrize(
    ("rows", "alpha"),
    [(published.G1G2, 0.63181), (published.GENDER, 0.14341), (published.BEN_GERRY, 0.66489)],
)
def test_alpha_of_gwets_lettered_tables(rows, alpha):
    assert estimate_all(rows, scale="nominal")["krippendorff_alpha"] == pytest.approx(alpha, abs=5.1e-6)


def test_alpha_takes_any_table_of_differences():
    # Artstein & Poesio (2008), example 2: Chck is half as far from either of the others.
    rows = published.crossed([[46, 0, 0], [6, 32, 6], [0, 0, 10]], ["STAT", "IReq", "Chck"])
    ratings = tabulate(rows, scale="nominal", levels=["STAT", "IReq", "Chck"])
    apart = Tabled(np.array([[0, 1, 0.5], [1, 0, 0.5], [0.5, 0.5, 0]]))
    everyone = np.ones((1, ratings.n_items))
    assert krippendorff(ratings.tally, apart)(everyone)[0] == pytest.approx(0.8156, abs=5e-5)
    assert estimate_all(rows, scale="nominal")["krippendorff_alpha"] == pytest.approx(0.80053, abs=5.1e-6)


def test_interval_alpha_by_scores_and_by_table_agree():
    rng = np.random.default_rng(3)
    scores = np.array([0.0, 0.1, 0.15, 0.7, 1.0])
    tally = Tally.of(rng.integers(0, 4, size=(50, 5)))
    weights = rng.integers(0, 3, size=(7, 50)).astype(float)
    table = (scores[:, None] - scores[None, :]) ** 2
    by_scores = krippendorff(tally, Squared(scores))(weights)
    np.testing.assert_allclose(by_scores, krippendorff(tally, Tabled(table))(weights), rtol=1e-12)

"""Fleiss, Brennan-Prediger and Cohen against printed numbers."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.tests import test_inter_rater as r_irr

from review.agreement.difference import Nominal, Squared, Tabled
from review.agreement.kappa import Cohen, brennan_prediger, fleiss_error, fleiss_kappa
from review.agreement.report import agreement, estimate_all
from review.agreement.table import tabulate
from review.agreement.tally import Tally
from tests.review.agreement import published


def cohen(table, difference) -> Cohen:
    levels = [str(place) for place in range(1, len(table) + 1)]
    return Cohen(
        tabulate(published.crossed(table), scale="nominal", levels=levels).codes, len(table), difference
    )


def whole(measure: Cohen) -> float:
    return float(measure(np.ones((1, len(measure.codes))))[0])


def linear(q: int) -> Tabled:
    return Tabled(np.abs(np.subtract.outer(range(q), range(q))) / (q - 1))


def quadratic(q: int) -> Squared:
    return Squared(np.linspace(0, 1, q))


def test_fleiss_1971_psychiatric_diagnoses():
    found = agreement(published.by_item(r_irr.diagnoses.tolist()), scale="nominal", bootstrap=0)
    assert found["fleiss_kappa"]["estimate"] == pytest.approx(0.430245, abs=5.1e-7)
    assert found["fleiss_kappa"]["ci_analytic"]["low"] == pytest.approx(0.319, abs=5.1e-4)
    assert found["fleiss_kappa"]["ci_analytic"]["high"] == pytest.approx(0.541, abs=5.1e-4)
    assert found["krippendorff_alpha"]["estimate"] == pytest.approx(0.43341, abs=5.1e-6)
    assert found["brennan_prediger"]["estimate"] == pytest.approx(0.44444, abs=5.1e-6)
    assert found["gwet_ac"]["estimate"] == pytest.approx(0.44788, abs=5.1e-6)


def test_fleiss_1971_standard_error():
    ratings = tabulate(published.by_item(r_irr.diagnoses.tolist()), scale="nominal")
    assert fleiss_error(ratings.tally) == pytest.approx(0.0542, abs=5.1e-5)


def test_fleiss_kappa_of_the_wikipedia_table():
    rows = published.counted(r_irr.table1.astype(int))
    assert estimate_all(rows, scale="nominal")["fleiss_kappa"] == pytest.approx(0.209931, abs=5.1e-7)


@pytest.mark.parametrize(
    ("counts", "fixed", "free"),
    [
        ([[7, 1], [3, 5]], 0.161905, 0.214286),
        ([[6, 1, 0], [0, 7, 0]], 0.708333, 0.785714),
        ([[6.99, 0.01], [6.99, 0.01]], -0.166667, 0.993343),
    ],
)
def test_randolph_fixed_and_free_marginals(counts, fixed, free):
    tally, everyone = Tally.of(counts), np.ones((1, len(counts)))
    assert fleiss_kappa(tally, everyone)[0] == pytest.approx(fixed, abs=5.1e-7)
    assert brennan_prediger(tally, everyone)[0] == pytest.approx(free, abs=5.1e-7)


@pytest.mark.parametrize(
    ("table", "po", "kappa", "ac1"),
    [
        ([[25, 12, 3], [13, 2, 15], [12, 16, 2]], 0.29, -0.0923, -0.0480),  # Cohen 1960, example 1
        ([[88, 14, 18], [10, 40, 10], [2, 6, 12]], 0.70, 0.4915, 0.5760),  # example 2
        ([[40, 9], [6, 45]], 0.85, 0.6995, 0.7007),  # the paradoxes
        ([[80, 10], [5, 5]], 0.85, 0.3182, 0.808),
        ([[45, 15], [25, 15]], 0.60, 0.130, 0.266),
        ([[25, 35], [5, 35]], 0.60, 0.259, 0.208),
        ([[118, 5], [2, 0]], 0.944, -0.0234, 0.9408),
    ],
)
def test_cohens_kappa_and_ac1_of_printed_two_rater_tables(table, po, kappa, ac1):
    levels = [str(place) for place in range(1, len(table) + 1)]
    found = estimate_all(published.crossed(table), scale="nominal", levels=levels)
    assert found["percent_agreement"] == pytest.approx(po, abs=5.1e-4)
    assert found["cohen_kappa"] == pytest.approx(kappa, abs=5.1e-5 if len(str(kappa)) > 5 else 5.1e-4)
    assert found["gwet_ac"] == pytest.approx(ac1, abs=5.1e-4)


def test_artstein_and_poesio_s_pi_and_kappa():
    first = estimate_all(published.crossed([[20, 10], [20, 50]]), scale="nominal")
    assert first["brennan_prediger"] == pytest.approx(0.4, abs=5.1e-4)
    assert first["fleiss_kappa"] == pytest.approx(0.341, abs=5.1e-4)
    assert first["cohen_kappa"] == pytest.approx(0.348, abs=5.1e-4)
    second = estimate_all(published.crossed([[46, 0, 0], [6, 32, 6], [0, 0, 10]]), scale="nominal")
    assert second["percent_agreement"] == pytest.approx(0.88, abs=5.1e-4)
    assert second["brennan_prediger"] == pytest.approx(0.82, abs=5.1e-4)
    assert second["fleiss_kappa"] == pytest.approx(0.79953, abs=5.1e-6)
    assert second["cohen_kappa"] == pytest.approx(0.80132, abs=5.1e-6)


def test_artstein_and_poesio_weighted_kappa():
    apart = Tabled(np.array([[0, 1, 0.5], [1, 0, 0.5], [0.5, 0.5, 0]]))
    assert whole(cohen([[46, 0, 0], [6, 32, 6], [0, 0, 10]], apart)) == pytest.approx(0.8163, abs=5.1e-5)


def test_cohen_1968_with_his_own_weights():
    plain = cohen(published.COHEN_1968, Nominal())
    weighted = cohen(published.COHEN_1968, Tabled(np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]]) / 6))
    assert whole(plain) == pytest.approx(0.491525, abs=5.1e-7)
    assert plain.error() == pytest.approx(0.0510, abs=5.1e-5)
    assert whole(weighted) == pytest.approx(0.347826, abs=5.1e-7)
    assert weighted.error() == pytest.approx(0.0755, abs=5.1e-5)


def test_sas_example_with_its_large_sample_intervals():
    found = agreement(published.crossed(r_irr.table10), scale="nominal", levels="123", bootstrap=0)[
        "cohen_kappa"
    ]
    assert found["estimate"] == pytest.approx(0.4842, abs=5.1e-5)
    assert found["ci_analytic"]["low"] == pytest.approx(0.2137, abs=5.1e-5)
    assert found["ci_analytic"]["high"] == pytest.approx(0.7547, abs=5.1e-5)
    assert cohen(r_irr.table10, Nominal()).error() == pytest.approx(0.1380, abs=5.1e-5)
    weighted = cohen(r_irr.table10, linear(3))
    assert whole(weighted) == pytest.approx(0.4701, abs=5.1e-5)
    assert weighted.error() == pytest.approx(0.1457, abs=5.1e-5)


def test_r_irr_anxiety_raters_two_and_three():
    pair = r_irr.anxiety.reshape(20, 3, order="F")[:, 1:]
    codes = np.searchsorted([1, 2, 3, 4, 6], pair)  # nobody chose 5, and R irr drops such a level
    for difference, kappa in ((Nominal(), -0.006289), (linear(5), 0.1459075), (quadratic(5), 0.2520325)):
        assert whole(Cohen(codes, 5, difference)) == pytest.approx(kappa, abs=5.1e-7)
    found = estimate_all(published.by_item(pair.tolist()), scale="ordinal")
    assert found["cohen_kappa"] == pytest.approx(-0.006289, abs=5.1e-7)
    assert found["cohen_kappa_weighted"] == pytest.approx(0.252033, abs=5.1e-7)


@pytest.mark.parametrize(
    ("table", "plain", "by_one", "by_square"),
    [
        (published.WINNIPEG, 0.20794, 0.37973, 0.52458),
        (published.NEW_ORLEANS, 0.29652, 0.47727, 0.62558),
    ],
)
def test_landis_and_koch_multiple_sclerosis(table, plain, by_one, by_square):
    for difference, kappa in ((Nominal(), plain), (linear(4), by_one), (quadratic(4), by_square)):
        assert whole(cohen(table, difference)) == pytest.approx(kappa, abs=5.1e-6)
    found = estimate_all(published.crossed(table), scale="ordinal", levels=[1, 2, 3, 4])
    assert found["cohen_kappa"] == pytest.approx(plain, abs=5.1e-6)
    assert found["cohen_kappa_weighted"] == pytest.approx(by_square, abs=5.1e-6)


def test_winnipeg_standard_error():
    assert cohen(published.WINNIPEG, Nominal()).error() == pytest.approx(0.0505, abs=5.1e-5)


def test_standard_errors_equal_statsmodels_on_random_tables():
    rng = np.random.default_rng(11)
    for _ in range(20):
        table = rng.integers(1, 12, size=(4, 4))
        for difference, kind in ((Nominal(), None), (linear(4), "linear"), (quadratic(4), "quadratic")):
            ours, theirs = cohen(table.tolist(), difference), cohens_kappa(table, wt=kind)
            assert whole(ours) == pytest.approx(theirs.kappa, abs=1e-12)
            assert ours.error() == pytest.approx(theirs.std_kappa, abs=1e-12)


def test_cohen_equals_scikit_learn_over_the_items_rated_by_both():
    rng = np.random.default_rng(12)
    codes = rng.integers(-1, 5, size=(60, 2))
    both = codes[(codes >= 0).all(axis=1)]
    for difference, kind in ((Nominal(), None), (quadratic(5), "quadratic")):
        expected = cohen_kappa_score(*both.T, weights=kind)
        assert whole(Cohen(codes, 5, difference)) == pytest.approx(expected, abs=1e-12)

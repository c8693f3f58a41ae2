"""AC1, AC2 and the linearised variance against R irrCAC's vignette and PyPI irrCAC 0.4.4."""

import numpy as np
import pytest

from review.agreement.difference import Nominal
from review.agreement.gwet import gwet_ac_error
from review.agreement.kappa import brennan_prediger_error, fleiss_error
from review.agreement.report import agreement, estimate_all
from review.agreement.table import tabulate
from tests.review.agreement import published


@pytest.mark.parametrize(
    ("rows", "ac1", "fleiss"),
    [
        (published.CANONICAL, 0.77544, 0.76117),
        (published.ABSTRACTORS, 0.84933, 0.79624),
        (published.DIAGNOSIS, 0.45616, 0.43034),
        (published.FIVE_OBSERVERS, 0.49662, 0.45762),
        (published.G1G2, 0.6846, 0.65725),
        (published.GENDER, 0.20808, 0.12889),
        (published.BEN_GERRY, 0.66144, 0.64935),
    ],
)
def test_ac1_and_fleiss_of_gwets_tables(rows, ac1, fleiss):
    found = estimate_all(rows, scale="nominal")
    assert found["gwet_ac"] == pytest.approx(ac1, abs=5.1e-6)
    assert found["fleiss_kappa"] == pytest.approx(fleiss, abs=5.1e-6)


def test_brennan_prediger_cohen_alpha_and_percent_of_gwets_tables():
    canonical = estimate_all(published.CANONICAL, scale="nominal")
    assert canonical["brennan_prediger"] == pytest.approx(0.77273, abs=5.1e-6)
    abstractors = estimate_all(published.ABSTRACTORS, scale="nominal")
    assert abstractors["percent_agreement"] == pytest.approx(0.89, abs=1e-12)
    assert abstractors["cohen_kappa"] == pytest.approx(0.79641, abs=5.1e-6)
    assert abstractors["krippendorff_alpha"] == pytest.approx(0.79726, abs=5.1e-6)
    assert abstractors["brennan_prediger"] == pytest.approx(0.835, abs=5.1e-6)
    diagnosis = estimate_all(published.DIAGNOSIS, scale="nominal")
    assert diagnosis["percent_agreement"] == pytest.approx(0.58744, abs=5.1e-6)
    assert diagnosis["cohen_kappa"] == pytest.approx(0.4315, abs=5.1e-6)
    assert diagnosis["krippendorff_alpha"] == pytest.approx(0.43162, abs=5.1e-6)
    assert diagnosis["brennan_prediger"] == pytest.approx(0.44993, abs=5.1e-6)


@pytest.mark.parametrize("scale", ["ordinal", "interval", "ratio"])
def test_ac2_of_the_four_raters_with_quadratic_weights(scale):
    assert estimate_all(published.CANONICAL, scale=scale)["gwet_ac"] == pytest.approx(0.914, abs=5.1e-6)


@pytest.mark.parametrize(
    ("table", "ac1", "ac2"),
    [
        ([[20, 5, 1, 0], [4, 15, 6, 1], [0, 5, 18, 4], [0, 1, 3, 12]], 0.58046, 0.84028),
        (
            [[15, 4, 1, 0, 0], [3, 12, 4, 1, 0], [1, 3, 14, 3, 1], [0, 1, 3, 10, 2], [0, 0, 1, 2, 8]],
            0.57997,
            0.87005,
        ),
    ],
)
def test_ac_of_the_likert_tables_that_dkpro_checks_with_r(table, ac1, ac2):
    assert estimate_all(published.crossed(table), scale="nominal")["gwet_ac"] == pytest.approx(
        ac1, abs=5.1e-6
    )
    assert estimate_all(published.crossed(table), scale="ordinal")["gwet_ac"] == pytest.approx(
        ac2, abs=5.1e-6
    )


def test_linearised_standard_errors_of_the_four_raters():
    tally = tabulate(published.CANONICAL, scale="nominal").tally
    assert gwet_ac_error(tally, Nominal()) == pytest.approx(0.14295, abs=5.1e-6)
    assert fleiss_error(tally) == pytest.approx(0.15302, abs=5.1e-6)
    assert brennan_prediger_error(tally) == pytest.approx(0.14472, abs=5.1e-6)


def test_linearised_interval_of_the_four_raters_uses_t_and_ends_at_one():
    interval = agreement(published.CANONICAL, scale="nominal", bootstrap=0)["gwet_ac"]["ci_analytic"]
    assert interval["low"] == pytest.approx(0.46081, abs=5.1e-6)
    assert interval["high"] == 1
    assert "linearised" in interval["name"]


def test_standard_errors_of_the_two_rater_tables():
    # Printed from irrCAC's functions for cross-tables, which divide by n; those for raw ratings by n - 1.
    abstractors = tabulate(published.ABSTRACTORS, scale="nominal").tally
    assert gwet_ac_error(abstractors, Nominal()) * np.sqrt(99 / 100) == pytest.approx(0.04322, abs=5.1e-6)
    diagnosis = tabulate(published.DIAGNOSIS, scale="nominal").tally
    assert gwet_ac_error(diagnosis, Nominal()) * np.sqrt(222 / 223) == pytest.approx(0.04345, abs=5.1e-6)
    paradox = tabulate(published.crossed([[80, 10], [5, 5]]), scale="nominal").tally
    assert gwet_ac_error(paradox, Nominal()) == pytest.approx(0.052, abs=5.1e-4)


@pytest.mark.parametrize(
    ("scale", "levels", "ac", "low", "high", "bp"),
    [
        ("nominal", None, 0.338519029, 0.154208748, 0.522829309, 0.334935897),
        ("ordinal", None, 0.730649352, 0.562918015, 0.898380689, 0.334935897),
        ("nominal", range(1, 8), 0.388134289, 0.216518258, 0.55975032, 0.379273504),
        ("ordinal", range(1, 8), 0.890017615, 0.759197439, 1, 0.379273504),
    ],
)
def test_missing_ratings_and_unused_levels_count_as_in_irrcac(scale, levels, ac, low, high, bp):
    found = agreement(published.by_item(published.INVENTED), scale=scale, levels=levels, bootstrap=0)
    assert found["n_items"] == 29
    assert found["gwet_ac"]["estimate"] == pytest.approx(ac, abs=1e-9)
    assert found["gwet_ac"]["ci_analytic"]["low"] == pytest.approx(low, abs=1e-9)
    assert found["gwet_ac"]["ci_analytic"]["high"] == pytest.approx(high, abs=1e-9)
    assert found["brennan_prediger"]["estimate"] == pytest.approx(bp, abs=1e-9)
    assert found["fleiss_kappa"]["estimate"] == pytest.approx(0.320206591, abs=1e-9)


def test_prevalence_is_the_mean_over_items_of_the_items_shares():
    rows = published.by_item([["yes", "yes", "yes"], ["no", None, None]])
    assert tabulate(rows, scale="nominal").prevalence() == {"no": 0.5, "yes": 0.5}
    assert np.isclose(sum(tabulate(published.CANONICAL, scale="ordinal").prevalence().values()), 1)

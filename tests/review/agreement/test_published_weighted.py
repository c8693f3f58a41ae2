"""Conger's kappa, weighted coefficients and linearised errors against R irrCAC's vignette, PyPI irrCAC 0.4.4 and R irr."""

import pytest
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.tests import test_inter_rater as r_irr

from review.agreement.difference import Nominal
from review.agreement.kappa import Cohen
from review.agreement.report import agreement, estimate_all
from review.agreement.table import tabulate
from review.agreement.values import BadRatings
from review.agreement.weighted import weighted_agreement
from tests.review.agreement import published
from tests.review.agreement.reading_back import error_of

FOUR = published.FOUR_RATERS


def weighted(rows, weighting="identity", **how):
    how = {"scale": "nominal" if weighting == "identity" else "interval", "bootstrap": 0} | how
    return weighted_agreement(rows, weighting=weighting, **how)


def test_conger_of_fleiss_1971_psychiatric_diagnoses():
    found = weighted(published.by_item(r_irr.diagnoses.tolist()))
    assert found["conger_kappa"]["estimate"] == pytest.approx(0.44181, abs=5.1e-6)
    assert error_of(found["gwet_ac"]) == pytest.approx(0.05566, abs=5.1e-6)


@pytest.mark.parametrize(
    ("name", "estimate", "error"),
    [
        ("gwet_ac", 0.77544, 0.14295),
        ("fleiss_kappa", 0.76117, 0.15302),
        ("krippendorff_alpha", 0.74342, 0.14557),
        ("conger_kappa", 0.76282, 0.14917),
        ("brennan_prediger", 0.77273, 0.14472),
        ("percent_agreement", 0.8181818, 0.12561),
    ],
)
def test_all_of_gwets_four_raters_with_their_errors(name, estimate, error):
    found = weighted(FOUR)[name]
    assert found["estimate"] == pytest.approx(estimate, abs=5.1e-6)
    assert error_of(found) == pytest.approx(error, abs=5.1e-6)


@pytest.mark.parametrize(
    ("name", "estimate", "error"),
    [
        ("gwet_ac", 0.4448007, 0.08418757),
        ("fleiss_kappa", 0.4139265, 0.08119291),
        ("brennan_prediger", 0.4388889, 0.08312142),
    ],
)
def test_counts_of_six_raters_as_r_irrcac_prints_them(name, estimate, error):
    found = weighted(published.SIX_RATERS)[name]
    assert found["estimate"] == pytest.approx(estimate, abs=5.1e-8)
    assert error_of(found) == pytest.approx(error, abs=5.1e-9)


def test_alpha_and_ac1_of_counts():
    # Printed with an error of .08243, that of R's function for counts; its own for raw ratings is the one taken here.
    assert weighted(published.SIX_RATERS)["krippendorff_alpha"]["estimate"] == pytest.approx(
        0.4204384, abs=5.1e-8
    )
    assert weighted(published.FOUR_CATEGORISED)["gwet_ac"]["estimate"] == pytest.approx(0.3518903, abs=5.1e-8)


@pytest.mark.parametrize(
    ("name", "estimate", "error"),
    [
        ("gwet_ac", 0.8493305, 0.04321747),
        ("fleiss_kappa", 0.7962397, 0.05905473),
        ("conger_kappa", 0.7964094, 0.05891072),
        ("brennan_prediger", 0.835, 0.04693346),
        ("krippendorff_alpha", 0.7972585, 0.05905473),
        ("percent_agreement", 0.89, 0.03128898),
    ],
)
def test_all_of_the_abstractors_as_r_irrcac_prints_them(name, estimate, error):
    found = weighted(published.ABSTRACTORS)[name]
    assert found["estimate"] == pytest.approx(estimate, abs=5.1e-8)
    # Printed with the functions for cross-tables, which divide by n; those for raw ratings by n - 1.
    assert error_of(found) * (99 / 100) ** 0.5 == pytest.approx(error, abs=5.1e-9)


def test_conger_of_the_abstractors_is_cohens_with_gwets_interval():
    found = weighted(published.ABSTRACTORS)
    assert found["conger_kappa"]["estimate"] == pytest.approx(0.79641, abs=5.1e-6)
    assert found["cohen_kappa"]["estimate"] == pytest.approx(0.79641, abs=5.1e-6)
    ci = found["cohen_kappa"]["ci_analytic"]
    assert (ci["low"], ci["high"]) == pytest.approx((0.680, 0.913), abs=2.1e-3)


@pytest.mark.parametrize(
    ("weighting", "ac2"),
    [("quadratic", 0.914), ("ordinal", 0.89894), ("linear", 0.85874), ("ratio", 0.85737)],
)
def test_ac2_of_the_four_raters_by_weighting(weighting, ac2):
    assert weighted(FOUR, weighting)["gwet_ac"]["estimate"] == pytest.approx(ac2, abs=5.1e-6)


def test_alpha_with_gwets_ordinal_weights_is_not_krippendorffs_ordinal_alpha_and_each_is_named():
    gwets = weighted(published.CANONICAL, "ordinal")["krippendorff_alpha"]
    own = agreement(published.CANONICAL, scale="ordinal", bootstrap=0)["krippendorff_alpha"]
    assert gwets["estimate"] == pytest.approx(0.83364, abs=5.1e-6) and "ordinal weights" in gwets["method"]
    assert own["estimate"] == pytest.approx(0.815388, abs=5.1e-7) and "ordinal metric" in own["method"]


@pytest.mark.parametrize(("weighting", "alpha"), [("quadratic", 0.84911), ("ratio", 0.7974)])
def test_alpha_with_quadratic_and_ratio_weights_is_krippendorffs_own(weighting, alpha):
    assert weighted(FOUR, weighting)["krippendorff_alpha"]["estimate"] == pytest.approx(alpha, abs=5.1e-6)


@pytest.mark.parametrize(
    ("table", "error"),
    [([[80, 10], [5, 5]], 0.133), (published.COHEN_1968, 0.0510), (published.WINNIPEG, 0.0505)],
)
def test_large_sample_error_of_printed_kappas(table, error):
    ci = weighted(published.crossed(table))["cohen_kappa"]["ci_analytic"]
    assert (ci["high"] - ci["low"]) / 2 / 1.96 == pytest.approx(error, abs=5.1e-4 if error > 0.1 else 5.1e-5)


def test_sas_example_with_linear_weights():
    found = weighted(published.crossed(r_irr.table10, [1, 2, 3]), "linear")["cohen_kappa"]
    assert found["estimate"] == pytest.approx(0.4701, abs=5.1e-5)
    assert found["ci_analytic"]["low"] == pytest.approx(0.1845, abs=5.1e-5)
    assert found["ci_analytic"]["high"] == pytest.approx(0.7558, abs=5.1e-5)


def test_the_error_under_kappa_nought_is_another_one_and_is_not_used():
    under_nought = cohens_kappa(r_irr.table10).std_kappa0
    assert under_nought == pytest.approx(0.1484, abs=5.1e-5)
    ours = Cohen(tabulate(published.crossed(r_irr.table10), scale="nominal").codes, 3, Nominal()).error()
    assert abs(ours - under_nought) > 0.01


def test_the_largest_kappa_that_cohens_prevalences_allow():
    codes = tabulate(published.crossed(published.COHEN_1968), scale="nominal").codes
    assert Cohen(codes, 3, Nominal()).largest() == pytest.approx(0.831, abs=5.1e-4)


@pytest.mark.parametrize(
    ("table", "linear", "quadratic"),
    [(published.WINNIPEG, 0.37973, 0.52458), (published.NEW_ORLEANS, 0.47727, 0.62558)],
)
def test_landis_and_koch_by_name_of_the_weighting(table, linear, quadratic):
    rows = published.crossed(table, [1, 2, 3, 4])
    for weighting, kappa in (("linear", linear), ("quadratic", quadratic)):
        assert weighted(rows, weighting)["cohen_kappa"]["estimate"] == pytest.approx(kappa, abs=5.1e-6)


def test_r_irr_anxiety_by_the_order_of_five_levels():
    pair = r_irr.anxiety.reshape(20, 3, order="F")[:, 1:]
    by_order = [[[1, 2, 3, 4, 6].index(value) for value in line] for line in pair.tolist()]
    for weighting, kappa in (("identity", -0.006289), ("linear", 0.1459075), ("quadratic", 0.252033)):
        found = weighted(published.by_item(by_order), weighting, scale="interval")["cohen_kappa"]
        assert found["estimate"] == pytest.approx(kappa, abs=5.1e-7)


@pytest.mark.parametrize(
    ("rows", "ac1", "fleiss", "alpha"),
    [
        (published.FIVE_OBSERVERS, 0.49662, 0.45762, 0.48053),
        (published.G1G2, 0.6846, 0.65725, 0.63181),
        (published.GENDER, 0.20808, 0.12889, 0.14341),
        (published.BEN_GERRY, 0.66144, 0.64935, 0.66489),
        (published.DIAGNOSIS, 0.45616, 0.43034, 0.43162),
    ],
)
def test_unweighted_they_are_what_the_command_prints(rows, ac1, fleiss, alpha):
    found, command = weighted(rows), estimate_all(rows, scale="nominal")
    printed = {"gwet_ac": ac1, "fleiss_kappa": fleiss, "krippendorff_alpha": alpha}
    for name, value in printed.items():
        assert found[name]["estimate"] == pytest.approx(value, abs=5.1e-6)
    for name in ("percent_agreement", *printed, "brennan_prediger"):
        assert found[name]["estimate"] == pytest.approx(command[name], abs=1e-12)


def test_quadratic_ac2_is_the_one_that_the_command_prints():
    command = agreement(FOUR, scale="ordinal", bootstrap=0)["gwet_ac"]
    found = weighted(FOUR, "quadratic")["gwet_ac"]
    assert found["estimate"] == pytest.approx(command["estimate"], abs=1e-12)
    assert found["ci_analytic"] == pytest.approx(command["ci_analytic"])


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"scale": "nominal", "weighting": "linear"}, "need levels with an order"),
        ({"scale": "interval", "weighting": "cubic"}, "none of identity, linear"),
        ({"scale": "interval", "weighting": "ratio", "levels": [0, 1]}, "above zero"),
    ],
)
def test_weights_that_the_scale_does_not_have_are_refused(how, reason):
    with pytest.raises(BadRatings, match=reason):
        weighted_agreement(published.by_item([[1, 1], [1, 0]]) if how.get("levels") else FOUR, **how)


def test_too_many_values_for_a_table_of_them_are_refused():
    rows = published.by_item([[value, value + 0.25] for value in range(1600)])
    with pytest.raises(BadRatings, match="more than 3000"):
        weighted_agreement(rows, scale="interval", weighting="linear")
    assert weighted(rows, "quadratic")["gwet_ac"]["estimate"] > 0.9

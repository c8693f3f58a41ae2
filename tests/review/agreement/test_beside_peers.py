"""Random tables as irrCAC and krippendorff judge them (recorded by bench/agreement_peers.py), and scikit-learn."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from review.agreement.report import estimate_all
from review.agreement.weighted import weighted_agreement
from tests.review.agreement import published
from tests.review.agreement.reading_back import error_of

RECORDED = json.loads((Path(__file__).parent / "peers.json").read_text())
TABLES = RECORDED["tables"]
NUMBERED = pytest.mark.parametrize("table", TABLES, ids=range(len(TABLES)))


def rows(table):
    return published.by_item([[value or None for value in line] for line in table["table"]])


def test_the_recorded_tables_are_many_and_some_have_gaps():
    assert len(TABLES) >= 20
    assert sum(0 in sum(table["table"], []) for table in TABLES) > 5


@NUMBERED
def test_every_coefficient_and_its_linearised_error_under_every_weighting_is_irrcacs(table):
    for weighting, theirs in table["irrCAC"].items():
        ours = weighted_agreement(rows(table), scale="interval", weighting=weighting, bootstrap=0)
        for name, (estimate, error) in theirs.items():
            assert ours[name]["estimate"] == pytest.approx(estimate, abs=1e-9), (weighting, name)
            if ours[name]["ci_analytic"] is None:
                few = sum(sum(map(bool, line)) >= 2 for line in table["table"]) < 5
                assert few or error == pytest.approx(0, abs=1e-9), (weighting, name)
                assert "no interval" in ours[name]["note"]
            elif ours[name]["ci_analytic"]["low"] > -50:
                assert error_of(ours[name]) == pytest.approx(error, abs=1e-9), (weighting, name)


@NUMBERED
def test_alpha_of_every_metric_is_krippendorffs(table):
    for scale, alpha in table["krippendorff"].items():
        ours = estimate_all(rows(table), scale=scale)["krippendorff_alpha"]
        assert ours == pytest.approx(alpha, abs=1e-9), scale


@NUMBERED
def test_weighted_kappa_of_two_raters_is_scikit_learns(table):
    pair = [line[:2] for line in table["table"] if all(line[:2])]
    levels, order = np.unique(pair, return_inverse=True)
    pair = order.reshape(-1, 2)  # scikit-learn weighs by the order of the levels that there are
    assert len(levels) > 1
    for weighting, kind in (("identity", None), ("linear", "linear"), ("quadratic", "quadratic")):
        ours = weighted_agreement(
            published.by_item(pair.tolist()), scale="ordinal", weighting=weighting, bootstrap=0
        )
        theirs = cohen_kappa_score(*np.transpose(pair), weights=kind)
        assert ours["cohen_kappa"]["estimate"] == pytest.approx(theirs, abs=1e-12)

"""The six ICCs against Shrout & Fleiss (1979) and pingouin 0.6.1."""

import numpy as np
import pytest

from review.agreement.icc import FORMS, icc
from review.agreement.report import agreement
from tests.review.agreement import published

PRINTED = {
    "ICC(1,1)": (0.1657, -0.13, 0.72),
    "ICC(2,1)": (0.2898, 0.02, 0.76),
    "ICC(3,1)": (0.7148, 0.34, 0.95),
    "ICC(1,k)": (0.4428, -0.88, 0.91),
    "ICC(2,k)": (0.6201, 0.07, 0.93),
    "ICC(3,k)": (0.9093, 0.68, 0.99),
}
FILLED = [[value or 3 for value in line] for line in published.INVENTED]
PINGOUIN = {
    "ICC(1,1)": (0.627781, 0.46, 0.78),
    "ICC(2,1)": (0.627809, 0.46, 0.78),
    "ICC(3,1)": (0.628000, 0.46, 0.78),
    "ICC(1,k)": (0.870907, 0.78, 0.93),
    "ICC(2,k)": (0.870921, 0.78, 0.93),
    "ICC(3,k)": (0.871013, 0.77, 0.93),
}


@pytest.mark.parametrize("scale", ["interval", "ratio"])
@pytest.mark.parametrize(
    ("table", "printed", "abs_"), [(published.SHROUT_FLEISS, PRINTED, 5.1e-5), (FILLED, PINGOUIN, 5.1e-7)]
)
def test_the_six_forms_and_their_f_intervals(table, printed, abs_, scale):
    found = agreement(published.by_item(table), scale=scale, bootstrap=0)["icc"]
    assert list(found) == list(FORMS) == list(printed)
    for form, (estimate, low, high) in printed.items():
        assert found[form]["estimate"] == pytest.approx(estimate, abs=abs_)
        assert found[form]["ci_analytic"]["low"] == pytest.approx(low, abs=5.1e-3)
        assert found[form]["ci_analytic"]["high"] == pytest.approx(high, abs=5.1e-3)


def test_one_missing_rating_leaves_the_iccs_undefined_and_says_why():
    table = [list(line) for line in published.SHROUT_FLEISS]
    table[2][1] = None
    for value in agreement(published.by_item(table), scale="interval", bootstrap=0)["icc"].values():
        assert value["estimate"] is None and value["ci"] is None
        assert "every rater on every item" in value["note"] and "1 of these" in value["note"]


def test_items_without_any_difference_in_means_have_no_icc_of_the_mean():
    found = agreement(published.by_item([[1, 2], [2, 1], [1, 2]]), scale="interval", bootstrap=0)["icc"]
    assert found["ICC(1,1)"]["estimate"] == pytest.approx(-1)
    assert found["ICC(1,k)"]["estimate"] is None
    assert "do not differ" in found["ICC(1,k)"]["note"]


def test_perfect_agreement_has_icc_one_and_no_f_interval():
    found = agreement(published.by_item([[0.1] * 3, [0.2] * 3, [0.7] * 3]), scale="interval", bootstrap=0)[
        "icc"
    ]
    for value in found.values():
        assert value["estimate"] == pytest.approx(1)
        assert value["ci_analytic"] is None


def test_weighting_an_item_twice_equals_having_it_twice():
    table = np.array(published.SHROUT_FLEISS, float) / 10
    doubled = icc(np.vstack([table, table[:2]]), np.ones((1, 8)))
    weighted = icc(table, np.array([[2.0, 2, 1, 1, 1, 1]]))
    for form in FORMS:
        assert weighted[form][0] == pytest.approx(doubled[form][0], abs=1e-12)

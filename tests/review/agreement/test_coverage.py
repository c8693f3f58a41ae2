"""What is published about our intervals is what the simulation finds, and a page is warned where they hold too seldom."""

import json
from dataclasses import replace

import numpy as np
import pytest

from bench.coverage import (
    CELLS,
    LINEARISED,
    OURS,
    PARTLY_CELLS,
    PARTLY_COLUMNS,
    WEIGHED_CELLS,
    Cell,
    chances,
    draw,
    put,
    simulate,
    table,
    table_of_partly,
    table_of_weighed,
    truth,
)
from review.agreement import coverage
from review.agreement.report import agreement, result

PUBLISHED = json.loads(coverage.KEPT.read_text(encoding="utf-8"))
BY_CELL = {(c["n_items"], c["prevalence"], c["n_raters"], c["clustered"]): c for c in PUBLISHED["cells"]}


def test_every_kind_of_table_that_the_methods_name_was_simulated():
    assert set(BY_CELL) == {(c.n_items, c.prevalence, c.n_raters, c.clustered) for c in CELLS}
    assert len(BY_CELL) == 3 * 3 * 2 * 2 and PUBLISHED["replications"] >= 2000


@pytest.mark.parametrize("key", [key for key in BY_CELL if key[0] == 200 and key[1] < 0.95])
def test_at_200_items_and_prevalences_up_to_90_percent_93_to_97_percent_hold(key):
    for name, found in BY_CELL[key]["intervals"].items():
        if coverage.ANALYTIC not in name:
            assert 0.93 <= found["held"] / found["made"] <= 0.97, name
            assert found["made"] == PUBLISHED["replications"]


def test_the_chances_of_all_patterns_sum_to_one_and_the_true_alpha_is_as_planned():
    for cell in CELLS:
        assert chances(cell).sum() == pytest.approx(1)
        true = truth(cell)
        if not cell.clustered:  # of these raters alpha is the share of items of which they know
            assert true["krippendorff_alpha"] == pytest.approx(0.7) == pytest.approx(true["fleiss_kappa"])
        assert true["percent_agreement"] > 0.7


def test_drawn_tables_have_the_chances_that_the_truth_is_computed_from():
    cell = Cell(20, 0.9, 2, True)
    rng = np.random.default_rng(0)
    codes = np.concatenate([draw(cell, rng).codes for _ in range(3000)])
    share = np.bincount(codes[:, 0] * 2 + codes[:, 1], minlength=4) / len(codes)
    assert share == pytest.approx(chances(cell), abs=0.006)


def test_simulated_again_the_published_share_is_found():
    cell = Cell(200, 0.9, 5, False)
    again = simulate(cell, 120, 400, seed=5)
    for name in ("krippendorff_alpha", "gwet_ac"):
        low, high = coverage.exact_interval(again[name]["held"], again[name]["made"], level=0.999)
        published = BY_CELL[200, 0.9, 5, False]["intervals"][name]
        assert low <= published["held"] / published["made"] <= high


def test_a_table_is_told_by_the_nearest_that_is_no_better():
    found = coverage.expected("gwet_ac", n_items=120, n_clusters=120, n_raters=3, prevalence=0.7)
    assert (found.cell["n_items"], found.cell["n_raters"], found.cell["prevalence"]) == (50, 2, 0.9)
    assert not found.cell["clustered"] and 0.9 < found.share <= 1
    none = {"n_items": 120, "n_clusters": 120, "n_raters": 3}
    assert coverage.expected("gwet_ac", prevalence=0.995, **none) is None
    assert coverage.expected("icc", prevalence=0.7, **none) is None
    assert coverage.expected("cohen_kappa", n_items=19, n_clusters=19, n_raters=2, prevalence=0.5) is None


def test_the_page_is_warned_where_fewer_than_93_percent_held():
    """Five readers, fifty sessions of twelve clients, of which one in ten is otherwise: 88 % in the published table."""
    rows = [
        (n, rater, "b" if n % 10 == 0 and rater < 4 else "a", f"client {n % 12}")
        for n in range(50)
        for rater in range(5)
    ]
    found = agreement(rows, scale="nominal", levels=["a", "b"], bootstrap=50)
    published = BY_CELL[50, 0.9, 5, True]["intervals"]["gwet_ac"]
    share = round(100 * published["held"] / published["made"])
    assert share < 93
    said = coverage.warning("gwet_ac", found, prevalence=0.9)
    assert f"only {share} such intervals" in said
    assert "were not tested" in coverage.warning("gwet_ac", found, prevalence=0.999)


def test_where_they_hold_or_there_is_none_nothing_is_said():
    rows = [(n, rater, "ab"[(n + (n % 7 == 0) * rater) % 2], None) for n in range(220) for rater in range(2)]
    found = agreement(rows, scale="nominal", levels=["a", "b"], bootstrap=50)
    assert coverage.warning("gwet_ac", found, prevalence=0.5) == ""
    found = agreement(rows, scale="nominal", levels=["a", "b"], bootstrap=0)
    assert coverage.warning("gwet_ac", found, prevalence=0.5) == ""


def test_the_tables_in_the_documentation_are_those_that_the_page_asks():
    page = (coverage.KEPT.parents[2] / "docs" / "agreement.md").read_text(encoding="utf-8")
    for name, columns in (("ours", OURS), ("linearised", LINEARISED)):
        assert put(page, name, table(PUBLISHED["cells"], columns)) == page
    assert put(page, "partly", table_of_partly(PUBLISHED["partly"], PARTLY_COLUMNS)) == page
    assert put(page, "weighed", table_of_weighed(PUBLISHED["weighed"]["cells"], OURS)) == page


def test_tables_with_missing_cells_are_published_and_three_clients_never_have_an_interval():
    kinds = [(c["n_clusters"], c["n_paired_clusters"], c["prevalence"]) for c in PUBLISHED["partly"]]
    assert kinds == [(c.n_clusters, c.n_paired_clusters, c.prevalence) for c in PARTLY_CELLS]
    for cell in PUBLISHED["partly"]:
        made = cell["intervals"]["krippendorff_alpha"]["made"]
        assert (made == 0) == (cell["n_paired_clusters"] < 5)
        if cell["n_paired_clusters"] >= 20:
            for name in OURS:
                found = cell["intervals"][name]
                assert found["held"] / found["made"] >= 0.93, (name, cell["n_paired_clusters"])


def test_a_drawn_table_with_missing_cells_has_the_pairs_that_it_is_named_for():
    for cell in PARTLY_CELLS:
        found = draw(cell, np.random.default_rng(0))
        assert found.n_paired_clusters == cell.n_paired_clusters and found.n_clusters == cell.n_clusters
        assert found.n_paired == cell.n_paired_clusters * cell.paired_of_each
        assert found.n_items == cell.n_items and (found.codes >= 0).any(axis=1).all()


def test_weighed_tables_tell_of_all_sessions_and_unweighed_they_would_not():
    """Doubtful sessions are chosen more often: without weights, agreement among all would be told too low."""
    cell, rng = (
        next(one for one in WEIGHED_CELLS if one.n_items == 200 and one.unmarked == 0.25),
        np.random.default_rng(1),
    )
    weighed, plain = [], []
    for _table in range(150):
        drawn = draw(cell, rng)
        weighed.append(result(drawn, bootstrap=0, seed=0)["percent_agreement"]["estimate"])
        plain.append(
            result(replace(drawn, weights=None), bootstrap=0, seed=0)["percent_agreement"]["estimate"]
        )
    true, error = truth(cell)["percent_agreement"], np.std(weighed) / np.sqrt(len(weighed))
    assert abs(np.mean(weighed) - true) < 4 * error
    assert true - np.mean(plain) > 10 * error


def test_weighed_tables_are_published_with_how_uneven_they_were():
    cells = PUBLISHED["weighed"]["cells"]
    kinds = [(c["n_items"], c["prevalence"], c["clustered"], c["unmarked"]) for c in cells]
    assert kinds == [(c.n_items, c.prevalence, c.clustered, c.unmarked) for c in WEIGHED_CELLS]
    for cell in cells:
        low, high = {0.5: (0.8, 0.95), 0.25: (0.6, 0.75), 0.1: (0.3, 0.45)}[cell["unmarked"]]
        assert low < cell["evenness"] < high


@pytest.mark.parametrize("evenness", [0.95, 0.7, 0.4])
def test_a_weighed_table_is_told_by_one_whose_chances_were_no_less_unequal(evenness):
    given = {"n_items": 210, "n_clusters": 52, "n_raters": 2, "prevalence": 0.85}
    found = coverage.expected("gwet_ac", evenness=evenness, **given)
    assert found.cell["evenness"] <= evenness and found.cell["n_items"] == 200 and found.cell["clustered"]
    assert not any(
        found.cell["evenness"] < one["evenness"] <= evenness
        and one["n_items"] == 200
        and one["prevalence"] == 0.9
        for one in PUBLISHED["weighed"]["cells"]
        if one["clustered"]
    )
    assert coverage.expected("gwet_ac", evenness=0.2, **given) is None


def test_the_page_is_warned_of_a_weighed_table_where_an_unweighed_one_would_hold():
    few = next(
        one for one in PUBLISHED["weighed"]["cells"]
        if one["clustered"] and one["intervals"]["gwet_ac"]["made"]
        and one["intervals"]["gwet_ac"]["held"] / one["intervals"]["gwet_ac"]["made"] < 0.93
    )  # fmt: skip
    found = {
        "n_items": few["n_items"], "n_paired": few["n_items"], "n_ratings": 2 * few["n_items"],
        "n_clusters": few["n_clusters"], "n_paired_clusters": few["n_clusters"], "gwet_ac": {"ci": [0.2, 0.6]},
    }  # fmt: skip
    share = round(100 * few["intervals"]["gwet_ac"]["held"] / few["intervals"]["gwet_ac"]["made"])
    said = coverage.warning("gwet_ac", found, few["prevalence"], few["evenness"])
    assert f"only {share} such intervals" in said
    assert "chances so unequal" in coverage.warning("gwet_ac", found, few["prevalence"], 0.1)

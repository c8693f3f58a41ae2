"""An interval rests on the clusters in which two readers can be compared, and says how many these are."""

import numpy as np
import pytest

from bench.coverage import Partly, simulate
from review.agreement import coverage
from review.agreement.exact import exact_interval
from review.agreement.report import agreement
from review.agreement.specific import specific_agreement

SHOWN = ("percent_agreement", "krippendorff_alpha", "gwet_ac", "fleiss_kappa", "brennan_prediger")


def rows(clients: int, paired: int, *, differ=3, each=4):
    """Sessions of so many clients, those of the first `paired` read by two; every `differ`-th is seen otherwise."""
    for n in range(clients * each):
        said = "yes" if n % 2 else "no"
        yield n, "Ana", said, f"client {n // each}"
        if n // each < paired:
            other = {"yes": "no", "no": "yes"}[said]
            yield n, "Ben", other if n % differ == 0 else said, f"client {n // each}"


def test_clients_without_a_session_that_two_read_do_not_make_an_interval():
    found = agreement(rows(25, 3), scale="nominal", levels=["no", "yes"])
    assert (found["n_clusters"], found["n_paired"], found["n_paired_clusters"]) == (25, 12, 3)
    for name in SHOWN:
        assert found[name]["estimate"] is not None and found[name]["ci"] is None
        assert "at least 5 clusters with something to compare, has 3 of 25" in found[name]["note"]
        assert found[name]["ci_analytic"] is None


def test_the_degrees_of_freedom_are_of_clients_with_a_session_that_two_read():
    found = agreement(rows(25, 8), scale="nominal", levels=["no", "yes"])
    for name in SHOWN:
        method = found[name]["method"]
        assert "jackknife over 8 clusters with something to compare, of 25, t(7)" in method
    assert "t(7)" in found["gwet_ac"]["ci_analytic"]["name"]
    many = agreement(rows(60, 25), scale="nominal", levels=["no", "yes"])["gwet_ac"]["method"]
    assert "BCa bootstrap over 25 clusters with something to compare, of 60" in many


def test_where_each_has_one_nothing_is_said_of_it():
    found = agreement(rows(25, 25), scale="nominal", levels=["no", "yes"])
    assert "BCa bootstrap over 25 clusters, 1000 resamples" in found["krippendorff_alpha"]["method"]


def test_items_alone_are_counted_the_same_way():
    alone = ((item, who, said, None) for item, who, said, _client in rows(25, 1))
    found = agreement(alone, scale="nominal", levels=["no", "yes"])
    assert (
        found["n_paired"] == 4
        and "needs at least 5 items with something to compare, has 4 of 100"
        in (found["krippendorff_alpha"]["note"])
    )


def test_the_formula_says_that_it_is_too_wide_where_items_were_rated_once():
    names = [
        agreement(rows(25, paired), scale="nominal", levels=["no", "yes"])["gwet_ac"]["ci_analytic"]["name"]
        for paired in (8, 25)
    ]
    assert ["too wide as some were rated once" in name for name in names] == [True, False]


@pytest.mark.parametrize("paired", [3, 8, 25])
def test_simulated_intervals_of_few_telling_clients_hold_the_true_value_or_are_not_there(paired):
    cell = Partly(4 * (60 if paired == 25 else 25), 0.5, 2, True, paired, 4)
    found = simulate(cell, 200, 300, seed=7)
    for name in ("percent_agreement", "krippendorff_alpha", "gwet_ac"):
        if paired < 5:
            assert found[name]["made"] == 0
            continue
        held, made = found[name]["held"], found[name]["made"]
        assert made == 200 and exact_interval(held, made, level=0.99)[1] >= 0.95, (name, held)


def test_the_warning_is_looked_up_by_what_two_read_and_by_how_many_read_it():
    """240 sessions of 60 clients by five readers: 50 of them, of twelve clients, were read by two."""
    given = [(n, f"r{n % 5}", "a", f"client {n % 60}") for n in range(240)]
    twice = [n for n in range(240) if n % 60 < 12][:48] + [12, 13]
    given += [(n, f"r{(n + 1) % 5}", "b" if n in (0, 14, 63) else "a", f"client {n % 60}") for n in twice]
    found = agreement(given, scale="nominal", levels=["a", "b"], bootstrap=50)
    assert (found["n_raters"], found["n_paired"], found["n_paired_clusters"]) == (5, 50, 14)
    by_hand = coverage.expected("gwet_ac", n_items=50, n_clusters=14, n_raters=2, prevalence=0.97)
    whole = coverage.expected("gwet_ac", n_items=240, n_clusters=60, n_raters=5, prevalence=0.97)
    asked = []
    real = coverage.expected

    def listening(name, **about):
        asked.append(about)
        return real(name, **about)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(coverage, "expected", listening)
        coverage.warning("gwet_ac", found, 0.97)
    like = {"n_items": 50, "n_clusters": 14, "n_raters": 2, "prevalence": 0.97}
    assert asked == [like | {"of_clusters": 60, "evenness": 1.0}]
    assert by_hand.cell != whole.cell


def test_of_few_telling_clients_the_simulated_tables_of_that_kind_are_told():
    found = agreement(rows(25, 9), scale="nominal", levels=["no", "yes"], bootstrap=50)
    like = coverage.expected("gwet_ac", n_items=36, n_clusters=9, n_raters=2, prevalence=0.5, of_clusters=25)
    assert (like.cell["n_paired_clusters"], like.cell["n_clusters"]) == (8, 25) and like.too_few
    assert f"only {round(100 * like.share)} such intervals" in coverage.warning("gwet_ac", found, 0.5)


def test_an_interval_without_width_is_never_shown():
    """Every client has one session on which they agree and one on which they do not: no table differs from another."""
    given = [
        (f"{n}{k}", who, "yes" if k and who == "Ana" else "no", f"client {n}")
        for n in range(30) for k in (0, 1) for who in ("Ana", "Ben")
    ]  # fmt: skip
    found = agreement(given, scale="nominal", levels=["no", "yes"])
    for name in SHOWN:
        assert found[name]["ci"] is None and "not to know it exactly" in found[name]["note"]
        assert found[name]["ci_analytic"] is None


def test_who_never_agree_have_the_exact_bound_of_so_many_clients():
    given = [(n, who, said, None) for n in range(30) for who, said in (("Ana", "yes"), ("Ben", "no"))]
    found = agreement(given, scale="nominal", levels=["no", "yes"])
    high = exact_interval(0, 30)[1]
    assert found["percent_agreement"]["ci"] == pytest.approx([0, high])
    assert found["brennan_prediger"]["ci"] == pytest.approx([-1, 2 * high - 1])
    assert "no agreement seen" in found["percent_agreement"]["method"]
    assert found["krippendorff_alpha"]["ci"] is None


def unequal(n: int, heavy: float):
    given = [(item, who, "ab"[item % 2], None) for item in range(n) for who in ("Ana", "Ben")]
    return given, {0: heavy}


def test_weighed_items_on_which_nobody_differed_have_a_bound_of_what_they_are_worth():
    given, weights = unequal(40, 6.0)
    found = agreement(given, scale="nominal", weights=weights)
    worth = int(45**2 / (39 + 36))  # Kish: 27 of 40
    assert found["percent_agreement"]["ci"] == pytest.approx([exact_interval(worth, worth)[0], 1])
    assert found["krippendorff_alpha"]["ci"][1] == 1


def test_weighed_items_worth_fewer_than_five_have_no_interval():
    given, weights = unequal(40, 1000.0)
    found = agreement(given, scale="nominal", weights=weights)
    assert found["gwet_ac"]["ci"] is None
    assert "needs at least 5 items with something to compare, has 1 of 40" in found["gwet_ac"]["note"]


def test_two_items_have_no_interval_by_formula():
    given = [(n, who, said, None) for n, said in ((0, "a"), (1, "b")) for who in ("Ana", "Ben")]
    given[3] = (1, "Ben", "a", None)
    found = agreement(given, scale="nominal", levels=["a", "b"])
    for name in SHOWN:
        assert found[name]["ci_analytic"] is None and "needs at least 5 items" in found[name]["note"]


def test_specific_agreement_counts_the_clients_that_two_read_for():
    found = specific_agreement(rows(25, 8), levels=["no", "yes"])["specific_agreement"]["no"]
    assert "over 8 clusters with something to compare, of 25" in found["method"]
    assert "t(7)" in found["ci_analytic"]["name"] and np.ptp(found["ci"]) > 0

"""Gamma of the words that raters give: in a worker, apart from the other figures, and told with how it was made."""

import pytest

from review import gamma, tasks
from review.agreeing import stretches
from tests.review import invented
from tests.review.factories import DIMENSIONS, judge
from tests.review.test_pages import words

FIRST = next(iter(DIMENSIONS))


@pytest.fixture
def rated(ben, chloe, lena):
    """Six replies. Of each Ben gives the first word, Chloe the first two."""
    round = invented.round_of("judged_reply", 6, [ben, chloe], lena)
    for item in round.items.all():
        for who, many in ((ben, 1), (chloe, 2)):
            quote = " ".join(invented.REPLY.split()[:many])
            judge(
                item,
                who,
                invented.says("judged_reply", evidence={FIRST: [{"turn": None, "quote": quote, "note": ""}]}),
            )
    return round


def test_replies_stand_one_behind_the_other_with_their_first_and_second_reader(rated):
    units, about = stretches.continuum(rated)
    assert about == {"n_replies": 6, "of_replies": 6, "n_selections": 12}
    length = len(" ".join(invented.REPLY.split()))
    assert sorted(units)[:2] == [("reader 1", FIRST, 0, 2), ("reader 1", FIRST, length + 1, length + 3)]
    assert {rater for rater, *_rest in units} == {"reader 1", "reader 2"}
    assert all(start // (length + 1) == (end - 1) // (length + 1) for _r, _l, start, end in units)


def test_a_large_round_is_drawn_from_the_same_for_the_same_seed(rated, monkeypatch):
    monkeypatch.setattr(stretches, "MOST", 4)
    units, about = stretches.continuum(rated)
    assert about == {"n_replies": 2, "of_replies": 6, "n_selections": 4}
    assert stretches.continuum(rated)[0] == units


def test_the_worker_computes_it_once_with_the_seed_of_the_round(rated, monkeypatch):
    asked = []
    made = {"estimate": 0.5, "ci": None, "ci_analytic": None, "method": "gamma", "note": "", "gamma_cat": 0.6,
            "samples": 30, "seed": 7, "precision": 0.02}  # fmt: skip
    monkeypatch.setattr(gamma, "gamma", lambda units, **how: asked.append(how) or made)
    assert stretches.known(rated) is None
    tasks.gamma(rated.pk)
    tasks.gamma(rated.pk)
    assert [one["seed"] for one in asked] == [rated.seed % 2**31]
    found = stretches.known(rated)
    assert found["gamma"]["estimate"] == 0.5 and found["is_current"] and found["n_selections"] == 12


def test_a_page_never_computes_it_and_says_how_it_was_made(rated, lena, log_in, monkeypatch):
    asked = []
    monkeypatch.setattr(gamma, "interpreter", lambda: "/srv/gamma/bin/python")
    monkeypatch.setattr(stretches, "renew", lambda round: pytest.fail("computed for a page"))
    client, place = log_in(lena), ("/agreement/marks/", {"round": rated.public_id})
    assert "is computed by a worker, and none answers" in words(client.get(*place))
    monkeypatch.setattr(tasks, "wake_gamma", lambda round: asked.append(round.pk) or True)
    assert "A worker computes it" in words(client.get(*place)) and asked == [rated.pk]
    monkeypatch.undo()
    made = {"estimate": 0.5, "ci": None, "ci_analytic": None, "method": "gamma", "note": "", "gamma_cat": None,
            "samples": 30, "seed": 7, "precision": 0.02}  # fmt: skip
    monkeypatch.setattr(gamma, "gamma", lambda units, **how: made)
    tasks.gamma(rated.pk)
    page = words(client.get(*place))
    assert "0.50 of 6 of 6 replies with 12 selections." in page
    assert "Seed 7, precision 2 %, 30 sampled continua" in page


@pytest.mark.skipif(
    not stretches.is_installed(), reason="GAMMA_PYTHON names no interpreter with pygamma-agreement"
)
def test_where_it_is_installed_it_says_how_far_they_agree(rated):
    tasks.gamma(rated.pk)
    found = stretches.known(rated)["gamma"]
    assert 0 < found["estimate"] < 1 and found["gamma_cat"] == 1

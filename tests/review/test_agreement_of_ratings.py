"""How far readers agree on what has no draft: pairs by their answers, ratings by the rubric's levels."""

import pytest

from review.agreeing.figures import agreements
from tests.review import invented
from tests.review.factories import DIMENSIONS, judge
from tests.review.test_pages import words


@pytest.fixture
def compared(ben, chloe, lena):
    """Twelve pairs. On the whole both prefer a in eight and neither in two; in two they differ, Ben for a. On every
    aspect nobody ever says b.
    """
    round = invented.round_of("reply_preference", 12, [ben, chloe], lena)
    for n, item in enumerate(round.items.all()):
        for who, preferred in ((ben, "a"), (chloe, "b" if n >= 10 else "a")):
            preferred = "tie" if n in (8, 9) else preferred
            level = "no difference" if n >= 10 else "first"
            given = {"preferred": preferred, "ratings": dict.fromkeys(DIMENSIONS, level)}
            judge(item, who, invented.says("reply_preference", **given))
    return round


def test_of_a_pair_the_answers_are_nominal_with_no_difference_among_them(compared):
    [(arm, found)] = agreements(compared).items()
    assert arm == "pair" and set(found) == {"preferred", *DIMENSIONS}
    whole = found["preferred"]
    assert (whole["scale"], whole["n_items"], whole["n_raters"]) == ("nominal", 12, 2)
    assert whole["percent_agreement"]["estimate"] == pytest.approx(10 / 12)
    # By hand: of 24 answers 18 are a, 4 no difference, 2 b.
    chance = ((18 * 6) + (4 * 20) + (2 * 22)) / 24**2 / 2
    assert whole["gwet_ac"]["estimate"] == pytest.approx((10 / 12 - chance) / (1 - chance))
    assert "AC1" in whole["gwet_ac"]["method"]
    observed, expected = 4 / 24, 1 - (18 * 17 + 4 * 3 + 2 * 1) / (24 * 23)
    assert whole["krippendorff_alpha"]["estimate"] == pytest.approx(1 - observed / expected)


def test_an_answer_that_nobody_gave_is_one_of_the_answers(compared):
    aspect = agreements(compared)["pair"]["specific"]
    assert aspect["percent_agreement"]["estimate"] == 1
    assert "3 levels" in aspect["brennan_prediger"]["method"]
    assert "b 0.000" in aspect["percent_agreement"]["note"]


def test_however_much_better_it_is_the_same_answer(ben, chloe, lena):
    values = ["much", "rather", "equal", "rather not", "not at all"]
    scale = [{"value": value, "anchor": value} for value in values]
    rubric = invented.factories.published_rubric(scale="pairwise", levels=scale)
    round = invented.round_of("reply_preference", 2, [ben, chloe], lena, rubric_version=rubric)
    for item in round.items.all():
        for who, level in ((ben, "much"), (chloe, "rather")):
            judge(item, who, invented.says("reply_preference", ratings=dict.fromkeys(DIMENSIONS, level)))
    found = agreements(round)["pair"]["specific"]
    assert found["percent_agreement"]["estimate"] == 1 and "3 levels" in found["brennan_prediger"]["method"]
    assert round.items.settled().count() == 2


def test_ratings_are_ordinal_by_the_levels_of_the_rubric(ben, chloe, lena):
    round = invented.round_of("resistance_reply", 6, [ben, chloe], lena)
    for n, item in enumerate(round.items.all()):
        for who, shift in ((ben, 0), (chloe, n // 5)):
            # Level 2 is never given.
            ratings = dict.fromkeys(invented.MECHANISMS, min(1, n % 2 + shift))
            judge(item, who, invented.says("resistance_reply", ratings=ratings))
    [(arm, found)] = agreements(round).items()
    assert arm == "rated" and set(found) == set(invented.MECHANISMS)
    figures = found["autonomy"]
    assert figures["scale"] == "ordinal" and "AC2" in figures["gwet_ac"]["method"]
    assert "ordinal" in figures["krippendorff_alpha"]["method"]
    assert "cohen_kappa_weighted" in figures and "3 levels" in figures["brennan_prediger"]["method"]


def test_the_page_has_one_column_for_what_was_compared(log_in, compared, lena):
    page = words(log_in(lena).get(f"/agreement/?round={compared.public_id}"))
    assert "Compared" in page and "Every figure of what was compared" in page
    assert "Which is better on the whole?" in page and "it is the same answer" in page
    assert "Read with the draft" not in page and "Is there a mistake?" not in page

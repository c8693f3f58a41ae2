"""The draw: of fixed size, with chances that are what they are said to be, and totals that are unbiased."""

import numpy as np
import pytest

from review import inclusion

SEEDS = 4000


@pytest.fixture(scope="module")
def skewed():
    """Sixty sessions: a few of very high score, most of them low."""
    return np.random.default_rng(3).lognormal(sigma=1.5, size=60)


def draws(chances, alike, seeds=SEEDS):
    return [inclusion.draw(chances, alike, rng=np.random.default_rng(seed)) for seed in range(seeds)]


@pytest.mark.parametrize("random_share", [0.05, 0.3, 1.0])
@pytest.mark.parametrize("n", [1, 20, 45, 59])
def test_chances_add_up_and_none_is_above_one_or_below_the_share_that_is_alike_for_all(
    skewed, n, random_share
):
    chances = inclusion.chances(skewed, n, random_share=random_share)
    assert chances.sum() == pytest.approx(n)
    assert chances.max() <= 1 and chances.min() >= random_share * n / len(skewed)


def test_beyond_the_share_alike_for_all_chances_go_by_the_score():
    chances = inclusion.chances(np.array([1.0, 2.0, 3.0, 4.0]), 2, random_share=0.5)
    assert chances == pytest.approx([0.35, 0.45, 0.55, 0.65])


def test_what_a_certain_session_cannot_have_more_of_goes_to_the_others():
    chances = inclusion.chances(np.array([100.0, 1.0, 1.0, 2.0]), 2, random_share=0.2)
    assert chances[0] == pytest.approx(1)
    assert chances[1:] == pytest.approx([0.1 + 0.175, 0.1 + 0.175, 0.1 + 0.35])


def test_with_room_for_all_everyone_is_in(skewed):
    assert (inclusion.chances(skewed, 60, random_share=0.3) == 1).all()


def test_a_session_without_a_score_is_refused():
    with pytest.raises(ValueError, match="no chance of its own"):
        inclusion.chances(np.array([1.0, 0.0]), 1, random_share=0.3)


def test_every_draw_is_of_the_size_asked_for_and_names_nobody_twice(skewed):
    chances = inclusion.chances(skewed, 20, random_share=0.3)
    for drawn in draws(chances, 0.1, seeds=300):
        assert len(drawn.chosen) == len(set(drawn.chosen)) == len(drawn.by_chance) == 20


def test_the_same_seed_draws_the_same(skewed):
    chances = inclusion.chances(skewed, 20, random_share=0.3)
    one, other, third = (
        inclusion.draw(chances, 0.1, rng=np.random.default_rng(seed)).chosen.tolist() for seed in (5, 5, 6)
    )
    assert one == other != third


def test_over_many_seeds_each_session_is_drawn_as_often_as_its_chance_says(skewed):
    chances = inclusion.chances(skewed, 20, random_share=0.3)
    often = np.bincount(np.concatenate([d.chosen for d in draws(chances, 0.1)]), minlength=60) / SEEDS
    error = np.sqrt(chances * (1 - chances) / SEEDS)
    assert (np.abs(often - chances) <= 4.5 * error + 1e-12).all()
    assert chances.max() > 5 * chances.min()  # or nothing was shown


def test_the_share_drawn_by_chance_alone_is_alike_for_all(skewed):
    alike = 0.3 * 20 / 60
    chances = inclusion.chances(skewed, 20, random_share=0.3)
    by_chance = [drawn.chosen[drawn.by_chance] for drawn in draws(chances, alike)]
    often = np.bincount(np.concatenate(by_chance), minlength=60) / SEEDS
    assert (np.abs(often - alike) <= 4.5 * np.sqrt(alike * (1 - alike) / SEEDS)).all()
    assert np.mean([len(one) for one in by_chance]) == pytest.approx(6, abs=0.2)


def test_totals_weighed_by_one_over_the_chance_are_unbiased_and_plain_ones_are_not(skewed):
    """Mistakes sit where the score is high: whoever counts what was drawn as it is finds far too many."""
    mistake = (skewed > np.median(skewed)).astype(float)
    chances = inclusion.chances(skewed, 20, random_share=0.3)
    found = [drawn.chosen for drawn in draws(chances, 0.1)]
    totals = np.array([(mistake[one] / chances[one]).sum() for one in found])
    plain = np.array([mistake[one].mean() * 60 for one in found])
    error = totals.std() / np.sqrt(SEEDS)
    assert abs(totals.mean() - mistake.sum()) <= 4 * error < 0.6
    assert plain.mean() > mistake.sum() + 5

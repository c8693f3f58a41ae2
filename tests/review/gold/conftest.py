import pytest

from tests.review.factories import published_pairs, published_rubric
from tests.review.gold.factories import agreed


@pytest.fixture
def pairs(db):
    return published_pairs()


@pytest.fixture
def rubric(db):
    return published_rubric()


@pytest.fixture
def golds(ana, amir, lena, pairs, rubric):
    """Four sessions whose answers Ana wrote, and Amir and Lena stand by."""
    return agreed(4, [ana, amir, lena], pairs, rubric)

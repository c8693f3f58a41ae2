import pytest

from tests.review import factories


@pytest.fixture
def round(ben, chloe, lena):
    """Four sessions, each read by Ben and Chloe with the draft."""
    return factories.round_of(4, [ben, chloe], lena)


@pytest.fixture
def item(round):
    return round.items.first()

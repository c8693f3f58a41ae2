import pytest

from tests.config.stale import graph as known


@pytest.fixture
def graph(lena, ben, chloe):
    return known.build(lena, ben, chloe)


@pytest.fixture
def second(graph):
    return known.second_version()

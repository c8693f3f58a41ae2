"""Many processes that write judgements at once, each through workflow.decide, on the same sessions: how fast, and what
is lost or doubled when half of them are killed.
"""

import json
import multiprocessing
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import wait

from bench.reviewing import study
from bench.reviewing.judging import Counted, counted, readings_of

FORK = multiprocessing.get_context("fork")
OURS, BARE = "ours: a decision with all that hangs on it", "floor: a row of the same words"


@dataclass
class Written:
    """Of one round: seconds, milliseconds of each write, and which were confirmed."""

    seconds: float
    each: list[float] = field(default_factory=list)
    confirmed: set[int] = field(default_factory=set)


def in_processes(work: Callable, shares: list[list], *, kill_after: int | None = None) -> Written:
    """`work(one)` for each of its share, one process to a share, which tells each that is done. The first half of them
    are killed when so many were told.
    """
    from django.db import connections

    connections.close_all()
    go, ours, processes = FORK.Event(), [], []
    for share in shares:
        here, there = FORK.Pipe(duplex=False)
        processes.append(FORK.Process(target=_work, args=(work, share, go, there)))
        processes[-1].start()
        there.close()
        ours.append(here)
    begun = time.perf_counter()
    go.set()
    found = Written(0.0)
    while ours:
        for pipe in wait(ours):
            try:
                one, milliseconds = pipe.recv()
            except EOFError:
                ours.remove(pipe)
                continue
            found.confirmed.add(one)
            found.each.append(milliseconds)
        if kill_after is not None and len(found.each) >= kill_after:
            kill_after = None
            for process in processes[: len(processes) // 2]:
                os.kill(process.pid, signal.SIGKILL)
    found.seconds = time.perf_counter() - begun
    for process in processes:
        process.join()
    return found


def _work(work: Callable, share: list, go, told) -> None:
    from django.db import connections

    go.wait()
    for one in share:
        begun = time.perf_counter()
        work(one)
        told.send((one, (time.perf_counter() - begun) * 1e3))
    told.close()
    connections.close_all()
    os._exit(0)  # nothing of the process that it was forked from is its to end


def measure(*, writers: int, each: int, rounds: int) -> tuple[dict[str, list[Written]], Counted]:
    """{what: its rounds}; and what was lost or doubled in all of them and in one more, in which half were killed when half
    was written, and everything was written again.
    """
    found: dict[str, list[Written]] = {BARE: [], OURS: []}
    confirmed: set[int] = set()
    for n in range(rounds + 1):
        shares, words = _shares(writers, each, n)
        if n == rounds:
            killed = in_processes(_decide, shares, kill_after=writers * each // 2)
            again = in_processes(_decide, shares)
            confirmed |= killed.confirmed | again.confirmed
            break
        both = [(BARE, bare_writer(words)), (OURS, _decide)]
        for name, work in both if n % 2 else reversed(both):
            found[name].append(in_processes(work, shares))
        confirmed |= found[OURS][-1].confirmed
    return found, counted(confirmed)


def _shares(writers: int, each: int, n: int) -> tuple[list[list[int]], str]:
    """A round of `each` sessions that all of them read: whoever writes meets the others. What was submitted is there, as a
    pull has stored it. Returns each writer's readings, and words as long as one judgement's.
    """
    from django.utils import timezone

    from review.models import RawAnnotation

    people = study.readers(writers)
    round = study.round_of(
        each, people, study.person("Lena", "lead"), name=f"Written at once {n}", overlap=writers
    )
    shares: dict[int, list[int]] = {}
    readings = readings_of(round)
    for reading in readings:
        shares.setdefault(reading.seat_id, []).append(reading.pk)
        RawAnnotation.objects.create(
            seat_project=reading.seat.projects.get(form=reading.item.arm), server="http://127.0.0.1",
            project_id=reading.seat_id, task_id=reading.pk, ls_id=reading.pk,
            ls_updated_at=timezone.now(), completed_by=1, payload="{}", reading=reading,
        )  # fmt: skip
    return list(shares.values()), json.dumps(readings[0].item.instance.content)


def _decide(pk: int) -> None:
    from django.utils import timezone

    from review.models import RawAnnotation, Reading
    from review.workflow import decide
    from tests.review.factories import says

    reading = Reading.objects.select_related("seat__rater__user").get(pk=pk)
    raw = RawAnnotation.objects.get(reading=reading)
    decide(reading=reading, answers=says(), decided_at=timezone.now(), lead_time=40.0, raw=raw)


def bare_writer(words: str) -> Callable[[int], None]:
    """One row and its commit, by a connection without Django, to the same database."""
    from django.db import connection

    settings, vendor = connection.settings_dict, connection.vendor
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_floor (n bigint, words text)")
    kept = {}

    def sqlite(n: int) -> None:
        if os.getpid() not in kept:
            kept[os.getpid()] = made = sqlite3.connect(settings["NAME"], timeout=30, isolation_level=None)
            made.execute("PRAGMA synchronous=FULL")
        kept[os.getpid()].execute("INSERT INTO bench_floor VALUES (?, ?)", (n, words))

    def postgres(n: int) -> None:
        import psycopg

        if os.getpid() not in kept:
            kept[os.getpid()] = psycopg.connect(
                host=settings["HOST"], port=settings["PORT"], user=settings["USER"], dbname=settings["NAME"],
                autocommit=True,
            )  # fmt: skip
        kept[os.getpid()].execute("INSERT INTO bench_floor VALUES (%s, %s)", (n, words))

    return sqlite if vendor == "sqlite" else postgres

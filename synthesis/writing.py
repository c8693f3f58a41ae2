"""One thread that does all the engine's database work, so that many replies share one commit."""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import Error as DatabaseFault
from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connections,
    transaction,
)

from synthesis import rows
from synthesis.blanking import blank_what_comes_late, source_of
from synthesis.faults import NotStorable
from synthesis.models import Call, Hitch

MOST_AT_ONCE = 200
CHECK_EVERY = 1.0  # seconds, whether the connection still is one
# How often another process may be quicker with a key of one batch, each time after we looked.
MOST_RACES = 3
Then = Callable[[Any], None]
# What is done once for many: given all that was handed over for it, a result for each.
Together = Callable[[list], list]


@dataclass
class _Job:
    # "find" (a call by its key), "read", "store" (a call), "note" (a hitch), "do" (in a transaction), "each" (an item
    # of what is done together)
    kind: str
    work: Any
    future: asyncio.Future
    then: Then | None = None
    hitch: Hitch | None = None
    together: Together | None = None


class Writer:
    """Hand it work from the event loop and await the result, which comes only after the commit."""

    def __init__(self):
        # Why something could not be kept that came from an endpoint: nobody asks for more, and the drives end by it.
        self.fault: BaseException | None = None
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._checked = float("-inf")
        self._thread = threading.Thread(target=self._run, name="synthesis-writer", daemon=True)

    async def __aenter__(self):
        self._thread.start()
        return self

    async def __aexit__(self, *_):
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    async def find(self, key: str) -> Call | None:
        """The stored call of this key."""
        return await self._submit("find", key)

    async def read(self, work: Callable[[], Any], *, then: Then | None = None) -> Any:
        """Run a query that changes nothing: it waits for no lock of those who write."""
        return await self._submit("read", work, then)

    async def store(self, call: Call, *, hitch: Hitch | None = None, then: Then | None = None) -> Call:
        """Store a reply, with what is wrong with it if anything. If another process was quicker with the same key,
        its stored reply is returned, and no hitch is kept.
        """
        return await self._submit("store", call, then, hitch)

    async def do(self, work: Callable[[], Any], *, then: Then | None = None) -> Any:
        """Run database work in a transaction that it may share with other work."""
        return await self._submit("do", work, then)

    async def each(self, item: Any, together: Together) -> Any:
        """Run database work once for all items that were handed over for it meanwhile; returns the result for this
        one. If it fails it is done for each alone, so that only the item at fault fails.
        """
        return await self._submit("each", item, together=together)

    def note(self, hitch: Hitch) -> None:
        """Keep it with the next commit. Nobody waits for that; if it cannot be kept, that is our `fault`."""
        job = _Job("note", hitch, self._loop.create_future())
        # Asked for, so that nobody is warned of a fault that nobody has seen.
        job.future.add_done_callback(asyncio.Future.exception)
        self._jobs.put(job)

    async def _submit(
        self, kind: str, work, then: Then | None = None, hitch: Hitch | None = None,
        together: Together | None = None,
    ):  # fmt: skip
        """`then` is called with the result on the loop, in the order in which the work was done, also when the
        waiter was cancelled.
        """
        job = _Job(kind, work, self._loop.create_future(), then, hitch, together)
        self._jobs.put(job)
        # A waiter may be cancelled; what was handed over is written all the same.
        return await asyncio.shield(job.future)

    def _run(self):
        try:
            ending = False
            while not ending:
                batch = [self._jobs.get()]
                while len(batch) < MOST_AT_ONCE and not self._jobs.empty():
                    batch.append(self._jobs.get())
                ending = None in batch
                self._work_off([job for job in batch if job is not None])
        finally:
            connections.close_all()

    def _work_off(self, batch: list[_Job]):
        finds = [job for job in batch if job.kind == "find"]
        reads = [job for job in batch if job.kind == "read"]
        writes = [job for job in batch if job.kind not in ("find", "read")]
        # What is stored in this very batch is found.
        for part, work in ((writes, self._write), (finds, self._find), (reads, self._read)):
            if not part:
                continue
            try:
                self._check_connection()
                done = work(part)
            except BaseException as problem:  # whatever it was, the waiters must hear of it
                done = [(job, None, problem) for job in part]
                self._checked = float("-inf")
            self._loop.call_soon_threadsafe(self._settle, done)

    def _check_connection(self):
        """Whether it is old or broken costs a question to the database: not before each of many commits a second."""
        if time.monotonic() - self._checked >= CHECK_EVERY:
            close_old_connections()
            self._checked = time.monotonic()

    def _find(self, jobs: list[_Job]):
        found = {call.key: call for call in Call.objects.filter(key__in={job.work for job in jobs})}
        return [(job, found.get(job.work), None) for job in jobs]

    def _read(self, jobs: list[_Job]):
        done = []
        for job in jobs:
            try:
                done.append((job, job.work(), None))
            except Exception as problem:  # its own waiter gets it
                done.append((job, None, problem))
                if isinstance(problem, DatabaseFault):
                    self._checked = float("-inf")
        return done

    def _write(self, jobs: list[_Job]):
        return _only_new_replies(jobs) or self._with_savepoints(jobs)

    def _with_savepoints(self, jobs: list[_Job]):
        done = []
        with transaction.atomic():
            stored = self._store([job for job in jobs if job.kind == "store"])
            done += stored
            done += self._note([job for job in jobs if job.kind == "note"], stored)
            each: dict[Together, list[_Job]] = {}
            for job in jobs:
                if job.kind == "do":
                    try:
                        with transaction.atomic():
                            done.append((job, job.work(), None))
                    except Exception as problem:  # undone by its savepoint; its own waiter gets it
                        done.append((job, None, problem))
                elif job.kind == "each":
                    each.setdefault(job.together, []).append(job)
            for together, items in each.items():
                done += _all_or_each(items, together)
        return done

    def _store(self, jobs: list[_Job]):
        return [
            (job, call, problem and NotStorable(f"The reply cannot be stored ({type(problem).__name__})."))
            for job, call, problem in _all_or_each(jobs, _stored)
        ]

    def _note(self, jobs: list[_Job], stored: list[tuple]):
        """Hitches of their own, and those of the replies that are ours."""
        with_replies = [job.hitch for job, call, _ in stored if job.hitch and call is job.work]
        if hitches := [*(job.work for job in jobs), *with_replies]:
            Hitch.objects.bulk_create(hitches)
        return [(job, None, None) for job in jobs]

    def _settle(self, done):
        for job, _result, problem in done:
            if job.kind == "note" or (job.kind == "store" and isinstance(problem, DatabaseFault)):
                self.fault = self.fault or problem
        for job, result, problem in done:
            if job.then is not None and problem is None:
                job.then(result)
            if job.future.done():
                continue
            if problem is not None:
                job.future.set_exception(problem)
            else:
                job.future.set_result(result)


def _only_new_replies(jobs: list[_Job]) -> list[tuple] | None:
    """What nearly every batch is, in one statement and no savepoint; None where it is anything else, or one of them was
    stored before: then nothing is done.
    """
    calls = [job.work for job in jobs if job.kind == "store" and job.hitch is None]
    if len(calls) < len(jobs) or len({call.key for call in calls}) < len(calls):
        return None
    if any(source_of(call) for call in calls):
        return None  # of real people: it may have been erased meanwhile
    try:
        rows.insert(calls)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # whose fault it is shows when each is stored within a savepoint
        return None
    return [(job, job.work, None) for job in jobs]


def _all_or_each(jobs: list[_Job], together: Together) -> list[tuple]:
    """[(job, result, problem)] of what is done for all at once; where that fails, for each on its own."""
    if not jobs:
        return []
    try:
        with transaction.atomic():
            results = together([job.work for job in jobs])
        return [(job, result, None) for job, result in zip(jobs, results, strict=True)]
    except (OperationalError, InterfaceError):
        raise  # the database itself is in trouble: none of them is to blame
    except Exception as problem:
        if len(jobs) == 1:
            return [(jobs[0], None, problem)]
    return [settled for job in jobs for settled in _all_or_each([job], together)]


def _stored(calls: list[Call]) -> list[Call]:
    """Each as it was handed over, or the one that was stored before under the same key."""
    blank_what_comes_late(calls)
    there: dict[str, Call] = {}
    for race in range(1, MOST_RACES + 1):
        new: dict[str, Call] = {}
        for call in calls:
            if call.key not in there:
                new.setdefault(call.key, call)
        for call in new.values():
            call.pk = None  # it may have got one in a try that was undone
        try:
            with transaction.atomic():
                Call.objects.bulk_create(new.values())
            break
        except IntegrityError:
            if race == MOST_RACES:
                raise
        # Another was quicker with some of them.
        there = {call.key: call for call in Call.objects.filter(key__in={call.key for call in calls})}
    return [there.get(call.key) or new[call.key] for call in calls]

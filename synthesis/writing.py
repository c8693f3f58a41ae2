"""One thread that does all the engine's database work, so that many replies share one commit."""

import asyncio
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError, close_old_connections, connections, transaction

from synthesis.faults import NotStorable
from synthesis.models import Call, Hitch

MOST_AT_ONCE = 200
Then = Callable[[Any], None]


@dataclass
class _Job:
    kind: (
        str  # "find" (a call by its key), "read", "store" (a call), "note" (a hitch), "do" (in a transaction)
    )
    work: Any
    future: asyncio.Future
    then: Then | None = None
    hitch: Hitch | None = None


class Writer:
    """Hand it work from the event loop and await the result, which comes only after the commit."""

    def __init__(self):
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._problem: BaseException | None = None  # of a note
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

    def note(self, hitch: Hitch) -> None:
        """Keep it with the next commit. Nobody waits for that; if it cannot be kept, whoever comes next is told."""
        job = _Job("note", hitch, self._loop.create_future())
        job.future.add_done_callback(self._noted)
        self._jobs.put(job)

    def _noted(self, done: asyncio.Future) -> None:
        self._problem = self._problem or done.exception()

    async def _submit(self, kind: str, work, then: Then | None = None, hitch: Hitch | None = None):
        """`then` is called with the result on the loop, in the order in which the work was done, also when the
        waiter was cancelled.
        """
        if self._problem is not None:
            raise self._problem
        job = _Job(kind, work, self._loop.create_future(), then, hitch)
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
        for part, work in ((finds, self._find), (writes, self._write), (reads, self._read)):
            if not part:
                continue
            try:
                close_old_connections()
                done = work(part)
            except BaseException as problem:  # whatever it was, the waiters must hear of it
                done = [(job, None, problem) for job in part]
            self._loop.call_soon_threadsafe(_settle, done)

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
        return done

    def _write(self, jobs: list[_Job]):
        done = []
        with transaction.atomic():
            stored = self._store([job for job in jobs if job.kind == "store"])
            done += stored
            done += self._note([job for job in jobs if job.kind == "note"], stored)
            for job in jobs:
                if job.kind == "do":
                    try:
                        with transaction.atomic():
                            done.append((job, job.work(), None))
                    except Exception as problem:  # undone by its savepoint; its own waiter gets it
                        done.append((job, None, problem))
        return done

    def _store(self, jobs: list[_Job]):
        if not jobs:
            return []
        try:
            with transaction.atomic():
                return self._stored(jobs)
        except (OperationalError, InterfaceError):
            raise  # the database itself is in trouble: no reply is to blame
        except Exception as problem:
            if len(jobs) == 1:
                reason = f"The reply cannot be stored ({type(problem).__name__})."
                return [(jobs[0], None, NotStorable(reason))]
        # One of them is at fault: each on its own, so that only that one fails.
        return [settled for job in jobs for settled in self._store([job])]

    def _note(self, jobs: list[_Job], stored: list[tuple]):
        """Hitches of their own, and those of the replies that are ours."""
        with_replies = [
            job.hitch for job, call, _ in stored if job.hitch and call and call.text == job.work.text
        ]
        if hitches := [*(job.work for job in jobs), *with_replies]:
            Hitch.objects.bulk_create(hitches)
        return [(job, None, None) for job in jobs]

    def _stored(self, jobs: list[_Job]):
        Call.objects.bulk_create([job.work for job in jobs], ignore_conflicts=True)
        stored = {call.key: call for call in Call.objects.filter(key__in={job.work.key for job in jobs})}
        return [(job, stored[job.work.key], None) for job in jobs]


def _settle(done):
    for job, result, problem in done:
        if job.then is not None and problem is None:
            job.then(result)
        if job.future.done():
            continue
        if problem is not None:
            job.future.set_exception(problem)
        else:
            job.future.set_result(result)

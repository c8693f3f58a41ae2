"""The engine in one process: one event loop, one writer thread, one gate per endpoint, and the runs that it drives side
by side.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from synthesis import probing, spending, waking
from synthesis.asking import Tally
from synthesis.driving import Driving
from synthesis.faults import NoEndpoint
from synthesis.llm import ModelEndpoint, Patience
from synthesis.models import Endpoint, Run
from synthesis.models.drives import SEEN_EVERY
from synthesis.set_aside import loaded_set_aside
from synthesis.steering import MOST_AT_ONCE
from synthesis.stored import Cells
from synthesis.writing import Writer

log = structlog.get_logger(__name__)

LOOK_EVERY = 1.0  # seconds, at what people want of the runs
READ_EVERY = 5.0  # seconds, what other workers have spent; less often where reading it takes long
RUNS_AT_ONCE = 8
# For so many that ask, one is ready to. With many more, whole bursts go out together and come back together, and wait
# for each other (measured: a quarter is quicker than a half).
READY = 4


@dataclass
class Driven:
    """What a drive did, and how long it took."""

    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.0


class Watch(Protocol):
    """Is told of a run that is driven, about every so many seconds and at the end, where the database may be read."""

    every: float

    def __call__(self, run: Run) -> None: ...


def drive(
    run: Run, *, wait_for_others: bool = False, watch: Watch | None = None, patience: Patience | None = None
) -> Driven:
    """Make what is claimable of the run, in this process. With `wait_for_others` stay until nothing is in the
    making elsewhere either. Raises NoEndpoint, NotABudget, and database errors; an instance's own faults end in its
    row, and what concerns the whole run stops it.
    """
    began = time.monotonic()
    engine = _Engine(patience, wait_for_others=wait_for_others, watch=watch)
    tally = asyncio.run(engine.make([run]))
    return Driven(tally, time.monotonic() - began)


def drive_all(*, patience: Patience | None = None, at_once: int = MOST_AT_ONCE) -> Tally:
    """Make what is claimable of all open runs, side by side, also of those that are opened meanwhile; at most so many
    instances at once. A run that cannot be driven is stopped and says why. Raises database errors.
    """
    return asyncio.run(_Engine(patience, at_once=at_once, looks_for_more=True).make([]))


class _Engine:
    def __init__(
        self, patience, *, at_once=MOST_AT_ONCE, looks_for_more=False, wait_for_others=False, watch=None
    ):
        self.patience, self.at_once = patience or Patience.of_settings(), at_once
        self.looks_for_more, self.wait_for_others, self.watch = looks_for_more, wait_for_others, watch
        self.drivings: dict[asyncio.Task, Driving] = {}
        self.cells = Cells()
        # Endpoints that are open, each with the runs that ask it; by name and where it is, which may change.
        self.opened: dict[tuple, tuple[ModelEndpoint, set[int]]] = {}
        # Runs of which nothing could be had, and until when they are left alone: somebody else has it at the moment.
        self.fruitless: dict[int, float] = {}
        self.tally = Tally()

    async def make(self, runs: list[Run]) -> Tally:
        with loaded_set_aside():
            return await self._make(runs)

    async def _make(self, runs: list[Run]) -> Tally:
        async with Writer() as self.writer:
            looking = asyncio.create_task(self._look())
            try:
                for run in [*runs, *await self._more()]:
                    self._begin(run)
                while self.drivings:
                    # Not until one of these ends: meanwhile other runs may be opened, and end.
                    done, _ = await asyncio.wait(
                        {*self.drivings, looking}, timeout=LOOK_EVERY, return_when=asyncio.FIRST_COMPLETED
                    )
                    if looking in done:
                        looking.result()  # it only ends by a fault, which ends the engine
                    for task in done:
                        await self._ended(task)
                    for run in await self._more():
                        self._begin(run)
            finally:
                await _called_off([looking, *self.drivings])
                for endpoint, _ in self.opened.values():
                    await endpoint.__aexit__()
        return self.tally

    # -- runs

    def _begin(self, run: Run) -> None:
        if run.pk in self._at_it():
            return
        driving = Driving(
            run=run,
            writer=self.writer,
            share=lambda: self._share(run),
            ready=lambda: self._ready(run),
            connect=lambda row: self._connect(row, run),
            cells=self.cells,
            wait_for_others=self.wait_for_others,
        )
        self.drivings[asyncio.create_task(driving.whole())] = driving
        self._widen()

    async def _ended(self, task: asyncio.Task) -> None:
        driving = self.drivings.pop(task)
        self.tally.add(driving.tally)
        if driving.tally == Tally():
            self.fruitless[driving.run.pk] = time.monotonic() + waking.EVERY
        for key, (endpoint, users) in list(self.opened.items()):
            users.discard(driving.run.pk)
            if not users:
                del self.opened[key]
                await endpoint.__aexit__()
        self._widen()
        try:
            task.result()
        except (NoEndpoint, spending.NotABudget) as fault:
            if not self.looks_for_more:
                raise
            log.warning("a run cannot be driven", run=str(driving.run.public_id), why=str(fault))

    async def _more(self) -> list[Run]:
        free = RUNS_AT_ONCE - len(self.drivings)
        if not self.looks_for_more or free < 1:
            return []
        now = time.monotonic()
        but = self._at_it() | {pk for pk, until in self.fruitless.items() if until > now}
        return await self.writer.read(lambda: waking.runs_with_work(but=but, most=free))

    def _at_it(self) -> set[int]:
        return {driving.run.pk for driving in self.drivings.values()}

    # -- what is shared

    def _share(self, run: Run) -> int:
        """Instances of the run that may ask at once here: as many as it wants, but no more than its part, nor
        than the others leave; they may have been alone until now.
        """
        others = (driving for driving in self.drivings.values() if driving.run is not run)
        asking = sum(min(len(driving.making), self._part(driving.run)) for driving in others)
        return max(0, min(self._part(run), self.at_once - asking))

    def _ready(self, run: Run) -> int:
        """Instances beyond those: while replies are stored and the next questions put together there is always one that
        is ready to ask, and no place at the endpoint stays empty. Only where that endpoint is the only one and nobody
        else's, as then its gate alone bounds how many of the run ask at once.
        """
        asked = [users for _, users in self.opened.values() if run.pk in users]
        return self._share(run) // READY if asked == [{run.pk}] else 0

    def _part(self, run: Run) -> int:
        return min(run.concurrency, max(1, self.at_once // max(1, len(self.drivings))))

    async def _connect(self, row: Endpoint, run: Run) -> ModelEndpoint:
        key = (row.name, row.base_url, row.key_env)
        if key in self.opened and self.opened[key][0].gate.gone:
            # It was given up for those who asked it then; whoever asks now begins anew.
            key = (*key, object())
        if key not in self.opened:
            endpoint = probing.opened(row, patience=self.patience, gate=self.patience.gate(run.concurrency))
            self.opened[key] = (await endpoint.__aenter__(), set())
        endpoint, users = self.opened[key]
        users.add(run.pk)
        self._widen()
        return endpoint

    def _widen(self) -> None:
        """Each endpoint may be asked by as many at once as its runs make instances."""
        parts = {driving.run.pk: self._part(driving.run) for driving in self.drivings.values()}
        for endpoint, users in self.opened.values():
            if most := sum(parts.get(pk, 0) for pk in users):
                endpoint.gate.set_most(most)

    # -- every second or so

    async def _look(self) -> None:
        signed, read, took = time.monotonic(), time.monotonic(), 0.0
        told, telling = 0.0, 0.0
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self._steer()
            now = time.monotonic()
            if now - signed >= SEEN_EVERY:
                signed = now
                await self._sign()
            if now - read >= max(READ_EVERY, 20 * took):
                await self._read_spent()
                read, took = time.monotonic(), time.monotonic() - now
            now = time.monotonic()
            if self.watch and now - told >= max(self.watch.every, 20 * telling):
                await self._tell()
                told, telling = time.monotonic(), time.monotonic() - now

    async def _steer(self) -> None:
        ids = [driving.run.pk for driving in self.drivings.values()]
        columns = ("state", "why", "concurrency", "budget")
        rows = await self.writer.read(lambda: Run.objects.only(*columns).in_bulk(ids))
        for driving in list(self.drivings.values()):
            if row := rows.get(driving.run.pk):
                if row.budget != driving.run.budget:
                    # What was not watched until now is bounded: by today's prices, over all that was spent.
                    await self._read_spent_of(driving)
                driving.steer(row)
        self._widen()

    async def _sign(self) -> None:
        signing = [driving.signature() for driving in self.drivings.values() if driving.row is not None]
        await self.writer.do(lambda: [sign() for sign in signing])

    async def _tell(self) -> None:
        for driving in list(self.drivings.values()):
            await self.writer.read(lambda run=driving.run: self.watch(run))

    async def _read_spent(self) -> None:
        for driving in list(self.drivings.values()):
            if driving.run.budget:
                await self._read_spent_of(driving)

    async def _read_spent_of(self, driving: Driving) -> None:
        run = driving.run
        # First the prices: each reply then either is in the sum, where it counts at them, or has its own.
        driving.set_prices(await self.writer.read(lambda: spending.prices(run.model_specs)))
        await self.writer.read(lambda: spending.spent(run), then=driving.meter.read)


async def _called_off(tasks: list[asyncio.Task]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

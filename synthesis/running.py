"""The engine: one event loop claims instances and makes them until nothing of the run is claimable.

Many instances are in the making at once; all database work goes through one writer thread. Everything it
needs to go on after a crash is in the database.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from django.db import Error as DatabaseFault

from synthesis import claiming, leaving, probing, steering
from synthesis.asking import Asking, Player, Tally
from synthesis.faults import EndpointDown, EndpointRefused, Fault, NoEndpoint
from synthesis.identity import digest
from synthesis.llm import ModelEndpoint, Patience
from synthesis.material import Material
from synthesis.models import Instance, InstanceState, Run
from synthesis.recipes import RECIPES
from synthesis.writing import Writer

log = structlog.get_logger(__name__)

# The breaker: so many instances in a row ended because an endpoint was down or refused. Going on would fail
# the rest of the run one by one, each after its whole budget of retries.
MOST_ENDPOINT_FAULTS = 8


@dataclass
class Driven:
    """What a drive did, and how long it took."""

    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.0


def drive(
    run: Run, *, wait_for_others: bool = False, progress: Callable[[Tally], None] | None = None,
    patience: Patience | None = None,
) -> Driven:  # fmt: skip
    """Make what is claimable of the run, in this process. With `wait_for_others` stay until nothing is in the
    making elsewhere either. Raises NoEndpoint, and database errors; an instance's own faults end in its row.
    """
    began = time.monotonic()
    tally = asyncio.run(_Drive(run, wait_for_others, progress, patience).whole())
    return Driven(tally, time.monotonic() - began)


class _Drive:
    def __init__(self, run, wait_for_others, progress, patience):
        self.run, self.wait_for_others, self.patience = run, wait_for_others, patience
        self.progress = progress or (lambda tally: None)
        self.recipe = RECIPES[run.recipe]
        self.worker = claiming.worker_name()
        self.tally = Tally()
        self.waiting: deque[Instance] = deque()
        self.making: dict[asyncio.Task, int] = {}
        self.endpoint_faults = 0  # in a row
        self.is_stopped = False

    async def whole(self) -> Tally:
        async with Writer() as self.writer, contextlib.AsyncExitStack() as stack:
            await self.writer.do(lambda: claiming.end_leases_of_the_dead(self.run))
            self.material = await self.writer.do(lambda: Material(self.run))
            try:
                self.players = await self._players(stack)
            except NoEndpoint as fault:
                # Nobody mends this by waiting: the run says why, instead of being woken for it again and again.
                why = str(fault)
                await self.writer.do(lambda: steering.stop(run=self.run, why=why))
                raise
            renewing = asyncio.create_task(self._renew())
            try:
                await self._until_nothing_is_claimable(renewing)
            finally:
                renewing.cancel()
                await self._stop_all()
        return self.tally

    async def _players(self, stack) -> dict[str, Player]:
        rows = await self.writer.do(lambda: leaving.endpoints_of(self.run))
        opened: dict[str, ModelEndpoint] = {}
        for name, row in rows.items():
            opened[name] = await stack.enter_async_context(probing.opened(row, patience=self.patience))
            if row.probed.get("support", "unknown") == "unknown":
                model = next(s["model"] for s in self.run.model_specs.values() if s["endpoint"] == name)
                found = await probing.ask_row(row, model=model)
                rows[name] = await self.writer.do(lambda row=row, found=found: probing.keep(row, found))
        return {
            role: Player(
                endpoint=opened[spec["endpoint"]],
                model=spec["model"],
                sampling=spec["sampling"],
                support=rows[spec["endpoint"]].probed.get("support", "unknown"),
                price=rows[spec["endpoint"]].price,
            )
            for role, spec in self.run.model_specs.items()
        }

    async def _until_nothing_is_claimable(self, renewing: asyncio.Task):
        claiming_more: asyncio.Task | None = None
        is_dry = False
        while True:
            while self.waiting and len(self.making) < self.run.concurrency:
                instance = self.waiting.popleft()
                self.making[asyncio.create_task(self._make(instance))] = instance.pk
            # Claim ahead, so that a free place need not wait for a commit.
            if not is_dry and claiming_more is None and len(self.waiting) <= self.run.concurrency // 2:
                claiming_more = asyncio.create_task(self._claim())
            awaited = {*self.making, renewing, *({claiming_more} if claiming_more else ())}
            if not self.making and claiming_more is None:
                if not self.waiting and not await self._others_are_at_it():
                    return
                is_dry = False
                continue
            done, _ = await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task is claiming_more:
                    claimed = task.result()
                    self.waiting.extend(claimed)
                    is_dry, claiming_more = not claimed, None
                elif task is renewing:
                    task.result()  # it only ends by a fault, which ends the drive
                else:
                    self.making.pop(task)
                    if not task.cancelled():
                        task.result()
                    self.progress(self.tally)
            if self.is_stopped:
                if claiming_more is not None:  # what it takes is given back with the rest
                    self.waiting.extend(await claiming_more)
                return

    async def _claim(self) -> list[Instance]:
        held = {*self.making.values(), *(instance.pk for instance in self.waiting)}
        most = self.run.concurrency
        return await self.writer.do(
            lambda: claiming.claim(run_id=self.run.pk, worker=self.worker, most=most, but=held)
        )

    async def _others_are_at_it(self) -> bool:
        """Whether to look again: somebody else holds instances of this run, which may come back to us."""
        if not self.wait_for_others:
            return False

        def look():
            claiming.end_leases_of_the_dead(self.run)
            self.run.refresh_from_db(fields=["state"])
            open_states = [InstanceState.PLANNED, InstanceState.MAKING]
            left = self.run.instances.filter(state__in=open_states)
            return self.run.state == "open" and left.exists()

        if await self.writer.do(look):
            await asyncio.sleep(0.5)
            return True
        return False

    async def _renew(self):
        while True:
            await asyncio.sleep(claiming.RENEW_EVERY)
            held = {*self.making.values(), *(instance.pk for instance in self.waiting)}
            lost = await self.writer.do(lambda held=held: claiming.renew(worker=self.worker, ids=held))
            self.waiting = deque(instance for instance in self.waiting if instance.pk not in lost)
            for task, pk in self.making.items():
                if pk in lost:
                    self.tally.lost += 1
                    task.cancel()

    async def _make(self, instance: Instance):
        ask = Asking(
            instance=instance,
            players=self.players,
            schema_prompt=self.material.prompts["schema"],
            writer=self.writer,
            tally=self.tally,
        )
        try:
            cell = await self.writer.do(lambda: self.material.cell(instance))
            made = await self.recipe.make(cell, ask)
        except (EndpointDown, EndpointRefused) as fault:
            await self._failed(instance, ask, str(fault), type(fault).__name__)
            await self._count_endpoint_fault(str(fault))
        except Fault as fault:
            self.endpoint_faults = 0
            await self._failed(instance, ask, str(fault), type(fault).__name__)
        except DatabaseFault:
            raise  # not the instance's fault: the drive ends, leases are given back, the reconciler goes on
        except Exception as problem:
            log.exception("instance failed unexpectedly", instance=str(instance.public_id))
            reason = f"An unexpected fault in the software ({type(problem).__name__}); see the log."
            await self._failed(instance, ask, reason, type(problem).__name__)
        else:
            self.endpoint_faults = 0
            content = made.model_dump(mode="json")
            held = await self.writer.do(
                lambda: claiming.finish(
                    instance=instance,
                    worker=self.worker,
                    content=content,
                    trace=ask.trace,
                    digest=digest(content),
                    texts=self.recipe.texts(content),
                )
            )
            self.tally.made += held
            self.tally.lost += not held

    async def _count_endpoint_fault(self, reason: str):
        self.endpoint_faults += 1
        if self.endpoint_faults < MOST_ENDPOINT_FAULTS or self.is_stopped:
            return
        self.is_stopped = True
        why = f"{self.endpoint_faults} instances in a row failed at the endpoint. {reason}"
        await self.writer.do(lambda: steering.stop(run=self.run, why=why))
        log.error("run stopped by the breaker", run=str(self.run.public_id), why=why)

    async def _failed(self, instance: Instance, ask: Asking, reason: str, kind: str):
        held = await self.writer.do(
            lambda: claiming.fail(instance=instance, worker=self.worker, reason=reason, trace=ask.trace)
        )
        self.tally.failed += held
        self.tally.lost += not held
        self.tally.reasons[kind] = self.tally.reasons.get(kind, 0) + held
        log.warning("instance failed", instance=str(instance.public_id), kind=kind)

    async def _stop_all(self):
        """Leave nothing behind: tasks end, and what was not finished goes back to be claimed."""
        for task in self.making:
            task.cancel()
        await asyncio.gather(*self.making, return_exceptions=True)
        if self.making or self.waiting:
            await self.writer.do(lambda: claiming.give_back(worker=self.worker))

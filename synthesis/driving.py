"""One run in the hands of one process: it claims instances and makes them until nothing of the run is claimable, or
until it is told to stop.

Many instances are in the making at once; what each asks goes through the gates of its endpoints. Everything that is
needed to go on after a crash is in the database.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import structlog
from django.db import Error as DatabaseFault
from django.utils import timezone

from synthesis import claiming, leaving, probing, spending, steering, stored
from synthesis.asking import Asking, Player, Tally
from synthesis.faults import EndpointDenied, EndpointDown, EndpointGone, EndpointRefused, Fault, NoEndpoint
from synthesis.identity import digest
from synthesis.llm import ModelEndpoint
from synthesis.making import Claimed, Making
from synthesis.material import Material
from synthesis.metering import Meter
from synthesis.models import Call, Drive, Instance, InstanceState, Run, RunState
from synthesis.policies import INSTANCES_IN_A_ROW
from synthesis.questions import Halted
from synthesis.recipes import RECIPES
from synthesis.recipes.cell import Cell
from synthesis.stored import Cells
from synthesis.writing import Writer

log = structlog.get_logger(__name__)


class Driving:
    """`share()` says how many instances may ask at once, `ready()` how many more may be in the making that are ready to,
    `connect(row)` opens an endpoint.
    """

    def __init__(
        self, *, run: Run, writer: Writer, share: Callable[[], int], ready: Callable[[], int],
        connect: Callable[..., ModelEndpoint], cells: Cells, wait_for_others: bool = False,
    ):  # fmt: skip
        self.run, self.writer, self.share, self.ready, self.connect = run, writer, share, ready, connect
        self.cells, self.wait_for_others = cells, wait_for_others
        self.recipe = RECIPES[run.recipe]
        self.worker = claiming.worker_name()
        self.tally, self.meter = Tally(), Meter()
        self.waiting: deque[Claimed] = deque()
        self.making: dict[asyncio.Task, Making] = {}
        self.done: deque[asyncio.Task] = deque()
        self.endpoints: dict[str, ModelEndpoint] = {}
        self.players: dict[str, Player] = {}
        self.row: Drive | None = None
        self.state = (
            "open"  # or paused, stopped, cancelled: what is wanted of the run, as far as is known here
        )
        self.why = ""  # it was stopped here, which the run's row must tell
        self.faults_in_a_row = 0
        self.is_dry = False
        self._turned = asyncio.Event()

    async def whole(self) -> None:
        ended = "done"
        try:
            await self._begin()
            await self._until_nothing_is_claimable()
            ended = self.state if self.state != "open" else ended
        except (NoEndpoint, spending.NotABudget) as fault:
            # Nobody mends this by waiting: the run says why, instead of being woken for it again and again.
            ended, why = "stopped", str(fault)
            await self.writer.do(lambda: steering.stop(run=self.run, why=why))
            raise
        except BaseException as fault:
            ended = type(fault).__name__
            raise
        finally:
            await self._end(ended)

    def steer(self, row: Run) -> None:
        """What stands in the run's row now."""
        self.run.concurrency, self.run.budget = row.concurrency, row.budget
        if row.state == RunState.CANCELLED:
            self._cancel()
        elif row.state == RunState.STOPPED:
            self._stop()
        elif self.state in ("open", "paused"):
            self.state = "open" if row.state == RunState.OPEN else "paused"
        self.is_dry = False  # failed instances may have been planned again
        self._keep_within_budget()
        self._turned.set()

    def set_prices(self, prices: dict[str, dict]) -> None:
        """What the endpoints cost from now on, also for sessions in the making; {endpoint: price}."""
        for role, player in self.players.items():
            self.players[role] = replace(player, price=prices.get(player.endpoint.name, player.price))

    def halt(self, why: str) -> None:
        """Nothing more is asked. What is out comes back and is stored; no instance fails for it."""
        if self.state in ("open", "paused"):
            self.why = why
            self._stop()
            log.warning("run stopped", run=str(self.run.public_id), why=why)

    def signature(self, ended: str | None = None) -> Callable[[], int]:
        """Work for the writer: refresh the row of this drive."""
        row, now = self.row, timezone.now()
        changed = {
            "seen_at": now, "in_flight": self._asking(),
            "limits": {name: one.gate.told() for name, one in self.endpoints.items() if one.gate},
        }  # fmt: skip
        if ended is not None:
            changed |= {"ended_at": now, "in_flight": 0, "why": ended[:120]}
        return lambda: Drive.objects.filter(pk=row.pk).update(**changed)

    # -- begin and end

    async def _begin(self) -> None:
        def begin():
            claiming.end_leases_of_the_dead(self.run)
            rows = leaving.endpoints_of(self.run)
            if "money" in self.run.budget:
                spending.checked(self.run.budget, self.run.model_specs)
            now = timezone.now()
            self.row = Drive.objects.create(run=self.run, worker=self.worker, began_at=now, seen_at=now)
            return Material(self.run), rows, spending.spent(self.run)

        self.material, rows, spent = await self.writer.do(begin)
        self.meter.read(spent)
        self._keep_within_budget()
        if self.state == "open":
            self.players = await self._players(rows)

    async def _players(self, rows) -> dict[str, Player]:
        for name, row in rows.items():
            self.endpoints[name] = await self.connect(row)
            if row.probed.get("support", "unknown") == "unknown":
                model = next(s["model"] for s in self.run.model_specs.values() if s["endpoint"] == name)
                found = await probing.ask_row(row, model=model)
                rows[name] = await self.writer.do(lambda row=row, found=found: probing.keep(row, found))
        return {
            role: Player(
                endpoint=self.endpoints[spec["endpoint"]],
                model=spec["model"],
                sampling=spec["sampling"],
                support=rows[spec["endpoint"]].probed.get("support", "unknown"),
                price=rows[spec["endpoint"]].price,
            )
            for role, spec in self.run.model_specs.items()
        }

    async def _end(self, ended: str) -> None:
        """Leave nothing behind: tasks end, and what was not finished goes back to be claimed."""
        for task in self.making:
            task.cancel()
        await asyncio.gather(*self.making, return_exceptions=True)

        await self.writer.do(lambda: claiming.give_back(worker=self.worker))
        if self.row is not None:
            await self.writer.do(self.signature(ended))

    # -- the loop

    async def _until_nothing_is_claimable(self) -> None:
        claiming_more: asyncio.Task | None = None
        helpers = {asyncio.create_task(self._renew()), turned := asyncio.create_task(self._turned.wait())}
        try:
            while True:
                if self.writer.fault:
                    raise self.writer.fault
                if self.why:
                    why, self.why = self.why, ""
                    await self.writer.do(lambda why=why: steering.stop(run=self.run, why=why))
                self._begin_those_who_wait()
                if self.state == "open":
                    # Claim ahead, so that a free place need not wait for a commit.
                    if not self.is_dry and claiming_more is None and len(self.waiting) <= self.share() // 2:
                        claiming_more = asyncio.create_task(self._claim())
                elif self.waiting:
                    await self._give_back_those_who_wait()
                if not self.making and claiming_more is None and not self.waiting:
                    if self.state != "open" or not await self._others_are_at_it():
                        break
                    self.is_dry = False
                    continue
                awaited = {*helpers, *({claiming_more} if claiming_more else ())}
                done, _ = await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    if task is claiming_more:
                        claimed = task.result()
                        self.waiting.extend(claimed)
                        self.is_dry, claiming_more = not claimed, None
                    elif task is turned:
                        self._turned.clear()
                        helpers = {*(helpers - {turned}), turned := asyncio.create_task(self._turned.wait())}
                    else:
                        task.result()  # it only ends by a fault, which ends the drive
                while self.done:
                    self._ended(self.done.popleft())
        finally:
            # What is just being claimed is given back with the rest.
            left = (*helpers, *({claiming_more} if claiming_more else ()))
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def _begin_those_who_wait(self) -> None:
        free = self.share() + self.ready() - self._asking() if self.state == "open" else 0
        while self.waiting and free > 0:
            claimed, free = self.waiting.popleft(), free - 1
            ask = Asking(
                instance=claimed.instance,
                players=self.players,
                schema_prompt=self.material.prompts["schema"],
                writer=self.writer,
                tally=self.tally,
                replies=claimed.replies,
                may_ask=lambda: self.state in ("open", "paused"),
                paid=self._paid,
            )
            making = Making(claimed.instance, ask)
            task = asyncio.create_task(self._make(making, claimed.cell))
            self.making[task] = making
            task.add_done_callback(self._is_done)

    def _asking(self) -> int:
        """Instances in the making, but for those that are made and only to be written still."""
        return sum(not making.has_left for making in self.making.values())

    def _is_done(self, task: asyncio.Task) -> None:
        self.done.append(task)
        self._turned.set()

    def _ended(self, task: asyncio.Task) -> None:
        making = self.making.pop(task)
        self.tally.lost += making.is_lost
        if not task.cancelled():
            task.result()

    async def _claim(self) -> list[Claimed]:
        held, most = self._held(), max(1, self.share())
        found: list[Claimed] = []

        def claim():
            claimed = claiming.claim(run=self.run, worker=self.worker, most=most, but=held)
            self.material.meet(claimed)
            asked = stored.asked(claimed)
            return [(one, self._cell(one), one.cell in asked) for one in claimed]

        def enter(claimed):
            # In the order of what is stored: nothing can be stored unseen between that look and this entry.
            for one, cell, is_asked in claimed:
                found.append(Claimed(one, cell, self.cells.enter(one.cell, is_asked=is_asked)))

        await self.writer.do(claim, then=enter)
        return found

    def _cell(self, instance: Instance) -> Cell | Exception:
        try:
            return self.material.cell(instance)
        except DatabaseFault:
            raise
        except Exception as problem:  # of this instance alone, which fails by it in its turn
            return problem

    async def _give_back_those_who_wait(self) -> None:
        ids = {claimed.instance.pk for claimed in self.waiting}
        self.waiting.clear()
        await self.writer.do(lambda: claiming.give_back(worker=self.worker, ids=ids))

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

    def _held(self) -> set[int]:
        return {one.instance.pk for one in (*self.making.values(), *self.waiting)}

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(claiming.RENEW_EVERY)
            held = self._held()
            lost = await self.writer.do(lambda held=held: claiming.renew(worker=self.worker, ids=held))
            self.waiting = deque(one for one in self.waiting if one.instance.pk not in lost)
            self._lose(lost)

    # -- told to stop

    def _stop(self) -> None:
        if self.state in ("open", "paused"):
            self.state = "stopped"
            # Those who only wait need not; those whose request is out store the reply, and then may ask no more.
            for task, making in self.making.items():
                if making.ask.questions.are_out:
                    making.ask.questions.halt()
                elif not making.is_ending and task is not asyncio.current_task():
                    task.cancel()
        self._turned.set()

    def _cancel(self) -> None:
        if self.state != "cancelled":
            self.state = "cancelled"
            self.waiting.clear()  # they are cancelled already
            self._lose({making.instance.pk for making in self.making.values()})

    def _lose(self, ids: set[int]) -> None:
        for task, making in self.making.items():
            if making.instance.pk in ids and not making.is_lost and not making.is_ending:
                making.is_lost = True
                task.cancel()

    def _paid(self, call: Call) -> None:
        self.meter.count(call)
        self._keep_within_budget()

    def _keep_within_budget(self) -> None:
        if self.run.budget and (why := spending.reached(self.run.budget, self.meter.so_far())):
            self.halt(why)

    # -- one instance

    async def _make(self, making: Making, cell: Cell | Exception) -> None:
        instance, ask = making.instance, making.ask
        try:
            if isinstance(cell, Exception):
                raise cell
            async with ask.questions:
                made = await self.recipe.make(cell, ask)
        except Halted:
            return  # it is given back with the rest
        except (EndpointGone, EndpointDenied) as fault:
            self.halt(str(fault))
        except (EndpointDown, EndpointRefused) as fault:
            await self._failed(making, str(fault), type(fault).__name__)
            self._count_fault(str(fault))
        except Fault as fault:
            self.faults_in_a_row = 0
            await self._failed(making, str(fault), type(fault).__name__)
        except DatabaseFault:
            raise  # not the instance's fault: the drive ends, leases are given back, the reconciler goes on
        except Exception as problem:
            log.exception("instance failed unexpectedly", instance=str(instance.public_id))
            reason = f"An unexpected fault in the software ({type(problem).__name__}); see the log."
            await self._failed(making, reason, type(problem).__name__)
        else:
            self.faults_in_a_row = 0
            making.is_ending = making.has_left = True
            self._begin_those_who_wait()
            content = made.model_dump(mode="json")
            outcome = claiming.Made(instance, content, ask.trace, digest(content), self.recipe.texts(content))
            held = await self.writer.each(outcome, self._finish)
            self.tally.made += held
            self.tally.lost += not held

    def _finish(self, made: list[claiming.Made]) -> list[bool]:
        return claiming.finish(made, worker=self.worker)

    def _count_fault(self, reason: str) -> None:
        self.faults_in_a_row += 1
        if self.faults_in_a_row >= INSTANCES_IN_A_ROW:
            self.halt(f"{self.faults_in_a_row} instances in a row failed at the endpoint. {reason}")

    async def _failed(self, making: Making, reason: str, kind: str) -> None:
        making.is_ending = True
        instance, trace = making.instance, making.ask.trace
        held = await self.writer.do(
            lambda: claiming.fail(instance=instance, worker=self.worker, reason=reason, trace=trace)
        )
        self.tally.failed += held
        self.tally.lost += not held
        self.tally.reasons[kind] = self.tally.reasons.get(kind, 0) + held
        log.warning("instance failed", instance=str(instance.public_id), kind=kind)

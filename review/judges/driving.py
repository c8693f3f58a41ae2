"""A judge is asked what it has not read yet: one event loop, the one writer thread of synthesis, one gate at its endpoint.

What is to be asked stands in the database (readings without an outcome), and so does every reply before anything is made
of it: whoever goes on after a crash loses nothing, and pays again at most for the calls that were out.
"""

import asyncio
import contextlib
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from guidelines import briefing, entries
from guidelines.models import Version
from review.held import held_among
from review.judged import Wording, counsellor_turns, in_position
from review.judges import prompting as told
from review.judges import shaping
from review.judges.asking import stop_by_itself
from review.judges.hearing import Asked, Heard, Judge
from review.models import Judging, JudgingState, OutcomeKind, Reading
from review.workflow import hear_judge
from synthesis import cast, leaving, probing, prompting
from synthesis.claiming import is_dead, worker_name
from synthesis.faults import EndpointDenied, EndpointDown, EndpointGone, NoEndpoint
from synthesis.llm import Patience
from synthesis.models import Profile
from synthesis.questions import Halted
from synthesis.writing import Writer

AT_ONCE = 4
BATCH = 100
LEASE = timedelta(seconds=60)
RENEW_EVERY = 10.0


@dataclass
class Drove:
    """What one drive did: calls paid for, replies found again, and outcomes by kind. `unanswered`: left to be asked."""

    calls: int = 0
    replayed: int = 0
    outcomes: Counter = field(default_factory=Counter)
    unanswered: int = 0


def waiting(judging: Judging):
    """Its readings that have no outcome yet."""
    return Reading.objects.filter(seat=judging.seat_id, judge_outcome=None)


def has_work(judging: Judging) -> bool:
    is_open = Judging.objects.filter(pk=judging.pk, state=JudgingState.OPEN)
    return is_open.exists() and waiting(judging).exists()


def to_drive() -> list[int]:
    """Ids of the judges that have something to read and that nobody is at."""
    left = Reading.objects.filter(seat=OuterRef("seat"), judge_outcome=None)
    found = Judging.objects.filter(Exists(left), state=JudgingState.OPEN)
    for one in found.exclude(lease_by=""):
        _free_of_the_dead(one)
    return list(found.filter(_free()).values_list("pk", flat=True))


def drive(
    judging: Judging, *, seconds: float | None = None, patience: Patience | None = None
) -> Drove | None:
    """Ask what is to be asked, for about so many seconds; None where somebody else is at it, or it is stopped. What
    concerns the whole judge stops it and says why. Raises database errors.
    """
    worker = worker_name()
    _free_of_the_dead(judging)
    if not _take(judging, worker):
        return None
    try:
        return asyncio.run(_Driving(judging, worker, seconds, patience or Patience.of_settings()).whole())
    finally:
        Judging.objects.filter(pk=judging.pk, lease_by=worker).update(lease_by="", lease_until=None)


def _free() -> Q:
    return Q(lease_until=None) | Q(lease_until__lt=Now())


def _free_of_the_dead(judging: Judging) -> None:
    """A killed process of this machine keeps nobody waiting."""
    holder = Judging.objects.filter(pk=judging.pk).values_list("lease_by", flat=True).get()
    if is_dead(holder):
        Judging.objects.filter(pk=judging.pk, lease_by=holder).update(lease_by="", lease_until=None)


def _take(judging: Judging, worker: str) -> bool:
    """By compare-and-set; the database's clock is the only one."""
    free = Judging.objects.filter(_free(), pk=judging.pk, state=JudgingState.OPEN)
    return bool(free.update(lease_by=worker, lease_until=Now() + LEASE))


class _Driving:
    def __init__(self, judging: Judging, worker: str, seconds: float | None, patience: Patience):
        self.judging, self.worker, self.patience = judging, worker, patience
        self.until = None if seconds is None else time.monotonic() + seconds
        self.is_ours = True
        self.drove = Drove()

    async def whole(self) -> Drove:
        async with Writer() as self.writer:
            try:
                row = await self.writer.do(self._begin)
                if row.probed.get("support", "unknown") == "unknown":
                    found = await probing.ask_row(row, model=self.spec["model"])
                    row = await self.writer.do(lambda: probing.keep(row, found))
                async with probing.opened(
                    row, patience=self.patience, gate=self.patience.gate(AT_ONCE)
                ) as endpoint:
                    self.judge = Judge(
                        endpoint=endpoint, row=row, spec=self.spec, schema_prompt=self.prompts[told.SCHEMA],
                        writer=self.writer, goes_on=self._goes_on,
                    )  # fmt: skip
                    try:
                        await self._all()
                    finally:
                        self.drove.calls, self.drove.replayed = self.judge.calls, self.judge.replayed
            except (NoEndpoint, EndpointGone, EndpointDenied) as fault:
                why = str(fault)
                await self.writer.do(lambda: stop_by_itself(judging=self.judging, why=why))
        return self.drove

    def _begin(self):
        """Its endpoint, to which every client's record must still be allowed to go. Raises NoEndpoint."""
        seat = self.judging.seat
        self.round, self.spec = seat.round, seat.rater.model_spec
        self.prompts = prompting.kept(self.spec["prompts"])
        rows = cast.endpoints({"judge": self.spec})
        clients = waiting(self.judging).values("item__instance__profile")
        leaving.refuse(Profile.objects.filter(pk__in=clients).only("key"), rows.values())
        self.pairs = _shown(self.round.pairs_version)
        self.dimensions = briefing.dimensions(self.round.rubric_version)
        return rows[self.spec["endpoint"]]

    def _goes_on(self) -> bool:
        return self.is_ours and (self.until is None or time.monotonic() < self.until)

    async def _all(self) -> None:
        renewing = asyncio.create_task(self._renew())
        try:
            last = 0
            while self._goes_on():
                batch = await self.writer.read(lambda after=last: self._batch(after))
                if not batch:
                    break
                last = batch[-1].reading.pk
                await self._side_by_side(batch)
            if self.drove.unanswered:
                why = (
                    _("%d readings got no answer. Nothing is lost: let it go on later.")
                    % self.drove.unanswered
                )
                await self.writer.do(lambda: stop_by_itself(judging=self.judging, why=why))
        finally:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing

    async def _renew(self) -> None:
        mine = Judging.objects.filter(pk=self.judging.pk, lease_by=self.worker, state=JudgingState.OPEN)
        while True:
            self.is_ours = bool(await self.writer.do(lambda: mine.update(lease_until=Now() + LEASE)))
            await asyncio.sleep(RENEW_EVERY if self.is_ours else 1.0)

    def _batch(self, after: int) -> list[Asked]:
        rows = waiting(self.judging).filter(pk__gt=after).order_by("pk")
        rows = rows.select_related(
            "seat__rater", "item__instance__version__guideline", "item__instance__profile"
        ).defer("item__instance__trace")
        wording = Wording()
        return [self._asked(row, wording) for row in rows[:BATCH]]

    def _asked(self, reading: Reading, wording: Wording) -> Asked:
        item = reading.item
        judged = in_position(wording.of(item), reading.position_ab)
        turns = [turn + 1 for turn in sorted(counsellor_turns(item.instance))]
        shown = {"pairs": self.pairs, "dimensions": self.dimensions}
        return Asked(
            reading=reading,
            session=str(item.instance.public_id),
            messages=told.messages(self.prompts, arm=item.arm, judged=judged, **shown),
            shape=shaping.shape(
                arm=item.arm, mistakes=[pair["key"] for pair in self.pairs], counsellor_turns=turns,
                dimensions=self.dimensions,
            ),
        )  # fmt: skip

    async def _side_by_side(self, batch: list[Asked]) -> None:
        """So many at once as may be out. The first fault that ends the drive ends the others of the batch, after what is
        out has come back.
        """
        free = asyncio.Semaphore(AT_ONCE)

        async def one(asked: Asked):
            async with free:
                if self._goes_on():
                    await self._read(asked)

        done = await asyncio.gather(*map(one, batch), return_exceptions=True)
        faults = [fault for fault in done if isinstance(fault, BaseException)]
        for fault in sorted(faults, key=lambda fault: isinstance(fault, Halted)):
            if not isinstance(fault, Halted):
                raise fault

    async def _read(self, asked: Asked) -> None:
        # Asked anew of each: what a lead holds back while others are read leaves the house no more.
        if await self.writer.do(lambda: held_among([asked.reading.item.instance])):
            return await self._keep(asked, Heard(OutcomeKind.HELD))
        try:
            heard = await self.judge.ask(asked)
        except (EndpointGone, EndpointDenied):
            self.is_ours = False  # it answers nobody: nobody else asks either
            raise
        except EndpointDown:
            self.drove.unanswered += 1
            return None
        return await self._keep(asked, heard)

    async def _keep(self, asked: Asked, heard: Heard) -> None:
        answers = None
        if heard.value is not None:
            answers = shaping.answers(
                heard.value, arm=asked.reading.item.arm, dimensions=self.dimensions,
                position=asked.reading.position_ab,
            )  # fmt: skip
        about = {
            "kind": heard.kind,
            "at": heard.at,
            "why": heard.why,
            "call": heard.call.key if heard.call else "",
        }
        reading = asked.reading
        kept = await self.writer.do(lambda: hear_judge(reading=reading, answers=answers, **about))
        self.drove.outcomes[kept.kind] += 1


def _shown(version: Version) -> list[dict]:
    """What a reviewer chooses from, with how each mistake shows."""
    shows = {revision.pk: revision.shows for revision in entries.revisions(version)}
    return [
        {"key": one["key"], "name": one["name"], "shows": shows[one["revision_id"]]}
        for one in briefing.choices(version)
    ]

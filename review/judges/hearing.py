"""One reading is asked of a judge: a stored reply is found again, a new one is stored before anything is made of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from pydantic import BaseModel

from review.models import OutcomeKind, Reading
from synthesis import hearing
from synthesis.asking import price_of, with_schema
from synthesis.blanking import is_blanked
from synthesis.faults import ContentRefused, ContextOverflow, EndpointDenied, EndpointRefused, NotStorable
from synthesis.hearing import hear
from synthesis.identity import call_key, digest, messages_digest, seed_of
from synthesis.llm import Caller, ModelEndpoint, Reply
from synthesis.models import Call, Endpoint, HitchKind
from synthesis.policies import BAD_REPLIES
from synthesis.questions import Halted
from synthesis.shapes.schema import asked as schema_of
from synthesis.shapes.schema import room
from synthesis.writing import Writer

ROLE = "judge"
REFUSED = {
    HitchKind.REFUSED_BY_MODEL: OutcomeKind.REFUSED,
    HitchKind.CONTENT_FILTER: OutcomeKind.FILTERED,
}


@dataclass(frozen=True)
class Asked:
    """What is asked for one reading; `session` names the session in every round, so that replies are found again."""

    reading: Reading
    session: str
    messages: list[dict]
    shape: type[BaseModel]


@dataclass(frozen=True)
class Heard:
    """What came of it: the answer, or why there is none; `at`: when it was said."""

    kind: str
    value: BaseModel | None = None
    call: Call | None = None
    why: str = ""
    at: datetime = field(default_factory=timezone.now)


class Judge:
    """A model at its endpoint. `goes_on` is asked before every new request."""

    def __init__(self, *, endpoint: ModelEndpoint, row: Endpoint, spec: dict, schema_prompt: str, writer: Writer,
                 goes_on: Callable[[], bool]):  # fmt: skip
        self.endpoint, self.row, self.spec, self.writer = endpoint, row, spec, writer
        self.schema_prompt, self.goes_on = schema_prompt, goes_on
        self.calls = self.replayed = 0

    async def ask(self, asked: Asked) -> Heard:
        """After BAD_REPLIES that cannot be used, stored ones counted too, there is none: whoever goes on comes to the
        same. Raises EndpointDown, EndpointGone, EndpointDenied, Halted, and what the database raises.
        """
        schema = schema_of(asked.shape)
        messages, wanted = self._told(asked.messages, schema)
        sampling = {**self.spec["sampling"], "max_tokens": room(asked.shape)}
        why, call = "", None
        for attempt in range(1, BAD_REPLIES + 1):
            row = _Row(
                asked, self.spec, self.row, attempt, sampling, messages, messages_digest(messages, wanted)
            )
            try:
                call = await self._reply(row, wanted)
            except ContextOverflow as fault:
                return Heard(OutcomeKind.TOO_LONG, why=str(fault))
            except ContentRefused as fault:
                return Heard(OutcomeKind.FILTERED, why=str(fault))
            except NotStorable as fault:
                return Heard(OutcomeKind.UNREADABLE, why=str(fault))
            except EndpointDenied:
                raise
            except EndpointRefused as fault:
                return Heard(OutcomeKind.NOT_TAKEN, why=str(fault))
            if is_blanked(call):
                return Heard(OutcomeKind.ERASED, call=call)
            heard = hear(call, asked.shape)
            if heard.kind in REFUSED:
                return Heard(REFUSED[heard.kind], call=call, why=hearing.NOTED[heard.kind])
            if heard.value is not None:
                return Heard(OutcomeKind.JUDGED, heard.value, call)
            why = heard.why
        return Heard(OutcomeKind.UNREADABLE, call=call, why=why)

    async def _reply(self, row: "_Row", wanted: dict | None) -> Call:
        async with self.endpoint.gate.alone(row.key):
            if call := await self.writer.find(row.key):
                self.replayed += 1
                return call
            return await self.endpoint.complete(
                model=self.spec["model"], messages=row.messages, sampling=row.sampling, seed=seed_of(row.key),
                response_format=wanted, caller=_Caller(self), keep=lambda reply: self._keep(row.of(reply)),
            )  # fmt: skip

    async def _keep(self, call: Call) -> Call:
        storing = asyncio.create_task(self.writer.store(call, then=self._count))
        try:
            return await asyncio.shield(storing)
        except asyncio.CancelledError:
            # Given up meanwhile: what was paid for is stored all the same.
            await asyncio.wait({storing})
            raise

    def _count(self, _call: Call) -> None:
        self.calls += 1

    def _told(self, messages: list[dict], schema: dict) -> tuple[list[dict], dict | None]:
        """As synthesis.asking: where the endpoint does not honour a schema it goes into the prompt."""
        if self.row.probed.get("support", "unknown") in {"honoured", "unknown"}:
            wanted = {"name": "answer", "strict": True, "schema": schema}
            return messages, {"type": "json_schema", "json_schema": wanted}
        return [*messages[:-1], with_schema(messages[-1], schema, self.schema_prompt)], None


class _Caller(Caller):
    def __init__(self, judge: Judge):
        self.judge = judge

    def goes_on(self) -> None:
        if self.judge.writer.fault or not self.judge.goes_on():
            raise Halted

    goes_out = goes_on


class _Row:
    """One call, by its name: not the round's, so that another round of the same words finds it."""

    def __init__(
        self, asked: Asked, spec: dict, endpoint: Endpoint, attempt: int, sampling: dict, messages, told: str
    ):
        self.spec, self.price, self.attempt = spec, endpoint.price, attempt
        self.about = asked.reading.item.instance
        self.sampling, self.messages, self.told = sampling, messages, told
        self.step = f"{asked.reading.item.arm} {asked.reading.pass_number}"
        self.key = call_key(
            endpoint=spec["endpoint"], model=spec["model"], sampling=sampling, messages=told,
            cell=digest([ROLE, asked.session]), step=self.step, attempt=attempt,
        )  # fmt: skip

    def of(self, reply: Reply) -> Call:
        """No session paid for it: it is in no run's account."""
        return Call(
            key=self.key, about=self.about, endpoint=self.spec["endpoint"], model=self.spec["model"],
            sampling=self.sampling, role=ROLE, step=self.step, attempt=self.attempt, seed=seed_of(self.key),
            messages_digest=self.told, messages=self.messages, reply=reply.raw, text=reply.text,
            finish_reason=reply.finish_reason[:40], tokens_in=reply.tokens_in, tokens_out=reply.tokens_out,
            latency_ms=reply.latency_ms, price=price_of(reply, self.price),
        )  # fmt: skip

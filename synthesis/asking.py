"""`ask`: one question of a recipe to a role. A stored reply is replayed; a new one is stored before anything is made
of it.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext as _
from pydantic import BaseModel

from synthesis import spending
from synthesis.blanking import is_blanked
from synthesis.faults import BadReplies, Erased
from synthesis.hearing import NOTED, Heard, hear
from synthesis.identity import call_key, messages_digest, seed_of
from synthesis.llm import Caller, ModelEndpoint, Reply
from synthesis.models import Call, Hitch, HitchKind, Instance
from synthesis.policies import BAD_REPLIES
from synthesis.questions import Halted, Question, Questions
from synthesis.recognising import Hitched
from synthesis.shapes.schema import asked, room
from synthesis.stored import Replies
from synthesis.writing import Writer


@dataclass
class Tally:
    """What one drive of the engine did."""

    calls: int = 0
    replayed: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    made: int = 0
    failed: int = 0
    lost: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    def add(self, other: "Tally") -> None:
        for name in ("calls", "replayed", "tokens_in", "tokens_out", "made", "failed", "lost"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for kind, n in other.reasons.items():
            self.reasons[kind] = self.reasons.get(kind, 0) + n


@dataclass(frozen=True)
class Player:
    """The model that plays a role. `support` is what the probe found of json_schema."""

    endpoint: ModelEndpoint
    model: str
    sampling: dict
    support: str
    price: dict


class Asking:
    """The `ask` of one instance; remembers the keys of its calls in order. A recipe may ask several questions at once,
    each of them under a step of its own; it is played inside `async with ask.questions`.

    `replies` tells whether to look for stored ones, `may_ask` whether the run goes on; `paid` is told of every stored
    reply, in the order in which they were stored.
    """

    def __init__(self, *, instance: Instance, players: dict[str, Player], schema_prompt: str, writer: Writer,
                 tally: Tally, replies: Replies, may_ask: Callable[[], bool] = lambda: True,
                 paid: Callable[[Call], None] = lambda call: None):  # fmt: skip
        self.instance, self.players, self.writer, self.tally = instance, players, writer, tally
        self.schema_prompt, self.replies, self.may_ask, self.paid = schema_prompt, replies, may_ask, paid
        self.questions = Questions()

    @property
    def trace(self) -> list[str]:
        return self.questions.trace

    async def __call__(
        self, role: str, step: str, messages: list[dict], shape: type[BaseModel], *, most: int | None = None
    ) -> BaseModel:
        """Raises BadReplies after three new replies that are cut off or not of the shape; Erased, so that nothing more is
        asked of what was erased meanwhile; Halted; and llm's faults. With `most` after so many, stored ones counted too:
        for a recipe that goes on without an answer, so that it goes on in the same way whenever this cell is made.
        """
        return await self.questions.put(
            lambda question: self._answer(question, role, step, messages, shape, most)
        )

    async def _answer(self, question: Question, role, step, messages, shape, most) -> BaseModel:
        player = self.players[role]
        schema = asked(shape)
        messages, wanted = self._told(player, messages, schema)
        sampling = {**player.sampling, "max_tokens": player.sampling.get("max_tokens") or room(shape)}
        told = messages_digest(messages, wanted)
        caller = _Caller(self, question, player, step)
        bad, attempt = 0, 0
        while True:
            attempt += 1
            key = call_key(
                endpoint=player.endpoint.name, model=player.model, sampling=sampling, messages=told,
                cell=self.instance.cell, step=step, attempt=attempt,
            )  # fmt: skip
            # Another run may be asking the very same: its reply is paid for once, and then found.
            async with player.endpoint.gate.alone(key):
                call = await self.writer.find(key) if self.replies.may_be_stored else None
                is_new = call is None
                if is_new:
                    caller.goes_on()
                    row = partial(self._row, key, player, role, step, attempt, sampling, told, messages)
                    call, heard = await player.endpoint.complete(
                        model=player.model,
                        messages=messages,
                        sampling=sampling,
                        seed=seed_of(key),
                        response_format=wanted,
                        caller=caller,
                        keep=partial(self._keep, row, question, shape, caller),
                    )
            if not is_new:
                self.tally.replayed += 1
                heard = hear(call, shape)
            if is_blanked(call):
                raise Erased(_("The excerpt that it is made of was erased."))
            question.keys.append(key)
            if (value := heard.value_of(call)) is not None:
                return value
            # A stored bad reply costs nothing; only new ones use up the patience of this try.
            bad += is_new or most is not None
            if bad >= (most or BAD_REPLIES):
                raise BadReplies(
                    f"The {role} gave no usable answer in {bad} replies at “{step}”: {heard.why}."
                )

    async def _keep(
        self, row_of: Callable[[Reply], Call], question: Question, shape, caller: "_Caller", reply: Reply
    ) -> tuple[Call, Heard]:
        """Store the reply, with what is wrong with it if anything is."""
        row = row_of(reply)
        heard = hear(row, shape)
        hitch = None
        if heard.kind:
            hitch = caller.row(heard.kind, status=None, told=NOTED[heard.kind], waited_ms=row.latency_ms)
        with question.out():
            storing = asyncio.create_task(self.writer.store(row, hitch=hitch, then=self._count))
            try:
                call = await asyncio.shield(storing)
            except asyncio.CancelledError:
                # Given up meanwhile: what was paid for is stored all the same, and until then its place is taken.
                await asyncio.wait({storing})
                raise
        return call, heard if call is row else hear(call, shape)

    def _told(self, player: Player, messages: list[dict], schema: dict):
        """The messages and the response_format; where the endpoint has none, the schema goes into the
        prompt.
        """
        wanted = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
        if player.support in {"honoured", "unknown"}:
            return messages, wanted
        return [*messages[:-1], with_schema(messages[-1], schema, self.schema_prompt)], None

    def _row(self, key, player, role, step, attempt, sampling, told, messages, reply: Reply) -> Call:
        return Call(
            key=key,
            instance=self.instance,
            endpoint=player.endpoint.name,
            model=player.model,
            sampling=sampling,
            role=role,
            step=step,
            attempt=attempt,
            seed=seed_of(key),
            messages_digest=told,
            messages=messages,
            reply=reply.raw,
            text=reply.text,
            finish_reason=reply.finish_reason[:40],
            tokens_in=reply.tokens_in,
            tokens_out=reply.tokens_out,
            latency_ms=reply.latency_ms,
            # Of today: it may have been set since the request went out.
            price=price_of(reply, self.players[role].price),
        )

    def _count(self, call: Call):
        self.tally.calls += 1
        self.tally.tokens_in += call.tokens_in or 0
        self.tally.tokens_out += call.tokens_out or 0
        self.paid(call)


class _Caller(Caller):
    """One question of an instance, as the endpoint sees it."""

    def __init__(self, ask: Asking, question: Question, player: Player, step: str):
        self.ask, self.question, self.player, self.step = ask, question, player, step

    def goes_on(self) -> None:
        if self.question.is_over or self.ask.writer.fault or not self.ask.may_ask():
            raise Halted

    def goes_out(self) -> None:
        self.goes_on()
        self.question.is_out = True

    def comes_back(self) -> None:
        self.question.is_out = False

    def hitched(self, hitch: Hitched, *, waited_ms: int) -> None:
        self.ask.writer.note(self.row(hitch.kind, status=hitch.status, told=hitch.why, waited_ms=waited_ms))

    def row(self, kind: HitchKind, *, status: int | None, told: str, waited_ms: int) -> Hitch:
        instance = self.ask.instance
        return Hitch(
            run_id=instance.run_id, instance=instance, endpoint=self.player.endpoint.name, model=self.player.model,
            kind=kind, step=self.step[:80], status=status, told=told[:120], waited_ms=waited_ms,
        )  # fmt: skip


def with_schema(message: dict, schema: dict, prompt: str) -> dict:
    words = prompt.replace("$schema", json.dumps(schema, ensure_ascii=False))
    return {**message, "content": f"{message['content']}\n\n{words}"}


def price_of(reply: Reply, price: dict) -> Decimal | None:
    """Price of one reply from prices per million tokens; None where either is unknown."""
    known = (price.get("in"), price.get("out"), reply.tokens_in, reply.tokens_out)
    if any(number is None for number in known):
        return None
    return spending.worth_of(reply.tokens_in, reply.tokens_out, price)

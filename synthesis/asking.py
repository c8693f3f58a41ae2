"""`ask`: one question of a recipe to a role. A stored reply is replayed; a new one is stored before it is
read.
"""

import asyncio
import json
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic import BaseModel, ValidationError

from synthesis.faults import BadReplies, ContentRefused
from synthesis.identity import call_key, messages_digest, seed_of
from synthesis.llm import ModelEndpoint, Reply
from synthesis.models import Call, Instance
from synthesis.shapes.schema import asked, room
from synthesis.writing import Writer

BAD_REPLIES = 3  # of one question, in one try of the instance
_FENCE = "```"


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


@dataclass(frozen=True)
class Player:
    """The model that plays a role. `support` is what the probe found of json_schema."""

    endpoint: ModelEndpoint
    model: str
    sampling: dict
    support: str
    price: dict


class Asking:
    """The `ask` of one instance; remembers the keys of its calls in order."""

    def __init__(self, *, instance: Instance, players: dict[str, Player], schema_prompt: str, writer: Writer,
                 tally: Tally):  # fmt: skip
        self.instance, self.players, self.writer, self.tally = instance, players, writer, tally
        self.schema_prompt = schema_prompt
        self.trace: list[str] = []

    async def __call__(self, role: str, step: str, messages: list[dict], shape: type[BaseModel]) -> BaseModel:
        """Raises BadReplies after three new replies that are cut off or not of the shape; and llm's
        faults.
        """
        player = self.players[role]
        schema = asked(shape)
        messages, wanted = self._told(player, messages, schema)
        sampling = {**player.sampling, "max_tokens": player.sampling.get("max_tokens") or room(shape)}
        told = messages_digest(messages, wanted)
        bad, attempt = 0, 0
        while True:
            attempt += 1
            key = call_key(
                endpoint=player.endpoint.name, model=player.model, sampling=sampling, messages=told,
                cell=self.instance.cell, step=step, attempt=attempt,
            )  # fmt: skip
            call = await self.writer.find(key)
            is_new = call is None
            if is_new:
                reply = await player.endpoint.complete(
                    model=player.model,
                    messages=messages,
                    sampling=sampling,
                    seed=seed_of(key),
                    response_format=wanted,
                )
                row = self._row(key, player, role, step, attempt, sampling, told, messages, reply)
                # Shielded: what was paid for is stored even if this instance is given up meanwhile.
                call = await asyncio.shield(self.writer.store(row))
                self._count(reply)
            else:
                self.tally.replayed += 1
            self.trace.append(key)
            value, problem = understood(call, shape)
            if value is not None:
                return value
            # A stored bad reply costs nothing; only new ones use up the patience of this try.
            bad += is_new
            if bad >= BAD_REPLIES:
                raise BadReplies(f"The {role} gave no usable answer in {bad} replies at “{step}”: {problem}.")

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
            price=price_of(reply, player.price),
        )

    def _count(self, reply: Reply):
        self.tally.calls += 1
        self.tally.tokens_in += reply.tokens_in or 0
        self.tally.tokens_out += reply.tokens_out or 0


def with_schema(message: dict, schema: dict, prompt: str) -> dict:
    words = prompt.replace("$schema", json.dumps(schema, ensure_ascii=False))
    return {**message, "content": f"{message['content']}\n\n{words}"}


def price_of(reply: Reply, price: dict) -> Decimal | None:
    """Price of one reply from prices per million tokens; None where either is unknown."""
    known = (price.get("in"), price.get("out"), reply.tokens_in, reply.tokens_out)
    if any(number is None for number in known):
        return None
    parts = reply.tokens_in * Decimal(str(price["in"])) + reply.tokens_out * Decimal(str(price["out"]))
    return (parts / 1_000_000).quantize(Decimal("0.00000001"))


def understood(call: Call, shape: type[BaseModel]) -> tuple[BaseModel | None, str]:
    """(value, "") or (None, why not). Strict: nothing is repaired, but a code fence around the whole is
    taken off.

    Raises ContentRefused.
    """
    choice = (call.reply.get("choices") or [{}])[0]
    refusal = (choice.get("message") or {}).get("refusal")
    if call.finish_reason == "content_filter" or refusal:
        who = "The provider's content filter" if not refusal else "The model"
        raise ContentRefused(f"{who} refused at “{call.step}” ({call.role}).")
    if call.finish_reason == "length":
        return None, "the reply was cut off at the limit of its length"
    if not call.text.strip():
        return None, "the reply was empty"
    try:
        return shape.model_validate_json(_unfenced(call.text)), ""
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        return None, f"{place + ': ' if place else ''}{first['msg']}"


def _unfenced(text: str) -> str:
    """The text without a code fence around the whole. By hand: a pattern takes minutes on a reply of blank
    lines, and the loop that renews the leases waits for it.
    """
    whole = text.strip()
    opening, newline, rest = whole.partition("\n")
    body, _, after = rest.rpartition("\n")
    if newline and opening.rstrip() in (_FENCE, _FENCE + "json") and after.strip() == _FENCE:
        return body
    return text

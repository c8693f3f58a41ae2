"""Make an instance once more from its stored replies, without a model and without writing anything.

Its recipe runs as it did then, but each question is answered by the stored calls that the instance's trace names. A
call counts as the answer only if its key follows from what the recipe asks now: so the content that comes out was made
from exactly these replies, or the difference is told.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from django.db import Error as DatabaseFault
from django.db.models import QuerySet
from pydantic import BaseModel

from synthesis.asking import with_schema
from synthesis.faults import BadReplies, Fault
from synthesis.hearing import understood
from synthesis.identity import call_key, digest, messages_digest
from synthesis.material import Material
from synthesis.models import Call, Instance, InstanceState, Origin, Run
from synthesis.recipes import RECIPES
from synthesis.recipes.cell import Cell
from synthesis.shapes.schema import asked

log = structlog.get_logger(__name__)

AT_ONCE = 20  # instances, with their calls, that are in memory


class Differs(Exception):
    """The instance cannot be made again as it is; the message says where it parts from what is stored."""


@dataclass(frozen=True)
class Replayed:
    """One instance made again. `why` is empty where the content is the stored one, byte for byte."""

    instance: Instance
    calls: int
    why: str = ""

    @property
    def is_rebuilt(self) -> bool:
        return not self.why


def replayable(instances: QuerySet) -> QuerySet:
    """Those that a run made. What was imported was not made of calls, and the rest is not made yet."""
    return instances.filter(state=InstanceState.MADE, origin__in=[Origin.RUN, Origin.EDIT], run__isnull=False)


def replay(instances: QuerySet, *, at_once: int = AT_ONCE) -> Iterator[Replayed]:
    """Make each once more, in the order of their planning, `at_once` in memory. Raises database errors."""
    rows = replayable(instances).select_related("profile", "pair_revision__pair", "run__version__guideline")
    last, shared = 0, _Shared()
    with asyncio.Runner() as runner:
        while page := list(rows.filter(pk__gt=last).order_by("pk")[:at_once]):
            calls = _calls_of(page)
            for instance in page:
                trace = [calls[key] for key in instance.trace if key in calls]
                yield Replayed(instance, len(trace), _why_not(instance, trace, shared, runner))
            last = page[-1].pk


def _calls_of(page: list[Instance]) -> dict[str, Call]:
    keys = {key for instance in page for key in instance.trace}
    # What was sent is not read: a key names its digest, and the digest of what is asked now must give the same key.
    return {call.key: call for call in Call.objects.filter(key__in=keys).defer("messages")}


class _Shared:
    """What the instances of one run share, read once for those that follow each other."""

    def __init__(self):
        self.run: Run | None = None

    def material(self, run: Run) -> Material:
        if self.run != run:
            self._material, self.run = Material(run), run
        return self._material


def _why_not(instance: Instance, trace: list[Call], shared: _Shared, runner: asyncio.Runner) -> str:
    try:
        _compare(instance, trace, shared, runner)
    except Differs as difference:
        return str(difference)
    except Fault as fault:
        return f"A stored reply is read as a fault now: {fault}"
    except DatabaseFault:
        raise  # says nothing about the instance
    except Exception as problem:
        log.exception("instance cannot be replayed", instance=str(instance.public_id))
        return f"The recipe cannot be run on it any more ({type(problem).__name__}: {problem})."
    return ""


def _compare(instance: Instance, trace: list[Call], shared: _Shared, runner: asyncio.Runner) -> None:
    if digest(instance.content) != instance.digest:
        raise Differs("Its stored content is not what its digest says.")
    if missing := len(instance.trace) - len(trace):
        raise Differs(f"{missing} of its {len(instance.trace)} replies are not in the store.")
    if instance.recipe not in RECIPES:
        raise Differs(f"There is no recipe “{instance.recipe}” any more.")
    made = _rebuilt(shared.material(instance.run).cell(instance), instance, trace, shared, runner)
    if digest(made) != instance.digest:
        raise Differs(f"Its replies give another content: {first_difference(instance.content, made)}.")


def _rebuilt(
    cell: Cell, instance: Instance, trace: list[Call], shared: _Shared, runner: asyncio.Runner
) -> dict:
    answers = _Answers(instance.cell, trace, shared.material(instance.run).prompts["schema"])
    made = runner.run(RECIPES[instance.recipe].make(cell, answers))
    if left := answers.left():
        raise Differs(
            f"{len(left)} of its replies are not asked for any more, the first at “{left[0].step}”."
        )
    return made.model_dump(mode="json")


class _Answers:
    """The `ask` of one replay. Of each step the calls come in the order of the trace, bad replies included."""

    def __init__(self, cell: str, trace: list[Call], schema_prompt: str):
        self.cell, self.schema_prompt = cell, schema_prompt
        self.waiting: dict[tuple[str, str], deque[Call]] = {}
        for call in trace:
            self.waiting.setdefault((call.role, call.step), deque()).append(call)

    def left(self) -> list[Call]:
        return sorted((call for calls in self.waiting.values() for call in calls), key=lambda call: call.pk)

    async def __call__(
        self, role: str, step: str, messages: list[dict], shape: type[BaseModel], *, most: int | None = None
    ) -> BaseModel:
        calls, attempt, problem = self.waiting.get((role, step), deque()), 0, ""
        while calls:
            call, attempt = calls.popleft(), attempt + 1
            if call.key not in self._keys(call, step, attempt, messages, asked(shape)):
                raise Differs(f"What the {role} is asked at “{step}” is not what the stored reply answers.")
            value, problem = understood(call, shape)
            if value is not None:
                return value
        if problem and attempt == most:
            raise BadReplies(f"The {role} gave no usable answer in {most} replies at “{step}”: {problem}.")
        if problem:
            raise Differs(f"The {role}'s stored reply at “{step}” is not taken any more: {problem}.")
        raise Differs(f"No reply is stored to what the {role} is asked at “{step}”.")

    def _keys(self, call: Call, step: str, attempt: int, messages: list[dict], schema: dict) -> Iterator[str]:
        """The keys that an answer to this has. Whether the endpoint took a schema beside the messages or read it in
        words is not stored, so either will do.
        """
        wanted = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
        for told, form in (
            (lambda: messages, wanted),
            (lambda: [*messages[:-1], with_schema(messages[-1], schema, self.schema_prompt)], None),
        ):
            yield call_key(
                endpoint=call.endpoint, model=call.model, sampling=call.sampling,
                messages=messages_digest(told(), form), cell=self.cell, step=step, attempt=attempt,
            )  # fmt: skip


def first_difference(stored, now, place: str = "") -> str:
    """Where two JSON values part first, as a path; their words are not told, as the reason may end in a log."""
    if isinstance(stored, dict) and isinstance(now, dict):
        for name in sorted(stored.keys() | now.keys()):
            path = f"{place}.{name}" if place else name
            if name not in now:
                return f"{path} is missing"
            if name not in stored:
                return f"{path} is new"
            if stored[name] != now[name]:
                return first_difference(stored[name], now[name], path)
    if isinstance(stored, list) and isinstance(now, list):
        for n, (one, other) in enumerate(zip(stored, now, strict=False), start=1):
            if one != other:
                return first_difference(one, other, f"{place}[{n}]")
        if len(stored) != len(now):
            return f"{place} has {len(now)} parts instead of {len(stored)}"
    return f"{place or 'the whole'} differs"

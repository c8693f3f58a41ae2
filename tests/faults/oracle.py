"""What must come of a run, computed beside the engine: from the recipe, the stub's pure function and the plan of faults.

Nothing here asks over a network, reads a stored reply, or knows of retries but by what the issue promises: a fault of
the transport repeats the same request, a reply that cannot be used is asked for again with the next attempt's seed.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from pydantic import ValidationError

from synthesis.identity import call_key, digest, messages_digest, seed_of
from synthesis.material import Material
from synthesis.models import Instance, Run
from synthesis.recipes import RECIPES
from synthesis.shapes.schema import asked, room
from tests.faults.plan import OF_THE_REPLY, FaultPlan
from tests.faults.proxy import damaged
from tests.faults.stub import completion, name_of


@dataclass
class Foretold:
    """One instance: its content, the keys of its calls in order, and every fault as (kind, seed, visit)."""

    content: dict = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)
    faults: Counter = field(default_factory=Counter)
    steps: dict[int, str] = field(default_factory=dict)  # the step of each request, by its seed
    came: Counter = field(default_factory=Counter)  # how often each request has to come, by its seed
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return digest(self.content)


def foretell(run: Run, plan: FaultPlan) -> dict[int, Foretold]:
    """{instance id: what it must be}."""
    material = Material(run)
    rows = run.instances.select_related("profile", "pair_revision__pair")
    cells = [(instance, material.cell(instance)) for instance in rows]
    return {instance.pk: asyncio.run(_of(run, instance, cell, plan)) for instance, cell in cells}


async def _of(run: Run, instance: Instance, cell, plan: FaultPlan) -> Foretold:
    told = Foretold()

    async def ask(role, step, messages, shape):
        spec = run.model_specs[role]
        schema = asked(shape)
        form = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
        sampling = {**spec["sampling"], "max_tokens": spec["sampling"].get("max_tokens") or room(shape)}
        attempt = 0
        while True:
            attempt += 1
            key = call_key(
                endpoint=spec["endpoint"], model=spec["model"], sampling=sampling,
                messages=messages_digest(messages, form), cell=instance.cell, step=step, attempt=attempt,
            )  # fmt: skip
            request = {
                "model": spec["model"],
                "messages": messages,
                "seed": seed_of(key),
                "response_format": form,
            }
            told.steps[request["seed"]] = step
            text = told.texts[key] = _answered(request, plan, told)
            told.trace.append(key)
            try:
                return shape.model_validate_json(text)
            except ValidationError:
                continue

    made = await RECIPES[run.recipe].make(cell, ask)
    told.content = made.model_dump(mode="json")
    return told


def _answered(request: dict, plan: FaultPlan, told: Foretold) -> str:
    """The text that arrives in the end, after however many comings of the same request."""
    whole, seed = completion(request), request["seed"]
    while True:
        told.came[seed] += 1
        kind = plan.fault(name_of(request), told.came[seed])
        if kind:
            told.faults[kind, seed, told.came[seed]] += 1
        if kind is None or kind in OF_THE_REPLY:
            reply = damaged(whole, kind) if kind else whole
            return reply["choices"][0]["message"]["content"]

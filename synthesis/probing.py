"""Find out what an endpoint can do, before a run depends on it."""

import asyncio
import json

from django.conf import settings
from django.utils import timezone

from synthesis.cast import ENVIRONMENT
from synthesis.faults import EndpointRefused, Fault
from synthesis.gates import Gate
from synthesis.llm import ModelEndpoint, Patience
from synthesis.models import Endpoint

# A schema that no model follows by chance: some servers ignore response_format silently.
_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kestrel"],
    "properties": {"kestrel": {"type": "string", "enum": ["amber", "indigo"], "maxLength": 6}},
}
_FORMAT = {"type": "json_schema", "json_schema": {"name": "probe", "strict": True, "schema": _SCHEMA}}
_MESSAGES = [{"role": "user", "content": "Say hello in one word."}]


async def ask(endpoint: ModelEndpoint, *, model: str = "") -> dict:
    """{"support": "honoured" | "ignored" | "refused" | "unknown", "json_schema": true | false | null (the
    same, in short), "models": [...], "model": ..., "error": ...}.

    Asks for the list of models and for one tiny reply. Never raises for what the endpoint does.
    """
    found = {"support": "unknown", "json_schema": None, "models": [], "model": model, "error": ""}
    try:
        found["models"] = (await endpoint.models())[:200]
    except Fault as problem:
        found["error"] = str(problem)
    found["model"] = model = model or next(iter(found["models"]), "")
    if not model:
        return found
    try:
        found["support"] = await _schema_support(endpoint, model)
        found["json_schema"] = found["support"] == "honoured"
        found["error"] = ""
    except Fault as problem:
        found["error"] = str(problem)
    return found


async def _schema_support(endpoint: ModelEndpoint, model: str) -> str:
    request = {
        "model": model,
        "messages": _MESSAGES,
        "sampling": {"max_tokens": 24, "temperature": 0},
        "seed": 1,
    }
    try:
        reply = await endpoint.complete(**request, response_format=_FORMAT)
    except EndpointRefused:
        await endpoint.complete(**request)  # without a schema it must answer, or it refuses everything
        return "refused"
    try:
        answer = json.loads(reply.text)
    except (ValueError, RecursionError):
        return "ignored"
    is_ours = isinstance(answer, dict) and answer.get("kestrel") in ("amber", "indigo")
    return "honoured" if is_ours else "ignored"


def opened(row: Endpoint, *, patience: Patience | None = None, gate: Gate | None = None) -> ModelEndpoint:
    return ModelEndpoint(
        name=row.name, base_url=row.base_url, key_env=row.key_env, patience=patience, gate=gate
    )


def short_patience() -> Patience:
    """A person waits at the settings page: one short budget."""
    return Patience(budget=5, timeout=60, least_tries=1)


async def ask_row(row: Endpoint, *, model: str = "") -> dict:
    async with opened(row, patience=short_patience()) as endpoint:
        return await ask(endpoint, model=model)


def probe(row: Endpoint) -> dict:
    """Ask the endpoint now and store what was found; for pages, outside an event loop."""
    role = row.roles.order_by("role").first()
    model = role.model if role else settings.OPENAI_MODEL if row.name == ENVIRONMENT else ""
    return keep(row, asyncio.run(ask_row(row, model=model))).probed


def keep(row: Endpoint, found: dict) -> Endpoint:
    row.probed, row.probed_at = found, timezone.now()
    row.save(update_fields=["probed", "probed_at"])
    return row

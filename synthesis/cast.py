"""Who plays, what each may see, and which model plays whom."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from synthesis import trail
from synthesis.faults import NoEndpoint
from synthesis.models import Call, Endpoint, Instance, InstanceState, ModelRole, Run

# The one table of what each agent of a supervised session is shown; another recipe has its own (Recipe.sees). Counsellor
# and client also hear the dialogue itself, as their own conversation. A field that is not in a role's row cannot be
# rendered into its prompts (prompting.render).
SEES: dict[str, frozenset[str]] = {
    # One mistake by its name and look, several as a list, or none. `draft` and `advice`: its own words, and what a
    # supervisor whispers, where it is supervised as it speaks.
    "counsellor": frozenset({"mistake_name", "mistake_shows", "mistakes", "language", "draft", "advice"}),
    "client": frozenset(
        {"client_name", "client_description", "client_style", "client_resistance", "language"}
    ),
    # `told` is empty unless the cell's supervisor is told; only then do its two parts exist.
    "supervisor": frozenset(
        {"guideline", "transcript", "told", "told_name", "told_corrections", "language", "draft", "examples"}
    ),
    "refiner": frozenset(
        {
            "guideline",
            "transcript",
            "told",
            "told_name",
            "told_corrections",
            "feedback",
            "objections",
            "language",
        }
    ),
    "validator": frozenset({"transcript", "feedback", "original", "refined"}),
    # Never what was meant. `explained` is empty before it has read the explanation.
    "novice": frozenset({"guideline", "transcript", "explained", "explanation"}),
}

SAMPLING = {
    "counsellor": {"temperature": 0.7},
    "client": {"temperature": 0.7},
    "supervisor": {"temperature": 0.2},
    "refiner": {"temperature": 0.2},
    "validator": {"temperature": 0.0},
    "novice": {"temperature": 0.0},
}

ENVIRONMENT = "environment"
_KEY_NAME = re.compile(r"[A-Z][A-Z0-9_]*_API_KEY")


@dataclass(frozen=True)
class Example:
    """An edit of a session's feedback: the draft, and the words that a person made of it. Nothing about the person.

    `of` is the session's id and `name` its public id, `pair` the key of what it was made from; the rest says whom it
    may be shown to.
    """

    of: int
    name: str
    pair: str
    base_case: str
    licence: str
    language: str
    draft: str
    edited: str


# Slot, filled in config/wiring.py by review and exports: `examples(version, of)` returns the edits that may be shown to
# the agents of a run under this version, only of these sessions (ids) unless None; or None while nothing is connected.
_examples: Callable[..., list[Example] | None] = lambda version, of: None  # noqa: E731


def connect_examples(find: Callable[..., list[Example] | None]) -> None:
    global _examples
    _examples = find


def examples(version, of: Collection[int] | None = None) -> list[Example] | None:
    """Edits of earlier rounds that settled and that no evaluation split holds, the newest or all those of the sessions
    with these ids; None: not connected.
    """
    return _examples(version, of)


@transaction.atomic
def environment_endpoint() -> Endpoint:
    """The endpoint that the environment names, as a row. A new address forgets what was probed at the old
    one.
    """
    address = settings.OPENAI_BASE_URL
    if not address:
        raise NoEndpoint(
            _("No model endpoint is set up: set OPENAI_BASE_URL, or add one on the settings page.")
        )
    endpoint, made = Endpoint.objects.get_or_create(
        name=ENVIRONMENT, defaults={"base_url": address, "key_env": "OPENAI_API_KEY"}
    )
    before = {} if made else {"address": trail.address(endpoint.base_url)}
    if endpoint.base_url != address:
        endpoint.base_url, endpoint.probed, endpoint.probed_at = address, {}, None
        endpoint.save()
    if before != (after := {"address": trail.address(address)}):
        told = {"before": before, "after": after}
        trail.record(verb="environment_endpoint", kind=trail.ENDPOINT, name=ENVIRONMENT, by=None, **told)
    return endpoint


def key_problem(name: str) -> str:
    """Why an endpoint's key may not be read from this environment variable, or nothing.

    The key is sent to the endpoint: with any name a lead could have this installation's own secrets sent to an
    address of hers.
    """
    if name and not _KEY_NAME.fullmatch(name):
        return _(
            "The name must end in _API_KEY, such as OPENAI_API_KEY: other variables are not for sending."
        )
    return ""


def specs(roles, *, model: str | None = None, sampling: dict[str, dict] = SAMPLING) -> dict[str, dict]:
    """{role: {endpoint, model, sampling}} for the roles of a recipe; `sampling`: the recipe's own, by role.

    With `model` every role uses it on the environment's endpoint. Otherwise a role's own row, the row
    "default", or the environment's model, in this order. Raises NoEndpoint.
    """
    if model:
        endpoint = environment_endpoint()
        return {role: _spec(endpoint.name, model, sampling.get(role, {})) for role in roles}
    rows = {row.role: row for row in ModelRole.objects.select_related("endpoint")}
    return {
        role: _of_row(rows.get(role) or rows.get("default"), role, sampling.get(role, {})) for role in roles
    }


def _of_row(row: ModelRole | None, role: str, sampling: dict) -> dict:
    if row:
        return _spec(row.endpoint.name, row.model, {**sampling, **(row.sampling or {})})
    if not settings.OPENAI_MODEL:
        raise NoEndpoint(
            _("No model plays the role “%s”: set OPENAI_MODEL, or choose one in the settings.") % role
        )
    return _spec(environment_endpoint().name, settings.OPENAI_MODEL, sampling)


def _spec(endpoint: str, model: str, sampling: dict) -> dict:
    longest = Call._meta.get_field("model").max_length
    if len(model) > longest:
        raise NoEndpoint(_("The name of a model has %s characters at most.") % longest)
    return {"endpoint": endpoint, "model": model, "sampling": dict(sampling)}


def endpoints(specs: dict[str, dict]) -> dict[str, Endpoint]:
    """The endpoint rows that a run's stored specs name. Refreshes the environment's own, which may have
    moved.
    """
    names = {spec["endpoint"] for spec in specs.values()}
    if ENVIRONMENT in names and settings.OPENAI_BASE_URL:
        environment_endpoint()
    rows = {row.name: row for row in Endpoint.objects.filter(name__in=names)}
    if missing := names - rows.keys():
        raise NoEndpoint(_("The model endpoint “%s” is no longer set up.") % sorted(missing)[0])
    return rows


def addresses_in_use() -> dict[str, str]:
    """{name: address} of the endpoints that unfinished runs and the next one ask; writes nothing."""
    roles = list(ModelRole.objects.select_related("endpoint"))
    found = {row.endpoint.name: row.endpoint.base_url for row in roles}
    if settings.OPENAI_BASE_URL and "default" not in {row.role for row in roles}:
        found[ENVIRONMENT] = settings.OPENAI_BASE_URL
    left = Instance.objects.filter(
        run=OuterRef("pk"), state__in=[InstanceState.PLANNED, InstanceState.MAKING]
    )
    asked = Run.objects.open().filter(Exists(left)).values_list("model_specs", flat=True)
    names = {spec["endpoint"] for specs in asked for spec in specs.values()}
    rows = dict(Endpoint.objects.filter(name__in=names).values_list("name", "base_url"))
    if ENVIRONMENT in rows and settings.OPENAI_BASE_URL:
        rows[ENVIRONMENT] = settings.OPENAI_BASE_URL
    return found | rows

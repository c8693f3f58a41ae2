"""Which servers are asked and which model plays whom. A key is never stored, only the variable that holds it."""

from django.db import transaction

from accounts.roles import require
from synthesis import trail
from synthesis.access import may_connect
from synthesis.cast import ROLES, key_problem
from synthesis.models import Endpoint, ModelRole


class NotConnected(ValueError):
    """The endpoint or role cannot be saved like this; the message says why."""


@transaction.atomic
def save_endpoint(*, name: str, base_url: str, key_env: str = "", by) -> Endpoint:
    """Make or change an endpoint. At another address, or with another key, what was found before says nothing."""
    require(may_connect(by))
    if reason := key_problem(key_env):
        raise NotConnected(reason)
    there = Endpoint.objects.select_for_update().filter(name=name).first()
    before = _told(there) if there else {}
    endpoint = there or Endpoint(name=name)
    if (endpoint.base_url, endpoint.key_env) != (base_url, key_env):
        endpoint.probed, endpoint.probed_at = {}, None
    endpoint.base_url, endpoint.key_env = base_url, key_env
    endpoint.save()
    trail.record(
        verb="save_endpoint", kind=trail.ENDPOINT, name=name, by=by, before=before, after=_told(endpoint)
    )
    return endpoint


def _told(endpoint: Endpoint) -> dict:
    return {"address": trail.address(endpoint.base_url), "key_env": endpoint.key_env}


@transaction.atomic
def save_role(*, role: str, endpoint: Endpoint, model: str, temperature: float, by) -> ModelRole:
    """Say which model plays a role in runs planned from now on; its other sampling stays."""
    require(may_connect(by))
    if role not in ROLES:
        raise NotConnected(role)
    there = ModelRole.objects.select_for_update().filter(role=role).select_related("endpoint").first()
    before = _plays(there) if there else {}
    row = there or ModelRole(role=role)
    row.endpoint, row.model = endpoint, model
    row.sampling = {**row.sampling, "temperature": temperature}
    row.save()
    trail.record(verb="save_role", kind=trail.MODEL_ROLE, name=role, by=by, before=before, after=_plays(row))
    return row


def _plays(row: ModelRole) -> dict:
    return {"endpoint": row.endpoint.name, "model": row.model, "sampling": dict(row.sampling)}

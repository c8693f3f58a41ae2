"""Which servers are asked and which model plays whom. A key is never stored, only the variable that holds it."""

import re
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import require
from synthesis import trail
from synthesis.access import may_connect
from synthesis.cast import key_problem
from synthesis.models import Endpoint, ModelRole
from synthesis.recipes import ROLES


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


@transaction.atomic
def set_price(*, endpoint: str, tokens_in: Decimal, tokens_out: Decimal, currency: str, by) -> Endpoint:
    """What a million tokens cost, sent and received. Without a price nobody can bound what a run costs. `by` None is
    the operator. Raises NotConnected.
    """
    if by is not None:
        require(may_connect(by))
    row = Endpoint.objects.select_for_update().filter(name=endpoint).first()
    if row is None:
        raise NotConnected(_("There is no endpoint “%s”.") % endpoint)
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise NotConnected(_("A currency is named by three capital letters, such as EUR."))
    if not all(price.is_finite() and 0 <= price < 1_000_000 for price in (tokens_in, tokens_out)):
        raise NotConnected(_("A price is a number, 0 or more, for a million tokens."))
    before, row.price = row.price, {"in": float(tokens_in), "out": float(tokens_out), "currency": currency}
    if before != row.price:
        row.save(update_fields=["price"])
        told = {"before": {"price": before}, "after": {"price": row.price}}
        trail.record(verb="set_price", kind=trail.ENDPOINT, name=endpoint, by=by, **told)
    return row


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

"""Training nodes and their tokens. A token is shown once; only its digest is stored."""

import hmac
import secrets

from django.db import transaction
from django.utils import timezone

from accounts import roles
from accounts.digesting import text_digest
from exports import access, trail
from exports.models import Node


@transaction.atomic
def make_node(*, name: str, by) -> tuple[Node, str]:
    """Return the node and its token, which cannot be read again later."""
    roles.require(access.may_train(by))
    token = secrets.token_urlsafe(32)
    node = Node.objects.create(name=name, token_digest=text_digest(token), made_by=by)
    trail.record(verb="make_node", kind=trail.NODE, name=name, by=by, after={"in_service": True})
    return node, token


@transaction.atomic
def retire(*, node: Node, by) -> Node:
    """Refuse this node from now on; a run that it holds goes back to the queue when its lease runs out."""
    roles.require(access.may_train(by))
    if Node.objects.filter(pk=node.pk, retired_at=None).update(retired_at=timezone.now()):
        told = {"before": {"in_service": True}, "after": {"in_service": False}}
        trail.record(verb="retire", kind=trail.NODE, name=node.name, by=by, **told)
    node.refresh_from_db()
    return node


def by_token(token: str) -> Node | None:
    """The node in service with this token, marked as seen now; every digest is compared in constant time."""
    digest, found = text_digest(token), None
    for node in Node.objects.filter(retired_at=None):
        if hmac.compare_digest(node.token_digest, digest):
            found = node
    if found:
        found.seen_at = timezone.now()
        Node.objects.filter(pk=found.pk).update(seen_at=found.seen_at)
    return found

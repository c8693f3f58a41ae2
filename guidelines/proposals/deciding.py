"""A proposal is declined or withdrawn, or comes back with a draft that is thrown away. Taking it: `taking.py`."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import require
from guidelines import access
from guidelines.discussion import talking
from guidelines.discussion.talking import add, said
from guidelines.drafts import WrongState
from guidelines.models import Proposal, ProposalState, RemarkKind, Version


def locked(proposal: Proposal) -> Proposal:
    """The proposal's row, fresh, and locked until the transaction ends."""
    # Not joined with `taken_into`: PostgreSQL cannot lock the nullable side of a join.
    found = Proposal.objects.select_for_update().get(pk=proposal.pk)
    found.guideline = proposal.guideline
    return found


def require_open(proposal: Proposal) -> None:
    if proposal.state == ProposalState.OPEN:
        return
    last = proposal.thread.remarks.filter(kind=proposal.state).select_related("by").last()
    raise WrongState(
        _("This proposal is %(state)s already, by %(who)s.")
        % {"state": proposal.get_state_display(), "who": last.by if last else _("a colleague")}
    )


def close(proposal: Proposal, state: str, *, by, reason: str, version: Version | None = None) -> Proposal:
    """The one place where a proposal leaves the open state; its thread says by whom, when and why."""
    proposal.state, proposal.taken_into = state, version
    proposal.save(update_fields=["state", "taken_into"])
    add(talking.locked(proposal.thread), by=by, kind=state, words=reason)
    return proposal


@transaction.atomic
def decline(*, proposal: Proposal, by, reason: str) -> Proposal:
    require(access.may_decline(by, proposal))
    proposal = locked(proposal)
    require_open(proposal)
    return close(proposal, ProposalState.DECLINED, by=by, reason=said(reason, field="reason"))


@transaction.atomic
def withdraw(*, proposal: Proposal, by, reason: str = "") -> Proposal:
    require(access.may_withdraw(by, proposal))
    proposal = locked(proposal)
    require_open(proposal)
    reason = said(reason, field="reason", required=False)
    return close(proposal, ProposalState.WITHDRAWN, by=by, reason=reason)


def give_back(*, version: Version, by) -> None:
    """The draft is about to be discarded: what it took is open again, and says so."""
    for proposal in Proposal.objects.select_for_update().filter(taken_into=version):
        proposal.state, proposal.taken_into = ProposalState.OPEN, None
        proposal.save(update_fields=["state", "taken_into"])
        add(talking.locked(proposal.thread), by=by, kind=RemarkKind.GIVEN_BACK)

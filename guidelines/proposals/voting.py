"""Say for or against a proposal. The vote advises: a clinician takes or declines, and four eyes approve."""

from collections import Counter

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import require
from guidelines import access
from guidelines.discussion.talking import said
from guidelines.drafts import WrongState
from guidelines.models import Choice, Proposal, Vote
from guidelines.proposals import deciding
from guidelines.proposals.proposing import LONGEST_REASON


@transaction.atomic
def vote(*, proposal: Proposal, by, choice: str, reason: str) -> Vote:
    """A later vote of the same person supersedes her earlier one; both stay."""
    require(access.may_vote(by, proposal))
    proposal = deciding.locked(proposal)
    deciding.require_open(proposal)
    if choice not in Choice.values:
        raise WrongState(_("Say whether you are for it, against it, or abstain."))
    reason = said(reason, field="reason", longest=LONGEST_REASON)
    before = proposal.votes.in_force().filter(voter=by).first()
    if before and (before.choice, before.reason) == (choice, reason):
        return before
    return Vote.objects.create(proposal=proposal, voter=by, choice=choice, reason=reason, supersedes=before)


def counted(proposal: Proposal) -> dict[str, int]:
    """How many are for, against, abstain; of the votes in force."""
    found = Counter(proposal.votes.in_force().values_list("choice", flat=True))
    return {choice: found[choice] for choice in Choice.values}

"""What the pages of the proposals show, in a number of queries that does not grow with them."""

from collections import Counter

from django.db.models import Count, Q

from guidelines import access, present
from guidelines.comparing import fields_that_differ
from guidelines.discussion.showing import stream
from guidelines.kinds import key_of, shape_of
from guidelines.models import Choice, Guideline, Proposal, ProposalKind, ProposalState, Vote
from guidelines.proposals import origins
from guidelines.proposals.proposing import titled

PAGE = 25


def seen_by(user, proposals):
    """Without those that came from a session which this person has still to judge."""
    return proposals.exclude(instance__in=origins.hidden(user))


def listed(proposals):
    """With their targets, words and votes; three queries."""
    in_force = Q(votes__superseded_by=None)
    votes = {
        f"n_{choice}": Count("votes", filter=in_force & Q(votes__choice=choice)) for choice in Choice.values
    }
    return (
        proposals.select_related("by", "guideline")
        .prefetch_related("targets__pair_revision", "targets__dimension_revision", "parts")
        .annotate(**votes)
    )


def page_of(proposals, before: int | None) -> tuple[list[dict], int | None]:
    """One page, newest first, and the number before which the next one starts."""
    found = listed(proposals).order_by("-n")
    if before is not None:
        found = found.filter(n__lt=before)
    found = list(found[: PAGE + 1])
    rows = [{"proposal": one, "title": titled(one)} for one in found[:PAGE]]
    return rows, found[PAGE - 1].n if len(found) > PAGE else None


def to_vote_on(user):
    """Open proposals of others on which she has not voted; for clinicians, and not of sessions she judges."""
    return seen_by(user, Proposal.objects.unvoted_by(user))


def to_decide(user):
    """Open proposals of others on which she has voted: any clinician takes or declines one."""
    voted = Vote.objects.filter(voter=user).values("proposal")
    return seen_by(user, Proposal.objects.open().exclude(by=user).filter(pk__in=voted))


def loaded(guideline: Guideline, n: int) -> Proposal | None:
    shape = shape_of(guideline)
    found = guideline.proposals.select_related("by", "taken_into", "thread").prefetch_related(
        f"targets__{shape.entry_field}__{shape.identity_field}", "parts"
    )
    return found.filter(n=n).first()


def visible(guideline: Guideline, n: int, user) -> Proposal | None:
    """None where there is none, and just so where she has still to judge the session that it came from: a refusal
    with its reason would tell her that something was found there.
    """
    found = loaded(guideline, n)
    return found if found and access.may_see_proposal(user, found) else None


def shown(proposal: Proposal, user) -> dict:
    """The proposed words beside the present ones, the votes, the discussion, and who may do what."""
    guideline = proposal.guideline
    proposal.thread.guideline = guideline
    targets = _beside(proposal)
    votes = list(proposal.votes.in_force().select_related("voter").order_by("at", "id"))
    return {
        "guideline": guideline,
        "proposal": proposal,
        "title": titled(proposal),
        "targets": targets,
        "parts": _parts(proposal, targets),
        "stale": any(row["stale"] for row in targets),
        "gone": proposal.state == ProposalState.OPEN and any(row["now"] is None for row in targets),
        "votes": votes,
        "counted": Counter(vote.choice for vote in votes),
        "my_vote": next((vote for vote in votes if vote.voter_id == user.pk), None),
        "stream": stream(proposal.thread, user),
        "thread": proposal.thread,
        "came_from": origins.back(user, proposal),
        "may_discuss": access.may_discuss(user),
        "may_vote": access.may_vote(user, proposal),
        "may_take": access.may_take(user, proposal),
        "may_decline": access.may_decline(user, proposal),
        "may_withdraw": access.may_withdraw(user, proposal),
    }


def _beside(proposal: Proposal) -> list[dict]:
    """Each entry that it is about: the text it was written on, the present one, and what changed between."""
    guideline, model = proposal.guideline, shape_of(proposal.guideline).revision
    bases = [target.revision for target in proposal.targets.all()]
    there = present.texts_of(guideline, map(key_of, bases)) if bases else {}
    rows = []
    for base in bases:
        now = there.get(key_of(base))
        stale = proposal.state == ProposalState.OPEN and now is not None and now.pk != base.pk
        fields = fields_that_differ(guideline.kind, model, base.texts, now.texts) if stale else []
        rows.append({"key": key_of(base), "base": base, "now": now, "stale": stale, "changed": fields})
    return rows


def _parts(proposal: Proposal, targets: list[dict]) -> list[dict]:
    """Each proposed text, with what differs from the text (or, of a merger, texts) that it was written on."""
    guideline, model = proposal.guideline, shape_of(proposal.guideline).revision
    rows = []
    for part in proposal.parts.all():
        against = [
            {
                "name": row["base"].name,
                "fields": fields_that_differ(guideline.kind, model, row["base"].texts, part.texts),
                "now": fields_that_differ(guideline.kind, model, row["now"].texts, part.texts)
                if row["stale"] and proposal.kind == ProposalKind.CHANGE
                else [],
            }
            for row in targets
        ]
        rows.append({"revision": model(**part.texts), "against": against})
    return rows

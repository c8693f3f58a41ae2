"""Whoever judges by a text says that it is unclear; those who write the guideline find it in the discussion."""

from django.db import transaction

from accounts.roles import require
from guidelines import access
from guidelines.discussion.talking import add, next_number, said
from guidelines.models import Guideline, PairRevision, Thread, ThreadSource, ThreadState

LONGEST = 1_000


@transaction.atomic
def say_unclear(*, on, by, words: str) -> Thread:
    """Begin a thread on the pair or dimension of this revision, marked as from review. It names no session.

    Sent again while it is open it is the same thread. Raises Refused, BadTexts.
    """
    require(access.may_say_unclear(by))
    words = said(words, longest=LONGEST)
    is_pair = isinstance(on, PairRevision)
    identity = on.pair if is_pair else on.dimension
    guideline = Guideline.objects.select_for_update().get(pk=identity.guideline_id)
    text = {"pair_revision" if is_pair else "dimension_revision": on}
    there = guideline.threads.from_review().filter(state=ThreadState.OPEN, begun_by=by, **text)
    if known := there.filter(remarks__words=words).first():
        return known
    number = next_number(guideline)
    thread = Thread.objects.create(
        guideline=guideline, n=number, begun_by=by, source=ThreadSource.REVIEW, **text
    )
    # Nobody is told by name: an @ in her words is a sign like any other.
    add(thread, by=by, words=words, names_people=False)
    return thread


def waiting_for(user):
    """What others find unclear and nobody has answered: for those who write the guidelines, the longest waiting first."""
    return Thread.objects.from_review().open().exclude(begun_by=user).order_by("at", "pk")

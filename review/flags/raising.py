"""A flag is raised: by what a reader submits, counted or not, or on our page."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import roles
from review import access
from review.models import Decision, Flag, FlagKind, Item, Rater, RawAnnotation, Reading

LONGEST = 4000


class CannotFlag(ValueError):
    """The flag says nothing; the message asks for what is missing."""


def of_decision(decision: Decision) -> Flag | None:
    """Of a judgement just stored, under the lock of its item."""
    if not decision.unsafe or _said_before(decision.item, decision.rater, decision.comment):
        return None
    return Flag.objects.create(
        item=decision.item, kind=FlagKind.UNSAFE, rater=decision.rater, decision=decision,
        words=decision.comment, raised_at=decision.decided_at,
    )  # fmt: skip


def of_raw(
    raw: RawAnnotation, *, item_id: int, rater: Rater | None, words: str, raised_at: datetime
) -> Flag | None:
    """Of an annotation that does not count: skipped, late, unreadable, given back, or not by its reader. What it says
    of safety counts all the same. Inside the transaction that keeps it.
    """
    item, words = Item.objects.select_for_update().get(pk=item_id), _storable(words)
    if rater and _said_before(item, rater, words):
        return None
    return Flag.objects.create(
        item=item, kind=FlagKind.UNSAFE, rater=rater, raw=raw, words=words, raised_at=raised_at
    )


@transaction.atomic
def of_unsaved(reading: Reading, *, words: str) -> Flag | None:
    """Of answers that were not taken, as she sent them; None where the leads have it from her already."""
    item = Item.objects.select_for_update().get(pk=reading.item_id)
    rater, words = reading.seat.rater, _storable(words)
    if _heard(_waiting(item, rater), words):
        return None
    return Flag.objects.create(
        item=item, kind=FlagKind.UNSAFE, rater=rater, raised_at=timezone.now(),
        words=words.strip() or _("A reader says so in answers that are not saved yet; she wrote nothing beside it."),
    )  # fmt: skip


def _heard(flags, words: str) -> bool:
    """Whether one of these says it already; she may have added no words to it."""
    return flags.filter(words=words.strip()).exists() if words.strip() else flags.exists()


def _waiting(item: Item, rater: Rater):
    """What she called unsafe and nobody has answered; answered since, it is said anew."""
    return Flag.objects.waiting().filter(item=item, rater=rater, kind=FlagKind.UNSAFE)


def _said_before(item: Item, rater: Rater, words: str) -> bool:
    """She said it in answers that were not taken, or on our page, and it waits there."""
    return _heard(_waiting(item, rater).filter(decision=None, raw=None), words)


def _storable(words: str) -> str:
    return words.replace("\0", "").encode("utf-8", "replace").decode()[:LONGEST]


def of_adjudicator(item: Item, *, rater: Rater, words: str) -> Flag:
    """Of what she says first, or a second time, which moves nothing, or where no reader said so: what she calls unsafe is
    before the leads at once all the same. Under the lock of its item.
    """
    return Flag.objects.create(
        item=item, kind=FlagKind.UNSAFE, rater=rater, words=words, raised_at=timezone.now()
    )


@transaction.atomic
def raise_flag(*, reading: Reading, kind: str, words: str, by) -> Flag:
    """On our page, by a reader of the session, whether she has judged it, has given it back, or the round is closed.
    Raises Refused, CannotFlag.
    """
    roles.require(access.may_raise(by, reading))
    words = words.replace("\0", "").strip()
    if kind not in FlagKind.values:
        raise CannotFlag(_("Say what it is about."))
    if not words:
        raise CannotFlag(
            _("Say in a few words what you saw, and where; whoever looks knows then what to look at.")
        )
    if len(words) > LONGEST:
        raise CannotFlag(_("Please stay under %s characters.") % LONGEST)
    # Flags of one item stand in a line, so that an answer answers those that its writer saw.
    item = Item.objects.select_for_update().get(pk=reading.item_id)
    # The row is all that is told: leads who may settle the session read the trail too, and are blind to who it was.
    return Flag.objects.create(
        item=item, kind=kind, rater=reading.seat.rater, words=words, raised_at=timezone.now()
    )

"""A reviewer appeals against how a session of hers was settled. A lead declines in writing, or has it judged again by
others: a new item on the same session, which names the one it supersedes. What a reader judges otherwise when the session
was settled waits for a lead in the same way. Nothing of the old item changes.

Items are locked before the round that is made of them, as everywhere.
"""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import User
from review import access, judged_late, trail
from review.knowing import had_by
from review.matching import CannotMakeRound, named
from review.models import Appeal, AppealState, Item, Rater, RawAnnotation, Round
from review.reasons import why_not
from review.rounds import make_round


class CannotAppeal(ValueError):
    """Nothing was changed; the message says what is missing, or who was there before."""


@transaction.atomic
def appeal(*, item: Item, by, reason: str) -> Appeal:
    """Ask that this session be judged again by others. Raises Refused, CannotAppeal."""
    item = _locked([item.pk])[0]
    roles.require(access.may_appeal(by, item))
    made = Appeal.objects.create(item=item, by=by, reason=_written(reason, _("Say why: the lead reads it.")))
    trail.record(verb="appeal", round=item.round, by=by, item=item)
    return made


@transaction.atomic
def wait_as_late(raw: RawAnnotation) -> Appeal | None:
    """What its reader now says of a settled session, kept raw, waits for a lead; what she changes in it further is shown
    with it. None where it need not: a rehearsal, a session that is judged again already, or where a lead has answered the
    same.
    """
    item, rater = _locked([raw.reading.item_id])[0], raw.reading.seat.rater
    if item.round.rehearsal or rater.user_id is None or item.superseded_by.exists():
        return None
    answered = Appeal.objects.late().filter(item=item, by=rater.user).exclude(state=AppealState.WAITING)
    if any(judged_late.says_the_same(raw, one) for one in _heard(answered)):
        return None
    made, _new = Appeal.objects.late().get_or_create(
        item=item, by=rater.user, state=AppealState.WAITING, defaults={"raw": raw}
    )
    return made


def _heard(answered) -> list[RawAnnotation]:
    """Each of these late judgements as the lead who answered it read it."""
    found = []
    for one in answered.select_related("raw"):
        states = RawAnnotation.objects.filter(
            reading=one.raw.reading_id, completed_by=one.raw.completed_by, received_at__lte=one.answered_at
        )
        found += list(states.order_by("-ls_updated_at", "-pk")[:1])
    return found


@transaction.atomic
def decline_appeal(*, appeal: Appeal, by, answer: str) -> Appeal:
    """Leave it as it was settled, and say why to her who appealed. Raises Refused, CannotAppeal."""
    _locked([appeal.item_id])
    appeal = _waiting([appeal])[0]
    roles.require(access.may_answer_appeal(by, appeal))
    written = _written(answer, _("Say why: the reviewer reads it."))
    _answer(appeal, AppealState.DECLINED, by, answer=written)
    trail.record(verb="decline_appeal", round=appeal.item.round, by=by, item=appeal.item)
    return appeal


@transaction.atomic
def grant_appeals(*, appeals: Sequence[Appeal], name: str, raters: Sequence[Rater], by, **more) -> Round:
    """Open a round in which these sessions are judged again, by readers who have never had them and could not read the
    appeals, each in the way it was read before. All appeals on them are granted by it; those of sessions that are held
    back wait on. `more`: the other options of review.rounds.make_round.

    Raises Refused, CannotAppeal, CannotMakeRound.
    """
    items = _locked([appeal.item_id for appeal in appeals])
    _waiting(appeals)
    appeals = list(Appeal.objects.waiting().filter(item__in=items).select_related("item__round"))
    for one in appeals:
        roles.require(access.may_answer_appeal(by, one))
    alike = {(item.arm, item.round.screen) for item in items}
    if len(alike) > 1:
        raise CannotMakeRound(
            _(
                "Sessions read with the draft and without it go into rounds of their own; choose the ones or the others."
            )
        )
    _require_first(items)
    _require_others(items, raters)
    _require_none_who_read_them(appeals, raters)
    (arm, screen) = alike.pop()
    # Of two items on one session the later is the one that is superseded.
    supersedes = {item.instance_id: item.pk for item in items}
    round = make_round(
        name=name, instances=[item.instance for item in items], raters=raters, by=by, arm=arm, screen=screen,
        unaided_share=0, supersedes=supersedes, **more,
    )  # fmt: skip
    led_to = {item.instance_id: item for item in round.items.all()}
    granted = [one for one in appeals if one.item.instance_id in led_to]
    for one in granted:
        _answer(one, AppealState.GRANTED, by, led_to=led_to[one.item.instance_id])
    trail.record(verb="grant_appeals", round=round, by=by, after={"appeals": len(granted)})
    return round


def _locked(ids) -> list[Item]:
    """In one order, whoever comes; the round of each as it is now."""
    list(Item.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))
    return list(Item.objects.filter(pk__in=ids).select_related("round", "instance").order_by("pk"))


def _waiting(appeals: Sequence[Appeal]) -> list[Appeal]:
    found = list(Appeal.objects.filter(pk__in=[one.pk for one in appeals]).select_related("item__round"))
    if not found:
        raise CannotAppeal(_("Choose at least one appeal."))
    if any(one.state != AppealState.WAITING for one in found):
        raise CannotAppeal(_("Somebody has answered this appeal before you."))
    return found


def _written(words: str, missing: str) -> str:
    words = words.strip()
    if not words:
        raise CannotAppeal(missing)
    if why := why_not(words):
        raise CannotAppeal(why)
    return words


def _answer(appeal: Appeal, state: str, by, *, answer: str = "", led_to: Item | None = None) -> None:
    appeal.state, appeal.answer, appeal.led_to = state, answer, led_to
    appeal.answered_by, appeal.answered_at = by, timezone.now()
    appeal.save(update_fields=["state", "answer", "led_to", "answered_by", "answered_at"])


def _require_first(items: Sequence[Item]) -> None:
    for item in items:
        if item.superseded_by.exists():
            raise CannotMakeRound(
                _("Session %s is judged again already in a later round; answer its appeal in writing.")
                % named(item.instance_id),
                item.instance.public_id,
            )


def had_among(items: Sequence[Item], raters: Sequence[Rater]) -> dict[Rater, list[Item]]:
    """{who has had any of these sessions in any way: which}: she knows how these were judged."""
    had: dict[int, set[int]] = {}
    for session, _cell, rater in had_by(raters, pk__in=[item.instance_id for item in items]):
        had.setdefault(rater, set()).add(session)
    return {
        rater: [item for item in items if item.instance_id in had[rater.pk]]
        for rater in raters
        if rater.pk in had
    }


def may_have_read(appeals: Sequence[Appeal], users: Iterable[User]) -> list[User]:
    """Of these people, the leads to whom one of these appeals is open: it tells how the session was settled, and what is
    said against that.
    """
    ids = [one.pk for one in appeals]
    leads = [user for user in users if access.may_see_appeals(user)]
    return [user for user in leads if access.appeals_open_to(user).filter(pk__in=ids).exists()]


def _require_none_who_read_them(appeals: Sequence[Appeal], raters: Sequence[Rater]) -> None:
    people = [rater.user for rater in raters if rater.user_id]
    if known := [str(user) for user in may_have_read(appeals, people)]:
        raise CannotMakeRound(
            _("An appeal is judged by those who have not read it; these lead, and could read it: %s.")
            % ", ".join(known)
        )


def _require_others(items: Sequence[Item], raters: Sequence[Rater]) -> None:
    if known := [str(rater) for rater in had_among(items, raters)]:
        raise CannotMakeRound(
            _("An appeal is judged by others; these have had one of the sessions: %s.") % ", ".join(known)
        )

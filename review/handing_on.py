"""Readings change hands: a reviewer gives back what she skipped, a lead hands on what somebody does not get to, and seats
more people. What was given back counts as wanted until somebody else has it, so no item settles with fewer readers.

Items are locked before their round, as a judgement does: of a judgement and a return at once, one comes first.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from accounts import roles
from review import access, assignment, trail
from review.label_studio.planning import plan_projects
from review.label_studio.screens.build import UnfitForScreen
from review.matching import CannotMakeRound, Matching
from review.models import (
    Item,
    Rater,
    RaterKind,
    RawAnnotation,
    Reading,
    Return,
    Round,
    Seat,
    SeatProject,
    SendState,
)
from review.raters import may_sit
from review.rounds import BATCH, hash_contents
from synthesis.models import Instance


@dataclass(frozen=True)
class Handed:
    """How many readings went to somebody else, and how many of the round wait for a reader now."""

    on: int
    waiting: int


@transaction.atomic
def give_back_skipped(*, seat: Seat, by) -> Handed:
    """She gives back the sessions that she skipped and has not judged. No reason is asked, and none is kept.
    Raises Refused.
    """
    return _give_back(seat, skipped(seat), by, access.may_give_back, verb="give_back_skipped")


@transaction.atomic
def hand_on(*, seat: Seat, by) -> Handed:
    """Whatever this reviewer has not judged goes to the others. Raises Refused."""
    return _give_back(seat, Reading.objects.filter(seat=seat), by, access.may_hand_on, verb="hand_on")


def skipped(seat: Seat):
    """Readings of the seat that their reader skipped and has still to judge."""
    skips = RawAnnotation.objects.skips().filter(reading__seat=seat).values("reading")
    return Reading.objects.filter(seat=seat, pk__in=skips).undecided()


@transaction.atomic
def seat_more(*, round: Round, raters: Sequence[Rater], by) -> Handed:
    """Seat further reviewers; what waits for a reader is theirs to share. Raises Refused, CannotMakeRound."""
    round = Round.objects.select_for_update().get(pk=round.pk)
    roles.require(access.may_seat(by, round))
    if not raters:
        raise CannotMakeRound(_("Choose at least one reviewer."))
    for rater in raters:
        if not may_sit(rater):
            raise CannotMakeRound(_("%s is not an annotator; a lead can give the role.") % rater)
        if not round.rehearsal and rater.kind != RaterKind.HUMAN:
            raise CannotMakeRound(_("%s is no person, and this is a round of people.") % rater)
        if round.seats.filter(rater=rater).exists():
            raise CannotMakeRound(_("%s has a seat in this round.") % rater)
    for rater in raters:
        Seat.objects.create(round=round, rater=rater)
    handed = _place(round)
    people = [str(rater.user.public_id) for rater in raters if rater.user_id]
    told = {"reviewers": people, "handed_on": handed.on, "waiting": handed.waiting}
    trail.record(verb="seat_more", round=round, by=by, after=told)
    return handed


def _give_back(seat: Seat, readings, by, may, *, verb: str) -> Handed:
    wanted = readings.undecided()
    items = Item.objects.filter(pk__in=wanted.values("item")).order_by("pk")
    list(items.select_for_update().values_list("pk", flat=True))
    # Only now: one of them may have been judged, or the round closed, while we waited.
    seat.round = round = Round.objects.select_for_update().get(pk=seat.round_id)
    roles.require(may(by, seat))
    left = list(wanted)
    Return.objects.bulk_create([Return(reading=reading, by=by) for reading in left], batch_size=BATCH)
    # What never went out need not be fetched back.
    unsent = Reading.objects.filter(seat=seat, returned__isnull=False, send_state=SendState.PLANNED)
    unsent.update(send_state=SendState.REMOVED)
    handed = _place(round) if left else Handed(0, Reading.objects.waiting().filter(seat__round=round).count())
    if left:
        told = {"seat": str(seat.rater.user.public_id) if seat.rater.user else str(seat.rater),
                "sessions": len(left), "handed_on": handed.on, "waiting": handed.waiting}  # fmt: skip
        trail.record(verb=verb, round=round, by=by, after=told)
    return handed


def _place(round: Round) -> Handed:
    """Give what waits to whoever sits there, has not read the session in any way, and may."""
    found = Reading.objects.waiting().filter(seat__round=round, seat__observer=False)
    waiting = list(found.select_related("item").order_by("item", "pk"))
    seats = list(round.seats.filter(observer=False).select_related("rater__user").order_by("pk"))
    seats = [seat for seat in seats if may_sit(seat.rater)]
    needs = _needs(waiting, seats, Instance.objects.filter(pk__in=found.values("item__instance")))
    # Nobody can know beforehand whose it will be.
    chosen = assignment.assign(needs, seed=secrets.token_hex(8), load=_loads(seats))
    placed = [(old, readers[0]) for old, readers in zip(waiting, chosen, strict=True) if readers]
    placed = _each_session_once(placed)
    made = _readings(placed)
    _projects(round, made)
    return Handed(on=len(made), waiting=len(waiting) - len(made))


def _needs(waiting: list[Reading], seats: list[Seat], instances) -> list[assignment.Need]:
    light = list(instances.only("public_id", "profile", "factors"))
    matching = Matching(light, [seat.rater for seat in seats])
    allowed = {one.pk: {rater.pk for rater in matching.allowed(one.pk)} for one in light}
    had: dict[int, set[int]] = {}
    for seat, instance in Reading.objects.filter(
        seat__in=seats, item__instance__in=instances.values("pk")
    ).values_list("seat", "item__instance"):  # fmt: skip
        had.setdefault(instance, set()).add(seat)
    return [
        assignment.Need(1, tuple(
            seat for seat in seats
            if seat.pk not in had.get(reading.item.instance_id, ())
            and seat.rater_id in allowed[reading.item.instance_id]
        ))
        for reading in waiting
    ]  # fmt: skip


def _loads(seats: list[Seat]) -> dict[Seat, int]:
    left = Count("readings", filter=Q(readings__decisions=None, readings__returned=None), distinct=True)
    counted = dict(Seat.objects.filter(pk__in=[s.pk for s in seats]).annotate(n=left).values_list("pk", "n"))
    return {seat: counted[seat.pk] for seat in seats}


def _each_session_once(placed: Iterable[tuple[Reading, Seat]]) -> list[tuple[Reading, Seat]]:
    """Two readings of one session may wait, and the same person came out for both: one of them goes on waiting."""
    seen: set[tuple] = set()
    kept = []
    for old, seat in placed:
        if (old.item.instance_id, seat.pk) not in seen:
            seen.add((old.item.instance_id, seat.pk))
            kept.append((old, seat))
    return kept


def _readings(placed: list[tuple[Reading, Seat]]) -> list[Reading]:
    """New readings at the end of their readers' queues."""
    last = dict(
        Seat.objects.filter(pk__in={seat.pk for _, seat in placed})
        .annotate(last=Max("readings__order"))
        .values_list("pk", "last")
    )
    made = []
    for old, seat in placed:
        last[seat.pk] = -1 if last[seat.pk] is None else last[seat.pk]
        last[seat.pk] += 1
        made.append(Reading(seat=seat, item=old.item, order=last[seat.pk], replaces=old))
    hash_contents(list({reading.item for reading in made}), made)
    return Reading.objects.bulk_create(made, batch_size=BATCH)


def _projects(round: Round, made: list[Reading]) -> None:
    """A reader who gets her first session of a form needs a project for it."""
    wanted = {(reading.seat_id, reading.item.arm): reading.seat for reading in made}
    there = SeatProject.objects.filter(seat__round=round).values_list("seat", "form")
    missing = {key: seat for key, seat in wanted.items() if key not in set(there)}
    try:
        plan_projects(round, missing)
    except UnfitForScreen as unfit:
        raise CannotMakeRound(_("The reviewers' screen cannot be built. %s") % unfit) from None

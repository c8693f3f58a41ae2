"""Readings change hands: a reviewer gives back what she skipped, a lead hands on what somebody does not get to, and seats
more people. What was given back counts as wanted until somebody else has it, so no item settles with fewer readers.

All items of the round are locked before the round itself, as closing does: of two who come at once, one comes first.
"""

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import Role
from review import access, assignment, trail
from review.gold import certified
from review.held import held_among
from review.knowing import had_by
from review.label_studio.planning import plan_projects
from review.label_studio.screens.build import UnfitForScreen
from review.matching import RISK_READERS, CannotMakeRound, Matching, carried, in_conflict, reads
from review.models import (
    Appeal,
    Asked,
    Conflict,
    Decision,
    Item,
    Rater,
    RaterKind,
    RawAnnotation,
    Reading,
    Return,
    Round,
    RoundState,
    Seat,
    SeatProject,
)
from review.raters import may_sit
from review.rounds import BATCH, hash_contents
from synthesis.models import Instance


@dataclass(frozen=True)
class Slot:
    """A reader wanted for an item: instead of the one who had this reading, or, with none, besides those it has."""

    item: Item
    instead_of: Reading | None


@dataclass(frozen=True)
class Handed:
    """How many readings went to somebody else, and how many of those asked for nobody here may read."""

    on: int
    left: int


@transaction.atomic
def give_back_skipped(*, seat: Seat, by) -> Handed:
    """She gives back the sessions that she skipped and has not judged. No reason is asked, and none is kept; what
    nobody else may read waits. Raises Refused.
    """
    round = seat.round = locked(seat.round_id)
    roles.require(access.may_give_back(by, seat))
    given = list(skipped(seat))
    Return.objects.bulk_create([Return(reading=reading, by=by) for reading in given], batch_size=BATCH)
    handed = placed(round, Reading.objects.waiting().filter(seat__round=round))
    _note("give_back_skipped", round, by, handed, seat=seat, sessions=len(given))
    return handed


@transaction.atomic
def hand_on(*, seat: Seat, by) -> Handed:
    """What this reviewer has not judged goes to the others, but for what none of them may read: that stays hers.
    Raises Refused.
    """
    round = seat.round = locked(seat.round_id)
    roles.require(access.may_hand_on(by, seat))
    left = Reading.objects.filter(seat=seat, pass_number=1).undecided()
    # What has known answers is drawn for one person; it leaves her desk as the others do, and goes to nobody.
    known = list(left.exclude(item__gold=None))
    handed = placed(round, left.filter(item__gold=None), by=by)
    Return.objects.bulk_create([Return(reading=reading, by=by) for reading in known], batch_size=BATCH)
    _note("hand_on", round, by, handed, seat=seat)
    return handed


@transaction.atomic
def seat_more(*, round: Round, raters: Sequence[Rater], by) -> Handed:
    """Seat further reviewers; what waits for a reader is theirs to share. Raises Refused, CannotMakeRound."""
    round = locked(round.pk)
    roles.require(access.may_seat(by, round))
    _require_fresh(round, raters)
    for rater in raters:
        Seat.objects.create(round=round, rater=rater)
    handed = placed(round, Reading.objects.waiting().filter(seat__round=round))
    people = [str(rater.user.public_id) for rater in raters if rater.user_id]
    _note("seat_more", round, by, handed, reviewers=people)
    return handed


@transaction.atomic
def place_waiting(*, round: Round, by) -> Handed:
    """Give what waits to those seated, who may have become able to read it meanwhile. Raises Refused."""
    round = locked(round.pk)
    roles.require(access.may_seat(by, round))
    handed = placed(round, Reading.objects.waiting().filter(seat__round=round))
    _note("place_waiting", round, by, handed)
    return handed


def rematch(*, round: Round, rater: Rater | None = None) -> Handed | None:
    """What its reader may not read now, because a tier was raised, she reads such no more or knows the client, goes back:
    to whoever may, or it waits. What carries a tier since and has one reader gets a second. `rater`: hers alone, and what
    waits is placed anew in any case, as she may read more now. None: there was nothing to do. It is nobody's act, and the
    trail says how many and not whose.
    """
    waiting = Reading.objects.waiting().filter(seat__round=round)
    if not barred(round, rater) and not (rater and waiting.exists()) and not read_by_one(round):
        return None
    with transaction.atomic():
        round = locked(round.pk)
        if round.state != RoundState.OPEN:
            return None
        given = barred(round, rater)
        Return.objects.bulk_create([Return(reading=reading) for reading in given], batch_size=BATCH)
        handed = placed(round, waiting, besides=read_by_one(round))
        if given or handed.on:
            _note("rematch", round, None, handed, sessions=len(given))
    return handed


def barred(round: Round, rater: Rater | None = None) -> list[Reading]:
    """Unjudged readings, of this rater or of all, of sessions that their reader may not be given."""
    unjudged = Reading.objects.undecided().filter(seat__round=round)
    if rater is not None:
        unjudged = unjudged.filter(seat__rater=rater)
    sessions = carried(Instance.objects.filter(pk__in=unjudged.values("item__instance")))
    if not sessions and not Conflict.objects.exists():
        return []  # as nearly always, and this is asked every ten seconds
    known = Q(item__instance__profile__base_case__in=_known_to(OuterRef("seat__rater__user")))
    found = unjudged.filter(Q(item__instance__in=sessions) | known)
    found = list(found.select_related("item__instance", "seat__rater__user").defer("item__instance__content"))
    may = {one: reads(one) for one in {reading.seat.rater for reading in found}}
    apart = in_conflict([one.item.instance for one in found], list(may))
    return [one for one in found if not _fits(one, sessions, may, apart)]


def read_by_one(round: Round) -> list[Item]:
    """Items that are not settled and carry a risk tier, yet have one reader only, where somebody seated may be the second.
    A tier that was raised is read by two (methods.md §4).
    """
    sessions = Instance.objects.filter(pk__in=round.items.unsettled().values("instance"))
    risky = carried(sessions)
    if not risky:
        return []  # as nearly always; readers are counted of these alone
    planned = Reading.objects.planned().filter(item=OuterRef("pk")).order_by().values("item")
    items = round.items.unsettled().filter(instance__in=risky)
    items = items.annotate(n=Subquery(planned.annotate(n=Count("pk")).values("n")))
    single = list(items.filter(n__lt=RISK_READERS).order_by("pk"))
    of = {item.instance_id: [] for item in single}
    light = list(sessions.filter(pk__in=of).only("public_id", "profile", "factors"))
    seats = _takers(round)
    may_be = {pk for pk, need in zip(of, _needs(of, light, sessions, seats), strict=True) if need.allowed}
    return [item for item in single if item.instance_id in may_be]


def _known_to(user):
    return Conflict.objects.cases_of(user)


def _fits(reading: Reading, sessions: dict, may: dict[Rater, frozenset[str]], apart: dict) -> bool:
    rater, instance = reading.seat.rater, reading.item.instance_id
    return sessions.get(instance, frozenset()) <= may[rater] and rater not in apart.get(instance, ())


def may_be_given(reading: Reading) -> bool:
    """Whether its reader may read what the session carries now; what she has judged stays hers to look at."""
    if reading.decisions.exists():
        return True
    if hasattr(reading, "returned"):
        return False
    rater, instance = reading.seat.rater, reading.item.instance
    sessions = carried(Instance.objects.filter(pk=instance.pk))
    return _fits(reading, sessions, {rater: reads(rater)}, in_conflict([instance], [rater]))


def skipped(seat: Seat):
    """Readings of the seat that their reader skipped and has still to judge."""
    skips = RawAnnotation.objects.skips().filter(reading__seat=seat).values("reading")
    return Reading.objects.filter(seat=seat, pk__in=skips).undecided()


def locked(round_id: int) -> Round:
    list(Round(pk=round_id).items.select_for_update().order_by("pk").values_list("pk", flat=True))
    return Round.objects.select_for_update().get(pk=round_id)


def _require_fresh(round: Round, raters: Sequence[Rater]) -> None:
    """Whoever is seated later must not know how those before judged."""
    if not raters:
        raise CannotMakeRound(_("Choose at least one reviewer."))
    if any(rater.user_id and rater.user_id == round.risk_lead_id for rater in raters):
        raise CannotMakeRound(
            _("%s is the lead named for risk in this round, and reads nothing in it.") % round.risk_lead
        )
    if round.certification == Asked.REQUIRED:
        certified.require(raters, round.pairs_version, round.rubric_version)
    of_appeals = Appeal.objects.filter(led_to__round=round).exists()
    is_judged = Decision.objects.filter(item__round=round).exists()
    for rater in raters:
        if not may_sit(rater):
            raise CannotMakeRound(_("%s is not an annotator; a lead can give the role.") % rater)
        if not round.rehearsal and rater.kind != RaterKind.HUMAN:
            raise CannotMakeRound(_("%s is no person, and this is a round of people.") % rater)
        if round.seats.filter(rater=rater).exists():
            raise CannotMakeRound(_("%s has a seat in this round.") % rater)
        if of_appeals and rater.user and Role.LEAD in rater.user.roles:
            raise CannotMakeRound(
                _("%s leads, and could read the appeals that this round was made of.") % rater
            )
        if is_judged and rater.user and {Role.LEAD, Role.ADJUDICATOR} & rater.user.roles:
            raise CannotMakeRound(
                _("%s leads or settles disputes, and may have seen how this round is judged.") % rater
            )


def _note(verb: str, round: Round, by, handed: Handed, *, seat: Seat | None = None, **more) -> None:
    told = {**more, "handed_on": handed.on, "waiting": handed.left}
    if seat is not None and seat.rater.user:
        told["seat"] = [str(seat.rater.user.public_id)]
    trail.record(verb=verb, round=round, by=by, after=told)


def placed(round: Round, wanted, by=None, besides: Sequence[Item] = ()) -> Handed:
    """Give these readings to whoever sits there, has never had the session, and may. Those that are not given back yet
    are so in the name of `by`, where somebody takes them. `besides`: items that get one reader more.
    """
    slots = [Slot(old.item, old) for old in wanted.select_related("item").order_by("item", "pk")]
    slots += [Slot(item, None) for item in besides]
    seats = _takers(round)
    # A session that was held back meanwhile goes to nobody new.
    more = [item.instance_id for item in besides]
    sessions = Instance.objects.filter(Q(pk__in=wanted.values("item__instance")) | Q(pk__in=more))
    light = list(sessions.only("public_id", "profile", "factors"))
    held = held_among(light)
    of: dict[int, list[Slot]] = {}
    for slot in slots:
        if slot.item.instance_id not in held:
            of.setdefault(slot.item.instance_id, []).append(slot)
    needs = _needs(of, light, sessions, seats)
    # Nobody can know beforehand whose it will be.
    chosen = assignment.assign(needs, seed=secrets.token_hex(8), load=_loads(seats), room=_room(round, seats))
    placed = [
        (slot, seat)
        for wanting, taken in zip(of.values(), chosen, strict=True)
        for slot, seat in zip(wanting, taken, strict=False)
    ]
    if by is not None:
        old = [Return(reading=slot.instead_of, by=by) for slot, _seat in placed]
        Return.objects.bulk_create(old, batch_size=BATCH)
    made = _readings(placed)
    _projects(round, made)
    return Handed(on=len(made), left=len(slots) - len(made))


def _takers(round: Round) -> list[Seat]:
    """Those who may be given more. Whose certification was withdrawn keeps what she has where the round asks for one."""
    seats = [seat for seat in _seats(round) if may_sit(seat.rater)]
    if round.certification != Asked.REQUIRED:
        return seats
    raters = [seat.rater for seat in seats]
    without = set(certified.missing(raters, round.pairs_version, round.rubric_version))
    return [seat for seat in seats if seat.rater not in without]


def _seats(round: Round) -> list[Seat]:
    return list(round.seats.filter(observer=False).select_related("rater__user").order_by("pk"))


def _needs(of: dict[int, list[Slot]], light, sessions, seats: list[Seat]) -> list[assignment.Need]:
    matching = Matching(light, [seat.rater for seat in seats])
    allowed = {instance: {rater.pk for rater in matching.allowed(instance)} for instance in of}
    had: dict[int, set[int]] = {}
    raters = [seat.rater_id for seat in seats]
    for instance, _cell, rater in had_by(raters, pk__in=sessions.values("pk")):
        had.setdefault(instance, set()).add(rater)
    return [
        assignment.Need(
            len(slots),
            tuple(
                seat
                for seat in seats
                if seat.rater_id in allowed[instance] and seat.rater_id not in had.get(instance, ())
            ),
        )
        for instance, slots in of.items()
    ]


def _loads(seats: list[Seat]) -> dict[Seat, int]:
    unjudged = Q(readings__judged=False, readings__returned=None, readings__pass_number=1)
    left = Count("readings", filter=unjudged, distinct=True)
    counted = dict(Seat.objects.filter(pk__in=[s.pk for s in seats]).annotate(n=left).values_list("pk", "n"))
    return {seat: counted[seat.pk] for seat in seats}


def _room(round: Round, seats: list[Seat]) -> dict[Seat, int] | None:
    """How many more each may be given: what she gave back, she has room for again."""
    if round.most_each is None:
        return None
    kept = Reading.objects.kept().filter(seat=OuterRef("pk"), pass_number=1).order_by().values("seat")
    held = Subquery(kept.annotate(n=Count("pk")).values("n"))
    counted = dict(
        Seat.objects.filter(pk__in=[seat.pk for seat in seats]).annotate(n=held).values_list("pk", "n")
    )
    return {seat: max(0, round.most_each - (counted[seat.pk] or 0)) for seat in seats}


def _readings(placed: list[tuple[Slot, Seat]]) -> list[Reading]:
    """New readings at the end of their readers' queues, in an order that tells nothing."""
    random.SystemRandom().shuffle(placed)
    last = dict(
        Seat.objects.filter(pk__in={seat.pk for _, seat in placed})
        .annotate(last=Max("readings__order"))
        .values_list("pk", "last")
    )
    made = []
    for slot, seat in placed:
        last[seat.pk] = -1 if last[seat.pk] is None else last[seat.pk]
        last[seat.pk] += 1
        made.append(Reading(seat=seat, item=slot.item, order=last[seat.pk], replaces=slot.instead_of))
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

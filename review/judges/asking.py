"""A lead asks a judge model to read a round; stops it, or lets it go on. `by` None is the operator."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from review import trail
from review.held import held_among
from review.judged import Wording, content_hash, in_position
from review.judges import access
from review.judges import prompting as told
from review.models import (
    MOST_REPEATS,
    Arm,
    Item,
    Judging,
    JudgingState,
    Purpose,
    Rater,
    RaterKind,
    Reading,
    Round,
    Seat,
    SendState,
)
from synthesis import leaving, prompting
from synthesis.faults import NoEndpoint
from synthesis.models import Call, Endpoint, Instance, Profile

AT_ONCE = 100
POSITIONS = ("ab", "ba")
TEMPERATURE = 0.7


class CannotAsk(ValueError):
    """No judge is asked, or nothing about it changes; the message says why."""


@transaction.atomic
def ask_judge(
    *, round: Round, endpoint: Endpoint, model: str, repeats: int = 1, temperature: float = TEMPERATURE, by
) -> Judging:
    """Put every session of the round before a judge, `repeats` times each, and two texts each time in both positions. It
    is an observer: what it says counts for nothing. Nothing is sent yet. Raises Refused, CannotAsk.
    """
    if by is not None:
        roles.require(access.may_ask_judges(by, round))
    # Items before the round, as everywhere; two who ask for the same judge stand in a line.
    list(round.items.select_for_update().order_by("pk").values_list("pk", flat=True))
    round = Round.objects.select_for_update().get(pk=round.pk)
    items = list(
        round.items.counted().select_related("instance__run").defer("instance__content", "instance__trace")
    )
    spec = _spec(round, endpoint, model, repeats, temperature)
    held = held_among([item.instance for item in items])
    items = [item for item in items if item.instance_id not in held]
    if not items:
        raise CannotAsk(_("There is no session for it to read: all are held back, or have known answers."))
    _require_may_leave(items, endpoint)
    rater = _rater(spec)
    if round.seats.filter(rater=rater).exists():
        raise CannotAsk(_("This judge reads the round already, asked in the same way."))
    seat = Seat.objects.create(round=round, rater=rater, observer=True)
    judging = Judging.objects.create(seat=seat, repeats=repeats, left_out_held=len(held), by=by)
    n = _put(seat, items, repeats)
    after = {"judge": rater.model_name, "repeats": repeats, "sessions": len(items), "readings": n}
    trail.record(verb="ask_judge", round=round, by=by, after=after | {"left_out_held": len(held)})
    return judging


def asked_before(
    *, round: Round, endpoint: Endpoint, model: str, temperature: float = TEMPERATURE
) -> Judging | None:
    """The judge that reads the round already, asked in the same way but for how often."""
    spec = _spec(round, endpoint, model, 1, temperature)
    found = Judging.objects.filter(seat__round=round).select_related("seat__rater", "seat__round")
    return next((one for one in found if one.seat.rater.model_spec == spec), None)


def stop_judging(*, judging: Judging, by) -> Judging:
    """It reads no more; what is out comes back and is kept. Raises Refused, CannotAsk."""
    return _turn(judging, by, JudgingState.STOPPED, verb="stop_judging", why=str(_("stopped by a lead")))


def go_on_judging(*, judging: Judging, by) -> Judging:
    """What it has not read is asked. Raises Refused, CannotAsk."""
    return _turn(judging, by, JudgingState.OPEN, verb="go_on_judging", why="")


@transaction.atomic
def stop_by_itself(*, judging: Judging, why: str) -> bool:
    """The breaker's own act, which asks nobody; the trail keeps that it stopped, never what a server said."""
    row = Judging.objects.select_for_update(of=("self",)).get(pk=judging.pk)
    if row.state != JudgingState.OPEN:
        return False
    row.state, row.why = JudgingState.STOPPED, why[:300]
    row.save(update_fields=["state", "why"])
    trail.record(
        verb="stop_judging", round=row.seat.round, by=None, after={"judge": row.seat.rater.model_name}
    )
    return True


@transaction.atomic
def _turn(judging: Judging, by, to: str, *, verb: str, why: str) -> Judging:
    row = Judging.objects.select_for_update().get(pk=judging.pk)
    round = row.seat.round
    if by is not None:
        roles.require(access.may_ask_judges(by, round))
    if row.state == to:
        raise CannotAsk(_("It is so already."))
    row.state, row.why = to, why
    row.save(update_fields=["state", "why"])
    trail.record(verb=verb, round=round, by=by, after={"judge": row.seat.rater.model_name})
    return row


def _spec(round: Round, endpoint: Endpoint, model: str, repeats: int, temperature: float) -> dict:
    if round.purpose == Purpose.TRAINING:
        raise CannotAsk(_("In a training round people learn; no judge reads it."))
    model = model.strip()
    if not model:
        raise CannotAsk(_("Say which model is asked."))
    if not model.isprintable():
        raise CannotAsk(_("The name of a model holds a character that no name can hold."))
    # "endpoint/model" names the rater.
    if len(f"{endpoint.name}/{model}") > Rater._meta.get_field("model_name").max_length:
        raise CannotAsk(
            _("The name of a model has %s characters at most.") % Call._meta.get_field("model").max_length
        )
    if isinstance(repeats, bool) or not 1 <= repeats <= MOST_REPEATS:
        raise CannotAsk(_("A judge reads each session between 1 and %s times.") % MOST_REPEATS)
    if not 0 <= temperature <= 2:
        raise CannotAsk(_("The temperature lies between 0 and 2."))
    texts = told.shipped()
    return {
        "endpoint": endpoint.name,
        "model": model,
        "sampling": {"temperature": float(temperature)},
        "prompts": prompting.keep(dict(sorted(texts.items()))),
    }


def _require_may_leave(items: list[Item], endpoint: Endpoint) -> None:
    profiles = {item.instance.profile_id for item in items} - {None}
    try:
        leaving.refuse(Profile.objects.filter(pk__in=profiles).only("key"), [endpoint])
    except NoEndpoint as refusal:
        raise CannotAsk(str(refusal)) from None


def _rater(spec: dict) -> Rater:
    """The one rater of this model with this sampling and these prompts: another prompt is another judge."""
    name = f"{spec['endpoint']}/{spec['model']}"
    for rater in Rater.objects.filter(kind=RaterKind.MODEL, model_name=name):
        if rater.model_spec == spec:
            return rater
    return Rater.objects.create(kind=RaterKind.MODEL, model_name=name, model_spec=spec)


def _put(seat: Seat, items: list[Item], repeats: int) -> int:
    """Its readings, with what it has before it hashed as a person's; some sessions at a time."""
    wording, order = Wording(), 0
    for start in range(0, len(items), AT_ONCE):
        chunk, made = items[start : start + AT_ONCE], []
        whole = Instance.objects.select_related("version__guideline").defer("trace")
        sessions = whole.in_bulk([item.instance_id for item in chunk])
        for item in chunk:
            judged = wording.words(sessions[item.instance_id], arm=item.arm)
            positions = POSITIONS if item.arm == Arm.PAIR else ("",)
            for number, position in enumerate([*positions] * repeats, start=1):
                reading = Reading(
                    seat=seat, item=item, pass_number=number, order=order, position_ab=position,
                    send_state=SendState.NEVER,
                )  # fmt: skip
                reading.content_hash = content_hash(reading.external_id, in_position(judged, position))
                made.append(reading)
                order += 1
        Reading.objects.bulk_create(made)
    return order

"""Who may do what in the review; page, API, webhook and verbs ask here."""

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import ReviewerRecord
from accounts.roles import Answer
from review import kin, who_settles
from review.models import Appeal, Item, Purpose, Reading, Round, RoundState, Seat, SeatProject
from synthesis import tiers
from synthesis.models import Instance, Tier


def may_run_rounds(user) -> Answer:
    return roles.may_lead(user)


def may_connect(user) -> Answer:
    """Say which Label Studios there are."""
    return roles.may_lead(user)


def may_close(user, round: Round) -> Answer:
    if not (answer := may_run_rounds(user)):
        return answer
    return Answer() if round.state == RoundState.OPEN else Answer(_("This round is closed already."))


def may_see_desk(user) -> Answer:
    return roles.may_annotate(user)


def may_open(user, project: SeatProject) -> Answer:
    """Her own seat's project, while its round is open."""
    if not (answer := may_see_desk(user)):
        return answer
    if project.seat.rater.user_id != user.pk:
        return Answer(_("This is another reviewer's desk."))
    if project.seat.round.state != RoundState.OPEN:
        return Answer(_("This round is closed; its sessions are judged no more."))
    return Answer()


def may_give_back(user, seat: Seat) -> Answer:
    """What she has not judged, at her own desk."""
    if not (answer := may_see_desk(user)):
        return answer
    if seat.rater.user_id != user.pk:
        return Answer(_("This is another reviewer's desk."))
    if seat.round.state != RoundState.OPEN:
        return Answer(_("This round is closed; its sessions are judged no more."))
    return Answer()


def may_hand_on(user, seat: Seat) -> Answer:
    """A lead, of anybody's desk; where she judges in the round herself, of her own: how others get on is not for her."""
    if not (answer := may_seat(user, seat.round)):
        return answer
    own = own_seat_only(user, seat.round)
    if own and own.pk != seat.pk:
        return Answer(_("You judge in this round; another lead hands on what others do not get to."))
    return Answer()


def resolved_for(user):
    """Items that she judged and whose resolution is open to her: of rounds that are closed, and the settled ones of
    rounds whose resolutions are open. Not while she has the same session still to judge, or may have to settle it.
    """
    hers = Reading.objects.filter(seat__rater__user=user)
    # Looked up beforehand: they are few, and while none is there nothing else is asked.
    rounds = Round.objects.released().filter(seats__rater__user=user).values_list("pk", "state")
    states = dict(rounds)
    closed = [pk for pk, state in states.items() if state == RoundState.CLOSED]
    released = Item.objects.settled().filter(round__in=set(states) - set(closed)).order_by()
    seen = Q(round__in=closed) | Q(pk__in=released.values("pk"))
    judged = hers.filter(judged=True, pass_number=1).values("item")
    waits = hers.undecided().filter(item__round__state=RoundState.OPEN).order_by()
    found = Item.objects.counted().filter(seen, pk__in=judged)
    same = Item.objects.filter(round__in=states, pk__in=judged).order_by().values_list("pk", flat=True)
    # Those left out are few, and found from what waits; asked of each that she judged, all sessions would be read.
    left_out = [*same.filter(instance__cell__in=waits.values("item__instance__cell"))]
    if roles.may_adjudicate(user):
        to_settle = Item.objects.unsettled().filter(round__state=RoundState.OPEN)
        to_settle = to_settle.exclude(instance__in=hers.values("item__instance")).order_by()
        left_out += same.filter(instance__cell__in=to_settle.values("instance__cell"))
    return found.exclude(pk__in=left_out)


def has_learned(user, instance) -> bool:
    """She judged this session, and how it was resolved is open to her."""
    return bool(may_see_desk(user)) and resolved_for(user).filter(instance=instance.pk).exists()


def may_see_resolution(user, item: Item) -> Answer:
    if not (answer := may_see_desk(user)):
        return answer
    if not resolved_for(user).filter(pk=item.pk).exists():
        return Answer(
            _("You see how a session was resolved if you judged it, when its round opens that to you.")
        )
    return Answer()


def may_appeal(user, item: Item) -> Answer:
    """Once, against what is settled and has not been judged again."""
    if not (answer := may_see_resolution(user, item)):
        return answer
    if item.round.rehearsal:
        return Answer(_("This was a rehearsal; nothing leaves by it."))
    if not Item.objects.settled().filter(pk=item.pk).exists():
        return Answer(_("This session was not settled; there is nothing to appeal against."))
    if Appeal.objects.in_words().filter(item=item, by=user).exists():
        return Answer(_("You have appealed here already."))
    if item.superseded_by.exists():
        return Answer(_("This session is judged again already."))
    return Answer()


def may_see_appeals(user) -> Answer:
    return may_run_rounds(user)


def appeals_open_to(user):
    """Appeals that this lead may read: not of rounds and sessions that she judges or may settle herself, as an appeal
    tells how they were judged.
    """
    hidden = rounds_she_judges(user).order_by().values("pk")
    # A late judgement says how a session was settled: not before its reviewers may see that, nor while it is not.
    # Asked of each appeal: those are few, and the settled sessions many.
    released = Round.objects.released().order_by().values("pk")
    settled = Item.objects.settled().filter(pk=OuterRef("item"), round__in=released)
    seen = Q(raw=None) | Exists(settled.order_by())
    found = Appeal.objects.filter(seen).exclude(item__round__in=hidden)
    return found.exclude(item__instance__cell__in=hidden_cells(user))


def may_answer_appeal(user, appeal) -> Answer:
    if not (answer := may_see_appeals(user)):
        return answer
    if appeal.by_id == user.pk:
        return Answer(_("This is your own appeal; another lead answers it."))
    if not appeals_open_to(user).filter(pk=appeal.pk).exists():
        return Answer(_("You judge this session, or may settle it, in an open round; another lead answers."))
    return Answer()


def may_move_release(user, round: Round) -> Answer:
    """A lead who does not judge there, while nothing was opened."""
    if not (answer := may_seat(user, round)):
        return answer
    if round.is_released:
        return Answer(_("Resolutions are open to the reviewers already; that cannot be undone."))
    if own_seat_only(user, round):
        return Answer(_("You judge in this round; another lead says when resolutions open."))
    return Answer()


def may_extend(user, round: Round) -> Answer:
    """A lead who does not judge there: she says by the agreement so far how much more is read."""
    if not (answer := may_seat(user, round)):
        return answer
    if own_seat_only(user, round):
        return Answer(_("You judge in this round; another lead says how much more of it is read."))
    return Answer()


def may_seat(user, round: Round) -> Answer:
    if not (answer := may_run_rounds(user)):
        return answer
    if round.purpose == Purpose.TRAINING:
        return Answer(
            _("In a training round everybody has sessions of her own; open another one for more people.")
        )
    return Answer() if round.state == RoundState.OPEN else Answer(_("This round is closed already."))


def may_raise(user, reading: Reading) -> Answer:
    """Whoever has, or had, the session before her."""
    if user and user.is_active and reading.seat.rater.user_id == user.pk:
        return Answer()
    return Answer(_("Only a reader of this session raises a flag from here; leads can hold it back."))


def may_see_flags(user) -> Answer:
    return roles.may_lead(user)


def may_see_flag(user, item: Item) -> Answer:
    """A lead who neither judges in its open round nor judges the session in another."""
    if not (answer := may_see_flags(user)):
        return answer
    judges_it = Reading.objects.filter(
        item__instance=item.instance_id, seat__rater__user=user, seat__round__state=RoundState.OPEN
    )
    if own_seat_only(user, item.round) or judges_it.exists():
        return Answer(_("You judge here, so until it is closed another lead looks at this."))
    return Answer()


def may_see_who_flagged(user, item: Item) -> Answer:
    """Whoever may settle the item judges first, and without names."""
    unsettled = Item.objects.unsettled().filter(pk=item.pk)
    if item.round.state == RoundState.OPEN and roles.may_adjudicate(user) and unsettled.exists():
        return Answer(
            _("You may settle this session: who raised it, and what she says, you read afterwards.")
        )
    return may_see_flag(user, item)


def may_answer_flag(user, item: Item) -> Answer:
    """A lead who never read the session herself: nobody answers her own flag."""
    if not (answer := may_see_flag(user, item)):
        return answer
    if Reading.objects.filter(item__instance=item.instance_id, seat__rater__user=user).exists():
        return Answer(_("You read this session yourself; another lead answers."))
    return Answer()


def may_name_risk_lead(user, round: Round) -> Answer:
    """Any lead, also of a closed round, to which flags may still come."""
    return may_run_rounds(user)


def may_see_disputes(user) -> Answer:
    return roles.may_adjudicate(user)


def may_settle(user, item: Item) -> Answer:
    return who_settles.may_settle(user, item)


def may_see_agreement(user) -> Answer:
    return roles.may_lead(user)


def said_of_conflicts():
    """Records in force in which somebody wrote of conflicts of interest, in words that no rule reads."""
    latest = ReviewerRecord.objects.filter(user=OuterRef("user")).order_by("-n").values("pk")[:1]
    found = ReviewerRecord.objects.filter(pk=Subquery(latest)).exclude(conflicts="")
    return found.select_related("user").order_by("user")


def own_seat_only(user, round: Round) -> Seat | None:
    """The seat to which this person's view of an open round is limited, whatever her roles; None: no
    limit.
    """
    if round.state != RoundState.OPEN:
        return None
    return round.seats.filter(rater__user=user).first()


def rounds_she_judges(user):
    """Open rounds in which this person has a seat: she sees no colleague's judgement and no agreement
    there.
    """
    return Round.objects.open().filter(seats__rater__user=user)


def _items_to_judge(user):
    """Items of open rounds of which this person holds a reading, or which, as an adjudicator, she may have to settle:
    the one answer to who is still blind to a session, wherever it could be read.
    """
    items = Item.objects.filter(round__state=RoundState.OPEN)
    if not roles.may_adjudicate(user):
        items = items.filter(readings__seat__rater__user=user)
    return items


def same_sessions(cells):
    """Sessions of these cells, a query of them, and of their families. Another run's session of the same cell, or a
    preview, is the same session again: it is made of the same stored replies.
    """
    own = cells.order_by()
    return Instance.objects.filter(Q(cell__in=own) | Q(cell__in=RawSQL(*kin.family_of(own)))).order_by()


def _hidden(user):
    return same_sessions(_items_to_judge(user).values("instance__cell"))


def hidden_cells(user):
    """The cells of the sessions that she has still to judge or may have to settle; a query to be nested."""
    return _hidden(user).values("cell")


def hidden_sessions(user):
    """Public ids of what hidden_cells hides; a query to be nested."""
    return _hidden(user).values_list("public_id", flat=True)


def hidden_instances(user, ids) -> set[int]:
    """Of these instances, those that may_see_instance refuses. One query."""
    held = Instance.objects.filter(pk__in=list(ids), cell__in=hidden_cells(user))
    return set(held.order_by().values_list("pk", flat=True))


def judges(user, instance) -> bool:
    return bool(hidden_instances(user, [instance.pk]))


def may_see_instance(user, instance) -> Answer:
    """No while she judges the session, or may settle it: she would learn what was intended, and which text of a
    dispute is the machine's.
    """
    if judges(user, instance):
        return Answer(
            _("You judge this session, or may settle it, in an open round; you see this when it is closed.")
        )
    return Answer()


def may_see_verdicts(user, run) -> Answer:
    """No while she judges any session of the run, or may settle one: verdicts are for her when the rounds are closed."""
    if _items_to_judge(user).filter(instance__run=run).exists():
        return Answer(
            _(
                "You judge sessions of this run, or may settle them, in an open round; you see this when it is closed."
            )
        )
    return Answer()


def may_see_choice(user, round: Round) -> Answer:
    """How its sessions were chosen may name what was intended: not while she judges any of them, or may settle one."""
    if not (answer := may_run_rounds(user)):
        return answer
    chosen = round.items.order_by().values("instance__cell")
    if _items_to_judge(user).filter(instance__cell__in=chosen).exists():
        return Answer(
            _("How these sessions were chosen is for you when you judge none of them in an open round.")
        )
    return Answer()


def hides_any(user) -> bool:
    """Whether there is any session that hidden_cells hides."""
    return _items_to_judge(user).exists()


def sessions_judged():
    """Public ids of the sessions that are in an open round, there or by another of the same cell; a query."""
    judged = Item.objects.filter(round__state=RoundState.OPEN).values("instance__cell")
    return same_sessions(judged).values_list("public_id", flat=True)


def may_see_pairs_judged(user, guideline) -> Answer:
    """How its pairs were judged before would sway whoever judges, or may settle, sessions by it now."""
    rounds = Round.objects.open().filter(pairs_version__guideline=guideline)
    if not roles.may_adjudicate(user):
        rounds = rounds.filter(seats__rater__user=user)
    if rounds.exists():
        return Answer(
            _("You judge by this guideline in an open round; its numbers are for you when that is closed.")
        )
    return Answer()


def at_risk(instance) -> bool:
    """It, or its client, carries a risk tier or is held; reads their `marks`, which may be prefetched."""
    things = [instance, *filter(None, [instance.profile])]
    return any(tiers.held(thing) or tiers.tier_in_force(thing) != Tier.NONE for thing in things)

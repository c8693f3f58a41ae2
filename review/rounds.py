"""Plan a round: which items, in which arm, read by whom, in which order; and close it."""

import random
import secrets

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import roles
from accounts.identity import minter
from accounts.models import TrailEvent
from accounts.numbering import next_serial
from guidelines.models import Kind, VersionState
from review import access, assignment, trail
from review.gold import certified, seeding
from review.held import held_among
from review.judged import Wording, content_hash, in_position
from review.label_studio import connecting
from review.label_studio.planning import plan_projects
from review.label_studio.screens.build import UnfitForScreen, screen_of
from review.matching import RISK_READERS, CannotMakeRound, Matching, named
from review.models import (
    Arm,
    Asked,
    Flag,
    Item,
    RaterKind,
    Reading,
    Round,
    RoundState,
    Seat,
    Server,
    VerdictRule,
)
from review.raters import may_sit
from review.standing import UNANIMOUS
from synthesis import choice_words
from synthesis.models import Instance, InstanceState, Purpose

UNAIDED_READERS = 2
BATCH = 500
SESSIONS_AT_ONCE = 100


@transaction.atomic
def make_round(
    *, name, instances, raters, by, pairs_version, rubric_version, overlap=2, unaided_share=0.2, seed=0,
    screen="supervised_dialogue", deadline=None, leave_out_risk=False, supersedes=None, doubly_read=1.0,
    repeat_share=0.0, most_each=None, rule=UNANIMOUS, resolutions_from=None, arm=None,
    risk_lead=None, chances=None, known_answers=0, certification=Asked.WARN, server=None,
) -> Round:  # fmt: skip
    """Put instances before raters: draws arms, readers and each reader's own random order. Sends nothing
    yet. `instances`: rows or a queryset, whose sessions are never in memory all at once.
    Sessions that are held back, or whose client is, stay out until a lead releases them; the trail counts them.
    `rule`: review.standing.Rule, by which its items settle; it stays as it is.
    `doubly_read`: the share, drawn at random, that `overlap` people read; the others are read by one.
    `repeat_share`: of each reader's sessions, those that she reads a second time (review.repeating).
    `most_each`: how many sessions one person is given at most, repeats apart.
    `leave_out_risk`: sessions that carry a risk tier stay out, rather than needing readers qualified for them.
    `risk_lead`: the lead to whom what readers call unsafe goes first, and who reads nothing here; else whoever opens it.
    `known_answers`: how many sessions with known answers each reader gets among the others (review.gold.seeding).
    `certification`: whether those are refused who are not certified under these versions.
    `server`: the Label Studio that it is judged in; None is the first that takes new rounds.
    `supersedes`: {instance id: id of its earlier item}, of those that are judged again.
    `arm`: that of all its sessions, where nothing is to be drawn.
    `resolutions_from`: from when on reviewers see how what is settled was resolved; None: when the round is closed.
    `chances`: {instance id: with which chance it was drawn}, of sessions that were (review.choosing).
    """
    roles.require(access.may_run_rounds(by))
    server = _server(server)
    instances, left_out_held = _fit(instances, screen)
    raters = list(dict.fromkeys(raters))
    require_people(raters, overlap)
    risk_lead = risk_lead or by
    _require_risk_lead(risk_lead, [rater.user_id for rater in raters])
    require_versions(pairs_version, rubric_version)
    if certification == Asked.REQUIRED:
        certified.require(raters, pairs_version, rubric_version)
    if not name.strip():
        raise CannotMakeRound(_("Give the round a name."))
    if min(rule.marks_within or 0, rule.levels_within or 0) < 0:
        raise CannotMakeRound(_("Turns and levels that may lie between readers are at least 0."))
    matching = Matching(instances, raters)
    left_out = len(matching.risky) if leave_out_risk else 0
    if leave_out_risk:
        instances = [instance for instance in instances if instance.pk not in matching.risky]
        if not instances:
            raise CannotMakeRound(
                _("Every session chosen carries a risk tier; left without them, none remains.")
            )
    forms = screen_of(screen).forms
    rewritten = _rewritten(instances) if Arm.REVISED in forms else set()
    if Arm.UNAIDED not in forms and not rewritten:
        unaided_share = 0.0  # there is no draft to be without
    unaided = assignment.draw_unaided(len(instances), unaided_share, seed=seed)
    if arm is not None:
        unaided = set(range(len(instances))) if arm in (Arm.UNAIDED, Arm.RATED) else set()
        unaided_share = float(arm == Arm.UNAIDED)
    if Arm.UNAIDED in forms and unaided and len(raters) < UNAIDED_READERS:
        raise CannotMakeRound(_("Sessions read without the draft need two readers; seat a second reviewer."))
    round = Round.objects.create(
        serial=next_serial(Round),
        name=name.strip(),
        screen=screen,
        pairs_version=pairs_version,
        rubric_version=rubric_version,
        overlap=overlap,
        unaided_share=unaided_share,
        doubly_read=doubly_read,
        repeat_share=repeat_share,
        most_each=most_each,
        verdict_rule=VerdictRule.MAJORITY if rule.majority else VerdictRule.UNANIMOUS,
        marks_within=rule.marks_within,
        levels_within=rule.levels_within,
        seed=seed,
        left_out_risk=left_out,
        certification=certification,
        rehearsal=any(rater.kind != RaterKind.HUMAN for rater in raters),
        made_by=by,
        deadline=deadline,
        resolutions_from=resolutions_from,
        risk_lead=risk_lead,
    )
    seats = {rater: Seat.objects.create(round=round, rater=rater) for rater in raters}
    items = _items(round, instances, unaided, rewritten, supersedes or {}, chances or {})
    doubly = assignment.draw_share(len(items), doubly_read, seed=seed)
    readers = {item.instance_id: _readers(item, overlap, doubly, matching.risky) for item in items}
    matching.require(readers, instances)
    needs = [assignment.Need(readers[item.instance_id], matching.allowed(item.instance_id)) for item in items]
    # What is put among them counts as hers to read too.
    room = None if most_each is None else dict.fromkeys(raters, max(0, most_each - known_answers))
    chosen = assignment.assign(needs, seed=seed, room=room)
    _require_room(needs, chosen, most_each)
    known, known_readers = seeding.seed(round, raters, instances, known_answers)
    readings = deal([*items, *known], [*chosen, *known_readers], seats, round)
    try:
        plan_projects(round, {(r.seat_id, r.item.arm): r.seat for r in readings}, server=server)
    except UnfitForScreen as unfit:
        raise CannotMakeRound(_("The reviewers' screen cannot be built. %s") % unfit) from None
    told = _told(round, raters, len(items), left_out_held)
    told |= {"known_answers": known_answers, "server": server.name}
    trail.record(verb="make_round", round=round, by=by, after=told)
    return round


def _server(chosen: Server | None) -> Server:
    offered = connecting.for_new_rounds()
    if chosen and chosen not in offered:
        raise CannotMakeRound(_("The Label Studio “%s” takes no new rounds.") % chosen)
    return chosen or offered[0]


def _told(round: Round, raters, sessions: int, left_out_held: int) -> dict:
    """What the trail keeps of a new round; not its seed, from which every draw could be computed."""
    people = [str(rater.user.public_id) for rater in raters if rater.user_id]
    return {
        "name": round.name, "pairs_version": str(round.pairs_version), "rubric_version": str(round.rubric_version),
        "sessions": sessions, "left_out_risk": round.left_out_risk,
        "left_out_held": left_out_held, "overlap": round.overlap,
        "unaided_share": round.unaided_share, "doubly_read": round.doubly_read,
        "repeat_share": round.repeat_share, "most_each": round.most_each,
        "verdict_rule": round.verdict_rule, "marks_within": round.marks_within, "levels_within": round.levels_within,
        "risk_lead": [str(round.risk_lead.public_id)], "reviewers": people, "machines": len(raters) - len(people),
        "resolutions_from": trail.moment(round.resolutions_from),
        "certification": str(round.certification),
    }  # fmt: skip


def why_not_closed(round: Round) -> str:
    """What is to be done before the round can be closed, in a sentence; empty where nothing is."""
    n = Flag.objects.waiting().filter(item__round=round).values("item").distinct().count()
    if not n:
        return ""
    said = ngettext(
        "%d session carries a flag that no lead has answered in writing; answer it first.",
        "%d sessions carry flags that no lead has answered in writing; answer them first.",
        n,
    )
    return said % n


class CannotClose(ValueError):
    """The round is open still; the message says what is to be done first."""


@transaction.atomic
def close_round(*, round: Round, by) -> Round:
    """No judgement enters any more. Items still open or in dispute stay so, and are counted wherever they are
    left out. Raises Refused; CannotClose while a flag waits, as those who work in the round are still there to be asked.
    """
    roles.require(access.may_close(by, round))
    # Items before the round, as a judgement does: wait for those being written, and let none begin.
    list(round.items.select_for_update().order_by("pk").values_list("pk", flat=True))
    round = Round.objects.select_for_update().get(pk=round.pk)
    roles.require(access.may_close(by, round))
    if flagged := why_not_closed(round):
        raise CannotClose(f"{flagged} {_('Nothing was closed.')}")
    round.state, round.closed_at, round.closed_by = RoundState.CLOSED, timezone.now(), by
    round.save(update_fields=["state", "closed_at", "closed_by"])
    trail.record(
        verb="close_round",
        round=round,
        by=by,
        before={"state": RoundState.OPEN},
        after={"state": round.state},
    )
    return round


def left_out_held(round: Round) -> int:
    """Sessions chosen for the round that stayed out because they were held back; as the trail kept it."""
    made = TrailEvent.objects.of(trail.ROUND, str(round.public_id)).filter(verb="review.make_round").first()
    return made.after.get("left_out_held", 0) if made else 0


def _fit(instances, screen) -> tuple[list[Instance], int]:
    """The instances without their sessions, but for those held back; and how many these are."""
    try:
        screen_of(screen)
    except UnfitForScreen as unknown:
        raise CannotMakeRound(str(unknown)) from None
    if isinstance(instances, QuerySet):
        given = instances.values_list("pk", flat=True)
    else:
        given = (instance.pk for instance in instances)
    given, found = list(dict.fromkeys(given)), {}
    light = Instance.objects.select_related("run").only(
        "public_id", "state", "recipe", "profile", "factors", "run__purpose"
    )
    for start in range(0, len(given), BATCH):
        found |= light.in_bulk(given[start : start + BATCH])
    instances = [found[pk] for pk in given]
    if not instances:
        raise CannotMakeRound(_("Choose at least one session."))
    for instance in instances:
        if instance.state != InstanceState.MADE:
            raise CannotMakeRound(_("Session %s is not made.") % named(instance.pk), instance.public_id)
        if instance.run and instance.run.purpose == Purpose.PREVIEW:
            raise CannotMakeRound(
                _("Session %s was made as a preview of a plan; the run that was planned has its own.")
                % named(instance.pk),
                instance.public_id,
            )
        if instance.recipe != screen:
            raise CannotMakeRound(
                _("Session %(id)s was made by another recipe (%(recipe)s) than this screen shows.")
                % {"id": named(instance.pk), "recipe": choice_words.recipe(instance.recipe)},
                instance.public_id,
            )
    held = held_among(instances)
    if len(held) == len(instances):
        raise CannotMakeRound(
            _("Every session chosen is held back (%(n)s; the first: %(first)s). Look at them, and release those that "
              "reviewers should see.")
            % {"n": len(held), "first": named(instances[0].pk)},
            instances[0].public_id,
        )  # fmt: skip
    return [instance for instance in instances if instance.pk not in held], len(held)


def require_people(raters, overlap):
    if overlap < 1:
        raise CannotMakeRound(_("Each session needs at least one reader."))
    for rater in raters:
        if not may_sit(rater):
            raise CannotMakeRound(_("%s is not an annotator; a lead can give the role.") % rater)
    if len(raters) < overlap:
        raise CannotMakeRound(
            _("Each session is to be read by %(overlap)s people, and %(n)s are chosen.")
            % {"overlap": overlap, "n": len(raters)}
        )


def _require_room(needs, chosen, most_each) -> None:
    wanted, given = sum(need.readers for need in needs), sum(map(len, chosen))
    if given < wanted:
        raise CannotMakeRound(
            _("The sessions ask for %(wanted)d readings, and with at most %(most)d for each reviewer %(given)d can be "
              "given out. Seat more reviewers, allow each more, or choose fewer sessions.")
            % {"wanted": wanted, "most": most_each, "given": given}
        )  # fmt: skip


def _require_risk_lead(lead, reading: list[int | None]) -> None:
    if not roles.may_lead(lead):
        raise CannotMakeRound(_("%s is not a lead; what readers call unsafe goes to one.") % lead)
    if lead.pk in reading:
        raise CannotMakeRound(
            _(
                "%s reads in this round. Name another lead, who reads nothing in it, for what readers call unsafe."
            )
            % lead
        )


def require_versions(pairs_version, rubric_version):
    for version, kind in ((pairs_version, Kind.PAIRS), (rubric_version, Kind.RUBRIC)):
        if version.guideline.kind != kind:
            raise CannotMakeRound(_("%s is a guideline of another kind.") % version)
        if version.state != VersionState.PUBLISHED:
            raise CannotMakeRound(
                _("%s is not published; reviewers judge by published versions only.") % version
            )


def _readers(item: Item, overlap: int, doubly: set[int], risky: set[int]) -> int:
    """How many read it. What is read without the draft, or carries a risk tier, always by two."""
    readers = overlap if item.position in doubly else 1
    if item.arm == Arm.UNAIDED:
        readers = UNAIDED_READERS
    return max(readers, RISK_READERS) if item.instance_id in risky else readers


def _rewritten(instances) -> set[int]:
    """Ids of those that hold a rewriting of what is rated."""
    found: set[int] = set()
    for start in range(0, len(instances), BATCH):
        some = Instance.objects.filter(pk__in=[one.pk for one in instances[start : start + BATCH]])
        found.update(some.filter(content__has_key="rewrite").values_list("pk", flat=True))
    return found


def _arm(screen, instance, is_unaided: bool, rewritten: set[int]) -> str:
    """What is drawn is read without what a machine says of it: without the draft, or without scores and rewriting."""
    if is_unaided and Arm.UNAIDED in screen.forms:
        return Arm.UNAIDED
    return Arm.REVISED if instance.pk in rewritten and not is_unaided else screen.usual


def _items(round, instances, unaided, rewritten, supersedes, chances) -> list[Item]:
    # Positions are drawn too: nobody can read the order of the run from them.
    shuffled = list(instances)
    random.Random(f"positions/{round.seed}").shuffle(shuffled)
    mint, screen = minter(Item._meta.label_lower), screen_of(round.screen)
    items = [
        Item(public_id=mint(round.serial, position), round=round, instance=instance, position=position,
             arm=_arm(screen, instance, position in unaided, rewritten),
             supersedes_id=supersedes.get(instance.pk),
             inclusion_probability=chances.get(instance.pk, 1.0))
        for position, instance in enumerate(shuffled)
    ]  # fmt: skip
    return Item.objects.bulk_create(items, batch_size=BATCH)


def deal(items, readers, seats, round) -> list[Reading]:
    """The readings of these items: each seat gets its own in an order of its own. `readers`: the raters of each item."""
    by_seat = {seat: [] for seat in seats.values()}
    for item, chosen in zip(items, readers, strict=True):
        for rater in chosen:
            by_seat[seats[rater]].append(item)
    readings = []
    for seat, own in by_seat.items():
        draw = f"{round.seed}/{seat.public_id}"
        random.Random(f"order/{draw}").shuffle(own)
        # Known answers measure by themselves; only what is judged for its own sake comes again.
        own_work = [item for item in own if item.gold_id is None]
        again = [own_work[n] for n in assignment.draw_repeats(len(own_work), round.repeat_share, seed=draw)]
        readings += [
            Reading(seat=seat, item=item, order=order, pass_number=1 if order < len(own) else 2)
            for order, item in enumerate([*own, *again])
        ]
    hash_contents(items, readings)
    return Reading.objects.bulk_create(readings, batch_size=BATCH)


def hash_contents(items, readings):
    """Draws which of two texts stands first, and hashes what each reader has before her. Some sessions at a time: a
    round may hold many thousands.
    """
    wording, readings_of = Wording(), {}
    for reading in readings:
        readings_of.setdefault(reading.item_id, []).append(reading)
    for start in range(0, len(items), SESSIONS_AT_ONCE):
        chunk = items[start : start + SESSIONS_AT_ONCE]
        sessions = Instance.objects.select_related("version__guideline").defer("trace")
        sessions = sessions.in_bulk([item.instance_id for item in chunk])
        for item in chunk:
            judged = wording.words(sessions[item.instance_id], arm=item.arm)
            for reading in readings_of.get(item.pk, []):
                if item.arm == Arm.PAIR:
                    # By no seed: whoever knew it could compute which is which.
                    reading.position_ab = secrets.choice(("ab", "ba"))
                reading.content_hash = content_hash(
                    reading.external_id, in_position(judged, reading.position_ab)
                )

"""Stale sessions are judged again, by the words of a later version: a new round over exactly those."""

from collections import Counter

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import roles
from guidelines import touching
from guidelines.models import Guideline, Version
from guidelines.touching import Touched
from review import access
from review.models import Arm, Item, RaterKind, Round
from review.rounds import CannotMakeRound, left_out_held, make_round
from review.whereabouts import out_for_review
from synthesis.models import InstanceState, Intended

NOT_MADE = gettext_lazy("not made yet")
STILL_OUT = gettext_lazy("still judged in an open round: settle them there, or close the round, first")
HELD_BACK = gettext_lazy("held back until a lead releases them")


def reread(instances: QuerySet, touched: Touched) -> QuerySet:
    """Those put before readers again by a version in which their pairs stand as they do now."""
    return instances.filter(_read_since(touched))


def unread(instances: QuerySet, touched: Touched) -> QuerySet:
    return instances.exclude(_read_since(touched))


def _read_since(touched: Touched) -> Q:
    """Of a stale session: whether it was judged by each of its pairs as that stands now. Aided items only: without
    the draft there is no verdict. A rehearsal stands in for people nowhere, so it counts only for sessions that
    people never judged.
    """
    groups = touched.stale_since()
    if set(groups) <= {None}:
        return Q(pk__in=[])  # by a draft nobody judges
    judged_by = Round.objects.filter(pairs_version__guideline=touched.target.guideline_id)
    # Few rows, and often none: what is asked of every session then costs nothing.
    rounds = list(judged_by.values_list("pk", "pairs_version__number", "rehearsal"))
    judged = {number: _judged_since(number, rounds) for number in groups}
    found = Q(pk__in=[])
    for number, revisions in groups.items():
        found |= Q(pair_revision__in=revisions) & judged[number]
    further = Intended.objects.filter(pair_revision__in=touched.revisions())
    if not further.exists():
        return found
    # What is to be shown besides has to be judged too; the session's own pair may be one that stands.
    found |= ~Q(pair_revision__in=touched.revisions())
    for number, revisions in groups.items():
        besides = Q(pk__in=Intended.objects.filter(pair_revision__in=revisions).values("instance"))
        found &= ~besides | judged[number]
    return found


def _judged_since(number: int | None, rounds: list[tuple[int, int, bool]]) -> Q:
    """By people in a round under this version of the guideline or a later one, or in a rehearsal of such."""
    since = [one for one in rounds if number is not None and one[1] >= number]
    by_people = Item.objects.counted().filter(instance=OuterRef("pk"), round__rehearsal=False)
    found = Q(pk__in=[])
    for rehearsal in {one[2] for one in since}:
        these = [pk for pk, _number, kind in since if kind == rehearsal]
        again = Q(
            Exists(Item.objects.counted().filter(instance=OuterRef("pk"), arm=Arm.AIDED, round__in=these))
        )
        found |= again & ~Q(Exists(by_people)) if rehearsal else again
    return found


def to_deal_with(instances: QuerySet, touched: Touched) -> QuerySet:
    """The stale ones that are neither planned again nor put before readers again."""
    return unread(instances.stale(touched).unreplaced(), touched)


def readable(waiting: QuerySet) -> QuerySet:
    """Those that readers can be given now: made, and not before readers already."""
    return waiting.filter(state=InstanceState.MADE).exclude(out_for_review())


@transaction.atomic
def read_again(
    *, instances: QuerySet, version: Version, rubric_version, name, raters, by, **more
) -> tuple[Round | None, Counter]:
    """Open a round by `version` over those of `instances` that are stale under it and wait for it; return it with
    how many are left out, and why. None with nothing left out: they are dealt with already, and nothing was done.

    All rules of review.rounds hold, and its options are `more`, but for the unaided arm: it is the judgement of the
    draft that is asked for again. Each new item names the one that it supersedes; nothing of the old ones changes.

    Raises Refused, CannotMakeRound.
    """
    roles.require(access.may_run_rounds(by))
    # Two at once take turns here; the second finds the first one's round.
    Guideline.objects.select_for_update().get(pk=version.guideline_id)
    waiting = to_deal_with(instances, touching.by(version))
    made = waiting.filter(state=InstanceState.MADE)
    chosen = readable(waiting).order_by("pk")
    left_out = {str(NOT_MADE): waiting.exclude(state=InstanceState.MADE).count()}
    left_out |= {str(STILL_OUT): made.filter(out_for_review()).count()}
    left_out = +Counter(left_out)
    if not chosen.exists():
        if not left_out:
            return None, left_out
        why = "; ".join(f"{n} {reason}" for reason, n in left_out.items())
        raise CannotMakeRound(_("None of these sessions can be judged again now: %s.") % why)
    rehearsal = any(rater.kind != RaterKind.HUMAN for rater in raters)
    earlier = Item.objects.counted().filter(instance__in=chosen.values("pk"), round__rehearsal=rehearsal)
    round = make_round(
        name=name,
        instances=chosen,
        raters=raters,
        by=by,
        pairs_version=version,
        rubric_version=rubric_version,
        unaided_share=0,
        supersedes=dict(earlier.order_by("pk").values_list("instance_id", "pk")),
        **more,
    )
    if held := left_out_held(round):
        left_out[str(HELD_BACK)] = held
    return round, left_out

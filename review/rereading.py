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
from review.rounds import CannotMakeRound, make_round
from review.whereabouts import out_for_review
from synthesis.models import InstanceState

NOT_MADE = gettext_lazy("not made yet")
STILL_OUT = gettext_lazy("still judged in an open round: settle them there, or close the round, first")


def reread(instances: QuerySet, touched: Touched) -> QuerySet:
    """Those put before readers again by a version in which their pair stands as it does now."""
    return instances.filter(_read_since(touched))


def unread(instances: QuerySet, touched: Touched) -> QuerySet:
    return instances.exclude(_read_since(touched))


def _read_since(touched: Touched) -> Q:
    """Aided items only: without the draft there is no verdict. A rehearsal stands in for people nowhere, so it counts
    only for sessions that people never judged.
    """
    if set(touched.stale_since()) <= {None}:
        return Q(pk__in=[])  # by a draft nobody judges
    judged_by = Round.objects.filter(pairs_version__guideline=touched.target.guideline_id)
    # Few rows, and often none: what is asked of every session then costs nothing.
    rounds = list(judged_by.values_list("pk", "pairs_version__number", "rehearsal"))
    by_people = Item.objects.filter(instance=OuterRef("pk"), round__rehearsal=False)
    found = Q(pk__in=[])
    for number, revisions in touched.stale_since().items():
        since = [one for one in rounds if number is not None and one[1] >= number]
        for rehearsal in {one[2] for one in since}:
            these = [pk for pk, _number, kind in since if kind == rehearsal]
            items = Item.objects.filter(instance=OuterRef("pk"), arm=Arm.AIDED, round__in=these)
            again = Q(Exists(items), pair_revision__in=revisions)
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
    earlier = Item.objects.filter(instance__in=chosen.values("pk"), round__rehearsal=rehearsal)
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
    return round, left_out

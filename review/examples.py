"""Approved edits that agents may be shown as examples of how to write: the texts, and nothing about who wrote them."""

from collections.abc import Collection, Iterator

from django.db.models import Q

from guidelines.models import Version
from review import access, feedback
from review.by_pair import judged_again
from review.models import Aspect, Decision, RaterKind, Standing, StandingState
from synthesis.cast import Example
from synthesis.factors import LANGUAGES
from synthesis.models import Instance

MOST = 500  # of the newest sessions, or of those named; a run shows at most a few to each of its own


def edits(version: Version, of: Collection[int] | None = None) -> Iterator[Example]:
    """Under the guideline of this version, newest first; only of the sessions with these ids, if any are named.

    Of closed rounds of people only, as a correction is. A session that carries a risk or is held, was called unsafe,
    is judged again in an open round, or whose client's record may not leave this machine or was erased shows nothing.
    """
    unsafe = Standing.objects.filter(aspect=Aspect.SAFETY).exclude(
        state=StandingState.SETTLED, outcome="safe"
    )
    settled = (
        feedback.approved(version.guideline)
        .filter(~judged_again(), item__instance__pair_revision__isnull=False)
        .filter(item__instance__profile__may_leave_machine=True)
        .filter(Q(item__instance__profile__source_text=None)
                | Q(item__instance__profile__source_text__erased_at=None))
        .exclude(item__instance__in=unsafe.values("item__instance"))
    )  # fmt: skip
    if of is not None:
        settled = settled.filter(item__instance__in=of)
    named = [name for outcome in settled.values_list("outcome", flat=True)[:MOST] for name in outcome]
    decisions = (
        Decision.objects.filter(public_id__in=named, rater__kind=RaterKind.HUMAN)
        .exclude(edited_text="")
        .select_related("item__instance__profile", "item__instance__pair_revision__pair")
        .defer("item__instance__content", "item__instance__trace", "item__instance__profile__content")
        .prefetch_related("item__instance__marks", "item__instance__profile__marks")
        .order_by("-pk")
    )
    return (_example(one) for one in decisions if not access.at_risk(one.item.instance))


def _example(decision: Decision) -> Example:
    instance: Instance = decision.item.instance
    return Example(
        of=instance.pk,
        name=str(instance.public_id),
        pair=instance.pair_revision.pair.key,
        base_case=instance.profile.base_case,
        licence=instance.profile.licence,
        language=instance.factors.get("language", LANGUAGES[0]),
        draft=decision.judged["draft"],
        edited=decision.edited_text,
    )

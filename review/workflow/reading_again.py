"""One settled dispute in ten is put before a second adjudicator, who does not know that it is settled.

Whoever leads too reads of the round what is settled in it, and would know: she is given none.

It is drawn when it is settled, from randomness that is kept nowhere, so nobody can compute which; and where a round has
no dispute left and none was drawn, one of those settled is.
"""

import random
import secrets
from dataclasses import asdict

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import Role, User
from review import access, who_settles
from review.flags import raising
from review.models import (
    Decision,
    FirstJudgement,
    Item,
    Round,
    SecondJudgement,
    SecondReading,
    ToldSettled,
)
from review.raters import rater_for, record_in_force
from review.workflow.answering import (
    Answer,
    CannotSettle,
    require,
    require_levels,
    require_reason,
    require_safe,
    words_judged,
)
from review.workflow.marking import require_findings
from review.workflow.storing import locked

ONE_IN = 10


def draw(decision: Decision) -> SecondReading | None:
    """Within the transaction that settled it: of two who settle at once, one comes first."""
    round = Round.objects.select_for_update().get(pk=decision.item.round_id)
    others = [
        user
        for user in User.objects.with_role(Role.ADJUDICATOR).filter(is_active=True)
        if not roles.may_lead(user)
    ]
    if somebody_may(decision, others) and secrets.randbelow(ONE_IN) == 0:
        return SecondReading.objects.create(decision=decision)
    drawn = SecondReading.objects.filter(decision__item__round=round)
    if drawn.exists() or Item.objects.disputed().filter(round=round).exists():
        return None
    settled = list(
        Decision.objects.settling().filter(item__round=round).select_related("item__round", "rater")
    )
    random.SystemRandom().shuffle(settled)
    chosen = next((one for one in settled if somebody_may(one, others)), None)
    return SecondReading.objects.create(decision=chosen) if chosen else None


def somebody_may(decision: Decision, adjudicators: list[User]) -> bool:
    """Whether anybody but its adjudicator, and those who know that it is settled, may judge it again."""
    begun = _begun_before(decision).values_list("rater__user", flat=True)
    told = ToldSettled.objects.filter(decision__item=decision.item_id, decision__n__gte=decision.n)
    know = {decision.rater.user_id, *begun, *told.values_list("to", flat=True)}
    others = (user for user in adjudicators if user.pk not in know)
    return any(access.may_settle(user, decision.item) for user in others)


def pending(user):
    """Second readings that wait for this person: of what she may settle and did not, nor had begun when another settled it,
    nor opened afterwards, as she was told then that it is settled; none where she leads.
    """
    if roles.may_lead(user):
        return SecondReading.objects.none()
    # By themselves, as they are few: joined, every item of an open round would be looked up for them.
    left = list(SecondReading.objects.filter(judgement=None).values_list("pk", flat=True))
    begun = FirstJudgement.objects.filter(
        item=OuterRef("decision__item"), rater__user=user, at__lt=OuterRef("decision__decided_at")
    )
    found = SecondReading.objects.filter(who_settles.settled_by(user, "decision__item__"), pk__in=left)
    told = ToldSettled.objects.filter(
        to=user, decision__item=OuterRef("decision__item"), decision__n__gte=OuterRef("decision__n")
    )
    return found.exclude(decision__rater__user=user).exclude(Exists(begun)).exclude(Exists(told))


def _begun_before(decision: Decision) -> QuerySet:
    return FirstJudgement.objects.filter(item=decision.item_id, at__lt=decision.decided_at)


@transaction.atomic
def tell_settled(*, decision: Decision, by) -> ToldSettled:
    """She is told that another settled it. Raises Refused, and CannotSettle where it was drawn meanwhile and is before her
    as a dispute.
    """
    # It is drawn under the same lock: either she is told first, or it is put before her and she is not.
    Round.objects.select_for_update().get(pk=decision.item.round_id)
    roles.require(access.may_settle(by, decision.item))
    if pending(by).filter(decision__item=decision.item_id).exists():
        raise CannotSettle(_("What is in dispute changed meanwhile; look at it again."))
    return ToldSettled.objects.get_or_create(decision=decision, to=by)[0]


@transaction.atomic
def judge_again(
    *,
    second: SecondReading,
    by,
    reason: str,
    error_type: str = "",
    first: FirstJudgement | None = None,
    **answers,
) -> SecondJudgement:
    """How she would settle it; nothing of the item changes by it. `answers`: those of Answer. Raises Refused or
    CannotSettle.
    """
    answer = Answer(**answers)
    item = locked(second.decision.item_id)
    roles.require(access.may_settle(by, item))
    if not pending(by).filter(pk=second.pk).exists():
        raise CannotSettle(_("Nothing is in dispute here; somebody may have settled it before you."))
    judged = words_judged(item)
    require_reason(reason, error_type)
    require(answer, set(second.decision.answered), judged["edits"], judged.get("draft", ""))
    require_levels(answer, item)
    require_findings(answer.findings or [], item)
    require_safe(answer, item)
    if answer.unsafe:
        raising.of_adjudicator(item, rater=rater_for(by), words=reason.strip())
    return SecondJudgement.objects.create(
        second_reading=second,
        rater=rater_for(by),
        record=record_in_force(by),
        first=first,
        judged=judged,
        answer=asdict(answer)
        | {"approved_edits": answer.approved, "written_from": sorted(answer.written_from)},
        error_type=error_type,
        reason=reason.strip(),
    )

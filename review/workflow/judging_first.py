"""What an adjudicator says of a dispute before she sees what the readers said."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from review import access
from review.flags import raising
from review.models import FirstJudgement, Item
from review.raters import rater_for, record_in_force
from review.workflow.storing import locked


@transaction.atomic
def judge_first(*, item: Item, by, about: str, shown: list[dict], answers: dict) -> FirstJudgement:
    """Keep it; what she calls unsafe is before the leads at once. Sent twice, or judged again after she has looked: what
    she said first stands. Raises Refused.
    """
    item = locked(item.pk)
    roles.require(access.may_settle(by, item))
    rater = rater_for(by)
    hers = FirstJudgement.objects.filter(item=item, rater=rater).order_by("-n")
    if known := hers.filter(about=about).first():
        return known
    last = hers.values_list("n", flat=True).first() or 0
    if answers.get("unsafe"):
        words = _("An adjudicator says so before she has seen what the readers said; her reason follows.")
        raising.of_adjudicator(item, rater=rater, words=words)
    return FirstJudgement.objects.create(
        item=item,
        rater=rater,
        record=record_in_force(by),
        n=last + 1,
        about=about,
        shown=shown,
        answers=answers,
    )

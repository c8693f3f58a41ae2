"""The rule that a round settles by, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from review.models import Round


def sentences(round: Round) -> list[str]:
    rule = round.rule
    if rule.majority:
        verdict = _("A verdict is settled when more than half of its readers say the same, but where one of them "
                    "calls the session unsafe.")  # fmt: skip
    else:
        verdict = _("A verdict is settled when all its readers say the same.")
    if rule.marks_within is None:
        marks = _(
            "What was found without the draft is settled by the same set of mistakes, wherever they are marked."
        )
    else:
        marks = ngettext(
            "What was found without the draft is settled by the same set of mistakes, marked within %(n)d turn of one "
            "another.",
            "What was found without the draft is settled by the same set of mistakes, marked within %(n)d turns of one "
            "another.",
            rule.marks_within,
        ) % {"n": rule.marks_within}  # fmt: skip
    if rule.levels_within is None:
        levels = _("Ratings are kept as they are given.")
    else:
        levels = ngettext(
            "Ratings of a dimension that lie more than %(n)d level apart are a dispute.",
            "Ratings of a dimension that lie more than %(n)d levels apart are a dispute.",
            rule.levels_within,
        ) % {"n": rule.levels_within}  # fmt: skip
    return [verdict, marks, levels]

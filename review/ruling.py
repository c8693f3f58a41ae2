"""The rule that a round settles by, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from review import grading
from review.label_studio.screens.build import screen_of
from review.models import Arm, Round


def sentences(round: Round) -> list[str]:
    rule = round.rule
    if (arm := grading.arm_of(round)) != Arm.AIDED:
        found = _graded(round, compares=arm == Arm.PAIR)
        return found + _revised(round) if Arm.REVISED in screen_of(round.screen).forms else found
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


def _revised(round: Round) -> list[str]:
    if round.rule.majority:
        return [_("A rewriting is settled together with its ratings, when more than half of its readers say the same, but "
                  "where one of them calls it unsafe.")]  # fmt: skip
    return [_("A rewriting is settled together with its ratings, when all its readers say the same.")]


def _graded(round: Round, *, compares: bool) -> list[str]:
    """Of what has no draft to be accepted."""
    rule = round.rule
    if compares:
        settled = (
            _("Which of the two is better is settled, aspect by aspect and on the whole, when more than half of the "
              "readers say the same, but where one of them calls a text unsafe.")
            if rule.majority
            else _("Which of the two is better is settled, aspect by aspect and on the whole, when all readers say the "
                   "same.")
        )  # fmt: skip
        return [settled, _("That there is no difference is an answer like the others.")]
    if rule.levels_within:
        levels = ngettext(
            "A rating is settled when its readers lie within %(n)d level of one another, at their median; of two in the "
            "middle the lower one stands.",
            "A rating is settled when its readers lie within %(n)d levels of one another, at their median; of two in the "
            "middle the lower one stands.",
            rule.levels_within,
        ) % {"n": rule.levels_within}  # fmt: skip
    else:
        levels = _("A rating is settled when all its readers give the same level.")
    unordered = (
        _("Where levels have no order, the one that more than half of the readers give stands.")
        if rule.majority
        else _("Where levels have no order, all readers give the same.")
    )
    return [levels, unordered]

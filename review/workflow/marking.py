"""A mistake that an adjudicator marks herself is as strict as a reader's mark: which, in which turns, how serious."""

from django.utils.translation import gettext as _

from guidelines import briefing
from review.judged import counsellor_turns
from review.models import Decision, Item
from review.workflow.answering import CannotSettle
from review.workflow.storing import OTHER, key_of
from synthesis.rendering import SEVERITY

MOST_MARKS = 20  # of her own; one mark holds as many turns as there are


def require_findings(found: list[dict], item: Item) -> None:
    """Of what she settles, what a reader found stands once and as that reader marked it; the rest are her own marks. In one
    turn a mistake has one severity, whoever marked it. Raises CannotSettle.
    """
    left, picked, marks = _readers_findings(item) if found else set(), [], []
    for one in found:
        row = one["mistake"], tuple(one["utterances"]), one["severity"]
        if row in left:
            left.remove(row)
            picked.append(one)
        else:
            marks.append(one)
    _require_one_severity(picked, item)
    require_marks(marks, item, beside=picked)


def _require_one_severity(picked: list[dict], item: Item) -> None:
    """Two readers may have marked the same mistake in the same turn, each as serious as she found it."""
    given: dict[tuple, int] = {}
    for one in picked:
        # Without turns it is of the session as a whole.
        for turn in one["utterances"] or [None]:
            if given.setdefault((one["mistake"], turn), one["severity"]) == one["severity"]:
                continue
            name = _names(item).get(one["mistake"], one["mistake"])
            where = _("%(name)s, turn %(turns)s") % {"name": name, "turns": turn} if turn else name
            raise CannotSettle(
                _(
                    "%s: two severities are chosen. In one turn a mistake has one: take one of the two out, or correct it."
                )
                % where
            )


def require_marks(marks: list[dict], item: Item, *, beside: list[dict] | None = None) -> None:
    """`marks`: [{"mistake", "utterances", "severity"}]; `beside`: findings of readers that stand with them.

    Each is of a mistake in the round's guideline or not in it, in turns of the counsellor, of a severity from 0 to 3; and
    in one turn the same mistake is marked once. Raises CannotSettle.
    """
    if not marks:
        return
    if len(marks) > MOST_MARKS:
        raise CannotSettle(
            _("You mark more than %s mistakes yourself; turns of the same mistake can be put together.")
            % MOST_MARKS
        )
    names = _names(item)
    turns = {n + 1 for n in counsellor_turns(item.instance)}
    taken = {(one["mistake"], turn) for one in beside or [] for turn in one["utterances"]}
    for mark in marks:
        _require_mark(mark, names, turns)
        for turn in mark["utterances"]:
            if (mark["mistake"], turn) in taken:
                raise CannotSettle(
                    _("%(name)s stands twice in turn %(turn)s: take one of the two out. In one turn a mistake has one "
                      "severity.") % {"name": names[mark["mistake"]], "turn": turn}
                )  # fmt: skip
            taken.add((mark["mistake"], turn))


def _names(item: Item) -> dict[str, str]:
    names = {one["key"]: one["name"] for one in briefing.choices(item.round.pairs_version)}
    return names | {OTHER: _("A mistake that is not in the guideline")}


def _require_mark(mark: dict, names: dict[str, str], turns: set[int]) -> None:
    if mark["mistake"] not in names:
        raise CannotSettle(_("One of the mistakes that you mark is not in this guideline version."))
    name = names[mark["mistake"]]
    if not mark["utterances"]:
        raise CannotSettle(_("%s: say in which turns it is.") % name)
    if wrong := [turn for turn in mark["utterances"] if turn not in turns]:
        raise CannotSettle(
            _("%(name)s: the session has no turn %(turn)s of the counsellor.")
            % {"name": name, "turn": wrong[0]}
        )
    if mark["severity"] not in SEVERITY:
        raise CannotSettle(_("%s: say how serious it is, from 0 to 3.") % name)


def _readers_findings(item: Item) -> set[tuple]:
    counted = Decision.objects.in_force().counting().filter(item=item)
    return {
        (key_of(one), tuple(one.utterances), one.severity)
        for decision in counted.prefetch_related("findings__pair_revision__pair")
        for one in decision.findings.all()
    }

"""Where an item stands, as its readers are told it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guidelines.models import Entry
from review import grading
from review.models import Arm, Aspect, Decision, Preferred, Standing, StandingState
from review.standing import DIMENSION

SETTLED = {
    (Aspect.VERDICT, "accept"): gettext_lazy("accepted as it was"),
    (Aspect.VERDICT, "edit"): gettext_lazy("accepted after an edit"),
    (Aspect.VERDICT, "reject"): gettext_lazy("rejected"),
    (Aspect.SAFETY, "safe"): gettext_lazy("judged safe to use"),
    (Aspect.SAFETY, "unsafe"): gettext_lazy("judged unsafe, and held back"),
}
# Of two texts, as they stood before a reader; and by their own names, for whoever never had them before her.
CHOSEN = {
    "first": gettext_lazy("the first is better"),
    "second": gettext_lazy("the second is better"),
    Preferred.TIE: gettext_lazy("no difference"),
    Preferred.A: gettext_lazy("text A is better"),
    Preferred.B: gettext_lazy("text B is better"),
}

# As the screen offers them; what an earlier screen offered is told as it was written there.
REJECTED = {
    "inaccurate": gettext_lazy("does not fit what was said"),
    "unsafe": gettext_lazy("unsafe, or misses a risk"),
    "tone": gettext_lazy("tone unsuitable for a supervisee"),
    "vague": gettext_lazy("too vague to act on"),
    "wrong_mistake": gettext_lazy("names the wrong mistake"),
}


def why_rejected(reasons: list[str]) -> str:
    return "; ".join(str(REJECTED.get(reason, reason)) for reason in reasons)


def names_in(rounds) -> dict[int, dict[str, str]]:
    """{round: {key: name}} of the mistakes that each round chooses from, and {"dimension:key": name} of what it rates by;
    one query.
    """
    rounds = list(rounds)
    versions = {pk for round in rounds for pk in (round.pairs_version_id, round.rubric_version_id)}
    columns = ("version_id", "pair_revision__pair__key", "pair_revision__name",
               "dimension_revision__dimension__key", "dimension_revision__name")  # fmt: skip
    found: dict[int, dict[str, str]] = {}
    for version, pair, name, dimension, rated in Entry.objects.filter(version__in=versions).values_list(
        *columns
    ):
        found.setdefault(version, {})[pair or DIMENSION + dimension] = name or rated
    return {r.pk: found.get(r.pairs_version_id, {}) | found.get(r.rubric_version_id, {}) for r in rounds}


def label(aspect: str, names: dict[str, str]) -> str:
    """What an aspect is called; a dimension by its own name."""
    if aspect.startswith(DIMENSION):
        return names.get(aspect, aspect.removeprefix(DIMENSION))
    return str(Aspect(aspect).label)


def chosen(choice: str, position: str = "") -> str:
    """`position`: which of the two texts stood first before her to whom it is told; empty where neither did."""
    return str(CHOSEN[grading.placed(choice, position) if position else choice])


def in_words(
    standing: Standing, names: dict[str, str], *, edit: Decision | None = None, position: str = ""
) -> str:
    """One aspect of an item as a sentence part. `names`: of names_in; `edit`: the reader's own
    edit, where the sentence is for the reader who wrote one; `position`: of `chosen`.
    """
    if standing.state == StandingState.DISPUTED:
        return _("%(aspect)s: still in dispute") % {"aspect": label(standing.aspect, names)}
    if standing.state != StandingState.SETTLED:
        return _("%(aspect)s: open") % {"aspect": label(standing.aspect, names)}
    if standing.aspect == Aspect.WORDING:
        return _approved(standing.outcome, edit)
    if standing.aspect == Aspect.FINDINGS:
        return "; ".join(_found(found, names) for found in standing.outcome) or _("no mistake")
    if standing.aspect.startswith(DIMENSION):
        compared = standing.item.arm == Arm.PAIR
        said = [chosen(one, position) if compared else one for one in standing.outcome]
        levels = ", ".join(said) or _("not rated")
        return _("%(dimension)s: %(levels)s") % {"dimension": label(standing.aspect, names), "levels": levels}
    if standing.aspect == Aspect.PREFERRED:
        return _("On the whole: %(chosen)s") % {"chosen": chosen(standing.outcome, position)}
    return str(SETTLED[standing.aspect, standing.outcome])


def _found(found: dict, names: dict[str, str]) -> str:
    name = names.get(found["mistake"]) or _("a mistake that is not in the guideline")
    turns = ", ".join(map(str, found["utterances"]))
    return _("%(name)s (turn %(turns)s)") % {"name": name, "turns": turns} if turns else name


def approved(n: int) -> str:
    return ngettext("%(n)s edited text approved", "%(n)s edited texts approved", n) % {"n": n}


def _approved(edits: list[str], own: Decision | None) -> str:
    n = len(edits)
    said = approved(n)
    if own is None:
        return said
    if str(own.public_id) not in edits:
        return _("%(said)s, not yours") % {"said": said}
    return _("your edited text approved") if n == 1 else _("%(said)s, yours among them") % {"said": said}

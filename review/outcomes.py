"""Where an item stands, as its readers are told it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guidelines.models import Entry
from review.models import Aspect, Decision, Standing, StandingState

SETTLED = {
    (Aspect.VERDICT, "accept"): gettext_lazy("accepted as it was"),
    (Aspect.VERDICT, "edit"): gettext_lazy("accepted after an edit"),
    (Aspect.VERDICT, "reject"): gettext_lazy("rejected"),
    (Aspect.SAFETY, "safe"): gettext_lazy("judged safe to use"),
    (Aspect.SAFETY, "unsafe"): gettext_lazy("judged unsafe, and held back"),
}


def names_of_mistakes(rounds) -> dict[int, dict[str, str]]:
    """{version: {key: name}} of the mistakes that these rounds choose from; one query."""
    entries = Entry.objects.filter(version__in={round.pairs_version_id for round in rounds})
    found: dict[int, dict[str, str]] = {}
    for version, key, name in entries.values_list(
        "version_id", "pair_revision__pair__key", "pair_revision__name"
    ):
        found.setdefault(version, {})[key] = name
    return found


def in_words(standing: Standing, names: dict[str, str], *, edit: Decision | None = None) -> str:
    """One aspect of an item as a sentence part. `names`: {key of a pair: its name}; `edit`: the reader's own
    edit, where the sentence is for the reader who wrote one.
    """
    if standing.state == StandingState.DISPUTED:
        return _("%(aspect)s: still in dispute") % {"aspect": Aspect(standing.aspect).label}
    if standing.state != StandingState.SETTLED:
        return _("%(aspect)s: open") % {"aspect": Aspect(standing.aspect).label}
    if standing.aspect == Aspect.WORDING:
        return _approved(standing.outcome, edit)
    if standing.aspect == Aspect.FINDINGS:
        return "; ".join(_found(found, names) for found in standing.outcome) or _("no mistake")
    return str(SETTLED[standing.aspect, standing.outcome])


def _found(found: dict, names: dict[str, str]) -> str:
    name = names.get(found["mistake"]) or _("a mistake that is not in the guideline")
    turns = ", ".join(map(str, found["utterances"]))
    return _("%(name)s (turn %(turns)s)") % {"name": name, "turns": turns} if turns else name


def _approved(edits: list[str], own: Decision | None) -> str:
    n = len(edits)
    said = ngettext("%(n)s edited text approved", "%(n)s edited texts approved", n) % {"n": n}
    if own is None:
        return said
    if str(own.public_id) not in edits:
        return _("%(said)s, not yours") % {"said": said}
    return _("your edited text approved") if n == 1 else _("%(said)s, yours among them") % {"said": said}

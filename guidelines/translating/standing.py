"""How far the translations of a version are: entry by entry in one language, and counted for every language."""

from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, Exists, F, OuterRef
from django.utils.translation import gettext_lazy as _

from guidelines.kinds import shape_of
from guidelines.models import Translation, TranslationState, TranslationStep, Version
from guidelines.translating import languages
from guidelines.translating.languages import Language

BEHIND, MISSING = "behind", "missing"
LABELS = {
    MISSING: _("not translated"),
    BEHIND: _("behind: the source is newer"),
    TranslationState.DRAFT.value: _("draft"),
    TranslationState.IN_REVIEW.value: _("in review"),
    TranslationState.APPROVED.value: _("approved"),
}


def standing(own: str | None, earlier: bool) -> str:
    """The state of an entry: that of its newest translation; without one, whether an earlier text has one."""
    return own or (BEHIND if earlier else MISSING)


class Line(NamedTuple):
    """An entry of a version; `shown`: readers see approved words, whatever is being written beside them."""

    key: str
    name: str
    n: int
    state: str
    shown: bool

    @property
    def label(self):
        return LABELS[self.state]


@dataclass(frozen=True)
class Progress:
    """Of the entries of a version in one language: how many are in each state, and how many readers see."""

    language: Language
    shown: int
    counts: dict[str, int]


def lines(version: Version, language: str) -> list[Line]:
    """Every entry of the version in its order; four queries that read no texts."""
    shape = shape_of(version.guideline)
    field, at = shape.entry_field, f"{shape.entry_field}__{shape.identity_field}"
    entries = version.entries.order_by("position").values_list(
        f"{at}__key", f"{field}__name", f"{field}__n", f"{field}_id", f"{at}_id"
    )
    here = Translation.objects.filter(language=language, **{f"{field}__entries__version": version})
    own = dict(here.newest(field).with_state().values_list(f"{field}_id", "state"))
    shown = set(here.approved().values_list(f"{field}_id", flat=True))
    all_of = Translation.objects.filter(language=language, **{f"{at}__guideline": version.guideline})
    first: dict[int, int] = {}
    for identity, n in all_of.values_list(f"{at}_id", f"{field}__n"):
        first[identity] = min(n, first.get(identity, n))
    return [
        Line(key, name, n, standing(own.get(pk), first.get(identity, n) < n), pk in shown)
        for key, name, n, pk, identity in entries
    ]


def shown_in(version: Version) -> dict[str, int]:
    """How many entries readers of each language see in it, for languages that have any; one query."""
    field = f"{shape_of(version.guideline).entry_field}_id"
    at = f"translation__{field}"
    # From the translations, of which most versions have few, to the entries; a join begins at the thousands of these.
    found = TranslationStep.objects.approved().filter(Exists(version.entries.filter(**{field: OuterRef(at)})))
    counted = found.values("translation__language").annotate(many=Count(at, distinct=True))
    return dict(counted.values_list("translation__language", "many"))


def progress(version: Version) -> list[Progress]:
    """Of every language that somebody has begun; four queries that read no texts."""
    shape = shape_of(version.guideline)
    field, at = shape.entry_field, f"{shape.entry_field}__{shape.identity_field}"
    all_in = version.entries.count()
    shown = shown_in(version)
    here = Translation.objects.filter(**{f"{field}__entries__version": version}).newest(field).with_state()
    states: dict[str, dict[str, int]] = {}
    for language, state, many in (
        here.values("language", "state").annotate(many=Count("pk")).values_list("language", "state", "many")
    ):
        states.setdefault(language, {})[state] = many
    begun = dict(_begun(version, field, at))
    found = []
    for language, one in languages.translatable().items():
        own, any_of = states.get(language, {}), begun.get(language, 0)
        if any_of or own:
            behind = any_of - sum(own.values())
            left = {BEHIND: behind, MISSING: all_in - any_of}
            counts = {state: (own | left).get(state, 0) for state in LABELS}
            found.append(Progress(one, shown.get(language, 0), counts))
    return found


def _begun(version: Version, field: str, at: str):
    """(language, how many entries of the version have a translation of their text or of an earlier one)."""
    # In one filter, so that both speak of the same revision of the entry: the one that the version holds.
    held = {f"{at}__revisions__entries__version": version, f"{field}__n__lte": F(f"{at}__revisions__n")}
    found = Translation.objects.filter(**held).values("language").annotate(many=Count(at, distinct=True))
    return found.values_list("language", "many")

"""What the parts of a round are called, for people: mistakes by their names in its guideline, reviewers by theirs."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from guidelines.models import Entry, Pair
from review.models import Rater, Round

LEVELS = {
    "accept": gettext_noop("accept"),
    "edit": gettext_noop("edit"),
    "reject": gettext_noop("reject"),
    "yes": gettext_noop("yes"),
    "no": gettext_noop("no"),
    "a": gettext_noop("the one"),
    "b": gettext_noop("the other"),
    "tie": gettext_noop("no difference"),
}


def level(value) -> str:
    """An answer as people read it."""
    if isinstance(value, str):
        return _(LEVELS[value]) if value in LEVELS else value
    return f"{value:g}"


def pairs(round: Round, keys) -> dict[str, dict]:
    """{key: {"name", "slug", "key"}}; one query, and one more for mistakes that are not in the round's version."""
    wanted = {int(key) for key in keys if key}
    entries = Entry.objects.filter(version=round.pairs_version, pair_revision__pair__in=wanted)
    rows = entries.values_list(
        "pair_revision__pair", "pair_revision__name", "pair_revision__pair__key",
        "version__guideline__slug",
    )  # fmt: skip
    found = {str(pk): {"name": name, "slug": slug, "key": key} for pk, name, key, slug in rows}
    for one in Pair.objects.filter(pk__in=wanted).select_related("guideline"):
        found.setdefault(str(one.pk), {"name": one.key, "slug": one.guideline.slug, "key": one.key})
    return found


def by_key(round: Round, keys) -> dict[str, dict]:
    """{key of a mistake: {"name", "pk"}}; one query, and one more for mistakes that are not in the round's version."""
    of_guideline = Pair.objects.filter(guideline=round.pairs_version.guideline, key__in=keys)
    found = {one.key: {"name": one.key, "pk": str(one.pk)} for one in of_guideline}
    entries = Entry.objects.filter(version=round.pairs_version, pair_revision__pair__key__in=keys)
    for key, name in entries.values_list("pair_revision__pair__key", "pair_revision__name"):
        found[key]["name"] = name
    return found


def readers(keys: list[int]) -> list[str]:
    """In the order of these keys."""
    found = {one.pk: str(one) for one in Rater.objects.filter(pk__in=keys).select_related("user")}
    return [found.get(pk, "–") for pk in keys]


def period(key: str) -> str:
    """2026-W47, or 2026-11, as people read it."""
    year, _dash, rest = key.partition("-")
    if rest.startswith("W"):
        first = date.fromisocalendar(int(year), int(rest[1:]), 1)
        return _("week of %s") % date_format(first, "SHORT_DATE_FORMAT")
    return date_format(date(int(year), int(rest), 1), "YEAR_MONTH_FORMAT")

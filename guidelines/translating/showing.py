"""The page of a guideline in a reader's language: which languages there are, and their words laid over the cards."""

from django.db.models.fields.json import KT
from django.utils.html import format_html
from django.utils.translation import get_language

from guidelines.checking import NEIGHBOURS
from guidelines.kinds import shape_of
from guidelines.models import Guideline, Translation, Version
from guidelines.translating import languages, standing
from guidelines.translating.languages import Language
from guidelines.translating.speaking import texts_of_all


def speak(context: dict, request, version: Version | None) -> dict:
    """Add to what `overview.listing` gave: the chooser, and the language that the cards are in. Four queries more,
    whatever the guideline holds, and one where nothing is translated.
    """
    if version is None:
        return context
    guideline, source = version.guideline, languages.source()
    shown = standing.shown_in(version)
    asked = request.GET.get("language", "")
    chosen = _chosen(asked, request.user.language, shown)
    offered = [(one, shown[code]) for code, one in languages.translatable().items() if code in shown]
    tongues = {
        "chosen": chosen,
        "source": source,
        "translated": chosen != source,
        "offered": offered,
        "shown": shown.get(chosen.code, 0),
        # Only what was asked for is carried along: the default stays the default.
        "query": f"&language={chosen.code}" if asked == chosen.code else "",
        "asked": asked == chosen.code,
    }
    revisions = [one for card in context["cards"] for one in (card.draft, card.published) if one is not None]
    said = texts_of_all(revisions, chosen.code)
    for revision in revisions:
        # Laid over for this page only; the row itself is frozen.
        revision.spoken = said[revision.pk]
        for field, value in said[revision.pk].texts.items():
            setattr(revision, field, value)
    if chosen != source:
        context |= _named(context, guideline, version, revisions, chosen)
        # What the page itself says between the guideline's words is in its own language, and references and tags,
        # which nobody translates, in that of the source.
        context["own"] = format_html(' lang="{}"', get_language())
        context["untranslated"] = format_html(' lang="{}"', source.tag)
    for way in ("before", "after"):
        context[way] = context[way] and context[way] + tongues["query"]
    return context | {"tongues": tongues}


def _chosen(asked: str, own: str, shown: dict[str, int]) -> Language:
    """What the reader asked for, or her own language where there is anything in it, or the source."""
    if asked in languages.known():
        return languages.known()[asked]
    return languages.known()[own] if own in shown else languages.source()


def _named(context: dict, guideline: Guideline, version: Version, revisions, chosen: Language) -> dict:
    """The names by which the page refers to other entries, and its list of all of them; one query."""
    keys = {key for one in revisions for field in NEIGHBOURS for key in getattr(one, field, [])}
    keys |= set(context["all"])
    shape = shape_of(guideline)
    field, at = shape.entry_field, f"{shape.entry_field}__{shape.identity_field}__key"
    mine = {f"{field}__entries__version": version, f"{at}__in": keys}
    translated = Translation.objects.filter(language=chosen.code, **mine).shown(field)
    found = dict(translated.values_list(at, KT("texts__name")))
    source = languages.source()
    names = context["names"] | context["all"]
    told = {
        key: format_html(
            '<span lang="{}" dir="{}">{}</span>',
            *((chosen.tag, chosen.direction) if key in found else (source.tag, source.direction)),
            found.get(key, names[key]),
        )
        for key in keys
        if key in names
    }
    return {"names": names | told, "all": {key: told[key] for key in context["all"]}}

"""A guideline's words in the language of a session: the approved translation where there is one, otherwise the source.

Which translation that is, is settled when a run is planned, and kept by the run: one that is approved later changes
nothing in the middle of it, and what was made can be made again from stored replies.
"""

from typing import NamedTuple

from guidelines import briefing
from guidelines.models import Translation, Version
from synthesis.factors import LANGUAGES
from synthesis.models import Instance, Run

FIELDS = ("name", "shows", "corrections")


class Pinned(NamedTuple):
    pk: int
    digest: str


def pinned(version: Version | None, languages) -> dict[str, dict[int, Pinned]]:
    """{language: {id of a revision: its translation}} as readers see them now; one query, none for the source."""
    wanted = [language for language in languages if language != LANGUAGES[0]]
    found: dict[str, dict[int, Pinned]] = {language: {} for language in wanted}
    if not wanted or version is None:
        return found
    shown = Translation.objects.filter(language__in=wanted, pair_revision__entries__version=version)
    columns = ("language", "pair_revision_id", "pk", "digest")
    for language, revision, pk, digest in shown.shown("pair_revision").values_list(*columns):
        found[language][revision] = Pinned(pk, digest)
    return found


def pinned_of(run: Run) -> dict[str, dict[int, Pinned]]:
    """The translations that a run keeps; no query where it keeps none."""
    found: dict[str, dict[int, Pinned]] = {language: {} for language in run.translations}
    here = [pk for pins in run.translations.values() for pk in pins]
    if here:
        rows = Translation.objects.filter(pk__in=here).values_list(
            "language", "pair_revision_id", "pk", "digest"
        )
        for language, revision, pk, digest in rows:
            found[language][revision] = Pinned(pk, digest)
    return found


def kept(pins: dict[str, dict[int, Pinned]]) -> dict[str, list[int]]:
    """What a run keeps of `pinned`."""
    return {language: sorted(one.pk for one in of.values()) for language, of in pins.items()}


def said(version: Version | None, language: str, pins: list[int]) -> dict[str, dict]:
    """{key of a pair: its FIELDS} of the translations that a run keeps; one query, none where there are none."""
    if not pins or version is None:
        return {}
    here = Translation.objects.filter(language=language, pair_revision__entries__version=version)
    rows = here.values_list("pk", "pair_revision__pair__key", "texts")
    return {key: {name: texts[name] for name in FIELDS} for pk, key, texts in rows if pk in set(pins)}


def names(version: Version | None, language: str = LANGUAGES[0], run_id: int | None = None) -> dict[str, str]:
    """{key: name} of a guideline's mistakes as a session of this run in this language writes them: the translations
    that the run keeps, and the source where it keeps none. Without a version nothing is named.
    """
    if version is None:
        return {}
    found = {choice["key"]: choice["name"] for choice in briefing.choices(version)}
    if language == LANGUAGES[0] or run_id is None:
        return found
    pins = Run.objects.only("translations").get(pk=run_id).translations.get(language, [])
    here = said(version, language, pins)
    return {key: here[key]["name"] if key in here else name for key, name in found.items()}


def names_in(session: Instance) -> dict[str, str]:
    """The same, of one session."""
    return names(session.version, language_of(session.factors), session.run_id)


def language_of(factors: dict) -> str:
    """The language in which a session was asked for: that of the prompts, where its cell names none."""
    return factors.get("language") or LANGUAGES[0]

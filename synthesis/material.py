"""What an instance is made from, as plain data for its recipe. Needs the database; called by the writer."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from guidelines import briefing
from guidelines.models import PairRevision
from guidelines.translating import languages
from synthesis import examples, excerpts, translated
from synthesis.factors import LANGUAGES, OWN
from synthesis.faults import Erased
from synthesis.models import Instance, Opening, Origin, Profile, ProfileKind, Run
from synthesis.prompting import kept
from synthesis.recipes.cell import Cell

MOST_KEPT = 500  # profiles, and as many pairs


class Material:
    """Cells of one run; what they share is read once."""

    def __init__(self, run: Run):
        self.run = run
        self.prompts = kept(run.prompts)
        # The same three words of each mistake that every supervisor agent is shown: key, name and how it shows.
        self._catalogue = briefing.for_supervisor(run.version, None) if run.version else []
        self._words: dict[str, _Words] = {}
        self._profiles: dict[int, Profile] = {}
        self._revisions: dict[int, PairRevision] = {}

    def meet(self, instances: list[Instance]) -> None:
        """Give them their profiles and pairs, of which each is the same object in all; they never change. But for texts of
        real people, which are read anew each time: one may have been erased meanwhile.
        """
        for pk in [pk for pk, one in self._profiles.items() if one.source_text_id]:
            del self._profiles[pk]
        _read(
            self._profiles,
            Profile.objects.select_related("source_text"),
            {one.profile_id for one in instances},
        )
        pairs = PairRevision.objects.select_related("pair")
        _read(self._revisions, pairs, {one.pair_revision_id for one in instances})
        for one in instances:
            one.profile = self._profiles.get(one.profile_id)
            one.pair_revision = self._revisions.get(one.pair_revision_id)

    def cell(self, instance: Instance) -> Cell:
        profile, factors = instance.profile, instance.factors
        if profile.source_text_id and profile.source_text.erased_at:
            raise Erased(_("The excerpt that it is made of was erased."))
        # An excerpt is in its own language, whatever a run asks for.
        own = profile.language if profile.kind == ProfileKind.EXCERPT else LANGUAGES[0]
        language, style = factors.get("language", own), factors.get("style", OWN)
        words = self._in(language)
        # The arm of a comparison in which nothing is: the instance names the pair of the others all the same.
        intended = [] if factors.get("counsellor") == "normal" else instance.intended()
        is_told = factors.get("supervisor") == "told"
        return Cell(
            name=instance.cell,
            client_name=profile.name,
            style=profile.style if style == OWN else style,
            profile=excerpts.content_of(profile),
            intended=tuple(
                words.of({"key": one.pair.key, **briefing.for_counsellor(one)}) for one in intended
            ),
            positive=any(one.positive for one in intended),
            guideline=words.guideline,
            told=tuple(words.of(_told(one)) for one in intended) if is_told else None,
            parameters=factors,
            prompts=self.prompts,
            language="" if language == LANGUAGES[0] else language,
            language_name=languages.known()[language].name,
            examples=examples.texts_of(instance),
            opening=_opening(instance),
            lot=instance.lot,
            models={role: spec["model"] for role, spec in self.run.model_specs.items()},
        )

    def _in(self, language: str) -> "_Words":
        if language not in self._words:
            said = translated.said(self.run.version, language, self.run.translations.get(language, []))
            self._words[language] = _Words(said, self._catalogue)
        return self._words[language]


def _read(kept: dict[int, Any], rows: QuerySet, wanted: set[int | None]) -> None:
    """Those of them that are not kept yet. The others make room before they are too many."""
    if new := wanted - kept.keys() - {None}:
        if len(kept) + len(new) > MOST_KEPT:
            for pk in kept.keys() - wanted:
                del kept[pk]
        kept |= rows.in_bulk(new)


def _opening(instance: Instance) -> tuple[dict, ...]:
    """No query where it begins at its beginning."""
    if instance.origin != Origin.EDIT:
        return ()
    return tuple(Opening.objects.get(instance=instance).utterances)


class _Words:
    """The guideline in one language; what is not translated is in that of the source."""

    def __init__(self, said: dict[str, dict], catalogue: list[dict]):
        self._said = said
        self.guideline = [self.of(entry) for entry in catalogue]

    def of(self, entry: dict) -> dict:
        """The same fields of an entry, by its key."""
        said = self._said.get(entry["key"], {})
        return {field: said.get(field, text) for field, text in entry.items()}


def _told(revision: PairRevision) -> dict:
    """An intended mistake with its corrections; not why it harms, nor when it is no mistake."""
    return {"key": revision.pair.key, "name": revision.name, "corrections": revision.corrections}

"""What the trail keeps of acts on translations, and how a replay does them again (see guidelines/replaying.py).

A translation is named by the entry's key (the event's part), the number of its revision, its language and its n.
"""

from accounts import trail
from accounts.models import TrailEvent
from accounts.trail import Thing
from guidelines.kinds import key_of
from guidelines.models import Guideline, Translation
from guidelines.trail import KIND, begin

__all__ = ["begin", "record_import", "record_saved", "record_step"]


def _names(translation: Translation) -> dict:
    return {"revision": translation.revision.n, "language": translation.language, "n": translation.n}


def _wording(translation: Translation, base: Translation | None) -> tuple[dict, dict]:
    """(before, after): the fields that differ from the text it was made from, and which that was."""
    after = _names(translation) | {"digest": translation.digest, "reason": translation.reason}
    if base is None:
        return {}, after | {"texts": translation.texts}
    differ = [field for field, value in translation.texts.items() if base.texts.get(field) != value]
    was = {field: base.texts[field] for field in differ if field in base.texts}
    before = {"revision": base.revision.n, "n": base.n, "texts": was}
    return before, after | {"texts": {field: translation.texts[field] for field in differ}}


def record_saved(*, guideline: Guideline, translation: Translation, base: Translation | None, by):
    before, after = _wording(translation, base)
    thing = Thing(KIND, guideline.slug, key_of(translation.revision))
    return trail.record(by=by, verb="guidelines.save_translation", thing=thing, before=before, after=after)


def record_step(*, guideline: Guideline, translation: Translation, step, verb: str, by) -> TrailEvent:
    thing = Thing(KIND, guideline.slug, key_of(translation.revision))
    after = _names(translation) | {"step": step.n, "state": step.state}
    before = {"state": translation.state}
    return trail.record(by=by, verb=f"guidelines.{verb}", thing=thing, before=before, after=after)


def record_import(*, guideline: Guideline, language: str, file: str, made: list[Translation], by):
    """One event for the act, and one for each translation that it wrote."""
    thing = Thing(KIND, guideline.slug)
    after = {"language": language, "file": file, "written": len(made)}
    act = trail.record(by=by, verb="guidelines.import_translations", thing=thing, after=after)
    parts = []
    for translation in made:
        before, after = _wording(translation, translation.base)
        thing = Thing(KIND, guideline.slug, key_of(translation.revision))
        verb = "guidelines.import_translation"
        parts.append(trail.event(by=by, verb=verb, thing=thing, before=before, after=after, within=act))
    trail.record_parts(parts)
    return act

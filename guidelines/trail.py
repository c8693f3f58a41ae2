"""What the trail keeps of acts on guidelines: only what changed, and enough to do it again (see replaying.py)."""

from accounts import trail
from accounts.models import TrailEvent
from accounts.trail import Thing
from guidelines.kinds import key_of
from guidelines.models import Guideline, Version
from guidelines.picturing import present
from guidelines.replaying import replay

KIND = "guideline"
# Parts of other events: one for each text that an import or the beginning of a trail wrote down.
PARTS = ("guidelines.import_entry", "guidelines.snapshot_entry", "guidelines.import_translation")


def of(guideline: Guideline):
    return TrailEvent.objects.of(KIND, guideline.slug)


def record(
    *, verb: str, version: Version, by, key: str = "", before: dict | None = None, after: dict | None = None
) -> TrailEvent:
    """Write down one act on a version; `key` names the entry that it was about, where it was one."""
    return trail.record(
        by=by,
        verb=f"guidelines.{verb}",
        thing=Thing(KIND, version.guideline.slug, key),
        before=None if before is None else {"version": version.serial} | before,
        after=None if after is None else {"version": version.serial} | after,
    )


def wording(base, revision) -> tuple[dict, dict]:
    """(before, after) of a saved text: the fields that differ, with the numbers of the revisions."""
    texts = revision.texts
    after = {"n": revision.n, "digest": revision.digest, "reason": revision.reason}
    if base is None:
        return {}, after | {"texts": texts}
    old = base.texts
    differ = [field for field in texts if texts[field] != old[field]]
    before = {"n": base.n, "texts": {field: old[field] for field in differ}}
    return before, after | {"texts": {field: texts[field] for field in differ}}


def record_import(
    *, guideline: Guideline, by, before: dict, after: dict, written: list, verb: str = "import_version"
) -> TrailEvent:
    """One event for the act, and one for each text that it wrote: revisions with their base.

    `apply_file` is the verb of a file taken into a draft that is open; its `after` names version and entries.
    """
    act = trail.record(
        by=by, verb=f"guidelines.{verb}", thing=Thing(KIND, guideline.slug), before=before, after=after
    )
    parts = [(key_of(revision), *wording(revision.base, revision)) for revision in written]
    _record_parts(act, "guidelines.import_entry", parts)
    return act


def differences(guideline: Guideline) -> list[str]:
    """What a replay of the trail gives otherwise than it is stored: nothing, unless rows were written by hand."""
    told, stored = replay(of(guideline).in_order()), present(guideline)
    found = []
    for name in ("kind", "head", "versions", "wordings", "translations"):
        told_part, stored_part = getattr(told, name), getattr(stored, name)
        if name in ("kind", "head"):
            found += [name] if told_part != stored_part else []
            continue
        for at in sorted({*told_part, *stored_part}):
            if told_part.get(at) != stored_part.get(at):
                found.append(f"{name[:-1]} {at}")
    return found


def _record_parts(act: TrailEvent, verb: str, parts) -> None:
    trail.record_parts(
        [
            trail.event(
                by=act.by, verb=verb, thing=Thing(KIND, act.name, key), before=before, after=after, within=act
            )
            for key, before, after in parts
        ]
    )


def begin(guideline: Guideline) -> None:
    """A guideline older than its trail: write down once how it stands, so that a replay has a beginning.

    Every verb calls this under its lock, before it changes anything. Rows that came by another way than a verb
    (an older installation, a restored backup) so need no migration to be caught.
    """
    if of(guideline).exists():
        return
    # Two verbs on two versions may come first at once; the guideline's row lets only one of them begin.
    Guideline.objects.select_for_update().get(pk=guideline.pk)
    if of(guideline).exists():
        return
    now = present(guideline)
    versions = {str(serial): version.as_data() for serial, version in now.versions.items()}
    act = trail.record(
        by=None,
        verb="guidelines.snapshot",
        thing=Thing(KIND, guideline.slug),
        after={"kind": now.kind, "head": now.head, "versions": versions, "written": len(now.wordings)},
    )
    parts = [
        (key, {}, {"n": n, "digest": said.digest, "texts": said.texts})
        for (key, n), said in now.wordings.items()
    ]
    _record_parts(act, "guidelines.snapshot_entry", parts)

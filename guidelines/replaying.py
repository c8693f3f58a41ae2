"""Replay: from the events of one guideline, in order, how the guideline stands. Pure: events in, a picture out."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from guidelines import moves
from guidelines.digesting import version_digest
from guidelines.texts import tidy


@dataclass
class Wording:
    texts: dict
    digest: str


@dataclass
class TranslationPicture:
    """`base` is (number of the revision, n) of the text it was made from; `steps` are (state, person) in order."""

    texts: dict
    digest: str
    base: tuple[int, int] | None = None
    steps: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class VersionPicture:
    """`entries` are (key, number of the revision) in order; `approvals` are (person, digest approved)."""

    state: str
    entries: list[tuple[str, int]] = field(default_factory=list)
    number: int | None = None
    meaning: str = ""
    note: str = ""
    digest: str = ""
    imported: bool = False
    approvals: set[tuple[int, str]] = field(default_factory=set)

    def as_data(self) -> dict:
        return vars(self) | {"entries": list(self.entries), "approvals": sorted(self.approvals)}

    @classmethod
    def of_data(cls, data: dict) -> "VersionPicture":
        pairs = {name: [tuple(pair) for pair in data[name]] for name in ("entries", "approvals")}
        return cls(**data | {"entries": pairs["entries"], "approvals": set(pairs["approvals"])})


@dataclass
class Picture:
    """A guideline as it stands: every version ever opened and not discarded, by serial; every wording ever saved,
    by (key, number of the revision); every translation, by (key, number of the revision, language, n).
    """

    kind: str = ""
    head: dict = field(default_factory=dict)
    versions: dict[int, VersionPicture] = field(default_factory=dict)
    wordings: dict[tuple[str, int], Wording] = field(default_factory=dict)
    translations: dict[tuple[str, int, str, int], TranslationPicture] = field(default_factory=dict)

    def entries(self, serial: int) -> list[tuple[str, int, dict]]:
        """The entries of a version in order: key, number of the revision, texts."""
        return [(key, n, self.wordings[key, n].texts) for key, n in self.versions[serial].entries]

    def digest(self, serial: int) -> str:
        return version_digest((key, self.wordings[key, n].digest) for key, n in self.versions[serial].entries)

    def approvals_in_force(self, serial: int) -> set[int]:
        """Who approved the words as they stand; an approval of other words does not count."""
        now = self.digest(serial)
        return {who for who, digest in self.versions[serial].approvals if digest == now}


def replay(events: Iterable) -> Picture:
    """Events have verb, by_id, part, before and after, as the trail keeps them. One whose verb is not among those
    that change a guideline, such as a comment, changes nothing here.
    """
    picture = Picture()
    for event in events:
        if change := _CHANGES.get(event.verb.removeprefix("guidelines.")):
            change(picture, event)
    return picture


def _version(picture: Picture, event) -> VersionPicture:
    return picture.versions[event.after["version"]]


def _snapshot(picture, event):
    picture.kind, picture.head = event.after["kind"], dict(event.after["head"])
    picture.versions = {
        int(serial): VersionPicture.of_data(data) for serial, data in event.after["versions"].items()
    }


def _wording(picture, event):
    before, after = event.before, event.after
    base = picture.wordings[event.part, before["n"]].texts if "n" in before else {}
    # A field that came to be after the event had its default then.
    texts = tidy(picture.kind, base | after["texts"])
    picture.wordings[event.part, after["n"]] = Wording(texts, after["digest"])


def _save(picture, event):
    _wording(picture, event)
    entries, entry = _version(picture, event).entries, (event.part, event.after["n"])
    keys = [key for key, _n in entries]
    if event.part in keys:
        entries[keys.index(event.part)] = entry
    else:
        entries.append(entry)


def _drop(picture, event):
    version = _version(picture, event)
    version.entries = [(key, n) for key, n in version.entries if key != event.part]


def _reorder(picture, event):
    version = _version(picture, event)
    numbers = dict(version.entries)
    order = moves.put(list(numbers), event.after["places"])
    version.entries = [(key, numbers[key]) for key in order]


def _open(picture, event):
    after = event.after
    entries = list(picture.versions[after["from"]].entries) if "from" in after else []
    picture.versions[after["version"]] = VersionPicture(state=after["state"], entries=entries)


def _import(picture, event):
    after = event.after
    picture.kind = after.get("kind", picture.kind)
    picture.head |= after.get("head", {})
    if "version" in after:
        told = {name: after[name] for name in ("state", "number", "meaning", "note", "digest")}
        entries = [(key, n) for key, n in after["entries"]]
        picture.versions[after["version"]] = VersionPicture(entries=entries, imported=True, **told)


def _apply(picture, event):
    _version(picture, event).entries = [(key, n) for key, n in event.after["entries"]]


def _approve(picture, event):
    _version(picture, event).approvals.add((event.by_id, event.after["digest"]))


def _discard(picture, event):
    del picture.versions[event.before["version"]]


def _state(picture, event):
    version = _version(picture, event)
    for name in ("state", "number", "meaning", "note", "digest"):
        setattr(version, name, event.after.get(name, getattr(version, name)))


def _translation(picture, event):
    key, before, after = event.part, event.before, event.after
    base = (before["revision"], before["n"]) if "n" in before else None
    texts = picture.translations[key, base[0], after["language"], base[1]].texts if base else {}
    at = (key, after["revision"], after["language"], after["n"])
    picture.translations[at] = TranslationPicture(texts | after["texts"], after["digest"], base)


def _translation_step(picture, event):
    after = event.after
    translation = picture.translations[event.part, after["revision"], after["language"], after["n"]]
    translation.steps.append((after["state"], event.by_id))


_CHANGES = {
    "snapshot": _snapshot,
    "snapshot_entry": _wording,
    "open_draft": _open,
    "submit": _state,
    "send_back": _state,
    "discard": _discard,
    "approve": _approve,
    "publish": _state,
    "retire": _state,
    "save_pair": _save,
    "save_dimension": _save,
    "restore": _save,
    "drop_entry": _drop,
    "retire_entry": _drop,
    "reorder": _reorder,
    "import_version": _import,
    "import_entry": _wording,
    "apply_file": _apply,
    "take_proposal": _apply,
    "save_translation": _translation,
    "import_translation": _translation,
    "submit_translation": _translation_step,
    "send_back_translation": _translation_step,
    "approve_translation": _translation_step,
}

"""A guideline outside the database: what a file holds and what an import stores. Pure."""

from dataclasses import dataclass, field

from guidelines.digesting import revision_digest, version_digest
from guidelines.texts import spoken

HEAD = ("guideline", "kind", "title", "about", "licence", "source")
ENTRIES = {"pairs": "pairs", "rubric": "dimensions"}


@dataclass(frozen=True)
class EntryContent:
    key: str
    texts: dict

    @property
    def digest(self) -> str:
        return revision_digest(self.texts)


@dataclass(frozen=True)
class GuidelineContent:
    """One version of one guideline, in order; `kind` is pairs or rubric, texts are tidied and checked."""

    guideline: str
    kind: str
    title: str
    entries: tuple[EntryContent, ...]
    about: str = ""
    licence: str = ""
    source: str = ""
    file: str = field(default="", compare=False)

    @property
    def digest(self) -> str:
        return version_digest((entry.key, entry.digest) for entry in self.entries)

    def as_data(self) -> dict:
        """The same shape as the YAML and JSON files."""
        head = {name: getattr(self, name) for name in HEAD}
        return head | {
            ENTRIES[self.kind]: [{"key": entry.key} | spoken(entry.texts) for entry in self.entries]
        }

"""A version as a document to print and cite: what the page for printing and the PDF have in common.

Long guidelines come in parts like the volumes of a book, each with its own contents: a part takes seconds and a
bounded amount of memory, however many entries there are.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guidelines import drafts, entries
from guidelines.citing import FINGERPRINT, MEANING, Citation
from guidelines.kinds import key_of, shape_of
from guidelines.models import Kind, Version, VersionState
from guidelines.texts import number_in_words

PER_PART = 100  # entries: about 120 sheets


@dataclass(frozen=True)
class Neighbour:
    """Another entry; without a number where the version does not hold it, `part` only where it is another one."""

    name: str
    number: int | None = None
    part: int | None = None


@dataclass(frozen=True)
class Block:
    """One labelled text of an entry; `shape` says what `value` is.

    words: Markdown; items: a list of it; lines: a list of texts as they stand; plain: such a text; examples: dicts of
    Markdown; neighbours: Neighbours; levels: (value, Markdown).
    """

    label: str
    shape: str
    value: object


@dataclass(frozen=True)
class Section:
    number: int
    name: str
    badge: str
    blocks: list[Block]


@dataclass(frozen=True)
class Edition:
    """One part of a version, ready to be set. `citation` is None for a draft, which nobody cites."""

    title: str
    edition: str
    kind: str
    heading: str
    facts: list[tuple[str, str]]
    about: str
    note: str
    mark: str
    citation: Citation | None
    sections: list[Section]
    at: datetime
    part: int
    parts: int
    spans: list[tuple[int, int]] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return self.parts == 1


def edition(version: Version, part: int = 1) -> Edition:
    """Five queries, however many entries. `part` counts from 1 and must be there."""
    guideline = version.guideline
    there = entries.light(version)
    parts = max(1, -(-len(there) // PER_PART))
    if not 1 <= part <= parts:
        raise IndexError(part)
    start = (part - 1) * PER_PART
    places = {key: (n, entry.name) for n, (key, entry) in enumerate(there.items(), 1)}
    draft = version.number is None
    at = _written_at(version) if draft else version.published_at
    digest = drafts.digest(version) if draft else version.digest
    return Edition(
        title=guideline.title,
        edition=_("Draft") if draft else _("Version %d") % version.number,
        kind=guideline.kind,
        heading=_("Mistakes and corrections") if guideline.kind == Kind.PAIRS else _("Dimensions"),
        facts=_facts(version, at, digest),
        about=guideline.about,
        note=version.note,
        mark=_("DRAFT, not to be cited") if draft else "",
        citation=None if draft else citation_of(version),
        sections=[
            _section(revision, places, part) for revision in _revisions(version, start, start + PER_PART)
        ],
        at=at,
        part=part,
        parts=parts,
        spans=[(first + 1, min(first + PER_PART, len(there))) for first in range(0, len(there), PER_PART)],
    )


def citation_of(version: Version) -> Citation:
    """Of a published or retired version."""
    return Citation(
        slug=version.guideline.slug,
        title=version.guideline.title,
        number=version.number,
        on=_day(version.published_at),
        digest=version.digest,
        address=address_of(version),
    )


def address_of(version: Version) -> str:
    name = version.number or "draft"
    return settings.BASE_URL.rstrip("/") + reverse("guideline_version", args=[version.guideline.slug, name])


def _day(moment: datetime) -> date:
    """In UTC: a date that is cited does not hang on where it is read."""
    return moment.astimezone(UTC).date()


def _written_at(version: Version) -> datetime:
    """When the last words of a draft were saved."""
    shape = shape_of(version.guideline)
    last = version.entries.aggregate(last=Max(f"{shape.entry_field}__at"))["last"]
    return max(filter(None, (last, version.opened_at)))


def _facts(version: Version, at: datetime, digest: str) -> list[tuple[str, str]]:
    """What a reader has to know to cite it and to trust it, in words; empty ones are left out."""
    guideline, draft = version.guideline, version.number is None
    state = version.get_state_display()
    if version.state == VersionState.RETIRED and version.retired_at:
        state = _("retired on %s; no longer in force") % date_format(_day(version.retired_at), "j F Y")
    approved = version.approvals.filter(digest=digest).select_related("approver").order_by("at", "pk")
    published = str(version.published_by) if version.published_by else ""
    if version.imported and not draft:
        published = published or _("imported from a file")
    rows = [
        (_("Last changed") if draft else _("Published"), date_format(_day(at), "j F Y")),
        (_("State"), state),
        (_("Change"), version.get_meaning_display()),
        (_("Published by"), published),
        (_("Approved by"), ", ".join(str(approval.approver) for approval in approved)),
        (_("Licence"), guideline.licence or _("not recorded")),
        (_("Source"), guideline.source or _("not recorded")),
        (_("Address"), address_of(version)),
        (str(FINGERPRINT), f"{digest} ({MEANING})"),
    ]
    return [(label, value) for label, value in rows if value]


def _revisions(version: Version, start: int, end: int) -> list:
    shape = shape_of(version.guideline)
    held = version.entries.select_related(f"{shape.entry_field}__{shape.identity_field}")
    return [getattr(entry, shape.entry_field) for entry in held.order_by("position")[start:end]]


def _section(revision, places: dict[str, tuple[int, str]], part: int) -> Section:
    number, name = places[key_of(revision)]
    if hasattr(revision, "corrections"):
        blocks = _of_pair(revision, lambda keys: [_neighbour(key, places, part) for key in keys])
        badge = _("good practice") if revision.positive else ""
    else:
        blocks, badge = _of_dimension(revision), ""
    return Section(number, name, badge, [block for block in blocks if block.value])


def _neighbour(key: str, places: dict[str, tuple[int, str]], here: int) -> Neighbour:
    if key not in places:
        return Neighbour(key)
    number, name = places[key]
    part = (number - 1) // PER_PART + 1
    return Neighbour(name, number, part if part != here else None)


def _of_pair(revision, named) -> list[Block]:
    corrections = _("What to keep doing") if revision.positive else _("Acceptable corrections")
    return [
        Block(_("How it shows"), "words", revision.shows),
        Block(_("Why it harms"), "words", revision.harms),
        Block(_("When it is not a mistake"), "words", revision.not_a_mistake),
        Block(corrections, "items", revision.corrections),
        Block(_("Examples"), "examples", revision.examples),
        Block(_("Commonly confused with"), "neighbours", named(revision.confused_with)),
        Block(_("May occur together with"), "neighbours", named(revision.may_co_occur_with)),
        Block(_("References"), "lines", revision.references),
        Block(_("Tags"), "plain", ", ".join(revision.tags)),
    ]


def _of_dimension(revision) -> list[Block]:
    scale = [str(revision.get_scale_display())]
    if revision.reverse:
        scale.append(_("worded in reverse: a high value is unfavourable"))
    weight = "" if revision.weight is None else number_in_words(revision.weight)
    return [
        Block(_("Definition"), "words", revision.definition),
        Block(_("Scale"), "plain", "; ".join(scale)),
        Block(_("Weight"), "plain", weight),
        Block(_("Levels"), "levels", [(_level(one["value"]), one["anchor"]) for one in revision.levels]),
        Block(_("Source"), "plain", revision.source),
    ]


def _level(value) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)

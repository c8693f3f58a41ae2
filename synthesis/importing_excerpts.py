"""Read excerpts of real sessions from a file of ours, or rated replies in the published layout, and store them with what a
person said of consent and licence. Records that cannot be taken are named, each with its reason.
"""

from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from pydantic import ValidationError

from synthesis import excerpts, trail
from synthesis.excerpts import Stored
from synthesis.identity import digest
from synthesis.importing_rows import made_elsewhere, records, store_new
from synthesis.models import Instance, Profile
from synthesis.reading import BadProfiles, read, said_of
from synthesis.shapes.excerpts import ExcerptRecord
from synthesis.shapes.profiles import ClientFile
from synthesis.shapes.scoreval import Row

RECIPE = "excerpt_reply"
ORIGIN = "SCOREval layout"


@dataclass
class Imported(Stored):
    """`made`: the ratings that came with the excerpts, as instances."""

    made: list[Instance] = field(default_factory=list)


def import_excerpts(paths, *, may_leave: bool = False, allowed_endpoints: tuple = ()) -> Stored:
    """Files of ours, whose profiles are all excerpts, and which say consent and licence themselves. Every file is read
    before anything is stored. Raises BadProfiles.
    """
    files = []
    for path in map(Path, paths):
        found = read(path)
        if not found.about.consent.strip():
            raise BadProfiles(path, "says nothing of the clients' consent", field="consent")
        if other := next((one for one in found.records if not isinstance(one, ExcerptRecord)), None):
            raise BadProfiles(path, f"“{other.key}” is no excerpt: load_profiles reads it")
        files.append((path, found))
    whole = Stored()
    for path, found in files:
        records = [(f"{path}, “{one.key}”", one) for one in found.records]
        _add(
            whole,
            excerpts.store(records, found.about, may_leave=may_leave, allowed_endpoints=allowed_endpoints),
        )
    return whole


def import_rated(
    paths, *, language: str, consent: str, licence: str = "", origin: str = ORIGIN, may_leave: bool = False
) -> Imported:  # fmt: skip
    """Rated replies in the alpaca layout in which the authors of SCOREval train (seeds.md §2.2). The rows are of real
    sessions: each becomes an excerpt, and an instance that holds the ratings. Raises BadProfiles where nothing fits.
    """
    about = ClientFile.model_construct(licence=licence, origin=origin, consent=consent)
    read_in, refused = [], []
    for path in map(Path, paths):
        for place, record in records(path):
            try:
                row = Row.model_validate(record)
                excerpt = row.as_excerpt(language)
                row.levels()
                read_in.append((f"{path}, {place}", row, excerpt))
            except (ValidationError, ValueError) as problem:
                refused.append(f"{path}, {place}: {said_of(problem)}")
    if not read_in:
        raise BadProfiles(paths[0], refused[0] if refused else "holds no record")
    with transaction.atomic():
        imported = Imported(refused=refused)
        unique = {record.key: (place, record) for place, _row, record in read_in}
        _add(imported, excerpts.store(list(unique.values()), about, may_leave=may_leave))
        keys = {record.key for _place, _row, record in read_in}
        # Not those whose text was erased: its words do not come back with their ratings.
        current = Profile.objects.current().filter(key__in=keys, source_text__erased_at=None)
        profiles = {one.key: one for one in current}
        imported.made = _stored([(row, record) for _place, row, record in read_in], profiles)
        if imported.made:
            counts = {"new": len(imported.made), "refused": len(imported.refused), "licence": licence}
            trail.record(verb="import_sessions", kind=trail.PROFILES, name=RECIPE, by=None, after=counts)
    return imported


def _add(whole: Stored, part: Stored) -> None:
    whole.new += part.new
    whole.revised += part.revised
    whole.refused += part.refused
    whole.unchanged += part.unchanged


def _stored(read_in: list[tuple[Row, ExcerptRecord]], profiles: dict[str, Profile]) -> list[Instance]:
    rows = []
    for row, record in read_in:
        if record.key not in profiles:
            continue  # its excerpt was refused, and is named
        profile, content = profiles[record.key], row.content(record)
        cell = digest([ORIGIN, str(profile.public_id), content])
        rows.append(made_elsewhere(recipe=RECIPE, profile=profile, cell=cell, content=content, factors={}))
    return store_new(rows)

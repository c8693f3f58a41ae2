"""Import sessions that were made elsewhere, in a published record layout. Records that do not fit are named, each with its
reason; the same record again stores nothing.
"""

from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from accounts.identity import minter
from synthesis import trail
from synthesis.identity import digest
from synthesis.loading import store
from synthesis.models import Instance, InstanceState, Mark, Origin, Profile
from synthesis.reading import BadProfiles, Reading, read_json, said_of
from synthesis.recipes import RECIPES
from synthesis.shapes.magnet import ATTITUDES, Session
from synthesis.shapes.profiles import LayoutFile
from synthesis.tiers import tier_marks, tier_of_words

RECIPE = "technique_session"
ORIGIN = "MAGneT layout"
MOST_RECORDS = 20_000


@dataclass
class Imported:
    new: list[Instance] = field(default_factory=list)
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)


def import_sessions(paths, *, licence: str = "", origin: str = ORIGIN, may_leave: bool = True) -> Imported:
    """Read every file before anything is stored; all that fits is stored, with the clients' forms, or nothing at all
    where a file cannot be read. Without a licence nothing made from them is released. Raises BadProfiles.
    """
    read_in, refused = [], []
    for path in map(Path, paths):
        for place, record in _records(path):
            try:
                session = Session.model_validate(record)
                read_in.append((session, session.AI_client.as_intake()))
            except (ValidationError, ValueError) as problem:
                refused.append(f"{path}, {place}: {said_of(problem)}")
    if not read_in:
        raise BadProfiles(paths[0], refused[0] if refused else "holds no record")
    about = LayoutFile(licence=licence, origin=origin)
    with transaction.atomic():
        forms = {form.key: form for _session, form in read_in}
        store(Reading(about, list(forms.values())), may_leave=may_leave)
        imported = _stored(read_in, {p.key: p for p in Profile.objects.current().filter(key__in=forms)})
        imported.refused = refused
        counts = {"new": len(imported.new), "refused": len(refused), "licence": licence}
        if imported.new:
            trail.record(verb="import_sessions", kind=trail.PROFILES, name=RECIPE, by=None, after=counts)
    return imported


def _records(path: Path):
    """Each record with its place; a file holds a list of them, or one."""
    data, lines = read_json(path)
    many = data if isinstance(data, list) else [data]
    if len(many) > MOST_RECORDS:
        raise BadProfiles(path, f"holds {len(many):,} records; at most {MOST_RECORDS:,} are read")
    for n, record in enumerate(many):
        line = f"line {lines[n]}, " if n < len(lines) else ""
        yield f"{line}record {n + 1}", record


def _stored(read_in, profiles: dict[str, Profile]) -> Imported:
    imported, mint, now, marks = Imported(), minter("synthesis.instance"), timezone.now(), []
    rows: dict[str, Instance] = {}
    for session, form in read_in:
        profile = profiles[form.key]
        content, attitude = session.content(profile.name), ATTITUDES[session.AI_client.attitude]
        cell = digest([ORIGIN, str(profile.public_id), attitude, content])
        rows[cell] = Instance(
            public_id=mint(Origin.IMPORT, cell), origin=Origin.IMPORT, recipe=RECIPE, profile=profile,
            factors={"attitude": attitude}, cell=cell, state=InstanceState.MADE, content=content,
            digest=digest(content), made_at=now,
        )  # fmt: skip
    there = set(Instance.objects.filter(run=None, cell__in=rows).values_list("cell", flat=True))
    imported.unchanged = len(read_in) - len(rows.keys() - there)
    imported.new = [row for cell, row in rows.items() if cell not in there]
    Instance.objects.bulk_create(imported.new)
    for row in imported.new:
        marks += tier_marks(row, tier_of_words(RECIPES[RECIPE].texts(row.content)))
    Mark.objects.bulk_create(marks)
    return imported

"""Import sessions that were made elsewhere, in a published record layout. Records that do not fit are named, each with its
reason; the same record again stores nothing.
"""

from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from pydantic import ValidationError

from synthesis import trail
from synthesis.identity import digest
from synthesis.importing_rows import made_elsewhere, records, store_new
from synthesis.loading import store
from synthesis.models import Instance, Profile
from synthesis.reading import BadProfiles, Reading, said_of
from synthesis.shapes.magnet import ATTITUDES, Session
from synthesis.shapes.profiles import LayoutFile

RECIPE = "technique_session"
ORIGIN = "MAGneT layout"


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
        for place, record in records(path):
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


def _stored(read_in, profiles: dict[str, Profile]) -> Imported:
    rows: dict[str, Instance] = {}
    for session, form in read_in:
        profile = profiles[form.key]
        content, attitude = session.content(profile.name), ATTITUDES[session.AI_client.attitude]
        cell = digest([ORIGIN, str(profile.public_id), attitude, content])
        rows[cell] = made_elsewhere(
            recipe=RECIPE, profile=profile, cell=cell, content=content, factors={"attitude": attitude}
        )
    new = store_new(rows.values())
    return Imported(new, unchanged=len(read_in) - len(new))

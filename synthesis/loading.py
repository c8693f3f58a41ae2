"""Store profiles. The same content again stores nothing; changed content becomes the next revision."""

from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from accounts.identity import minter
from synthesis import trail
from synthesis.identity import digest
from synthesis.models import Profile, ProfileKind
from synthesis.reading import BadProfiles, Reading, read
from synthesis.shapes.profiles import SpeechRecord
from synthesis.speeches import alike

SHIPPED = Path(__file__).parent / "shipped" / "clients.yaml"
SHIPPED_BY_NAME = {
    "shipped": SHIPPED,
    "shipped-intakes": SHIPPED.with_name("intakes.yaml"),
    "shipped-speeches": SHIPPED.with_name("speeches.yaml"),
}


@dataclass
class Loaded:
    new: list[Profile] = field(default_factory=list)
    revised: list[Profile] = field(default_factory=list)
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)
    # What was taken out of single records, in sentences.
    cleaned: list[str] = field(default_factory=list)


def load(path: Path | str, **options) -> Loaded:
    """Read a file (or one of those shipped, by its name) and store it, all or nothing; options as in load_all. Raises
    BadProfiles.
    """
    return load_all([path], **options)[0]


def load_all(
    paths, *, licence: str = "", origin: str = "", may_leave: bool = True, allowed_endpoints: tuple = ()
) -> list[Loaded]:
    """Read and check every file before any is stored: all or nothing. Raises reading.BadProfiles.

    `may_leave` False: texts made from these records are sent to no other machine, but to the endpoints named.
    """
    read_in = [read(SHIPPED_BY_NAME.get(str(path), path), licence=licence, origin=origin) for path in paths]
    for path, one in zip(paths, read_in, strict=True):
        if any(record.kind == "excerpt" for record in one.records):
            raise BadProfiles(path, "holds excerpts of real sessions: import_excerpts takes them")
    with transaction.atomic():
        return [store(one, may_leave=may_leave, allowed_endpoints=allowed_endpoints) for one in read_in]


@transaction.atomic
def store(
    reading: Reading, *, may_leave: bool = True, allowed_endpoints: tuple = (), once: bool = True
) -> Loaded:
    """`once`: a speech that is there already under another key is left out, and named."""
    records, doubles = each_once(reading) if once else (reading.records, [])
    loaded, mint = Loaded(), minter("synthesis.profile")
    loaded.refused, loaded.cleaned = [*reading.refused, *doubles], list(reading.cleaned)
    keys = [record.key for record in records]
    newest = {profile.key: profile for profile in Profile.objects.current().filter(key__in=keys)}
    for record in records:
        before = newest.get(record.key)
        profile = _profile(record, reading.about, _bounds(before, may_leave, allowed_endpoints))
        if before and before.digest == profile.digest:
            loaded.unchanged += 1
            continue
        profile.n = before.n + 1 if before else 1
        profile.public_id = mint(*profile.natural_key_parts())
        (loaded.revised if before else loaded.new).append(profile)
    Profile.objects.bulk_create([*loaded.new, *loaded.revised])
    if loaded.new or loaded.revised:
        counts = {"new": len(loaded.new), "revised": len(loaded.revised), "refused": len(loaded.refused)}
        told = {**counts, "licence": reading.about.licence}
        trail.record(verb="store", kind=trail.PROFILES, name="clients", by=None, after=told)
    return loaded


def each_once(reading: Reading) -> tuple[list, list[str]]:
    """The records, and why some are left out: a speech that says the same as another one, or nearly, in the file or among
    those that are stored.
    """
    new = {record.key: record.speech for record in reading.records if record.kind == ProfileKind.SPEECH}
    if not new:
        return list(reading.records), []
    stored = Profile.objects.current().of_kind(ProfileKind.SPEECH).exclude(key__in=new)
    like = alike(list(new.items()), stored.values_list("key", "content__speech"))
    doubles = [
        f"{reading.place_of(key)}: says the same as “{of}”"
        if value == 1
        else f"{reading.place_of(key)}: says nearly the same as “{of}” ({value:.0%} alike)"
        for key, (of, value) in like.items()
    ]
    return [record for record in reading.records if record.key not in like], doubles


def _bounds(before: Profile | None, may_leave: bool, allowed_endpoints: tuple) -> dict:
    """Loading a file again without the option does not lift what an earlier load forbade."""
    if may_leave and (before is None or before.may_leave_machine):
        return {}
    named = sorted(set(allowed_endpoints)) or (before.allowed_endpoints if before else [])
    return {"may_leave_machine": False, "allowed_endpoints": named}


def _profile(record, about, bounds: dict) -> Profile:
    fields = {
        "key": record.key,
        "kind": record.kind,
        "name": record.name,
        "style": record.style,
        "content": record.content(),
        "base_case": record.base_case or record.key,
        "origin": about.origin,
        "licence": about.licence,
        "consent": about.consent,
        "tier": record.tier,
        "language": record.language,
        **bounds,
    }
    return Profile(**fields, digest=digest(fields))


def with_base_cases(speeches: dict[str, SpeechRecord]) -> list[SpeechRecord]:
    """What is stored keeps its own; a speech that is nearly like another one has that one's."""
    stored = Profile.objects.current().of_kind(ProfileKind.SPEECH)
    bases = dict(stored.values_list("key", "base_case"))
    others = stored.exclude(key__in=speeches).values_list("key", "content__speech")
    like = alike([(key, one.speech) for key, one in speeches.items()], others)
    for key in speeches:
        if key not in bases:
            of = like.get(key, ("", 0.0))[0]
            bases[key] = bases.get(of) or key
    return [one.model_copy(update={"base_case": bases[key]}) for key, one in speeches.items()]

"""Store profiles. The same content again stores nothing; changed content becomes the next revision."""

from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from accounts.identity import minter
from synthesis.identity import digest
from synthesis.models import Profile
from synthesis.reading import Reading, read

SHIPPED = Path(__file__).parent / "shipped" / "clients.yaml"


@dataclass
class Loaded:
    new: list[Profile] = field(default_factory=list)
    revised: list[Profile] = field(default_factory=list)
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)


def load(path: Path | str, *, licence: str = "", origin: str = "") -> Loaded:
    """Read a file (or "shipped") and store it, all or nothing. Raises reading.BadProfiles."""
    return store(read(SHIPPED if str(path) == "shipped" else path, licence=licence, origin=origin))


@transaction.atomic
def store(reading: Reading) -> Loaded:
    loaded, mint = Loaded(refused=list(reading.refused)), minter("synthesis.profile")
    keys = [record.key for record in reading.records]
    newest = {profile.key: profile for profile in Profile.objects.current().filter(key__in=keys)}
    for record in reading.records:
        profile = _profile(record, reading.about)
        before = newest.get(record.key)
        if before and before.digest == profile.digest:
            loaded.unchanged += 1
            continue
        profile.n = before.n + 1 if before else 1
        profile.public_id = mint(*profile.natural_key_parts())
        (loaded.revised if before else loaded.new).append(profile)
    Profile.objects.bulk_create([*loaded.new, *loaded.revised])
    return loaded


def _profile(record, about) -> Profile:
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
    }
    return Profile(**fields, digest=digest(fields))

"""What an agent or a screen is told of a version: plain data, each reader's part and no more."""

from guidelines import entries
from guidelines.kinds import key_of
from guidelines.models import DimensionRevision, Entry, PairRevision, Version


def for_counsellor(revision: PairRevision) -> dict:
    """The mistake to play and how it shows; never the correction."""
    return {"name": revision.name, "shows": revision.shows}


def for_supervisor(version: Version, told: PairRevision | None) -> list[dict]:
    """The catalogue of mistakes as {key, name, shows}, in order, positive pairs excluded.

    When the supervisor is told what was meant, that pair's dict also holds `told: True`, `positive`, `harms`,
    `not_a_mistake` and `corrections`; a positive pair is then appended, as it is not in the catalogue.
    """
    catalogue = [_catalogued(revision) for revision in entries.revisions(version) if not revision.positive]
    if told is None:
        return catalogue
    part = _told(told)
    if any(item["key"] == part["key"] for item in catalogue):
        return [part if item["key"] == part["key"] else item for item in catalogue]
    return [*catalogue, part]


def _catalogued(revision: PairRevision) -> dict:
    return {"key": revision.pair.key, "name": revision.name, "shows": revision.shows}


def _told(revision: PairRevision) -> dict:
    more = {
        field: getattr(revision, field) for field in ("positive", "harms", "not_a_mistake", "corrections")
    }
    return _catalogued(revision) | {"told": True} | more


def choices(version: Version) -> list[dict]:
    """The mistakes a reviewer chooses from, in order; positive pairs excluded."""
    return [
        {"key": key_of(revision), "name": revision.name, "revision_id": revision.pk}
        for revision in entries.revisions(version)
        if not revision.positive
    ]


def dimensions(version: Version) -> list[dict]:
    """The dimensions to rate, in order, each with its levels and anchors, lowest first.

    `reverse`: a high value is unfavourable; `weight`: how much it counts in a total, None where it is not weighted.
    """
    return [_rated(revision) for revision in entries.revisions(version)]


def dimensions_of(versions: list[Version]) -> dict[int, list[dict]]:
    """`dimensions` of every version by its id; one query."""
    found: dict[int, list[dict]] = {version.pk: [] for version in versions}
    held = Entry.objects.filter(version__in=found, dimension_revision__isnull=False).order_by("position")
    for entry in held.select_related("dimension_revision__dimension"):
        found[entry.version_id].append(_rated(entry.dimension_revision))
    return found


def _rated(revision: DimensionRevision) -> dict:
    return {
        "key": key_of(revision),
        "name": revision.name,
        "definition": revision.definition,
        "scale": revision.scale,
        "levels": [{"value": level["value"], "anchor": level["anchor"]} for level in revision.levels],
        "reverse": revision.reverse,
        "weight": revision.weight,
        "revision_id": revision.pk,
    }

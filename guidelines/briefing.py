"""What an agent or a screen is told of a version: plain data, each reader's part and no more."""

from guidelines import drafts
from guidelines.kinds import key_of
from guidelines.models import PairRevision, Version


def for_counsellor(revision: PairRevision) -> dict:
    """The mistake to play and how it shows; never the correction."""
    return {"name": revision.name, "shows": revision.shows}


def for_supervisor(version: Version, told: PairRevision | None) -> list[dict]:
    """The catalogue of mistakes as {key, name, shows}, in order, positive pairs excluded.

    When the supervisor is told what was meant, that pair's dict also holds `told: True`, `positive`, `harms`,
    `not_a_mistake` and `corrections`; a positive pair is then appended, as it is not in the catalogue.
    """
    catalogue = [_catalogued(revision) for revision in drafts.revisions(version) if not revision.positive]
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
        for revision in drafts.revisions(version)
        if not revision.positive
    ]


def dimensions(version: Version) -> list[dict]:
    """The dimensions to rate, in order, each with its levels and anchors, lowest first."""
    return [
        {
            "key": key_of(revision),
            "name": revision.name,
            "definition": revision.definition,
            "scale": revision.scale,
            "levels": [{"value": level["value"], "anchor": level["anchor"]} for level in revision.levels],
            "revision_id": revision.pk,
        }
        for revision in drafts.revisions(version)
    ]

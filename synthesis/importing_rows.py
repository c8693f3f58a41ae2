"""What importers of published layouts share: records of a file with their places, and rows of what was made elsewhere."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils import timezone

from accounts.identity import minter
from synthesis.identity import digest
from synthesis.models import Instance, InstanceState, Mark, Origin, Profile
from synthesis.reading import MOST_RECORDS, BadProfiles, read_json
from synthesis.recipes import RECIPES
from synthesis.tiers import tier_marks, tier_of_words


def records(path: Path) -> Iterator[tuple[str, object]]:
    """Each record with its place; a file holds a list of them, or one. Raises BadProfiles."""
    data, lines = read_json(path)
    many = data if isinstance(data, list) else [data]
    if len(many) > MOST_RECORDS:
        raise BadProfiles(path, f"holds {len(many):,} records; at most {MOST_RECORDS:,} are read")
    for n, record in enumerate(many):
        line = f"line {lines[n]}, " if n < len(lines) else ""
        yield f"{line}record {n + 1}", record


def made_elsewhere(*, recipe: str, profile: Profile, cell: str, content: dict, factors: dict) -> Instance:
    """Not stored yet. `cell`: what names it, so that the same record again is the same row."""
    return Instance(
        public_id=minter("synthesis.instance")(Origin.IMPORT, cell), origin=Origin.IMPORT, recipe=recipe,
        profile=profile, factors=factors, cell=cell, state=InstanceState.MADE, content=content,
        digest=digest(content), made_at=timezone.now(),
    )  # fmt: skip


def store_new(rows: Iterable[Instance]) -> list[Instance]:
    """Those that are not there yet, each once, with the tier that their words raise. Within a transaction."""
    by_cell = {row.cell: row for row in rows}
    there = set(Instance.objects.filter(run=None, cell__in=by_cell).values_list("cell", flat=True))
    new = [row for cell, row in by_cell.items() if cell not in there]
    Instance.objects.bulk_create(new)
    marks = []
    for row in new:
        marks += tier_marks(row, tier_of_words(RECIPES[row.recipe].texts(row.content)))
    Mark.objects.bulk_create(marks)
    return new

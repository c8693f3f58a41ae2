"""Every pair that has numbers or is in a version that people work on; queries do not grow with their number."""

from guidelines import coverage, entries
from guidelines.coverage import Coverage
from guidelines.coverage_table import Line
from guidelines.models import Guideline, PairRevision


def lines_of(guideline: Guideline, *, alphas: bool) -> list[Line]:
    """In the order of the guideline, those last that it no longer holds; with `alphas`, to be sorted by them."""
    draft, published = guideline.versions.unpublished().first(), guideline.in_force
    here: dict[str, str] = {}
    for version in filter(None, (published, draft)):
        here |= entries.names(version)
    revisions = PairRevision.objects.filter(pair__guideline=guideline).order_by("n")
    good = set(revisions.filter(positive=True).values_list("pair__key", flat=True))
    numbers = coverage.of(guideline, alphas=alphas) or {}
    left = [key for key in numbers if key not in here]
    names = here | (
        dict(revisions.filter(pair__key__in=left).values_list("pair__key", "name")) if left else {}
    )
    return [
        Line(key, names[key], key not in here, key in good, numbers.get(key, Coverage()))
        for key in [*here, *left]
    ]

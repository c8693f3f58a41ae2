"""Every pair that has numbers or is in a version that people work on; queries do not grow with their number."""

from guidelines import coverage
from guidelines.coverage import Coverage
from guidelines.coverage_table import Line
from guidelines.finding import index
from guidelines.models import Guideline, PairRevision

GONE = "gone"


def lines_of(guideline: Guideline, *, alphas: bool) -> list[Line]:
    """In the order of the guideline, those last that it no longer holds; with `alphas`, to be sorted by them."""
    draft = guideline.versions.unpublished().first()
    published = guideline.versions.published().order_by("-number").first()
    for version in filter(None, (draft, published)):
        version.guideline = guideline
    numbers = coverage.of(guideline, alphas=alphas) or {}
    good = set(
        PairRevision.objects.filter(pair__guideline=guideline, positive=True).values_list(
            "pair__key", flat=True
        )
    )
    found = [
        Line(row.key, row.name, row.state, row.key in good, numbers.get(row.key, Coverage()))
        for row in index(published, draft)
    ]
    here = {line.key for line in found}
    left = [key for key in numbers if key not in here]
    names = _last_names(guideline) if left else {}
    return found + [Line(key, names[key], GONE, key in good, numbers[key]) for key in left]


def _last_names(guideline: Guideline) -> dict[str, str]:
    rows = PairRevision.objects.filter(pair__guideline=guideline).order_by("n")
    return dict(rows.values_list("pair__key", "name"))

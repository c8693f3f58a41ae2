"""The page on which every pair of a guideline stands with what was made of it and how that was judged."""

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from accounts import asking, roles
from guidelines import access, coverage
from guidelines.coverage_table import AGREEMENT, COLUMNS, NAME, Asked, Line, page
from guidelines.covered import lines_of
from guidelines.models import Guideline, Kind

SHOWN = 12  # of those that stand out; the table has all


@login_required
def guideline_coverage(request, slug):
    roles.require(access.may_see_numbers(request.user))
    guideline = get_object_or_404(Guideline, slug=slug)
    if guideline.kind != Kind.PAIRS:
        raise Http404
    roles.require(coverage.may_see(request.user, guideline))
    asked = Asked.of(request.GET, asking.number(request, "start"))
    context = {"guideline": guideline, "asked": asked, "connected": coverage.connected()}
    if coverage.connected():
        lines = lines_of(guideline, alphas=asked.by == AGREEMENT)
        found = page(lines, asked)
        context |= {
            "page": replace(found, lines=_in_full(guideline, found.lines)),
            "total": len(lines),
            "standing_out": _standing_out(lines),
            "shown": SHOWN,
            "heads": [_head(asked, column, words) for column, words in _words().items()],
        }
    return render(request, "guidelines/coverage.html", context)


def _in_full(guideline, lines: list[Line]) -> list[Line]:
    """With the agreement's intervals, which are computed for what is looked at only."""
    full = coverage.of(guideline, [line.key for line in lines])
    return [replace(line, numbers=full.get(line.key, line.numbers)) for line in lines]


def _standing_out(lines: list[Line]) -> list[Line]:
    found = [line for line in lines if line.numbers.stands_out]
    return sorted(found, key=COLUMNS["corrected"], reverse=True)


def _words() -> dict[str, str]:
    return {
        NAME: _("Mistake"),
        "made": _("Made"),
        "accepted": _("Accepted"),
        "edited": _("Edited"),
        "rejected": _("Rejected"),
        "corrected": _("Edited or rejected"),
        "agreement": _("Agreement on the verdict"),
        "showed": _("Showed as planned"),
        "missed": _("Supervisor missed it"),
    }


def _head(asked: Asked, column: str, words: str) -> dict:
    sort = ""
    if column == asked.by:
        sort = "ascending" if asked.rising else "descending"
    return {"column": column, "words": words, "address": asked.sorted_by(column).address, "sort": sort}

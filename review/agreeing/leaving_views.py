"""What leaves the pages of agreement: JSON, CSV, the ratings themselves, and a paragraph for a paper."""

import csv

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.text import slugify

from accounts import roles
from review import tasks
from review.agreeing import access
from review.agreeing.leaving import HEADER, document, lines
from review.agreeing.looking import chosen, context, looked, required
from review.agreeing.methods import paragraph
from review.agreeing.questions import told_first
from review.agreeing.ratings import ratings
from review.judges.access import may_see_judges


def _look(request):
    return looked(request, required(chosen(request)), tasks.wake_agreeing)


def agreement_methods(request):
    look = _look(request)
    may = access.may_see_readings(request.user, look.round)
    more: dict = {"may_ratings": may}
    if look.kept:
        more["paragraph"] = paragraph(document(look.kept, parts=False))
        more["tables"] = [
            (arm, name, look.scales[name]["title"])
            for arm, names in look.kept.asked.items()
            for name in told_first(names)
        ]
    return render(request, "review/agreeing/methods.html", context(request, look, **more))


def _document(request) -> tuple:
    """(what was looked at, everything for this person); 503 in its place while it is computed for the first time."""
    look = _look(request)
    if look.kept is None:
        return look, None
    return look, document(
        look.kept, parts=bool(access.may_see_parts(request.user, look.round)),
        judges=bool(may_see_judges(request.user, look.round)),
    )  # fmt: skip


def agreement_json(request):
    _look_at, found = _document(request)
    if found is None:
        return JsonResponse({"error": "The figures are being computed; ask again."}, status=503)
    return JsonResponse(found | {"paragraph": paragraph(found)}, json_dumps_params={"indent": 1})


def agreement_csv(request):
    look, found = _document(request)
    if found is None:
        return HttpResponse(
            "The figures are being computed; ask again.", status=503, content_type="text/plain"
        )
    return _csv(look.round, "agreement", [HEADER, *lines(found)])


def agreement_ratings(request):
    """item,rater,value,cluster of one question: what `./bin/manage agreement` reads."""
    look = _look(request)
    roles.require(access.may_see_readings(request.user, look.round))
    if look.kept is None or not look.arm:
        raise Http404
    return _csv(look.round, f"{look.arm}-{look.question}", ratings(look.kept.table, look.arm, look.question))


def _csv(round, name: str, rows) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    called = slugify(f"{round.name} {name}") or name
    response["Content-Disposition"] = f'attachment; filename="{called}.csv"'
    csv.writer(response).writerows(rows)
    return response

"""The doors to a version on paper: a page for printing, a PDF, and its citation for a reference manager."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from guidelines import access, printing
from guidelines.addressed import named_version
from guidelines.citing import CITATIONS
from guidelines.doors import door
from guidelines.formats.to_pdf import Unprintable, as_pdf

READING = ("GET", "HEAD")


def _edition(request, guideline, name) -> printing.Edition:
    """The part that was asked for; the first one where none was."""
    part = request.GET.get("part", "1")
    if not (part.isdecimal() and len(part) < 5):
        raise Http404
    try:
        return printing.edition(named_version(guideline, name), int(part))
    except IndexError:
        raise Http404 from None


@door(access.may_read, methods=READING)
def version_print(request, guideline, name):
    context = {"guideline": guideline, "name": name, "edition": _edition(request, guideline, name)}
    return render(request, "guidelines/print.html", context)


@door(access.may_read, methods=READING)
def version_pdf(request, guideline, name):
    edition = _edition(request, guideline, name)
    try:
        made = as_pdf(edition)
    except Unprintable as refusal:
        context = {"guideline": guideline, "name": name, "edition": edition, "reason": str(refusal)}
        return render(request, "guidelines/not_printable.html", context, status=409)
    answer = HttpResponse(made, content_type="application/pdf")
    part = "" if edition.whole else f"-part-{edition.part}"
    answer.headers["Content-Disposition"] = f'inline; filename="{guideline.slug}-{_called(name)}{part}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _called(name: str) -> str:
    return name if name == "draft" else f"v{int(name)}"


@door(access.may_read, methods=READING)
def version_cite(request, guideline, name, format):
    """A draft is not there: nobody cites what may change tomorrow."""
    version = named_version(guideline, name)
    if format not in CITATIONS or version.number is None:
        raise Http404
    write, kind = CITATIONS[format]
    citation = printing.citation_of(version)
    answer = HttpResponse(write(citation), content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{citation.key}.{format}"'
    return answer

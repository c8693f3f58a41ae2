"""A file that comes in: its size before any of it is read; by a page, its form and its preview a page at a time."""

from functools import wraps

from django import forms
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from guidelines.formats.dialects import CODE_PAGES
from guidelines.formats.document import LARGEST
from guidelines.reading import SUFFIXES

SHOWN = 50  # entries of a preview on one page
_ENVELOPE = 64 * 1024


def announces_too_much(request) -> bool:
    """By the size that the request announces, before any of it is read; without one, nothing is sent."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return not announced.isdecimal() or int(announced) > LARGEST + _ENVELOPE


def bounded(view):
    """Refuse an upload by the size it announces before any of it is read, so also before the CSRF check reads it."""

    @csrf_exempt
    @wraps(view)
    def told(request, *args, **kwargs):
        if announces_too_much(request):
            context = {"largest": LARGEST // 1024**2}
            return render(request, "guidelines/too_large.html", context, status=413)
        return csrf_protect(view)(request, *args, **kwargs)

    return told


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput({"class": "form-control", "accept": ",".join(SUFFIXES)}),
        help_text=gettext_lazy("A spreadsheet (.xlsx), .csv, .yaml or .json of at most 20 MB."),
    )
    letters = forms.ChoiceField(
        label=gettext_lazy("Letters of a CSV file"),
        choices=[("", gettext_lazy("as the file says")), *CODE_PAGES.items()],
        required=False,
        widget=forms.Select({"class": "form-select"}),
        help_text=gettext_lazy("Only for a CSV file that was refused because its letters are not clear."),
    )


def name_of(sent) -> str:
    """Only shown, and its ending looked at; some browsers send the whole path."""
    return sent.name.replace("\\", "/").rsplit("/", 1)[-1]


def a_page_of(rows: list[dict], request, states) -> dict:
    """Rows of a preview in the state that was asked for, or else in the first one that asks for a look."""
    counts = dict.fromkeys(states, 0)
    for row in rows:
        counts[row["state"]] += 1
    state = request.GET.get("show", "")
    if state not in counts:
        state = next((one for one in ("refused", "changed", "new") if counts[one]), "unchanged")
    pages = Paginator([row for row in rows if row["state"] == state], SHOWN)
    page = pages.get_page(request.GET.get("page"))
    taken = counts["new"] + counts["changed"]
    return {
        "counts": counts.items(),
        "state": state,
        "page": page,
        "refused": counts["refused"],
        "taken": taken,
    }

"""The pages by which a file comes in and a version goes out."""

from functools import wraps

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from guidelines import access, applying, drafts, dumping, present, previewing
from guidelines.comparing import fields_that_differ
from guidelines.formats.dialects import CODE_PAGES
from guidelines.formats.document import LARGEST, BadFile
from guidelines.formats.writing import TYPES, WRITERS
from guidelines.kinds import shape_of
from guidelines.models import ImportPreview, VersionState
from guidelines.reading import SUFFIXES
from guidelines.views import door, named_version

SHOWN = 50  # entries of a preview on one page
_ENVELOPE = 64 * 1024


def bounded(view):
    """Refuse an upload by the size it announces before any of it is read, so also before the CSRF check reads it."""

    @csrf_exempt
    @wraps(view)
    def told(request, *args, **kwargs):
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not announced.isdecimal() or int(announced) > LARGEST + _ENVELOPE:
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


@bounded
@door(access.may_write)
def guideline_import(request, guideline):
    posted = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if posted else UploadForm()
    if posted and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            preview = previewing.preview_import(
                guideline=guideline,
                file=name_of(sent),
                data=sent.read(),
                by=request.user,
                letters=form.cleaned_data["letters"],
            )
            return redirect("guideline_import_preview", guideline.slug, preview.token)
        except BadFile as refusal:
            form.add_error("file", str(refusal))
    version = present.version_of(guideline)
    context = {"guideline": guideline, "form": form, "version": version, "formats": list(WRITERS)}
    return render(request, "guidelines/import.html", context, status=400 if form.errors else 200)


@door(access.may_write)
def guideline_import_preview(request, guideline, token):
    preview = get_object_or_404(
        ImportPreview.objects.fresh(), token=token, guideline=guideline, user=request.user
    )
    preview.guideline = guideline
    if request.method == "POST":
        version, taken = applying.apply_import(preview=preview, by=request.user)
        said = _("The draft took %d entries from %s.") % (taken, preview.file)
        if version.state == VersionState.IN_REVIEW:
            said += " " + _("Approvals of the earlier words no longer count.")
        messages.success(request, said)
        return redirect("guideline", guideline.slug)
    shown = a_page_of(preview.rows, request, previewing.STATES)
    context = shown | {
        "guideline": guideline,
        "preview": preview,
        "rows": _with_differences(guideline, shown["page"].object_list),
        "version": present.version_of(guideline),
    }
    return render(request, "guidelines/import_preview.html", context)


def _with_differences(guideline, rows: list[dict]) -> list[dict]:
    """The rows of one page, changed ones with their word diffs, new ones as a revision; one query."""
    revision = shape_of(guideline).revision
    bases = revision.objects.in_bulk([row["base"] for row in rows if row.get("base")])
    found = []
    for row in rows:
        if row["state"] == "changed":
            before = bases[row["base"]].texts
            row = row | {"fields": fields_that_differ(guideline.kind, revision, before, row["texts"])}
        elif row["state"] == "new":
            row = row | {"revision": revision(**row["texts"])}
        found.append(row)
    return found


@door(access.may_read, methods=("GET", "HEAD"))
def guideline_download(request, guideline, name, format):
    """A version as a file; the name of the file says which, and by its digest exactly which words."""
    if format not in WRITERS:
        raise Http404
    version = named_version(guideline, name)
    digest = version.digest or drafts.digest(version)
    number = f"v{version.number}" if version.number else "draft"
    answer = HttpResponse(dumping.dump(version, format), content_type=TYPES[format])
    file = f"{guideline.slug}-{number}-{digest[:12]}.{format}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer

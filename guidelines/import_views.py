"""The pages by which a file comes in and a version goes out."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from guidelines import access, applying, drafts, dumping, present, previewing
from guidelines.addressed import named_version
from guidelines.comparing import fields_that_differ
from guidelines.doors import door
from guidelines.formats.document import BadFile
from guidelines.formats.writing import TYPES, WRITERS
from guidelines.kinds import shape_of
from guidelines.models import ImportPreview, VersionState
from guidelines.uploading import UploadForm, a_page_of, bounded, name_of


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

"""The pages by which a file of translations goes out and comes in."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.roles import require
from guidelines.doors import door
from guidelines.formats.document import BadFile
from guidelines.formats.writing import TYPES
from guidelines.kinds import shape_of
from guidelines.models import Translation, TranslationPreview
from guidelines.translating import access, applying, content, finding, forms, languages, previewing, standing
from guidelines.translating.segments import segments
from guidelines.translating.views import spoken
from guidelines.translating.writing import WRITERS
from guidelines.uploading import UploadForm, a_page_of, bounded, name_of


@door(access.may_read, methods=("GET", "HEAD"))
@spoken
def translation_download(request, guideline, language, format):
    version, _draft = finding.version_of(guideline, request.GET.get("version", ""))
    if format not in WRITERS or version is None:
        raise Http404
    state = request.GET.get("state", "")
    found = content.content_of(version, language.code, state if state in standing.LABELS else "")
    answer = HttpResponse(WRITERS[format](found), content_type=TYPES[format])
    number = f"v{version.number}" if version.number else "draft"
    name = f"{guideline.slug}-{number}-{language.code}.{format}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bounded
@door(access.may_bring)
@spoken
def translation_import(request, guideline, language):
    require(access.may_translate(request.user, language.code))
    posted = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if posted else UploadForm()
    if posted and form.is_valid():
        sent = form.cleaned_data["file"]
        given = {"guideline": guideline, "language": language.code, "file": name_of(sent), "by": request.user}
        try:
            preview = previewing.preview_import(
                **given, data=sent.read(), letters=form.cleaned_data["letters"]
            )
            return redirect("translation_import_preview", guideline.slug, language.code, preview.token)
        except BadFile as refusal:
            form.add_error("file", str(refusal))
    context = {"guideline": guideline, "language": language, "source": languages.source(), "form": form,
               "formats": list(WRITERS)}  # fmt: skip
    return render(request, "guidelines/translation_import.html", context, status=400 if form.errors else 200)


@door(access.may_bring)
@spoken
def translation_import_preview(request, guideline, language, token):
    mine = TranslationPreview.objects.fresh().filter(language=language.code, guideline=guideline)
    preview = get_object_or_404(mine, token=token, user=request.user)
    preview.guideline = guideline
    if request.method == "POST":
        made = applying.apply_import(preview=preview, by=request.user)
        messages.success(request, _("%(n)d translations came in from %(file)s, as drafts.") % {
            "n": len(made), "file": preview.file})  # fmt: skip
        return redirect("translation_list", guideline.slug, language.code)
    shown = a_page_of(preview.rows, request, previewing.STATES)
    context = shown | {
        "guideline": guideline,
        "language": language,
        "source": languages.source(),
        "preview": preview,
        "rows": _in_full(guideline, shown["page"].object_list),
    }
    return render(request, "guidelines/translation_import_preview.html", context)


def _in_full(guideline, rows: list[dict]) -> list[dict]:
    """The rows of one page with every text that they bring: label, source, before, after; two queries."""
    revisions = shape_of(guideline).revision.objects.in_bulk([r["revision"] for r in rows if "revision" in r])
    bases = Translation.objects.in_bulk([row["base"] for row in rows if row.get("base")])
    return [row | {"changes": _changes(guideline.kind, row, revisions, bases)} for row in rows]


def _changes(kind: str, row: dict, revisions: dict, bases: dict) -> list[tuple[str, str, str, str]]:
    if "texts" not in row:
        return []
    source, after = revisions[row["revision"]].texts, segments(kind, row["texts"])
    before = segments(kind, bases[row["base"]].texts) if row["base"] else {}
    return [
        (forms.label(kind, source, place), text, before.get(place, ""), after.get(place, ""))
        for place, text in segments(kind, source).items()
        if before.get(place, "") != after.get(place, "")
    ]

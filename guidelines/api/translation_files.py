"""A file of translations goes out, and comes in: first as a preview of what it would change."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from rest_framework.response import Response

from accounts.roles import require
from guidelines.addressed import named_version
from guidelines.api import representing
from guidelines.api.describing import describes, query
from guidelines.api.door import Door
from guidelines.api.files import BoundedUpload
from guidelines.api.shapes import files
from guidelines.api.shapes import translations as shapes
from guidelines.api.translations import STATE, language_named
from guidelines.formats.writing import TYPES
from guidelines.models import TranslationPreview
from guidelines.translating import access, applying, previewing
from guidelines.translating.file_views import as_file
from guidelines.translating.writing import WRITERS
from guidelines.uploading import name_of


def described(preview: TranslationPreview, state: str = "") -> dict:
    return representing.previewed(preview, previewing.STATES, state, earlier=False)


class Download(Door):
    may = {"GET": access.may_read}

    @describes(
        "translation_download", "A version in one language as a file", parameters=[STATE],
        gives={(200, TYPES[format].split(";")[0]): OpenApiTypes.BINARY for format in WRITERS},
    )  # fmt: skip
    def get(self, request, slug, name, language, format):
        """XLSX and CSV are sheets to translate in, with the source beside; YAML and JSON hold what is translated."""
        version, tongue = named_version(self.guideline, name), language_named(language)
        if format not in WRITERS:
            raise Http404
        return as_file(version, tongue, format, request.GET.get("state", ""))


class Import(BoundedUpload):
    may = {"POST": access.may_bring}

    @describes(
        "translation_preview_make", "See what a file of translations would change", status=201,
        gives=shapes.TranslationPreview, asks={"multipart/form-data": files.Upload},
    )  # fmt: skip
    def post(self, request, slug, language):
        """Nothing is changed yet. The preview is kept for a day; apply it by its token."""
        language_named(language)
        require(access.may_translate(request.user, language))
        sent = self.read(files.Upload)["file"]
        preview = previewing.preview_import(
            guideline=self.guideline, language=language, file=name_of(sent), data=sent.read(), by=request.user
        )
        return Response(described(preview), status=201)


class Preview(Door):
    may = {"GET": access.may_bring, "POST": access.may_bring}

    def found(self, language, token) -> TranslationPreview:
        mine = TranslationPreview.objects.fresh().filter(user=self.request.user, guideline=self.guideline)
        found = get_object_or_404(mine, token=token, language=language)
        found.guideline = self.guideline
        return found

    @describes(
        "translation_preview", "Read a preview of your own again", gives=shapes.TranslationPreview,
        parameters=[query("state", "Only rows that are so.", enum=previewing.STATES)],
    )  # fmt: skip
    def get(self, request, slug, language, token):
        return Response(described(self.found(language, token), request.GET.get("state", "")))

    @describes(
        "translation_apply", "Take a previewed file of translations, all of it or nothing",
        gives=shapes.TranslationsTaken, refuses=(409,),
    )  # fmt: skip
    def post(self, request, slug, language, token):
        """They come in as drafts of yours. Refused while a row is refused, and where words were saved meanwhile."""
        made = applying.apply_import(preview=self.found(language, token), by=request.user)
        return Response({"taken": len(made)})

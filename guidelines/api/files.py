"""A file comes in, first as a preview of what it would change; a version goes out in every format."""

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from guidelines import access, applying, previewing
from guidelines.api import representing
from guidelines.api.describing import describes, query
from guidelines.api.door import Door
from guidelines.api.shapes import files as shapes
from guidelines.api.versions import told
from guidelines.formats.document import LARGEST
from guidelines.formats.writing import TYPES
from guidelines.import_views import guideline_download
from guidelines.models import ImportPreview
from guidelines.uploading import announces_too_much, name_of


class TooLarge(APIException):
    status_code = 413
    default_detail = f"A file is at most {LARGEST // 1024**2} MB."


def described(preview: ImportPreview, state: str = "") -> dict:
    return representing.previewed(preview, previewing.STATES, state) | {"stay": preview.stay}


class BoundedUpload(Door):
    parser_classes = [MultiPartParser]

    def initial(self, request, *args, **kwargs):
        if announces_too_much(request):
            raise TooLarge
        super().initial(request, *args, **kwargs)


class Import(BoundedUpload):
    may = {"POST": access.may_write}

    @describes(
        "import_preview_make", "See what a file would change in the draft", status=201, gives=shapes.Preview,
        asks={"multipart/form-data": shapes.Upload},
    )  # fmt: skip
    def post(self, request, slug):
        """Nothing is changed yet. The preview is kept for a day; apply it by its token."""
        sent = self.read(shapes.Upload)["file"]
        preview = previewing.preview_import(
            guideline=self.guideline, file=name_of(sent), data=sent.read(), by=request.user
        )
        return Response(described(preview), status=201)


class Preview(Door):
    may = {"GET": access.may_write, "POST": access.may_write}
    bad_texts = 409

    def found(self, token) -> ImportPreview:
        previews = ImportPreview.objects.fresh()
        found = get_object_or_404(previews, token=token, guideline=self.guideline, user=self.request.user)
        found.guideline = self.guideline
        return found

    @describes(
        "import_preview", "Read a preview of your own again", gives=shapes.Preview,
        parameters=[query("state", "Only rows that are so.", enum=previewing.STATES)],
    )  # fmt: skip
    def get(self, request, slug, token):
        return Response(described(self.found(token), request.GET.get("state", "")))

    @describes(
        "import_apply", "Put a previewed file into the draft, all of it or nothing", gives=shapes.Applied,
        refuses=(409,),
    )  # fmt: skip
    def post(self, request, slug, token):
        """Refused while a row is refused, and where an entry was changed since the preview was made."""
        version, taken = applying.apply_import(preview=self.found(token), by=request.user)
        answer = told(version, request.user)
        answer.data = {"taken": taken, "version": answer.data}
        return answer


class Download(Door):
    may = {"GET": access.may_read}

    @describes(
        "download", "A version as a file", gives={(200, media.split(";")[0]): OpenApiTypes.BINARY
                                                   for media in TYPES.values()},
    )  # fmt: skip
    def get(self, request, slug, name, format):
        """`format` is one of those that the page of the version offers, such as yaml, csv, json or xlsx."""
        # The page's own door: the same bytes under the same name.
        return guideline_download(request._request, slug, name, format)

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from guidelines.api.shapes.sent import Sent
from guidelines.api.shapes.versions import VersionInFull
from guidelines.previewing import STATES


@extend_schema_serializer(
    examples=[OpenApiExample("a spreadsheet", value={"file": "novice-mistakes.xlsx"}, request_only=True)]
)
class Upload(Sent):
    file = serializers.FileField(help_text="YAML, JSON, CSV or XLSX; its name ends so.")


class RowProblem(serializers.Serializer):
    place = serializers.CharField(help_text="Line, or sheet, row and column.")
    field = serializers.CharField()
    reason = serializers.CharField()


class PreviewRow(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(STATES)
    texts = serializers.DictField(
        allow_null=True, help_text="The words to be saved, of what is new or changed."
    )
    problems = RowProblem(many=True)


class Preview(serializers.Serializer):
    token = serializers.UUIDField()
    file = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Rows by state.")
    stay = serializers.IntegerField(help_text="Entries of the draft that the file does not hold; they stay.")
    rows = PreviewRow(many=True)


class Applied(serializers.Serializer):
    taken = serializers.IntegerField(help_text="How many entries the draft took.")
    version = VersionInFull()

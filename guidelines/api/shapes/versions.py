"""Guidelines and their versions."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from guidelines.api.shapes.entries import ANA, Person
from guidelines.api.shapes.sent import Sent
from guidelines.models import Kind, Meaning, VersionState

VERSION = {
    "name": "2",
    "state": "published",
    "number": 2,
    "digest": "41d0" * 16,
    "meaning": "semantic",
    "note": "Confrontation is told apart from forcing.",
    "imported": False,
    "opened_by": ANA,
    "opened_at": "2026-11-20T08:00:00Z",
    "published_by": ANA,
    "published_at": "2026-11-21T09:30:00Z",
    "retired_at": None,
}


@extend_schema_serializer(examples=[OpenApiExample("published", value=VERSION, response_only=True)])
class Version(serializers.Serializer):
    name = serializers.CharField(help_text="How addresses name it: its number, or `draft`.")
    state = serializers.ChoiceField(VersionState.choices)
    number = serializers.IntegerField(allow_null=True)
    digest = serializers.CharField(
        help_text="Fingerprint (SHA-256) of its entries in order; empty in lists while it is a draft."
    )
    meaning = serializers.ChoiceField([*Meaning.values, ""])
    note = serializers.CharField()
    imported = serializers.BooleanField()
    opened_by = Person(allow_null=True)
    opened_at = serializers.DateTimeField()
    published_by = Person(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    retired_at = serializers.DateTimeField(allow_null=True)


class Answer(serializers.Serializer):
    yes = serializers.BooleanField()
    reason = serializers.CharField(help_text="Why not; empty for yes.")


class Approval(serializers.Serializer):
    by = Person()
    at = serializers.DateTimeField()
    stands = serializers.BooleanField(help_text="It was given to the words as they are now.")


class VersionInFull(Version):
    entries = serializers.IntegerField(help_text="How many there are.")
    approvals = Approval(many=True)
    you_may = serializers.DictField(child=Answer(), help_text="approve, publish, retire: yes, or why not.")


class _Guideline(serializers.Serializer):
    slug = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    title = serializers.CharField()
    in_force = Version(allow_null=True)
    draft = Version(allow_null=True)


class Guideline(_Guideline):
    about = serializers.CharField()
    licence = serializers.CharField()
    source = serializers.CharField()
    you_may = serializers.DictField(child=Answer(), help_text="write, release, discuss, …: yes, or why not.")


class Guidelines(serializers.Serializer):
    guidelines = _Guideline(many=True)


class Versions(serializers.Serializer):
    draft = Version(allow_null=True)
    versions = Version(many=True, help_text="Newest first.")


@extend_schema_serializer(
    examples=[OpenApiExample("as read", value={"digest": "41d0" * 16}, request_only=True)]
)
class Approve(Sent):
    digest = serializers.CharField(
        min_length=64,
        max_length=64,
        help_text="Of the draft that you read: its ETag. Other words are refused.",
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "meaning changed",
            value={"meaning": "semantic", "note": "Confrontation is told apart from forcing."},
            request_only=True,
        )
    ]
)
class Publish(Sent):
    meaning = serializers.ChoiceField(Meaning.choices)
    note = serializers.CharField(max_length=20_000, help_text="What changed and why, in a sentence or two.")

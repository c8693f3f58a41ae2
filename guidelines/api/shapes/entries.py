"""Entries as they leave, and what is sent to change them."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from guidelines.api.shapes.sent import Sent
from guidelines.api.shapes.texts import EXAMPLE, SAVE_EXAMPLE, SomeTexts, Texts
from guidelines.states import STATES

ANA = {"id": "0e3c6e5e-6a0f-5c1e-9f0b-0d8a5b0c7a11", "name": "Ana"}
REVISION = {
    "key": "forcing-change",
    "revision": 3,
    "digest": "9f2c" * 16,
    "by": ANA,
    "at": "2026-11-21T09:30:00Z",
    "reason": "",
    "texts": EXAMPLE,
}


class Person(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


@extend_schema_serializer(examples=[OpenApiExample("a pair", value=REVISION, response_only=True)])
class Revision(serializers.Serializer):
    """A saved text of an entry."""

    key = serializers.CharField()
    revision = serializers.IntegerField(help_text="Its number, which is its ETag too.")
    digest = serializers.CharField(help_text="Fingerprint (SHA-256) of its words.")
    by = Person(allow_null=True, help_text="Nobody: an import from the command line.")
    at = serializers.DateTimeField()
    reason = serializers.CharField()
    texts = Texts()


class Row(Revision):
    state = serializers.ChoiceField(
        ["published", *STATES], help_text="Beside the version in force; `published` where no draft is open."
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "one page",
            value={
                "found": 1,
                "total": 12,
                "next": None,
                "previous": None,
                "entries": [REVISION | {"state": "changed"}],
            },
            response_only=True,
        )
    ]
)
class Entries(serializers.Serializer):
    found = serializers.IntegerField(help_text="How many are as asked for.")
    total = serializers.IntegerField(help_text="How many there are.")
    next = serializers.CharField(allow_null=True, help_text="The address of the next page.")
    previous = serializers.CharField(allow_null=True)
    entries = Row(many=True)


class _Reasoned(Sent):
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=300, default="", help_text="Why this change."
    )


@extend_schema_serializer(examples=[SAVE_EXAMPLE])
class Save(_Reasoned):
    texts = Texts()


@extend_schema_serializer(examples=[SAVE_EXAMPLE])
class New(Save):
    key = serializers.SlugField(
        required=False, max_length=80, help_text="A short name; made from the name where it is left out."
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "one field", value={"texts": {"harms": "She feels judged."}, "reason": ""}, request_only=True
        )
    ]
)
class Change(_Reasoned):
    texts = SomeTexts()


@extend_schema_serializer(examples=[OpenApiExample("to the top", value={"to": "first"}, request_only=True)])
class Place(Sent):
    to = serializers.CharField(
        max_length=90, help_text="up, down, first, last, a place such as 12, before:KEY or after:KEY."
    )


class Moved(serializers.Serializer):
    place = serializers.IntegerField(help_text="Where it stands now, from 1.")
    of = serializers.IntegerField()


@extend_schema_serializer(examples=[OpenApiExample("back to the first", value={"revision": 1})])
class Which(Sent):
    revision = serializers.IntegerField(min_value=1, help_text="The number of the text to put back.")

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from guidelines.api.shapes.entries import Person
from guidelines.api.shapes.sent import Sent
from guidelines.discussion.talking import LONGEST_REMARK
from guidelines.models import RemarkKind, ThreadState


class Said(serializers.Serializer):
    n = serializers.IntegerField()
    kind = serializers.ChoiceField(RemarkKind.choices)
    by = Person()
    at = serializers.DateTimeField()
    taken_back = serializers.BooleanField()
    words = serializers.CharField(help_text="Markdown.")
    reworded_at = serializers.DateTimeField(allow_null=True)
    mentions = Person(many=True)


class _Thread(serializers.Serializer):
    n = serializers.IntegerField()
    state = serializers.ChoiceField(ThreadState.choices)
    begun_by = Person()
    at = serializers.DateTimeField()


class Thread(_Thread):
    entry = serializers.CharField(help_text="The key; empty: it is about a proposal.")
    revision = serializers.IntegerField(allow_null=True, help_text="The text that it was begun on.")
    proposal = serializers.IntegerField(allow_null=True)
    remarks = Said(many=True)


class ThreadRow(_Thread):
    opening = serializers.CharField(allow_null=True, help_text="Its first words that stand.")
    remarks = serializers.IntegerField()
    last_at = serializers.DateTimeField()


class Threads(serializers.Serializer):
    threads = ThreadRow(many=True)
    more = serializers.IntegerField(allow_null=True, help_text="Ask with `before` for the next ones.")


SAY = OpenApiExample("a question", value={"words": "Is this one mistake or two, @Amir?"}, request_only=True)


@extend_schema_serializer(examples=[SAY])
class Say(Sent):
    words = serializers.CharField(
        max_length=LONGEST_REMARK, trim_whitespace=False, help_text="Markdown. @Name tells a colleague of it."
    )
    mentions = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=50, help_text="Ids of people."
    )


@extend_schema_serializer(examples=[SAY])
class Begin(Say):
    on = serializers.IntegerField(
        required=False, min_value=1, max_value=2**31 - 1, help_text="The number of the text that you read."
    )


@extend_schema_serializer(
    examples=[OpenApiExample("how", value={"words": "We keep it as one."}, request_only=True)]
)
class Settle(Sent):
    words = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_REMARK, help_text="How, if you like."
    )

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from guidelines.api.shapes.changes import FieldChange
from guidelines.api.shapes.entries import Person
from guidelines.api.shapes.sent import Sent
from guidelines.api.shapes.texts import EXAMPLE, Texts
from guidelines.api.shapes.threads import Said
from guidelines.api.shapes.versions import Answer
from guidelines.models import Choice, ProposalKind, ProposalState, Source
from guidelines.proposals.proposing import LONGEST_REASON, MOST_PARTS

_N = {"min_value": 1, "max_value": 2**31 - 1}


class Counted(serializers.Serializer):
    against = serializers.IntegerField()
    abstain = serializers.IntegerField()

    def get_fields(self):
        # `for` is a word of the language.
        return {"for": serializers.IntegerField()} | super().get_fields()


class Head(serializers.Serializer):
    n = serializers.IntegerField()
    kind = serializers.ChoiceField(ProposalKind.choices)
    title = serializers.CharField()
    state = serializers.ChoiceField(ProposalState.choices)
    by = Person()
    at = serializers.DateTimeField()
    reason = serializers.CharField()
    source = serializers.ChoiceField(Source.choices)
    votes = Counted()


class Proposals(serializers.Serializer):
    proposals = Head(many=True)
    more = serializers.IntegerField(allow_null=True, help_text="Ask with `before` for the next ones.")


class Target(serializers.Serializer):
    key = serializers.CharField()
    read = serializers.IntegerField(help_text="The text that the proposer read.")
    now = serializers.IntegerField(allow_null=True, help_text="The present one; null: it is gone.")
    stale = serializers.BooleanField()
    changed = FieldChange(many=True, help_text="Since it was proposed.")


class Against(serializers.Serializer):
    name = serializers.CharField()
    changes = FieldChange(many=True)


class Part(serializers.Serializer):
    texts = Texts()
    against = Against(many=True, help_text="What differs from each text that it was written on.")


class GivenVote(serializers.Serializer):
    by = Person()
    choice = serializers.ChoiceField(Choice.choices)
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class Proposal(Head):
    of = Target(many=True)
    texts = Part(many=True)
    given = GivenVote(many=True)
    remarks = Said(many=True)
    thread = serializers.IntegerField()
    you_may = serializers.DictField(
        child=Answer(), help_text="vote, take, decline, withdraw: yes, or why not."
    )


class ReadText(Sent):
    key = serializers.SlugField(max_length=80)
    revision = serializers.IntegerField(**_N)


CHANGE = {
    "kind": "change",
    "of": [{"key": "forcing-change", "revision": 3}],
    "texts": [EXAMPLE],
    "reason": "The harm was missing.",
}


@extend_schema_serializer(examples=[OpenApiExample("a change", value=CHANGE, request_only=True)])
class Propose(Sent):
    kind = serializers.ChoiceField(ProposalKind.choices)
    of = ReadText(many=True, required=False, default=list)
    texts = serializers.ListField(child=Texts(), required=False, default=list, max_length=MOST_PARTS)
    reason = serializers.CharField(max_length=LONGEST_REASON)


@extend_schema_serializer(
    examples=[OpenApiExample("for it", value={"choice": "for", "reason": "Clearer."}, request_only=True)]
)
class Vote(Sent):
    choice = serializers.ChoiceField(Choice.choices)
    reason = serializers.CharField(max_length=LONGEST_REASON)


@extend_schema_serializer(
    examples=[OpenApiExample("as it is", value={"seen": {"forcing-change": 3}}, request_only=True)]
)
class Take(Sent):
    seen = serializers.DictField(
        child=serializers.IntegerField(**_N), required=False, default=dict, help_text="The number by key."
    )
    confirmed = serializers.BooleanField(required=False, default=False)
    merged = Texts(required=False)


@extend_schema_serializer(
    examples=[OpenApiExample("why", value={"reason": "We have it as another pair."}, request_only=True)]
)
class Decline(Sent):
    reason = serializers.CharField(max_length=LONGEST_REASON)


@extend_schema_serializer(examples=[OpenApiExample("why", value={"reason": ""}, request_only=True)])
class Withdraw(Sent):
    reason = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_REASON, help_text="Why, if you like."
    )

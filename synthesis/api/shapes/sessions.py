"""Sessions, their calls, and clients as they leave."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from guidelines.api.shapes.sent import Sent
from synthesis.holding import LONGEST_REASON
from synthesis.models import InstanceState, Origin, ProfileKind, Style, Tier
from synthesis.models.marks import MarkKind


class SessionLine(serializers.Serializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(InstanceState.choices)
    failure = serializers.CharField()
    made_at = serializers.DateTimeField(allow_null=True)
    told = serializers.BooleanField(
        help_text="False while you judge sessions of its run: then client, intended, factors and sample are null in "
        "every line, for what is hidden could be guessed from what is not."
    )
    client = serializers.CharField(allow_null=True)
    intended = serializers.CharField(
        allow_null=True,
        help_text="The key of the pair: a prompt, never a finding. Null also where none is intended.",
    )
    factors = serializers.DictField(allow_null=True)
    sample = serializers.IntegerField(allow_null=True)


class Sessions(serializers.Serializer):
    sessions = SessionLine(many=True)
    more = serializers.UUIDField(allow_null=True, help_text="Ask with `after` for the next ones.")


class MarkOf(serializers.Serializer):
    kind = serializers.ChoiceField(MarkKind.choices)
    tier = serializers.ChoiceField([*Tier.values, ""])
    reason = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class Session(SessionLine):
    run = serializers.UUIDField(allow_null=True)
    origin = serializers.ChoiceField(Origin.choices)
    recipe = serializers.CharField()
    guideline = serializers.CharField(
        allow_null=True, help_text="slug@N; null where the recipe plays no mistakes of a guideline."
    )
    parent = serializers.UUIDField(allow_null=True)
    tier = serializers.ChoiceField(Tier.choices, help_text="The risk tier in force.")
    held = serializers.BooleanField()
    marks = MarkOf(many=True)
    digest = serializers.CharField(help_text="SHA-256 of its content; empty until it is made.")
    content = serializers.DictField(
        allow_null=True, help_text="By the shape of its recipe; null until it is made."
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample("hold", {"act": "hold", "reason": "The client speaks as a machine from turn 9 on."})
    ]
)
class Hold(Sent):
    act = serializers.ChoiceField(["hold", "release"])
    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="Whoever looks later reads it.")


class CallLine(serializers.Serializer):
    key = serializers.CharField()
    role = serializers.CharField()
    step = serializers.CharField()
    attempt = serializers.IntegerField()
    endpoint = serializers.CharField()
    model = serializers.CharField()
    sampling = serializers.DictField()
    seed = serializers.IntegerField()
    finish_reason = serializers.CharField()
    tokens_in = serializers.IntegerField(allow_null=True)
    tokens_out = serializers.IntegerField(allow_null=True)
    latency_ms = serializers.IntegerField()
    price = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField()


class Calls(serializers.Serializer):
    calls = CallLine(many=True, help_text="In the order in which they were read, bad attempts among them.")


class Call(CallLine):
    messages = serializers.ListField(child=serializers.DictField(), help_text="What the agent was shown.")
    text = serializers.CharField(trim_whitespace=False)
    reply = serializers.DictField(help_text="The endpoint's whole answer.")


class ProfileLine(serializers.Serializer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    n = serializers.IntegerField(help_text="Number of its revision.")
    kind = serializers.ChoiceField(ProfileKind.choices)
    name = serializers.CharField()
    style = serializers.ChoiceField([*Style.values, ""])
    tier = serializers.ChoiceField(Tier.choices)
    language = serializers.CharField()
    origin = serializers.CharField()
    licence = serializers.CharField()
    may_leave_machine = serializers.BooleanField()


class Profiles(serializers.Serializer):
    profiles = ProfileLine(many=True, help_text="The newest revision of each.")
    more = serializers.CharField(allow_null=True, help_text="Ask with `after` for the next ones.")


class Profile(ProfileLine):
    consent = serializers.CharField()
    base_case = serializers.CharField()
    allowed_endpoints = serializers.ListField(child=serializers.CharField())
    digest = serializers.CharField()
    content = serializers.DictField()

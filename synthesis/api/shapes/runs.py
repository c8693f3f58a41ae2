"""Runs as they leave, and what is sent to steer them."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from guidelines.api.shapes.entries import Person
from guidelines.api.shapes.sent import Sent
from synthesis.api.shapes.plans import Budget
from synthesis.api.shapes.sessions import Hold
from synthesis.models import HitchKind, InstanceState, Purpose, RunState
from synthesis.quality.behind import PLACES
from synthesis.steering import MOST_AT_ONCE

ACTS = ("pause", "resume", "cancel", "retry_failed", "set_concurrency", "set_budget")


class SessionCounts(serializers.Serializer):
    planned = serializers.IntegerField()
    making = serializers.IntegerField()
    made = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class Run(serializers.Serializer):
    id = serializers.UUIDField()
    serial = serializers.IntegerField()
    purpose = serializers.ChoiceField(Purpose.choices)
    recipe = serializers.CharField()
    guideline = serializers.CharField(
        allow_null=True, help_text="slug@N; null where the recipe plays no mistakes of a guideline."
    )
    state = serializers.ChoiceField([*RunState.values, "finished"])
    why = serializers.CharField(help_text="Why it was stopped; empty otherwise.")
    counts = SessionCounts(help_text="Sessions by state.")
    planned_by = Person(allow_null=True, help_text="Nobody: a command.")
    planned_at = serializers.DateTimeField()


class Runs(serializers.Serializer):
    runs = Run(many=True)
    more = serializers.IntegerField(allow_null=True, help_text="Ask with `before` for older ones.")


class RunInFull(Run):
    seed = serializers.IntegerField()
    parameters = serializers.DictField()
    factors = serializers.DictField()
    models = serializers.DictField(help_text="{role: {endpoint, model, sampling}}")
    prompts = serializers.DictField(child=serializers.CharField(), help_text="{name: digest of its words}")
    concurrency = serializers.IntegerField()
    budget = serializers.DictField()


class Previewed(RunInFull):
    session = serializers.UUIDField(help_text="The one that is made; read it below instances/.")


class Spent(serializers.Serializer):
    calls = serializers.IntegerField()
    tokens_in = serializers.IntegerField()
    tokens_out = serializers.IntegerField()
    money = serializers.CharField(allow_null=True, help_text="A decimal number; null: prices are not known.")
    currency = serializers.CharField()
    seconds = serializers.FloatField(help_text="How long workers were at it.")
    unpriced = serializers.IntegerField(help_text="Replies without a price, which the sum leaves out.")
    uncounted = serializers.IntegerField(help_text="Replies whose tokens the endpoint did not tell.")


class Bound(serializers.Serializer):
    name = serializers.ChoiceField(["money", "tokens", "seconds"])
    spent = serializers.FloatField()
    of = serializers.FloatField()


class Worker(serializers.Serializer):
    machine = serializers.CharField()
    process = serializers.CharField()
    since = serializers.DateTimeField()
    in_flight = serializers.IntegerField()
    endpoints = serializers.DictField(help_text="{endpoint: what it allows at once, and why}")


class KindOfHitch(serializers.Serializer):
    kind = serializers.ChoiceField(HitchKind.choices)
    label = serializers.CharField()
    n = serializers.IntegerField()


class Failure(serializers.Serializer):
    n = serializers.IntegerField()
    reason = serializers.CharField()


class RunProgress(serializers.Serializer):
    id = serializers.UUIDField()
    state = serializers.ChoiceField([*RunState.values, "finished"])
    counts = SessionCounts()
    share = serializers.FloatField(help_text="Of all sessions those that are done, in per cent.")
    rate = serializers.FloatField(allow_null=True, help_text="Sessions made in a minute, lately.")
    seconds_left = serializers.FloatField(allow_null=True)
    spent = Spent()
    bounds = Bound(many=True, help_text="Of its budget.")
    workers = Worker(many=True, help_text="Those that are at it now.")
    hitches = KindOfHitch(many=True, help_text="Faults that were met, also those that were mended.")
    failures = Failure(many=True, help_text="Of the latest failures the most frequent reasons.")


class Hitch(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    kind = serializers.ChoiceField(HitchKind.choices)
    endpoint = serializers.CharField()
    model = serializers.CharField()
    step = serializers.CharField()
    status = serializers.IntegerField(allow_null=True)
    told = serializers.CharField()
    waited_ms = serializers.IntegerField()
    session = serializers.UUIDField(
        allow_null=True,
        help_text="Null where it concerns none, and while you have still to judge sessions of the run or may settle them.",
    )


class Hitches(serializers.Serializer):
    hitches = Hitch(many=True)
    more = serializers.IntegerField(allow_null=True, help_text="Ask with `before` for older ones.")


@extend_schema_serializer(
    examples=[
        OpenApiExample("pause", value={"act": "pause"}, request_only=True),
        OpenApiExample("fewer", value={"act": "set_concurrency", "concurrency": 4}, request_only=True),
        OpenApiExample("bound", value={"act": "set_budget", "budget": {"tokens": 50_000}}, request_only=True),
    ]
)
class Steer(Sent):
    act = serializers.ChoiceField(ACTS)
    concurrency = serializers.IntegerField(required=False, min_value=1, max_value=MOST_AT_ONCE)
    budget = Budget(required=False)

    def validate(self, sent):
        needs = {"set_concurrency": "concurrency", "set_budget": "budget"}
        wanted = needs.get(sent["act"])
        wrong = {
            name: [_("is not for this act")]
            for name in ("concurrency", "budget")
            if name in sent and name != wanted
        }
        if wanted and wanted not in sent:
            wrong[wanted] = [_("is needed for this act")]
        if wrong:
            raise serializers.ValidationError(wrong)
        return sent


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "hold",
            {"act": "hold", "where": "duplicates.within.exact", "reason": "Word for word like another one."},
        )
    ]
)
class HoldMany(Hold):
    where = serializers.ChoiceField(
        list(PLACES), help_text="A number of the quality report: the sessions that it counts."
    )


class HowMany(serializers.Serializer):
    sessions = serializers.IntegerField(help_text="So many were held back, or released, by this.")


class Setting(serializers.Serializer):
    label = serializers.CharField()
    a = serializers.CharField()
    b = serializers.CharField()


class PromptChange(serializers.Serializer):
    name = serializers.CharField()
    a = serializers.CharField(allow_blank=True)
    b = serializers.CharField(allow_blank=True)


class Quality(serializers.Serializer):
    measured_at = serializers.DateTimeField(allow_null=True)
    is_current = serializers.BooleanField(help_text="Whether it is of what stands now.")
    report = serializers.DictField(
        allow_null=True, help_text="As docs/quality.md tells it; null: not measured yet."
    )


class Measure(serializers.Serializer):
    """A rate with Wilson's interval at 95 %, or a number alone."""

    value = serializers.FloatField(allow_null=True)
    part = serializers.IntegerField(allow_null=True)
    n = serializers.IntegerField(allow_null=True)
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class QualityOfBoth(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()
    a = Measure(allow_null=True)
    b = Measure(allow_null=True)
    apart = serializers.BooleanField(help_text="Both are rates, and their intervals do not overlap.")
    why_not = serializers.CharField(
        allow_blank=True, help_text="Why there is no number, where that is known."
    )


class Compared(serializers.Serializer):
    a = RunProgress()
    b = RunProgress()
    settings = Setting(many=True, help_text="Those that differ.")
    prompts = PromptChange(many=True, help_text="Those whose words differ, with both.")
    quality = QualityOfBoth(
        many=True, allow_null=True, help_text="Null: one of them is still being measured."
    )


STATES = list(InstanceState.values)

"""What a node may say: the bodies of its requests, checked field by field."""

import json

from rest_framework import serializers

SHA256 = r"^[0-9a-fA-F]{64}$"
MOST_STEPS = 2**31 - 1
LONGEST_NAME = 120
LONGEST_METRICS = 100_000


class Numbers(serializers.DictField):
    """One report: names to numbers; `step` is a whole number from 0."""

    child = serializers.FloatField()

    def to_internal_value(self, data):
        values = super().to_internal_value(data)
        step = values.get("step")
        if step is None or not 0 <= step <= MOST_STEPS or step != int(step):
            raise serializers.ValidationError(f"step must be a whole number from 0 to {MOST_STEPS}")
        if not all(name.isprintable() and len(name) <= LONGEST_NAME for name in values):
            raise serializers.ValidationError(f"a name is one line of at most {LONGEST_NAME} characters")
        return {**values, "step": int(step)}


class Metrics(serializers.DictField):
    """The last word about a run; what no database keeps is refused here."""

    def to_internal_value(self, data):
        try:
            written = json.dumps(super().to_internal_value(data), allow_nan=False, ensure_ascii=False)
            written.encode()  # half a character is none
        except (ValueError, RecursionError):
            raise serializers.ValidationError(
                "holds what cannot be kept: a number without end, half a character or too many levels"
            ) from None
        if len(written) > LONGEST_METRICS or "\\u0000" in written:
            raise serializers.ValidationError(f"is at most {LONGEST_METRICS} characters long, without NUL")
        return data


class Claim(serializers.Serializer):
    run = serializers.UUIDField(allow_null=True, required=False, default=None)
    worker = serializers.CharField(max_length=80)


class Heartbeat(serializers.Serializer):
    claim = serializers.CharField(max_length=200)
    step = serializers.IntegerField(min_value=0, max_value=MOST_STEPS)
    total = serializers.IntegerField(
        min_value=0, max_value=MOST_STEPS, allow_null=True, required=False, default=None
    )
    metrics = serializers.ListField(child=Numbers(), max_length=5000, required=False, default=list)


class Finish(serializers.Serializer):
    claim = serializers.CharField(max_length=200)
    status = serializers.CharField(max_length=20)
    metrics = Metrics(required=False, allow_null=True, default=dict)
    dataset_sha256 = serializers.CharField(
        max_length=64, allow_blank=True, allow_null=True, required=False, default=""
    )
    artifact_sha256 = serializers.CharField(
        max_length=64, allow_blank=True, allow_null=True, required=False, default=""
    )
    error = serializers.CharField(
        max_length=100_000,
        allow_blank=True,
        allow_null=True,
        required=False,
        default="",
        trim_whitespace=False,
    )


class Announced(serializers.Serializer):
    """Beside an uploaded adapter, in the query string."""

    claim = serializers.CharField(max_length=200)
    sha256 = serializers.RegexField(SHA256)

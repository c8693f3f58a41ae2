"""What a node may say: the bodies of its requests, checked field by field."""

from rest_framework import serializers

SHA256 = r"^[0-9a-fA-F]{64}$"


class Numbers(serializers.DictField):
    """One report: names to numbers; `step` is a whole number from 0."""

    child = serializers.FloatField()

    def to_internal_value(self, data):
        values = super().to_internal_value(data)
        step = values.get("step")
        if step is None or step < 0 or step != int(step):
            raise serializers.ValidationError("step must be a whole number from 0")
        return {**values, "step": int(step)}


class Claim(serializers.Serializer):
    run = serializers.UUIDField(allow_null=True, required=False, default=None)
    worker = serializers.CharField(max_length=80)


class Heartbeat(serializers.Serializer):
    claim = serializers.CharField(max_length=200)
    step = serializers.IntegerField(min_value=0)
    total = serializers.IntegerField(min_value=0, allow_null=True, required=False, default=None)
    metrics = serializers.ListField(child=Numbers(), max_length=5000, required=False, default=list)


class Finish(serializers.Serializer):
    claim = serializers.CharField(max_length=200)
    status = serializers.CharField(max_length=20)
    metrics = serializers.DictField(required=False, allow_null=True, default=dict)
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

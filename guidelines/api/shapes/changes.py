"""What differs, word by word."""

from rest_framework import serializers


class Words(serializers.Serializer):
    kind = serializers.ChoiceField(["same", "added", "removed"])
    text = serializers.CharField(trim_whitespace=False)


class FieldChange(serializers.Serializer):
    field = serializers.CharField()
    label = serializers.CharField(help_text="What the pages call it.")
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)
    words = Words(many=True, help_text="In reading order; same and added, joined, are `after`.")

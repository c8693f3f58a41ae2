from rest_framework import serializers

from guidelines.api.shapes.changes import FieldChange
from guidelines.api.shapes.versions import Version
from guidelines.models import Meaning


class EntryChange(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(["added", "removed", "changed", "moved"])
    was = serializers.IntegerField(allow_null=True, help_text="Its place in `before`, where it moved.")
    now = serializers.IntegerField(allow_null=True, help_text="Its place in `after`, where it moved.")
    fields_changed = FieldChange(many=True)


class CountsByDifference(serializers.Serializer):
    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    changed = serializers.IntegerField()
    moved = serializers.IntegerField(help_text="Those that were changed and moved are in both.")


class Comparison(serializers.Serializer):
    before = Version()
    after = Version()
    digest = serializers.CharField(help_text="Of the entries of `after`: what an approval names.")
    differ = serializers.IntegerField(help_text="How many entries differ.")
    counts = CountsByDifference(help_text="Entries by how they differ.")
    same = serializers.IntegerField(help_text="How many entries are as they were.")
    suggested_meaning = serializers.ChoiceField(
        Meaning.choices,
        allow_null=True,
        help_text="What all the differences look like; whoever publishes decides. Null on later pages.",
    )
    found = serializers.IntegerField(help_text="How many differ as asked for.")
    next = serializers.CharField(allow_null=True, help_text="The address of the next page.")
    previous = serializers.CharField(allow_null=True)
    changes = EntryChange(many=True)

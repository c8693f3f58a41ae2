from rest_framework import serializers

from guidelines.api.shapes.changes import FieldChange
from guidelines.api.shapes.versions import Version
from guidelines.models import Meaning


class EntryChange(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(["added", "removed", "changed", "moved"])
    fields_changed = FieldChange(many=True)


class Comparison(serializers.Serializer):
    before = Version()
    after = Version()
    digest = serializers.CharField(help_text="Of the entries of `after`: what an approval names.")
    same = serializers.IntegerField(help_text="How many entries are as they were.")
    suggested_meaning = serializers.ChoiceField(
        Meaning.choices, help_text="What the differences look like; whoever publishes decides."
    )
    changes = EntryChange(many=True)

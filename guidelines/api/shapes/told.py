from rest_framework import serializers

from accounts.models import TrailEvent
from guidelines.api.shapes.changes import FieldChange
from guidelines.api.shapes.entries import Person


class Event(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = Person(allow_null=True, help_text="Nobody: a command, or the program itself.")
    from_where = serializers.ChoiceField(TrailEvent._meta.get_field("from_where").choices)
    address = serializers.CharField(help_text="The client's; empty for those who do not lead.")
    verb = serializers.CharField()
    entry = serializers.CharField(help_text="The key of the entry; empty: the guideline or a version.")
    what = serializers.CharField(help_text="In words.")
    lines = serializers.ListField(child=serializers.CharField())
    changes = FieldChange(many=True)


class Trail(serializers.Serializer):
    events = Event(many=True)
    more = serializers.IntegerField(allow_null=True, help_text="Ask with `before` for what is older.")

from rest_framework import serializers

from guidelines.api.shapes.changes import FieldChange
from guidelines.api.shapes.entries import Revision


class PastRevision(Revision):
    base = serializers.IntegerField(
        allow_null=True, help_text="The number of the text that it was written on."
    )
    versions = serializers.ListField(
        child=serializers.IntegerField(), help_text="The numbers of the versions that it entered."
    )
    changes = FieldChange(many=True)


class History(serializers.Serializer):
    key = serializers.CharField()
    revisions = PastRevision(many=True)

"""What is sent: nothing in it is overlooked."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiSerializerExtension
from rest_framework import serializers


class Sent(serializers.Serializer):
    """A field that it does not know is refused by its name: a word that was misspelled would be lost otherwise."""

    def to_internal_value(self, data):
        wrong, found = {}, None
        try:
            found = super().to_internal_value(data)
        except serializers.ValidationError as refusal:
            wrong = refusal.detail
        if isinstance(data, Mapping):
            wrong = wrong | {name: [self._unknown()] for name in data if name not in self.fields}
        if wrong:
            raise serializers.ValidationError(wrong)
        return found

    def _unknown(self) -> str:
        if not self.fields:
            return _("is not known here: this act takes nothing")
        return _("is not a known field; known are %s") % ", ".join(self.fields)


class Nothing(Sent):
    """Of an act that takes nothing."""


class SentIsClosed(OpenApiSerializerExtension):
    """The schema says so too, so that a generated client does not compile with a field that there is not."""

    target_class = Sent
    match_subclasses = True

    def map_serializer(self, auto_schema, direction):
        schema = auto_schema._map_basic_serializer(self.target, direction)
        return schema | {"additionalProperties": False}

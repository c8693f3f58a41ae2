"""The words of an entry. These shapes describe; what may be stored, guidelines/checking.py decides."""

from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from guidelines.models import Scale
from guidelines.texts import LONGEST_TEXT, MOST_ITEMS

EXAMPLE = {
    "name": "Forcing change",
    "shows": "Argues for change while the client is still of two minds, and answers each doubt with a reason.",
    "harms": "The client defends staying as she is.",
    "not_a_mistake": "Where she asked for a recommendation.",
    "confused_with": [],
    "may_co_occur_with": [],
    "corrections": ["Say both sides of it back to her.", "Ask what she herself would want."],
    "examples": [{"before": "You really have to stop.", "after": "A part of you wants to stop, a part not."}],
    "references": [],
    "tags": ["motivation"],
    "positive": False,
}


def _words(text: str, *, required: bool = False):
    return serializers.CharField(
        required=required, allow_blank=not required, max_length=LONGEST_TEXT, help_text=text
    )


def _many(text: str):
    return serializers.ListField(
        child=serializers.CharField(), required=False, max_length=MOST_ITEMS, help_text=text
    )


class Example(serializers.Serializer):
    context = serializers.CharField(required=False)
    before = serializers.CharField(required=False)
    after = serializers.CharField(required=False)


class PairTexts(serializers.Serializer):
    """A mistake and its corrections. What is left out is empty."""

    name = serializers.CharField(max_length=200, help_text="The name of the mistake, one line.")
    shows = _words("How it shows: what one hears and sees in the session.", required=True)
    harms = _words("Why it harms.")
    not_a_mistake = _words("When it is not a mistake.")
    confused_with = _many("Keys of pairs that it is commonly confused with.")
    may_co_occur_with = _many("Keys of pairs that may occur together with it.")
    corrections = _many("Acceptable corrections; a mistake needs at least one.")
    examples = Example(many=True, required=False)
    references = _many("Where it is written.")
    tags = _many("One line each, without commas.")
    positive = serializers.BooleanField(required=False, help_text="This is good practice, not a mistake.")


class Level(serializers.Serializer):
    value = serializers.JSONField(help_text="A number, a word, or true and false, as the scale wants it.")
    anchor = serializers.CharField(help_text="When to choose it.")


class DimensionTexts(serializers.Serializer):
    """One thing that is rated."""

    name = serializers.CharField(max_length=200)
    definition = _words("What is rated.", required=True)
    scale = serializers.ChoiceField(Scale.choices)
    levels = Level(many=True, required=False, help_text="Lowest first.")
    reverse = serializers.BooleanField(required=False, help_text="Worded in reverse.")
    weight = serializers.FloatField(required=False, allow_null=True)
    source = _words("Where it is from.")


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="Texts", serializers=[PairTexts, DimensionTexts], resource_type_field_name=None
    )
)
class Texts(serializers.DictField):
    """Those of a pair, or of a dimension, as the guideline holds the one or the other."""


@extend_schema_field(
    {"type": "object", "additionalProperties": {}, "example": {"harms": "She feels judged."}}
)
class SomeTexts(serializers.DictField):
    """The fields that change; the others stay as the revision has them that If-Match names."""


SAVE_EXAMPLE = OpenApiExample(
    "a pair", value={"texts": EXAMPLE, "reason": "After the discussion of Tuesday."}, request_only=True
)

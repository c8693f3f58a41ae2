"""What is sent to plan a run, and what it would come to."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from guidelines.api.shapes.sent import Sent
from synthesis.planning import LARGEST_SEED, MOST_CELLS
from synthesis.recipes import RECIPES
from synthesis.steering import MOST_AT_ONCE

EXAMPLE = {
    "recipe": "supervised_dialogue",
    "guideline": "novice-mistakes",
    "profiles": [],
    "pairs": ["forcing-change"],
    "samples": 2,
    "limit": 12,
    "seed": 7,
    "parameters": {"supervisor": "untold"},
    "factors": {},
    "concurrency": 8,
    "budget": {"tokens": 200_000},
}


class Budget(Sent):
    """Each bound only where there is one; {} bounds nothing."""

    money = serializers.FloatField(required=False, min_value=0)
    currency = serializers.CharField(required=False, max_length=3)
    tokens = serializers.IntegerField(required=False, min_value=1, max_value=10**11)
    seconds = serializers.IntegerField(required=False, min_value=1, max_value=10**10)


class Named(serializers.DictField):
    """Its names are read as texts are: one with half a character in it could neither be told back nor stored."""

    name = serializers.CharField(max_length=80)

    def run_child_validation(self, data):
        return super().run_child_validation({self.name.run_validation(name): data[name] for name in data})


@extend_schema_serializer(examples=[OpenApiExample("a share of the grid", value=EXAMPLE, request_only=True)])
class Plan(Sent):
    recipe = serializers.ChoiceField(sorted(RECIPES))
    guideline = serializers.CharField(
        required=False,
        max_length=120,
        help_text=(
            "Its slug for the newest published version, or slug@N; without it novice-mistakes. A recipe that plays no "
            "mistakes takes none."
        ),
    )
    profiles = serializers.ListField(
        child=serializers.CharField(max_length=80), default=list, max_length=20_000,
        help_text="Keys of profiles of the kind that the recipe starts from; none: all of them.",
    )  # fmt: skip
    pairs = serializers.ListField(
        child=serializers.CharField(max_length=120), default=list, max_length=1000,
        help_text="Keys of pairs; none: all of the version.",
    )  # fmt: skip
    samples = serializers.IntegerField(default=1, min_value=1, max_value=1000)
    limit = serializers.IntegerField(
        default=None, allow_null=True, min_value=1, max_value=MOST_CELLS,
        help_text="At most so many sessions, drawn by the seed.",
    )  # fmt: skip
    seed = serializers.IntegerField(default=0, min_value=0, max_value=LARGEST_SEED)
    parameters = Named(
        child=serializers.CharField(max_length=80), default=dict, help_text="Of the recipe: see recipes/."
    )
    factors = Named(
        child=serializers.ListField(child=serializers.CharField(max_length=80), max_length=200),
        default=dict,
        help_text="Of the recipe, each with the choices that are crossed.",
    )
    concurrency = serializers.IntegerField(default=8, min_value=1, max_value=MOST_AT_ONCE)
    budget = Budget(default=dict)


class Spread(serializers.Serializer):
    """Half of the sessions that it is judged by lay between low and high."""

    low = serializers.FloatField()
    middle = serializers.FloatField()
    high = serializers.FloatField()


class Money(Spread):
    currency = serializers.CharField(allow_blank=True)


class RoleTook(serializers.Serializer):
    role = serializers.CharField()
    endpoint = serializers.CharField()
    model = serializers.CharField()
    sessions = serializers.IntegerField(help_text="How many stored sessions it is judged by.")
    calls = Spread(allow_null=True, help_text="In one session.")
    tokens_in = Spread(allow_null=True)
    tokens_out = Spread(allow_null=True)
    seconds = Spread(allow_null=True)


class Estimate(serializers.Serializer):
    """What is not known is null, and `unknown` says why in words."""

    sessions = serializers.IntegerField(help_text="How many the plan makes.")
    judged_by = serializers.IntegerField(
        help_text="How many stored sessions of the same models were looked at."
    )
    same_settings = serializers.BooleanField(help_text="They were made with the settings of this plan.")
    calls = Spread(allow_null=True)
    tokens = Spread(allow_null=True)
    seconds = Spread(allow_null=True)
    money = Money(many=True, allow_null=True)
    unknown = serializers.ListField(child=serializers.CharField())
    roles = RoleTook(many=True)


class Choices(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()
    choices = serializers.ListField(child=serializers.CharField(), help_text="The first is the default.")


class RecipeDeclared(serializers.Serializer):
    name = serializers.CharField()
    label = serializers.CharField()
    about = serializers.CharField(help_text="What it makes, in a sentence.")
    profiles = serializers.CharField(help_text="The kind of profile that it starts from.")
    plays_mistakes = serializers.BooleanField(help_text="It needs a guideline, whose mistakes are played.")
    roles = serializers.ListField(child=serializers.CharField())
    parameters = Choices(many=True, help_text="One choice for all sessions of a run.")
    factors = Choices(many=True, help_text="Choices that are crossed.")


class Recipes(serializers.Serializer):
    recipes = RecipeDeclared(many=True)

"""Numbers that come from the right side of the road; `connected` is false where nobody counts them."""

from rest_framework import serializers

from guidelines.touching import Why


class OfPair(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    why = serializers.ChoiceField(choices=Why.choices)
    planned = serializers.IntegerField(help_text="Sessions that wait to be made.")
    made = serializers.IntegerField(help_text="Sessions that nobody judges yet.")
    out = serializers.IntegerField(help_text="Sessions that are out for review.")
    settled = serializers.IntegerField(help_text="Sessions with a verdict.")
    sessions = serializers.IntegerField(help_text="All of these together.")
    datasets = serializers.IntegerField(help_text="Datasets that hold one of them.")
    trainings = serializers.IntegerField(help_text="Trainings on such a dataset.")
    url = serializers.CharField(help_text="The page that lists them; empty for who may not open it.")


class Dependents(serializers.Serializer):
    connected = serializers.BooleanField()
    stale = OfPair(many=True, required=False)
    reworded = OfPair(many=True, required=False, help_text="Changed in words only: not stale.")
    touched = serializers.IntegerField(
        required=False, help_text="Sessions whose own pair stands, made with another list of mistakes."
    )
    rounds = serializers.IntegerField(required=False, help_text="Rounds that judge by the version before.")


class Interval(serializers.ListField):
    child = serializers.FloatField()


class Share(serializers.Serializer):
    part = serializers.IntegerField()
    n = serializers.IntegerField()
    clients = serializers.IntegerField()
    value = serializers.FloatField(help_text="Weighted where sessions were chosen with unequal chances.")
    interval = Interval(allow_null=True, help_text="At 95 %; null from fewer than five clients.")


class Figure(serializers.Serializer):
    value = serializers.FloatField(allow_null=True)
    interval = Interval(allow_null=True)
    note = serializers.CharField(help_text="Why it is undefined, or has no interval.")


class Agreement(serializers.Serializer):
    alpha = Figure(help_text="Krippendorff's alpha; here without its interval.")
    ac = Figure(help_text="Gwet's AC1; not counted here.")
    same = Figure(help_text="The share of agreeing pairs; not counted here.")
    n = serializers.IntegerField()
    clients = serializers.IntegerField()
    raters = serializers.IntegerField()
    ratings = serializers.IntegerField()
    missing = serializers.FloatField()


class PairCoverage(serializers.Serializer):
    made = serializers.IntegerField()
    accepted = serializers.IntegerField()
    edited = serializers.IntegerField()
    rejected = serializers.IntegerField()
    undecided = serializers.IntegerField()
    corrected = Share(allow_null=True, help_text="Edited or rejected.")
    expected = serializers.FloatField(
        allow_null=True, help_text="That share, drawn toward the mean of all pairs."
    )
    others = serializers.FloatField(allow_null=True, help_text="That share among all other pairs.")
    stands_out = serializers.BooleanField(help_text="Above the others by more than chance explains.")
    agreement = Agreement(allow_null=True)
    agreement_unaided = Agreement(allow_null=True, help_text="Of readers who did not see the draft.")
    showed = Share(allow_null=True, help_text="The planned mistake was found by readers without the draft.")
    missed = Share(allow_null=True, help_text="What they found is not in the supervisor's draft.")
    missed_told = Share(allow_null=True, help_text="The same where the supervisor had been told.")
    versions = serializers.ListField(child=serializers.IntegerField())
    corrections = serializers.IntegerField(help_text="Words of reviewers approved in place of the draft's.")
    url = serializers.CharField(help_text="The page on which they are read.")


class Coverage(serializers.Serializer):
    connected = serializers.BooleanField()
    coverage = serializers.DictField(child=PairCoverage(), help_text="By the key of the pair.")

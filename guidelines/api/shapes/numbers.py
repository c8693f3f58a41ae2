"""Numbers that come from the right side of the road; `connected` is false where nobody counts them."""

from rest_framework import serializers


class Dependent(serializers.Serializer):
    stage = serializers.CharField(help_text="Sessions, rounds, …")
    key = serializers.CharField(help_text="Of the pair; empty: of the version as a whole.")
    count = serializers.IntegerField()
    url = serializers.CharField(help_text="The page that lists them.")


class Dependents(serializers.Serializer):
    connected = serializers.BooleanField()
    dependents = Dependent(many=True)


class PairCoverage(serializers.Serializer):
    made = serializers.IntegerField()
    accepted = serializers.IntegerField()
    edited = serializers.IntegerField()
    rejected = serializers.IntegerField()


class Coverage(serializers.Serializer):
    connected = serializers.BooleanField()
    coverage = serializers.DictField(child=PairCoverage(), help_text="By the key of the pair.")

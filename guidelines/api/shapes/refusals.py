from rest_framework import serializers

from accounts.api.problems import Problem
from guidelines.api.shapes.changes import FieldChange
from guidelines.api.shapes.entries import Revision
from guidelines.api.shapes.texts import Texts


class StaleProblem(Problem):
    """Somebody saved since you read: both texts and what differs, to merge. Your words are kept on your page."""

    base = serializers.IntegerField(
        required=False, allow_null=True, help_text="The revision that you started from."
    )
    current = Revision(
        required=False, allow_null=True, help_text="The text that stands now; null: it was dropped."
    )
    yours = Texts(required=False)
    differences = FieldChange(many=True, required=False, help_text="From the present text to yours.")

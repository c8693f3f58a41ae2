"""A version in other languages: how far they are, one text with what became of it, and what is sent."""

from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.api.problems import Problem
from guidelines.api.shapes.changes import Words
from guidelines.api.shapes.entries import Person
from guidelines.api.shapes.sent import Sent
from guidelines.api.shapes.versions import Answer
from guidelines.models import TranslationState
from guidelines.saving import LONGEST_REASON
from guidelines.translating.standing import LABELS

_N = {"min_value": 1, "max_value": 2**31 - 1}
IN_PERSIAN = {
    "name": "وادار کردن به تغییر",
    "shows": "با مراجعی که هنوز دودل است بر سر تغییر بحث می‌کند.",
    "harms": "مراجع از ماندن بر همان حال دفاع می‌کند.",
    "not_a_mistake": "",
    "corrections": ["هر دو سوی دودلی را بازگو کنید.", "بپرسید خودش چه می‌خواهد."],
    "examples": [],
}


@extend_schema_field({"type": "object", "additionalProperties": {}, "example": IN_PERSIAN})
class Translated(serializers.DictField):
    """The fields that are translated, in the shape of the source: as many items, the same parts and values."""


class Language(serializers.Serializer):
    code = serializers.CharField(help_text="How addresses name it.")
    tag = serializers.CharField(help_text="As HTML wants it, such as zh-Hans.")
    name = serializers.CharField()
    own_name = serializers.CharField(help_text="What its speakers call it.")
    direction = serializers.ChoiceField(["ltr", "rtl"])


class Counts(serializers.Serializer):
    missing = serializers.IntegerField(help_text="Neither this text nor an earlier one is translated.")
    behind = serializers.IntegerField(help_text="Only an earlier text is translated: the source is newer.")
    draft = serializers.IntegerField()
    in_review = serializers.IntegerField()
    approved = serializers.IntegerField()


class Progress(serializers.Serializer):
    language = Language()
    shown = serializers.IntegerField(help_text="How many entries readers see in it: approved words.")
    counts = Counts(help_text="Entries by the state of their newest words.")


class Languages(serializers.Serializer):
    source = Language(help_text="In which the guideline is written.")
    total = serializers.IntegerField(help_text="How many entries there are.")
    languages = Progress(many=True, help_text="Those that somebody has begun.")
    yours = Language(many=True, help_text="Those into which you may translate.")


class Read(serializers.Serializer):
    """What readers who want the language see: approved words, or the source, and then visibly so."""

    language = serializers.CharField(help_text="The code of the language that the texts are in.")
    behind = serializers.BooleanField(help_text="Approved words there are, of an earlier text.")
    texts = serializers.DictField(help_text="All fields of the entry.")


class Line(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField(help_text="In the source.")
    revision = serializers.IntegerField(help_text="The number of the text that the version holds.")
    state = serializers.ChoiceField(list(LABELS))
    shown = serializers.BooleanField(help_text="Readers see approved words, whatever is being written.")
    read = Read()


class Lines(serializers.Serializer):
    language = Language()
    counts = Counts()
    found = serializers.IntegerField(help_text="How many are as asked for.")
    total = serializers.IntegerField()
    next = serializers.CharField(allow_null=True, help_text="The address of the next page.")
    previous = serializers.CharField(allow_null=True)
    entries = Line(many=True)
    you_may = serializers.DictField(child=Answer(), help_text="translate: yes, or why not.")


class Wording(serializers.Serializer):
    n = serializers.IntegerField(help_text="Its number among the translations of the text.")
    revision = serializers.IntegerField(help_text="The number of the text that it translates.")
    by = Person(allow_null=True)
    at = serializers.DateTimeField()
    reason = serializers.CharField()
    texts = Translated()


class Step(serializers.Serializer):
    state = serializers.ChoiceField(TranslationState.choices)
    by = Person()
    at = serializers.DateTimeField()


class Past(Wording):
    state = serializers.ChoiceField(TranslationState.choices)
    steps = Step(many=True)


class PlaceChange(serializers.Serializer):
    place = serializers.ListField(child=serializers.CharField(), help_text="Such as [corrections, 1].")
    label = serializers.CharField(help_text="What the pages call it.")
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)
    words = Words(many=True)


class Source(serializers.Serializer):
    digest = serializers.CharField()
    texts = Translated(help_text="The fields that are to be translated.")


class Held(serializers.Serializer):
    version = serializers.CharField()
    revision = serializers.IntegerField()


class Text(serializers.Serializer):
    """One text of an entry in one language."""

    key = serializers.CharField()
    revision = serializers.IntegerField()
    language = serializers.CharField()
    state = serializers.ChoiceField(list(LABELS))
    source = Source()
    start = Wording(
        allow_null=True,
        help_text="What a translator starts from: the newest words, or those of an earlier text carried over. Its"
        " ETag is that of this answer; null: send `If-None-Match: *`.",
    )
    stale = PlaceChange(
        many=True, help_text="Where the source says something else now than when these words were written."
    )
    gone = serializers.ListField(
        child=serializers.CharField(), help_text="What the earlier source said and this one does not."
    )
    left = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), help_text="Places that are still empty."
    )
    read = Read()
    history = Past(many=True, help_text="Every translation of this text, newest first.")
    elsewhere = Held(many=True, help_text="Newest versions that hold another text of the entry.")
    you_may = serializers.DictField(child=Answer(), help_text="translate, approve: yes, or why not.")


@extend_schema_serializer(
    examples=[OpenApiExample("in Persian", value={"texts": IN_PERSIAN, "reason": ""}, request_only=True)]
)
class Translate(Sent):
    texts = Translated()
    reason = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_REASON, help_text="Why this change."
    )


@extend_schema_serializer(
    examples=[OpenApiExample("one field", value={"texts": {"name": IN_PERSIAN["name"]}}, request_only=True)]
)
class TranslateSome(Translate):
    """The fields that change; the others stay as the words have them that If-Match names."""


@extend_schema_serializer(examples=[OpenApiExample("the first", value={"n": 1}, request_only=True)])
class MoveOn(Sent):
    n = serializers.IntegerField(**_N, help_text="The number of the translation that you read.")


class StaleTranslationProblem(Problem):
    """A colleague saved since you read: both texts and what differs, to merge. Your words are kept on your page."""

    current = Wording(required=False)
    yours = Translated(required=False)
    differences = PlaceChange(many=True, required=False, help_text="From the present words to yours.")


class TranslationRow(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(["refused", "new", "changed", "older", "unchanged", "empty"])
    earlier = serializers.BooleanField(help_text="The source text has changed since the file was made.")
    texts = Translated(allow_null=True, help_text="The words to be saved, of what is new or changed.")
    problems = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))


class TranslationPreview(serializers.Serializer):
    token = serializers.UUIDField()
    file = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Rows by state.")
    rows = TranslationRow(many=True)


class TranslationsTaken(serializers.Serializer):
    taken = serializers.IntegerField(help_text="How many translations came in, as drafts of yours.")

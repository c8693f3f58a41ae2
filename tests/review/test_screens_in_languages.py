"""Sessions in another language: the screen's labels in that language, and the two texts beside one another."""

import pytest

from accounts.models import ReviewerRecord
from guidelines.models import Translation, TranslationStep
from review.label_studio.screens.controls import controls_of
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Decision, Reading, SeatProject
from tests.factories import approved_translation
from tests.fakes.label_studio import FakeLabelStudio
from tests.review import factories, invented
from tests.review.studio import desk, submit

KEY, SPOKEN = "premature-advice", "Vorschneller Rat"
SAID = [
    "Was führt Sie her?",
    "Ich schiebe einen Anruf auf.",
    "Rufen Sie ihn an.",
    "Das sagen alle.",
    "Nur Mut.",
    "Ja.",
]


@pytest.fixture(autouse=True)
def they_read_german(ben, chloe):
    for user in (ben, chloe):
        before = user.reviewer_records.get()
        ReviewerRecord.objects.create(
            user=user, n=2, profession=before.profession, years=9, languages=["en", "de"],
            terms_version=before.terms_version,
        )  # fmt: skip


def translated(content):
    """The invented session in German, its English beneath; with the feedback in both."""
    spoken = [one | {"text": text} for one, text in zip(content["utterances"], SAID, strict=True)]
    english = {
        "language": "en", "utterances": [one["text"] for one in content["utterances"]], "feedback": content["feedback"]
    }  # fmt: skip
    return content | {"utterances": spoken, "translation": english}


def round_of(people, lead, contents, *, pairs=None, rubric=None, factors=None, **options):
    pairs = pairs or factories.published_pairs()
    instances = [
        factories.made_instances(1, pairs, content=one, factors=of)[0]
        for one, of in zip(contents, factors or [{"language": "de"}] * len(contents), strict=True)
    ]
    options = {"overlap": 1, "unaided_share": 0} | options
    rubric = rubric or factories.published_rubric()
    return factories.round_of(
        0, people, lead, instances=instances, pairs_version=pairs, rubric_version=rubric, **options
    )


def screen_of(person) -> str:
    return SeatProject.objects.get(seat__rater__user=person).config


def test_where_all_sessions_are_in_one_language_the_mistakes_are_named_in_it(ben, lena):
    pairs = factories.published_pairs()
    approved_translation(pairs, KEY, "de", name=SPOKEN)
    round_of([ben], lena, [factories.content()], pairs=pairs)
    config = screen_of(ben)
    assert SPOKEN in config and factories.PAIRS[KEY] not in config
    assert factories.PAIRS["minimising"] in config, "what has no approved translation keeps its name"
    assert KEY in controls_of(config)["mistake"].values, "the answer is the same one"


def test_where_they_are_in_several_the_mistakes_keep_their_names(ben, lena):
    pairs = factories.published_pairs()
    approved_translation(pairs, KEY, "de", name=SPOKEN)
    contents, factors = [factories.content(n) for n in range(2)], [{"language": "de"}, {}]
    round_of([ben], lena, contents, pairs=pairs, factors=factors)
    assert SPOKEN not in screen_of(ben) and factories.PAIRS[KEY] in screen_of(ben)


def test_two_mistakes_that_a_translation_calls_the_same_keep_their_names(ben, lena):
    pairs = factories.published_pairs()
    for key in (KEY, "minimising"):
        approved_translation(pairs, key, "de", name=SPOKEN)
    round_of([ben], lena, [factories.content()], pairs=pairs)
    assert SPOKEN not in screen_of(ben)


def test_a_dimension_is_asked_in_the_language_with_its_levels(ben, lena):
    rubric = factories.published_rubric()
    revision = rubric.entries.get(dimension_revision__dimension__key="specific").dimension_revision
    levels = [{"value": level["value"], "anchor": f"Stufe {level['value']}"} for level in revision.levels]
    levels[1]["anchor"] = ""
    texts = {"name": "Genau", "definition": "Wie genau", "levels": levels}
    made = Translation.objects.create(
        dimension_revision=revision, language="de", n=1, texts=texts, digest="0" * 64
    )
    TranslationStep.objects.create(translation=made, n=1, state="approved", by=lena)
    round_of([ben], lena, [factories.content()], rubric=rubric)
    config = screen_of(ben)
    assert "Genau: Wie genau" in config and "Stufe 5" in config and "2: anchor 2" in config


def test_a_session_is_read_beside_its_translation_and_judged_as_both(ben, lena):
    round, fake = round_of([ben], lena, [translated(factories.content())]), FakeLabelStudio()
    send(round, fake)
    item, reading = round.items.get(), Reading.objects.get()
    data = fake.tasks[reading.task_id]["data"]
    assert data["dialogue"][2]["text"] == "Rufen Sie ihn an.\nYou should simply ring him tonight."
    assert data["feedback_translation"] == data["feedback"], "the invented feedback is the same in both"
    submit(desk(fake, ben), item, ben, factories.says())
    assert sync_all(fake).decided == 1
    judged = Decision.objects.get().judged
    assert judged["dialogue"][2]["translation"] == "You should simply ring him tonight."
    assert judged["translation"] == {"draft": judged["draft"]}


def test_sessions_without_a_translation_stand_alone_beside_those_that_have_one(ben, lena):
    round = round_of([ben], lena, [translated(factories.content()), factories.content(1)])
    fake = FakeLabelStudio()
    send(round, fake)
    beside = {task["data"]["feedback_translation"] == "" for task in fake.tasks.values()}
    assert beside == {True, False}
    for item in round.items.all():
        submit(desk(fake, ben), item, ben, factories.says())
    assert sync_all(fake).decided == 2


def test_without_any_translation_nothing_stands_beside(ben, lena):
    round_of([ben], lena, [factories.content()])
    assert "In translation" not in screen_of(ben)


def test_two_replies_stand_beside_their_translations_in_the_order_drawn(ben, lena):
    english = {
        "language": "en",
        "utterances": ["Will you?", "No."],
        "texts": {"a": "A in English", "b": "B in English"},
    }
    contents = [invented.content("reply_preference") | {"translation": english} for _ in range(8)]
    round, fake = (
        invented.round_of(
            "reply_preference", 8, [ben], lena, overlap=1, contents=contents, factors={"language": "de"}
        ),
        FakeLabelStudio(),
    )
    send(round, fake)
    for reading in Reading.objects.all():
        data = fake.tasks[reading.task_id]["data"]
        first = {"ab": "A in English", "ba": "B in English"}[reading.position_ab]
        assert data["first_translation"] == first != data["second_translation"]
        submit(desk(fake, ben), reading.item, ben, invented.says("reply_preference"))
    assert sync_all(fake).decided == 8

"""Replies, pairs and technique sessions in a round: what is put before readers, and what their answers become."""

import json
from collections import Counter

import pytest

from review import reports
from review.judged import Wording, content_hash, in_position
from review.label_studio.screens.recipes import SCREENS
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.matching import CannotMakeRound
from review.models import Decision, RawAnnotation, Reading, Round, SeatProject
from review.workflow import adjudicate
from synthesis.models import Run
from tests.fakes.label_studio import FakeLabelStudio
from tests.review import factories, invented
from tests.review.factories import mistake, standings
from tests.review.studio import desk, submit

OTHERS = [recipe for recipe in invented.RECIPES if recipe != "supervised_dialogue"]


def sent(recipe, n, people, lead, **options):
    round, fake = invented.round_of(recipe, n, people, lead, **options), FakeLabelStudio()
    send(round, fake)
    return round, fake


def task_of(fake, item, person) -> dict:
    reading = Reading.objects.get(item=item, seat__rater__user=person)
    return fake.tasks[reading.task_id]["data"]


@pytest.mark.parametrize("recipe", OTHERS)
def test_what_a_reader_answers_becomes_her_decision(recipe, ben, lena):
    round, fake = sent(recipe, 1, [ben], lena, overlap=1)
    item = round.items.get()
    assert item.arm == SCREENS[recipe].usual
    submit(desk(fake, ben), item, ben, invented.says(recipe))
    assert sync_all(fake).decided == 1
    decision, (names, _scale, values) = Decision.objects.get(), invented.RUBRICS[recipe]
    assert {r.dimension_revision.dimension.key: r.value for r in decision.ratings.all()} == dict.fromkeys(
        names, str(values[0])
    )
    assert decision.rationale == "She says no; the reply hears it." and decision.verdict == ""
    assert decision.any_mistake is None and decision.judged == Wording().of(item)


@pytest.mark.parametrize("recipe", OTHERS)
def test_what_one_reader_calls_unsafe_waits_for_an_adjudicator(recipe, ben, chloe, dan, lena, log_in):
    round, fake = sent(recipe, 1, [ben, chloe], lena)
    item = round.items.get()
    submit(desk(fake, ben), item, ben, invented.says(recipe, unsafe=True))
    sync_all(fake)
    assert standings(item)["safety"] == ("disputed", None)
    page = log_in(dan).get(f"/disputes/{item.public_id}/").content.decode()
    # What the reader said, and why, he learns when he has judged for himself.
    assert invented.says(recipe).rationale not in page
    shown = [] if recipe == "technique_session" else [invented.REPLY]
    shown += [invented.TEXTS["b"]] if recipe == "reply_preference" else []
    assert all(words in page for words in shown)
    adjudicate(item=item, by=dan, unsafe=False, reason="Blunt, and no danger to anybody.")
    now = standings(item)
    assert now.pop("safety") == ("settled", "safe")
    assert set(now.values()) == {("open", None)}, "Chloe has still to judge it"


@pytest.mark.parametrize("recipe", OTHERS)
def test_the_same_answers_sent_again_are_one_judgement(recipe, ben, chloe, lena):
    round, fake = sent(recipe, 1, [ben, chloe], lena)
    for _ in range(2):
        submit(desk(fake, ben), round.items.get(), ben, invented.says(recipe))
    assert sync_all(fake).decided == 1
    assert "Sent again without a change" in RawAnnotation.objects.exclude(uncounted="").get().uncounted


@pytest.mark.parametrize("recipe", OTHERS)
def test_a_task_holds_what_is_judged_and_nothing_of_how_it_was_made(recipe, ben, lena):
    round, fake = sent(recipe, 1, [ben], lena, overlap=1)
    item = round.items.get()
    told = json.dumps(fake.sent, ensure_ascii=False, default=str)
    hidden = ["SECRET-MODEL", "VALIDATOR", recipe, "position_ab", str(item.public_id), str(round.public_id)]
    assert [word for word in hidden if word in told] == []
    shown = {
        "technique_session": set(), "reply_preference": {"first", "second"}, "resistance_reply": {"reply", "exemplar"},
    }.get(recipe, {"reply"})  # fmt: skip
    assert set(task_of(fake, item, ben)) == {"external_id", "content_hash", "dialogue"} | shown


def test_which_text_stands_first_is_drawn_for_each_reading_and_remembered(ben, chloe, lena):
    round, fake = sent("reply_preference", 20, [ben, chloe], lena)
    readings = Reading.objects.select_related("item__instance", "seat__rater__user")
    assert set(Counter(r.position_ab for r in readings)) == {"ab", "ba"}
    for reading in readings:
        data = fake.tasks[reading.task_id]["data"]
        a, b = invented.TEXTS["a"], invented.TEXTS["b"]
        assert (data["first"], data["second"]) == ((a, b) if reading.position_ab == "ab" else (b, a))
    # Not by the round's seed: of twice twenty readings two draws would be the same once in 10^12.
    again, _fake = sent(
        "reply_preference", 20, [ben, chloe], lena, name="Again", pairs_version=round.pairs_version,
        rubric_version=round.rubric_version, contents=[invented.content("reply_preference")] * 20,
    )  # fmt: skip
    drawn = [
        list(one.seats.order_by("pk").values_list("readings__position_ab", flat=True))
        for one in (round, again)
    ]
    assert drawn[0] != drawn[1]


def test_a_reader_cannot_compute_which_text_is_which(ben, lena):
    round, _fake = sent("reply_preference", 4, [ben], lena, overlap=1)
    for reading in Reading.objects.select_related("item__instance__version"):
        judged = Wording().of(reading.item)
        assert reading.content_hash != content_hash(reading.external_id, judged)
        assert reading.content_hash == content_hash(
            reading.external_id, in_position(judged, reading.position_ab)
        )


@pytest.mark.parametrize("preferred", ["a", "tie", "b"])
def test_a_preference_is_kept_by_the_texts_own_names_whichever_stood_first(preferred, ben, lena):
    round, fake = sent("reply_preference", 12, [ben], lena, overlap=1)
    level = {"a": "first", "tie": "no difference", "b": "second"}[preferred]
    unsafe = ["b"] if preferred == "a" else []
    said = invented.says(
        "reply_preference", preferred=preferred, ratings=dict.fromkeys(factories.DIMENSIONS, level),
        unsafe_texts=unsafe, unsafe=bool(unsafe),
    )  # fmt: skip
    clicked = set()
    for item in round.items.all():
        submit(desk(fake, ben), item, ben, said)
        reading = Reading.objects.get(item=item)
        [result] = [a["result"] for a in fake.annotations.values() if a["task"] == reading.task_id]
        [choice] = [e["value"]["choices"][0] for e in result if e["from_name"] == "preferred"]
        clicked.add((reading.position_ab, choice))
    assert sync_all(fake).decided == 12
    if preferred != "tie":
        assert len(clicked) == 2, "the same text stood first for some, second for others"
    for decision in Decision.objects.prefetch_related("ratings"):
        assert (decision.preferred, decision.unsafe_texts, decision.unsafe) == (
            preferred,
            unsafe,
            bool(unsafe),
        )
        assert {rating.value for rating in decision.ratings.all()} == {level}
        assert decision.judged["texts"] == invented.TEXTS


def test_evidence_is_kept_with_the_rating_that_it_is_for(ben, lena):
    round, fake = sent("resistance_reply", 1, [ben], lena, overlap=1)
    mark = {"turn": None, "quote": "part of you", "note": "Leaves her the choice."}
    said = invented.says(
        "resistance_reply", evidence={"autonomy": [mark]}, better_reply="You would rather not."
    )
    submit(desk(fake, ben), round.items.get(), ben, said)
    sync_all(fake)
    decision = Decision.objects.get()
    kept = {r.dimension_revision.dimension.key: r.evidence for r in decision.ratings.all()}
    assert kept == {
        "autonomy": [{"utterance": None, "quote": "part of you", "note": mark["note"]}],
        "resonance": [],
    }
    assert (decision.better_reply, decision.edited_text) == ("You would rather not.", "")


def test_marks_of_a_technique_session_name_the_utterance(ben, lena):
    round, fake = sent("technique_session", 1, [ben], lena, overlap=1)
    said = invented.says("technique_session", evidence={"specific": [{"turn": 2, "quote": "", "note": ""}]})
    submit(desk(fake, ben), round.items.get(), ben, said)
    sync_all(fake)
    rating = Decision.objects.get().ratings.get(dimension_revision__dimension__key="specific")
    assert rating.evidence == [{"utterance": 3, "quote": "", "note": ""}]


def test_notes_on_marks_and_the_reasons_for_a_verdict_are_kept(ben, lena):
    round, fake = sent("supervised_dialogue", 1, [ben], lena, overlap=1, unaided_share=0)
    findings = [mistake(turns=(2, 4)) | {"notes": {4: "Says it once more."}}]
    said = factories.says(findings=findings, rationale="It names both turns.")
    submit(desk(fake, ben), round.items.get(), ben, said)
    sync_all(fake)
    decision = Decision.objects.get()
    [finding] = decision.findings.all()
    assert (finding.utterances, finding.notes) == ([3, 5], {"5": "Says it once more."})
    assert decision.rationale == "It names both turns."


def test_a_round_of_replies_has_nobody_without_a_draft(ben, chloe, lena):
    round, _fake = sent("judged_reply", 12, [ben, chloe], lena, unaided_share=0.5)
    assert round.unaided_share == 0 and set(round.items.values_list("arm", flat=True)) == {"rated"}


@pytest.mark.parametrize(
    ("recipe", "scale", "reason"),
    [("reply_preference", "ordinal", "rates one"), ("judged_reply", "pairwise", "compares two")],
)
def test_a_rubric_of_the_other_kind_makes_no_round(recipe, scale, reason, ben, lena):
    levels = [{"value": value, "anchor": value} for value in invented.COMPARED]
    rubric = factories.published_rubric(scale=scale, levels=levels)
    with pytest.raises(CannotMakeRound, match=reason):
        invented.round_of(recipe, 1, [ben], lena, overlap=1, rubric_version=rubric)


def test_what_another_recipe_made_is_not_put_on_this_screen(ben, lena):
    pairs = factories.published_pairs()
    for screen, reason in (("judged_reply", "another recipe"), ("puppetry", "no screen for")):
        with pytest.raises(CannotMakeRound, match=reason):
            factories.round_of(1, [ben], lena, overlap=1, screen=screen, pairs_version=pairs,
                               rubric_version=factories.published_rubric(f"of-{screen}".replace("_", "-")),
                               instances=factories.made_instances(1, pairs))  # fmt: skip


def test_readers_have_one_project_for_each_form(ben, chloe, lena):
    round, _fake = sent("resistance_reply", 3, [ben, chloe], lena)
    assert list(SeatProject.objects.filter(seat__round=round).values_list("form", flat=True)) == ["rated"] * 2
    assert [(row.left, row.total) for row in reports.desk_of(ben)] == [(3, 3)]


def test_a_lead_opens_a_round_of_pairs_and_is_offered_the_rubrics_that_fit(log_in, lena, ben):
    pairs, compared = factories.published_pairs(), invented.rubric("reply_preference")
    rated = factories.published_rubric()
    run = Run.objects.create(serial=1, recipe="reply_preference", version=pairs)
    factories.made_instances(
        2, pairs, run=run, recipe=run.recipe, origin="run", content=invented.content(run.recipe)
    )
    client = log_in(lena)
    page = client.get("/rounds/new/").content.decode()
    options = {pk: page.split(f'<option value="{pk}"')[1].split(">")[0] for pk in (compared.pk, rated.pk)}
    assert "disabled" in options[rated.pk] and "disabled" not in options[compared.pk]
    given = {"name": "Pairs", "runs": [run.public_id], "reviewers": [ben.public_id], "pairs_version": pairs.pk,
             "rubric_version": compared.pk, "overlap": 1, "unaided_share": 20}  # fmt: skip
    assert client.post("/rounds/new/", given).status_code == 302
    round = Round.objects.get()
    assert round.screen == "reply_preference" and round.items.filter(arm="pair").count() == 2


@pytest.mark.parametrize("recipe", OTHERS)
def test_the_agreement_of_such_a_round_can_be_asked_for(recipe, ben, chloe, lena, log_in):
    round, fake = sent(recipe, 2, [ben, chloe], lena)
    for item in round.items.all():
        for person in (ben, chloe):
            submit(desk(fake, person), item, person, invented.says(recipe))
    assert sync_all(fake).decided == 4
    page = log_in(lena).get(f"/agreement/?round={round.public_id}")
    assert page.status_code == 200
    assert log_in(ben).get("/desk/mine/").status_code == 200

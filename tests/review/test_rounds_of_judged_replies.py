"""Judged replies in a round: rated blind, then the rewriting accepted, edited or rejected; and what leaves of them."""

import json
from collections import Counter

import pytest

from exports.formats import preference, sft, unpaired
from exports.selecting import Selection
from exports.writing import canonical
from guidelines import briefing
from review.judged import Wording
from review.judges import prompting, shaping
from review.label_studio.reading_results import Incomplete, UnreadableResult, read
from review.label_studio.screens.build import build
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Decision, RawAnnotation, Reading
from review.rounds import close_round
from review.workflow import adjudicate
from synthesis.shapes.judged import DIMENSIONS
from tests.fakes.label_studio import FakeLabelStudio
from tests.review import factories, invented
from tests.review.factories import standings
from tests.review.studio import desk, submit
from tests.synthesis.judged_replies import MESSAGE, rating

REPLY = "Many people feel like this. It will surely get better with time, so try to think of something else."
REWRITE = "How quiet it has become since your brother left. What are the nights like, with the radio on?"
EDIT = "How quiet it must be since he left. If you like, tell me what the nights are like for you."


def content(*, rewritten=True, scores=2) -> dict:
    made = {
        "client_name": "Noor", "utterances": [{"id": 1, "speaker": "client", "text": MESSAGE}], "reply": REPLY,
        "rating": rating(scores), "attempts": [], "ended": "limit", "manual_check": ["SECRET-CHECK"],
    }  # fmt: skip
    if rewritten:
        attempt = {"points": [], "instructions": ["SECRET-ADVICE"], "text": REWRITE, "rating": rating(4), "why": "",
                   "outcome": "taken"}  # fmt: skip
        made |= {"attempts": [attempt], "rewrite": REWRITE, "rewrite_rating": rating(4), "ended": "enough"}
    return made


def says(verdict="accept", edited=None, level=2, **changes):
    answers = {
        "ratings": dict.fromkeys(factories.DIMENSIONS, level),
        "rationale": "She is not heard in the first.",
    }
    reasons = ["vague"] if verdict == "reject" else []
    return invented.Answers(
        **(answers | {"verdict": verdict, "edited_text": edited, "reject_reasons": reasons} | changes)
    )


@pytest.fixture
def sent(lena):
    def put(people, *contents, **options):
        contents = list(contents) or [content()]
        options.setdefault("unaided_share", 0)
        round = invented.round_of("judged_reply", len(contents), people, lena, contents=contents, **options)
        fake = FakeLabelStudio()
        send(round, fake)
        return round, fake

    return put


def judged(sent, people, *answers, **options):
    """A round of one reply, with what each of them says of it."""
    round, fake = sent(people, **{"overlap": len(people)} | options)
    item = round.items.get()
    for person, given in zip(people, answers, strict=True):
        submit(desk(fake, person), item, person, given)
    assert sync_all(fake).decided == len(people), list(
        RawAnnotation.objects.values_list("uncounted", flat=True)
    )
    return round, item


def test_a_reply_with_a_rewriting_and_one_without_have_a_screen_each(sent, ben):
    round, fake = sent([ben], content(), content(rewritten=False), overlap=1)
    assert Counter(round.items.values_list("arm", flat=True)) == {"revised": 1, "rated": 1}
    tasks = {reading.item.arm: fake.tasks[reading.task_id]["data"] for reading in Reading.objects.all()}
    shared = {"external_id", "content_hash", "dialogue", "reply"}
    assert set(tasks["rated"]) == shared and set(tasks["revised"]) == shared | {"feedback", "scores"}
    assert tasks["revised"]["feedback"] == REWRITE
    assert tasks["revised"]["scores"].startswith("Guidance 2: So it is with guidance.\nInformativeness 2:")
    told = json.dumps(fake.sent, default=str)
    assert "SECRET" not in told and "judged_reply" not in told and "So it is with" not in str(tasks["rated"])


def test_a_share_that_is_drawn_is_rated_without_scores_and_rewriting(sent, ben, chloe):
    round, fake = sent([ben, chloe], *[content()] * 20, unaided_share=0.5)
    arms = Counter(round.items.values_list("arm", flat=True))
    assert set(arms) == {"rated", "revised"} and arms["rated"] == 10 and round.unaided_share == 0.5
    for reading in Reading.objects.select_related("item").filter(item__arm="rated"):
        assert REWRITE not in str(fake.tasks[reading.task_id]["data"])


def test_the_rewriting_opens_when_every_dimension_is_rated():
    screen = {"recipe": "judged_reply", "pairs": [], "dimensions": [
        {"key": key, "name": key, "definition": "D.", "scale": "ordinal",
         "levels": [{"value": n, "anchor": "A."} for n in (1, 2, 3)]} for key in ("first", "second")]}  # fmt: skip
    config = build("revised", **screen)
    gate = config.index('name="own_reading"')
    for key in ("first", "second"):
        asked = config.index(f'name="rating_{key}"')
        assert asked < config.index(f'whenTagName="rating_{key}"') < gate
    assert (
        gate
        < config.index('whenTagName="own_reading"')
        < config.index('value="$feedback"')
        < config.index("$scores")
    )
    answer = {"from_name": "rating_first", "to_name": "reply", "type": "choices", "value": {"choices": ["1"]}}
    with pytest.raises(Incomplete, match="own_reading"):
        read(
            [answer],
            form="revised",
            counsellor_turns=set(),
            judged={"reply": REPLY, "dialogue": []},
            **screen,
        )


def test_what_she_says_of_both_becomes_one_decision(sent, ben):
    evidence = {"specific": [{"turn": None, "quote": "It will surely get better", "note": "A promise."}]}
    _round, item = judged(sent, [ben], says("edit", EDIT, evidence=evidence))
    decision = Decision.objects.get()
    assert (decision.verdict, decision.edited_text, decision.any_mistake) == ("edit", EDIT, None)
    levels = {one.dimension_revision.dimension.key: one.value for one in decision.ratings.all()}
    assert set(levels.values()) == {"2"} and set(levels) == set(factories.DIMENSIONS)
    assert (decision.judged["reply"], decision.judged["draft"]) == (REPLY, REWRITE)
    found = standings(item)
    assert found["verdict"] == ("settled", "edit") and found["wording"] == (
        "settled",
        [str(decision.public_id)],
    )
    assert found["dimension:specific"] == ("settled", ["2"])


def test_an_edit_that_changes_nothing_is_hers_to_mend(sent, ben):
    round, fake = sent([ben], overlap=1)
    submit(desk(fake, ben), round.items.get(), ben, says("edit", REWRITE))
    assert sync_all(fake).decided == 0 and not Decision.objects.exists()


def test_what_readers_differ_on_waits_for_an_adjudicator_who_settles_it_on_the_page(
    sent, ben, chloe, dan, log_in
):
    _round, item = judged(sent, [ben, chloe], says("accept"), says("reject"))
    found = standings(item)
    assert found.pop("verdict") == ("disputed", None)
    assert set(found.values()) == {("open", None)}, "all settle together"
    client = log_in(dan)
    page = client.get(f"/disputes/{item.public_id}/").content.decode()
    assert REPLY in page and REWRITE in page and "She is not heard in the first." not in page
    assert "So it is with" not in page, "nor what the judge of the loop said"
    adjudicate(item=item, by=dan, verdict="accept", reason="It hears her.")
    assert {state for state, _ in standings(item).values()} == {"settled"}
    assert standings(item)["verdict"] == ("settled", "accept")


def test_an_adjudicator_of_ratings_is_not_shown_the_rewriting_as_what_was_rated(
    sent, ben, chloe, dan, log_in
):
    _round, item = judged(sent, [ben, chloe], says("accept"), says("accept", level=4))
    assert {state for name, (state, _) in standings(item).items() if name.startswith("dimension")} == {
        "disputed"
    }
    client, address = log_in(dan), f"/disputes/{item.public_id}/"
    page = client.get(address)
    assert REPLY in page.content.decode() and REWRITE not in page.content.decode()
    levels = {f"level-{name}": "2" for name in factories.DIMENSIONS}
    first = {"step": "first", "about": page.context["dispute"].about, "unsafe": "no", **levels}
    second = client.post(address, first, follow=True).content.decode()
    assert "Second of two steps" in second and "The rewriting" in second and REWRITE in second
    assert "finds no mistake" not in second, "nobody was asked"


def test_two_edits_settle_the_verdict_and_leave_the_wording_to_a_third(sent, ben, chloe, dan, log_in):
    _round, item = judged(sent, [ben, chloe], says("edit", EDIT), says("edit", f"{EDIT} Take your time."))
    found = standings(item)
    assert (found["verdict"], found["wording"]) == (("settled", "edit"), ("disputed", None))
    assert found["dimension:specific"] == ("settled", ["2"])
    assert log_in(dan).get(f"/disputes/{item.public_id}/").status_code == 200
    edits = [str(pk) for pk in Decision.objects.values_list("public_id", flat=True)]
    adjudicate(item=item, by=dan, approved_edits=edits[:1], equivalent=False, reason="The first is enough.")
    assert standings(item)["wording"] == ("settled", edits[:1])


def test_one_readers_unsafe_is_never_outvoted(sent, ben, chloe, dan):
    _round, item = judged(sent, [ben, chloe], says("accept", unsafe=True), says("accept"))
    assert standings(item)["safety"] == ("disputed", None) and standings(item)["verdict"] == (
        "disputed",
        None,
    )
    levels = dict.fromkeys(factories.DIMENSIONS, "2")
    adjudicate(
        item=item, by=dan, verdict="accept", unsafe=False, levels=levels, reason="Blunt, not dangerous."
    )
    assert standings(item)["verdict"] == ("settled", "accept")


def test_the_pages_of_such_a_round_say_nothing_of_mistakes_that_nobody_looked_for(
    sent, ben, chloe, lena, dan, log_in
):
    round, item = judged(sent, [ben, chloe], says("accept"), says("edit", EDIT))
    lead = log_in(lena).get(f"/rounds/{round.public_id}/").content.decode()
    assert "A rewriting is settled together with its ratings" in lead
    page = log_in(dan).get(f"/disputes/{item.public_id}/").content.decode()
    assert "finds no mistake" not in page and "no mistake" not in page
    adjudicate(item=item, by=dan, verdict="accept", reason="As good as it was.")
    close_round(round=round, by=lena)
    lead = log_in(lena)
    of = (
        f"rounds/{round.public_id}/",
        f"agreement/?round={round.public_id}",
        f"instances/{item.instance.public_id}/",
    )
    for address in of:
        assert lead.get(f"/{address}").status_code == 200
    own = log_in(ben).get("/desk/mine/").content.decode()
    assert "SECRET" not in own
    whole = log_in(ben).get(f"/desk/mine/{item.public_id}/")
    assert whole.status_code == 200 and REPLY in whole.content.decode()


# What leaves.


def samples(round, lena):
    close_round(round=round, by=lena)
    selection = Selection([round])
    return list(selection.samples()), selection


def settled(sent, lena, people, *answers, **options):
    round, _item = judged(sent, people, *answers, **options)
    return samples(round, lena)


def test_what_was_accepted_leaves_as_a_counsellors_answer_and_is_preferred_to_the_low_reply(
    sent, ben, chloe, lena
):
    (sample,), _selection = settled(sent, lena, [ben, chloe], says("accept"), says("accept"))
    (row,) = sft.rows(sample)
    assert [one["role"] for one in row["messages"]] == ["system", "user", "assistant"]
    assert row["messages"][1]["content"] == MESSAGE and row["messages"][2]["content"] == REWRITE
    assert "supervisor in training" not in row["messages"][0]["content"]
    (pair,) = preference.rows(sample)
    assert (pair["chosen"][0]["content"], pair["rejected"][0]["content"]) == (REWRITE, REPLY)
    assert pair["source"] == "approved rewriting over reply"
    assert pair["rejected_ratings"] == dict.fromkeys(sorted(factories.DIMENSIONS), "2")
    assert (pair["rejected_judge_scores"]["safety"], pair["chosen_judge_scores"]["safety"]) == (2, 4)
    assert set(pair["chosen_judge_scores"]) == set(DIMENSIONS)
    assert canonical(row) == canonical(json.loads(json.dumps(row)))


def test_an_edit_is_preferred_to_the_rewriting_and_to_the_reply(sent, ben, lena):
    (sample,), _selection = settled(sent, lena, [ben], says("edit", EDIT))
    pairs = {
        (p["chosen"][0]["content"], p["rejected"][0]["content"]): p["source"] for p in preference.rows(sample)
    }
    assert pairs == {
        (EDIT, REWRITE): "expert edit over draft",
        (EDIT, REPLY): "approved rewriting over reply",
    }
    over_reply = [p for p in preference.rows(sample) if p["rejected"][0]["content"] == REPLY]
    assert over_reply[0]["chosen_judge_scores"] == {}, "nobody scored her own words"


def test_on_another_scale_than_the_published_one_nothing_is_low(sent, ben, lena):
    three = [{"value": n, "anchor": f"Level {n}."} for n in (0, 1, 2)]
    rubric = factories.published_rubric(levels=three)
    (sample,), _selection = settled(sent, lena, [ben], says("accept", level=2), rubric_version=rubric)
    assert not sample.reply.on_five and sample.reply.ratings["specific"] == "2"
    assert list(preference.rows(sample)) == [] and preference.not_low(sample) == 1


def test_a_reply_that_its_readers_did_not_find_low_makes_no_pair_and_is_counted(sent, ben, lena):
    (sample,), _selection = settled(sent, lena, [ben], says("accept", level=4))
    assert list(preference.rows(sample)) == [] and preference.not_low(sample) == 1
    assert len(list(sft.rows(sample))) == 1


def test_a_rejected_rewriting_leaves_as_what_not_to_say(sent, ben, lena):
    (sample,), _selection = settled(sent, lena, [ben], says("reject"))
    assert list(sft.rows(sample)) == list(preference.rows(sample)) == []
    (row,) = unpaired.rows(sample)
    assert (row["completion"][0]["content"], row["label"]) == (REWRITE, False)


def test_what_was_only_rated_is_left_out_with_the_reason(sent, ben, lena):
    round, fake = sent([ben], content(rewritten=False), overlap=1)
    submit(desk(fake, ben), round.items.get(), ben, invented.says("judged_reply"))
    sync_all(fake)
    found, selection = samples(round, lena)
    assert found == [] and selection.left_out == {
        "rated or compared, and no format that was asked for takes it": 1
    }


def test_a_model_that_reads_such_a_round_is_asked_for_both_and_not_told_the_loops_scores(sent, ben):
    round, _fake = sent([ben], overlap=1)
    judged_words = Wording().of(round.items.get())
    dimensions = briefing.dimensions(round.rubric_version)
    told = str(
        prompting.messages(
            prompting.shipped(), arm="revised", judged=judged_words, pairs=[], dimensions=dimensions
        )
    )
    assert REPLY in told and REWRITE in told and "So it is with" not in told
    shape = shaping.shape(arm="revised", mistakes=[], counsellor_turns=[], dimensions=dimensions)
    value = shape.model_validate({
        "rationale": "R.", "verdict": "edit", "edited_feedback": EDIT, "reject_reasons": [], "unsafe": False,
        "ratings": dict.fromkeys(factories.DIMENSIONS, "3"),
    })  # fmt: skip
    found = shaping.answers(value, arm="revised", dimensions=dimensions)
    assert (found.verdict, found.edited_text, set(found.ratings.values())) == ("edit", EDIT, {3})


def test_a_result_of_the_older_screen_is_not_read_as_one_of_this():
    with pytest.raises(UnreadableResult):
        read([], form="revised", counsellor_turns=set(), judged={"reply": REPLY, "dialogue": []}, pairs=[],
             dimensions=[], recipe="judged_reply")  # fmt: skip

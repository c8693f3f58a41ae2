"""Reply preferences as writers and judges make them: who is asked what, what is kept, and what goes wrong."""

import itertools
import json
import re

import pytest

from config.demo.model_server import CONTEXT_PER_SLOT
from synthesis import cast, counting, loading, planning
from synthesis.models import Call, Hitch, Instance, Mark, ModelRole, Profile
from synthesis.preferring import pair_rows, pairs_by, rating_rows
from synthesis.prompting import shipped
from synthesis.recipes import RECIPES, reply_preference
from synthesis.recipes.cell import Cell
from synthesis.replaying import replay
from synthesis.shapes.preference import PRINCIPLES, REPLY, Answer, Reply, Rule, rating_shape
from synthesis.shapes.profiles import SPEECH
from synthesis.shapes.schema import room
from tests.synthesis.replies_to_clients import Writers, in_turn, is_judge, scores, shown, speech

RECIPE = RECIPES["reply_preference"]
FOUR = ("Aa.", "Bbb.", "Cccc.", "Ddddd.")


@pytest.fixture
def played(endpoint):
    """Say which model plays which role; the others are the usual one's."""

    def say(**models):
        for role, model in models.items():
            row = {"role": role.replace("_", "-"), "endpoint": cast.environment_endpoint(), "model": model}
            ModelRole.objects.create(**row)

    return say


@pytest.fixture
def made(endpoint, drive, played):
    """Make one; returns it and the server that answered."""

    def make(script=None, *, key="plugs", models=None, **levels):
        server = endpoint(script or Writers())
        played(**models or {})
        run = planning.plan(recipe="reply_preference", profiles=[speech(key)], parameters=levels)
        drive(run)
        return run.instances.get(), server

    return make


POOL = {f"reply_{n}": f"writer-{n}" for n in range(1, 9)}
MANY = {**POOL, "judge_1": "judge-one", "judge_2": "judge-two"}


def test_four_write_one_judges_twice_and_all_of_it_is_kept(made):
    one, server = made(models=MANY, pool="8")
    assert one.state == "made" and one.failure == "" and one.content["pool"] == 8
    content = one.content
    assert [(said["speaker"], said["id"]) for said in content["utterances"]] == [("client", 1)]
    assert len({reply["model"] for reply in content["replies"]}) == 4
    assert all(reply["model"] == f"writer-{reply['place'].partition('-')[2]}" for reply in content["replies"])
    first, second = content["ratings"]
    assert second["order"] == first["order"][::-1] and sorted(first["order"]) == [1, 2, 3, 4]
    assert (first["judge"], first["model"], first["own"], first["flat"]) == ("judge-1", "judge-one", 0, False)
    assert (
        all(set(given) == set(PRINCIPLES) for given in first["scores"])
        and first["why"][0] == "It hears the fear."
    )
    assert len(content["pairs"]) + len(content["dropped"]) == 6
    assert content["rule"] == {"on": "mean", "margin": 1.0, "weights": dict.fromkeys(PRINCIPLES, 1.0)}
    texts = {reply["n"]: reply["text"] for reply in content["replies"]}
    assert content["texts"] == {side: texts[content["compared"][side]] for side in "ab"}
    assert len(server.requests) == 6 and content["manual_check"] == []


def test_scores_belong_to_the_reply_that_was_read_at_that_place(made):
    by_text = dict(zip(FOUR, (1, 2, 4, 5), strict=True))
    one, _server = made(Writers(judge=lambda text, place: by_text[text], write=in_turn(*FOUR)))
    for reply in one.content["replies"]:
        assert set(reply["scores"].values()) == {by_text[reply["text"]]}
    texts = {reply["n"]: reply["text"] for reply in one.content["replies"]}
    preferred = {(texts[pair["chosen"]], texts[pair["rejected"]]) for pair in one.content["pairs"]}
    assert preferred == {(a, b) for a, b in itertools.permutations(FOUR, 2) if by_text[a] > by_text[b]}


def test_a_judge_that_goes_by_the_place_prefers_nobody(made):
    one, _server = made(Writers(judge=lambda text, place: 6 - min(place, 5)))
    assert one.content["pairs"] == [] and {two["why"] for two in one.content["dropped"]} == {"order"}
    assert one.content["compared"]["preferred"] == "none"
    once, _server = made(Writers(judge=lambda text, place: 6 - min(place, 5)), key="again", readings="1")
    assert once.content["pairs"], "read once nobody would have noticed"


def test_a_score_outside_the_scale_fails_it_in_words_and_the_replies_are_kept(made, drive):
    one, server = made(Writers(judge=lambda text, place: scores(3, safety=7)))
    assert one.state == "failed"
    # Its two readings are asked for at once: either may be the one that fails it.
    step = re.search(
        "The judge-1 gave no usable answer in 3 replies at “(rate [12] by judge-1)”", one.failure
    )[1]
    assert "replies.0.safety: 7 is outside the scale from 1 to 5" in one.failure
    assert Hitch.objects.filter(step=step, kind="malformed").count() == 3
    written = [body for body in server.requests if not is_judge(body)]
    assert len(written) == 4
    # Tried again with a judge that keeps to the scale, no reply is paid for twice.
    server.script = Writers()
    Instance.objects.filter(pk=one.pk).update(state="planned")
    drive(one.run)
    one.refresh_from_db()
    assert one.state == "made" and len([body for body in server.requests if not is_judge(body)]) == 4


@pytest.mark.parametrize("bad", [True, "4", 4.5, 0, None])
def test_what_is_no_whole_number_of_the_scale_is_no_score(bad):
    with pytest.raises(ValueError, match="outside the scale from 1 to 5"):
        rating_shape(2).model_validate({"replies": [scores(3), scores(3, empathy=bad)]})


def test_a_judge_that_leaves_a_reply_out_is_asked_again(made):
    class Short(Writers):
        def __call__(self, number, body):
            reply = super().__call__(number, body)
            if is_judge(body):
                reply.text = json.dumps({"replies": json.loads(reply.text)["replies"][:-1]})
            return reply

    one, _server = made(Short())
    assert one.state == "failed" and "at least 4 items" in one.failure


def test_the_same_score_for_everything_is_told_and_held_for_a_person(made):
    one, _server = made(Writers(judge=lambda text, place: 4))
    reason = "The same score for everything: judge-1 told no reply from another."
    assert one.content["manual_check"] == [reason] and one.content["pairs"] == []
    assert [two["why"] for two in one.content["dropped"]] == ["tie"] * 6
    assert reason in Mark.objects.get(instance=one, kind="held").reason


def test_a_preferred_reply_that_is_less_safe_is_held_for_a_person(made):
    by_text = {"Aa.": scores(5, safety=2), **dict.fromkeys(FOUR[1:], scores(3))}
    one, _server = made(Writers(judge=lambda text, place: by_text[text], write=in_turn(*FOUR)))
    inverted = [pair for pair in one.content["pairs"] if pair["safety_inversion"]]
    assert len(inverted) == 3 and all(pair["worse_on"] == ["safety"] for pair in inverted)
    assert "is rated less safe" in Mark.objects.get(instance=one, kind="held").reason


def test_replies_that_say_the_same_words_make_no_pair_and_a_person_looks(made):
    one, _server = made(Writers(write=lambda body: "I hear you."))
    assert {two["why"] for two in one.content["dropped"]} == {"same-words"}
    assert "The replies say the same words: there is nothing to compare." in one.content["manual_check"]


def test_each_reading_of_each_judge_is_a_call_of_its_own(made):
    """Also where two judges are one model and happen to be shown the replies in the same order."""
    made(judges="3")
    asked = Call.objects.filter(role__startswith="judge-").values_list("role", "step")
    assert len(asked) == 6 == len({step for _role, step in asked})
    assert all(role in step for role, step in asked)


def test_where_one_model_plays_everybody_it_rates_its_own_and_that_is_marked(made):
    one, server = made()
    assert [rating["own"] for rating in one.content["ratings"]] == [4, 4]
    assert len(server.requests) == 6


def test_where_it_is_forbidden_nobody_rates_and_readers_compare_two_all_the_same(made):
    one, server = made(own_replies="never")
    assert one.state == "made" and one.content["ratings"] == [] and len(server.requests) == 4
    assert {two["why"] for two in one.content["dropped"]} == {"unrated"}
    assert one.content["replies"][0]["scores"] == {} and set(one.content["texts"]) == {"a", "b"}
    assert "No judge rated the replies" in Mark.objects.get(instance=one, kind="held").reason


def test_a_judge_is_not_shown_replies_of_its_own_model(made):
    models = {"reply_1": "m", "reply_2": "n", "reply_3": "o", "reply_4": "p", "judge_1": "m", "judge_2": "x"}
    one, server = made(models=models, judges="2")
    first = [rating for rating in one.content["ratings"] if rating["judge"] == "judge-1"]
    own = next(reply["n"] for reply in one.content["replies"] if reply["model"] == "m")
    assert all(own not in rating["order"] and len(rating["order"]) == 3 for rating in first)
    second = [rating for rating in one.content["ratings"] if rating["judge"] == "judge-2"]
    assert all(own in rating["order"] for rating in second)
    assert sorted(len(shown(body)) for body in server.requests if is_judge(body)) == [3, 3, 4, 4]


@pytest.mark.parametrize("levels", [
    {}, {"replies": "2"}, {"replies": "3", "readings": "1"}, {"judges": "3"}, {"pool": "8", "judges": "2"},
    {"own_replies": "never"}, {"own_replies": "always", "judges": "2"},
])  # fmt: skip
@pytest.mark.parametrize("models", [{}, MANY, {"judge_1": "other"}, {"reply_1": "other", "judge_2": "other"}])
def test_what_it_costs_is_told_beforehand_to_the_call(made, models, levels):
    one, server = made(models=models, **levels)
    told = counting.counted(
        recipe="reply_preference", concurrency=8, parameters={**levels, "shown": "widest"}, profiles=[one.profile]
    )  # fmt: skip
    least, most = RECIPE.calls_by(
        one.factors, {role: spec["model"] for role, spec in one.run.model_specs.items()}
    )
    assert least <= len(server.requests) <= most
    assert least == most, "of these models nothing hangs on the draw"
    assert told.roles and Call.objects.count() == len(server.requests)


def test_before_anything_is_stored_a_plan_says_what_it_costs(endpoint, played):
    endpoint()
    played(**MANY)
    speech()
    told = counting.counted(recipe="reply_preference", concurrency=8, parameters={"judges": "2"})
    assert (told.sessions, told.calls.low, told.calls.high) == (1, 8, 8)


def test_what_is_stored_makes_the_same_byte_for_byte(made):
    one, server = made(models=MANY, pool="8", judges="2")
    paid = len(server.requests)
    (again,) = replay(Instance.objects.filter(pk=one.pk))
    assert again.is_rebuilt and again.calls == paid == len(server.requests) == 8


def test_a_second_run_of_the_same_cell_pays_nothing(made, drive):
    one, server = made(models=MANY, pool="8")
    paid = len(server.requests)
    run = planning.plan(recipe="reply_preference", profiles=[one.profile], parameters={"pool": "8"})
    assert drive(run).replayed == paid == len(server.requests)
    assert run.instances.get().content == one.content


def test_another_rule_for_pairs_is_another_cell_and_its_gaps_are_of_the_sum(made):
    one, _server = made(gap_on="sum", margin="5", weight_safety="3", models=MANY)
    assert one.content["rule"]["on"] == "sum" and one.content["rule"]["weights"]["safety"] == 3.0
    assert all(pair["gap"] >= 5 for pair in one.content["pairs"])


def test_each_draw_is_the_cells_own(endpoint, drive, played):
    endpoint(Writers())
    played(**MANY)
    run = planning.plan(recipe="reply_preference", profiles=[speech()], samples=8, parameters={"pool": "8"})
    drive(run)
    contents = list(run.instances.values_list("content", flat=True))
    assert len({tuple(reply["place"] for reply in one["replies"]) for one in contents}) > 4
    assert len({tuple(one["ratings"][0]["order"]) for one in contents}) > 4
    assert {one["compared"]["preferred"] for one in contents} >= {"a", "b"}


def test_a_speech_in_another_language_is_answered_in_it_and_held_where_it_is_not(endpoint, drive):
    endpoint(
        Writers(write=in_turn(*["I hear how much you count the plugs and how tired you are of it."] * 4))
    )
    words = "Seit dem Brand zähle ich die Stecker, bevor ich gehe, und dann komme ich zurück und zähle noch einmal."
    german = speech("stecker", words, language="de", content={"speech": words, "topic": "", "language": "de"})
    run = planning.plan(recipe="reply_preference", profiles=[german])
    drive(run)
    one = run.instances.get()
    assert one.content["language"] == "de"
    assert "another language" in Mark.objects.get(instance=one, kind="held").reason


def test_replies_are_not_held_for_being_no_whole_talk_nor_for_what_the_client_said(made):
    one, _server = made(models=MANY)
    assert not Mark.objects.filter(instance=one).exists()


def test_eighteen_speeches_are_shipped_each_once(db):
    found = loading.load("shipped-speeches")
    assert (len(found.new), found.refused, found.cleaned) == (18, [], [])
    assert loading.load("shipped-speeches").unchanged == 18
    one = Profile.objects.get(key="same-quarrel")
    assert (
        one.kind == "speech"
        and one.name.startswith("We have the same quarrel")
        and one.content["topic_group"]
    )


def test_its_pairs_have_the_shape_of_a_preference_and_its_scores_that_of_a_rating(made):
    from exports.formats import preference
    from exports.samples import Edit, Sample

    one, _server = made(models=MANY)
    edit = Edit("d", "Stay with what she fears, and wait for her answer.", True)
    said = ({"speaker": "client", "text": "I count them."},)
    sample = Sample("i", "n", "g", "train", "edit", "A draft of quite other words.", said, (edit,), "G", ())
    (exported,) = preference.rows(sample)
    rows = pair_rows(one.content)
    assert len(rows) == len(one.content["pairs"]) > 0
    for row in rows:
        for field in ("prompt", "chosen", "rejected"):
            assert {tuple(sorted(message)) for message in row[field]} == {("content", "role")}
            assert row[field][-1]["role"] == exported[field][-1]["role"]
        assert isinstance(row["source"], str) and set(row["chosen_ratings"]) == set(PRINCIPLES)
        assert row["gap"] > 0 and isinstance(row["safety_inversion"], bool)
    rated = rating_rows(one.content)
    assert len(rated) == 8 and {row["shown_as"] for row in rated} == {1, 2, 3, 4}
    assert all(set(row["ratings"]) == set(PRINCIPLES) and row["judge"] == "judge-one" for row in rated)


def test_by_another_rule_other_pairs_come_of_the_same_scores_and_nobody_is_asked_again(made):
    one, server = made(models=MANY)
    kept = Rule.model_validate(one.content["rule"])
    assert pairs_by(one.content, kept) == one.content["pairs"]
    every = pair_rows(one.content, kept.model_copy(update={"margin": 0.0}))
    strict = pair_rows(one.content, kept.model_copy(update={"on": "sum", "margin": 28.0}))
    assert len(every) >= len(one.content["pairs"]) >= len(strict) and all(row["gap"] >= 28 for row in strict)
    assert len(every) == 6 - sum(two["gap"] == 0 for two in one.content["dropped"])
    assert len(server.requests) == 6


def test_the_judge_reads_the_principles_in_the_words_of_the_shipped_rubric():
    from guidelines.loading import SHIPPED, read

    entries = read(SHIPPED / "counselling-principles.yaml").entries
    assert tuple(entry.key for entry in entries) == PRINCIPLES
    told = []
    for entry in entries:
        told.append(f"{entry.key}: {entry.texts['name']}. {' '.join(entry.texts['definition'].split())}")
        told += [f"  {one['value']} = {' '.join(one['anchor'].split())}" for one in entry.texts["levels"]]
    assert shipped(["rp_principles"])["rp_principles"].splitlines() == told


@pytest.mark.parametrize("asked", ["reply", "rate"])
def test_the_largest_prompt_and_its_answer_fit_one_slot(asked):
    cell = Cell(
        name="0" * 64, client_name="x", style="", profile={"speech": "x" * SPEECH}, intended=(), positive=False,
        guideline=[], told=None, parameters={}, prompts=shipped(RECIPE.prompts),
    )  # fmt: skip
    replies = [Reply(n=n, place="", model="", text="x" * REPLY, scores={}) for n in range(1, 5)]
    if asked == "reply":
        messages, shape = reply_preference.writer_messages(cell, "reply-1"), Answer
    else:
        messages, shape = reply_preference.judge_messages(cell, "judge-1", replies), rating_shape(4)
    # English prose runs above four characters a token with every tokenizer in use; three leaves room to spare.
    characters = sum(len(message["content"]) + 12 for message in messages)
    assert characters / 3.0 + room(shape) < CONTEXT_PER_SLOT, f"{characters} characters"

"""A judged reply as its agents make it: what is kept, when it is worked on, what is taken, and how it ends."""

import json
from collections import Counter

import pytest

from config.demo.model_server import CONTEXT_PER_SLOT
from guidelines.loading import SHIPPED
from guidelines.loading import read as guideline
from synthesis import planning
from synthesis.models import Call, Mark
from synthesis.prompting import shipped
from synthesis.recipes import RECIPES, judged_reply
from synthesis.recipes.cell import Cell
from synthesis.recipes.judged_reply import ALWAYS, REWRITES, TRIGGERS
from synthesis.replaying import replay
from synthesis.shapes.dialogue import written_in
from synthesis.shapes.judged import (
    DIMENSIONS,
    REPLY,
    Coaching,
    Critique,
    Rating,
    Reply,
    critique_shape,
    rewrites,
)
from synthesis.shapes.schema import asked as schema_asked
from synthesis.shapes.schema import longest, room
from synthesis.shapes.words import LINE, QUOTE, STRENGTH
from tests.synthesis.judged_replies import HIGH, LOW, MESSAGE, Agents, message, rating, read_in
from tests.synthesis.sessions_of_techniques import schema_of
from tests.synthesis.test_bounds import largest

RECIPE = RECIPES["judged_reply"]


@pytest.fixture
def made(endpoint, drive):
    """Make one reply; returns it and the server that answered."""

    def make(script=None, *, key="noor", **levels):
        server = endpoint(script or Agents())
        run = planning.plan(recipe="judged_reply", profiles=[message(key)], parameters=levels)
        drive(run)
        return run.instances.get(), server

    return make


def steps() -> Counter:
    return Counter(Call.objects.values_list("step", flat=True))


def outcomes(one) -> list[str]:
    return [attempt["outcome"] for attempt in one.content["attempts"]]


def by_text(**scores):
    """A judge by how the reply begins; what is not named is rated low."""

    def judge(body):
        begin = read_in(body).split()[0].rstrip(",").lower()
        return rating(scores.get(begin, LOW))

    return judge


def numbered(*words: str):
    """The nth writing anew begins with the nth of these words."""
    left = list(words)
    return lambda body: {"text": f"{left.pop(0)}, number {body['seed']}."}


def test_a_low_reply_is_criticised_coached_and_written_anew_and_all_of_it_is_kept(made):
    one, server = made()
    assert one.state == "made" and one.failure == ""
    content = one.content
    assert [said["text"] for said in content["utterances"]] == [MESSAGE]
    assert content["reply"].startswith("First words") and content["rewrite"].startswith("Better words")
    (attempt,) = content["attempts"]
    assert attempt["points"] == [
        {"dimension": "guidance", "quote": "words", "problem": "The reply leaves her alone with the nights."}
    ]
    assert attempt["instructions"] == ["Stay with the quiet first."]
    assert (attempt["text"], attempt["outcome"]) == (content["rewrite"], "taken")
    assert {content["rating"][name]["score"] for name in DIMENSIONS} == {LOW, LOW - 1}
    assert content["rewrite_rating"]["safety"] == {"why": "So it is with safety.", "score": HIGH}
    assert (content["ended"], "controls" in content) == ("enough", False)
    names = ("reply 1", "judge 1", "critique 1", "coach 1", "rewrite 1", "judge 2")
    assert steps() == dict.fromkeys(names, 1) and len(server.requests) == 6


def test_a_good_reply_is_left_as_it_is(made):
    one, _server = made(Agents(judge=lambda body: rating(HIGH)))
    assert (one.content["ended"], one.content["attempts"]) == ("not_needed", [])
    assert "rewrite" not in one.content and sum(steps().values()) == RECIPE.calls(one.factors)[0] == 2


def test_what_scores_lower_on_safety_is_not_taken_however_good_it_is(made):
    def judge(body):
        high = dict.fromkeys(DIMENSIONS, 5) | {"safety": 1}
        return rating(high if read_in(body).startswith("Better") else LOW)

    one, _server = made(Agents(judge=judge))
    assert outcomes(one) == ["safety", "safety"] and one.content["ended"] == "limit"
    assert "rewrite" not in one.content
    assert all(attempt["text"].startswith("Better") for attempt in one.content["attempts"]), (
        "kept all the same"
    )


@pytest.mark.parametrize(("then", "outcome"), [(1, "overall"), (LOW, "overall"), (3, "taken")])
def test_what_does_not_score_higher_on_the_whole_is_not_taken(made, then, outcome):
    same = {"safety": 5, "guidance": 3}

    def judge(body):
        n = then if read_in(body).startswith("Better") else LOW
        return rating(dict.fromkeys(DIMENSIONS, n) | same)

    one, _server = made(Agents(judge=judge), rewrites="1", trigger="3")
    assert outcomes(one) == [outcome]
    assert ("rewrite" in one.content) == (outcome == "taken")


def test_an_attempt_is_compared_with_what_stands_and_not_with_what_was_refused(made):
    agents = Agents(rewrite=numbered("Fair", "Poor", "Middling"), judge=by_text(fair=3, poor=1, middling=2))
    one, server = made(agents, rewrites="3")
    assert outcomes(one) == ["taken", "safety", "safety"]
    assert one.content["rewrite"].startswith("Fair") and one.content["ended"] == "limit"
    read = [read_in(body) for body in server.requests if "critic" in str(body["messages"][0])[:80]]
    assert [words.split(",")[0] for words in read[1:]] == ["Fair", "Fair"], (
        "the third begins from what stands"
    )


@pytest.mark.parametrize(
    ("scores", "trigger", "works"),
    [
        ({"guidance": 4}, "3", True),  # a mean of 22/7
        ({}, "3", True),
        ({"guidance": 4, "empathy": 4}, "3.5", True),
        (dict.fromkeys(DIMENSIONS, 4), "3", False),
        (dict.fromkeys(DIMENSIONS, 4), "4", True),
        (dict.fromkeys(DIMENSIONS, 5) | {"safety": 3}, "3", True),
        (dict.fromkeys(DIMENSIONS, 5) | {"safety": 4}, "3", False),
        (dict.fromkeys(DIMENSIONS, 5), ALWAYS, True),
    ],
)
def test_a_reply_is_worked_on_by_its_mean_and_by_its_safety_alone(made, scores, trigger, works):
    given = dict.fromkeys(DIMENSIONS, 3) | scores
    one, _server = made(Agents(judge=lambda body: rating(given)), trigger=trigger, rewrites="1")
    assert (one.content["ended"] != "not_needed") is works


@pytest.mark.parametrize("rewrites", REWRITES)
@pytest.mark.parametrize("trigger", [TRIGGERS[0], ALWAYS])
@pytest.mark.parametrize("controls", ["no", "yes"])
def test_what_a_cell_costs_is_declared_to_the_call(made, rewrites, trigger, controls):
    levels = {"rewrites": rewrites, "trigger": trigger, "controls": controls}
    made(Agents(judge=lambda body: rating(LOW)), **levels)
    most = Call.objects.count()
    made(Agents(judge=lambda body: rating(5)), key="else", **levels)
    assert RECIPE.calls(levels) == (Call.objects.count() - most, most)


def test_with_controls_the_same_reply_is_plainly_written_again_and_rated_by_somebody_else(made):
    one, server = made(Agents(), controls="yes")
    controls = one.content["controls"]
    again = controls["regenerated"]
    # Written again without criticism it is as low as before: none is taken.
    assert [attempt["outcome"] for attempt in again] == ["overall"] * 2
    assert all(attempt["points"] == attempt["instructions"] == [] for attempt in again)
    assert len({one.content["reply"], *(attempt["text"] for attempt in again)}) == 3
    assert controls["unchanged"]["safety"]["score"] == LOW
    measured = {way: found["safety"]["score"] for way, found in controls["measured"].items()}
    assert measured == {"first": LOW, "rewritten": 3, "regenerated": LOW, "unchanged": LOW}
    plain = [
        body["messages"]
        for body in server.requests
        if body["seed"] in _seeds("reply 1", "again 1", "again 2")
    ]
    assert plain[0] == plain[1] == plain[2], "plainly again: the very same request, with another seed"
    rated = {call.step: call.role for call in Call.objects.filter(step__startswith="rate ")}
    assert rated == dict.fromkeys(
        ("rate first", "rate rewritten", "rate regenerated", "rate unchanged"), "rater"
    )


def _seeds(*steps) -> set[int]:
    return set(Call.objects.filter(step__in=steps).values_list("seed", flat=True))


def test_of_a_reply_that_needed_no_work_only_the_first_is_rated(made):
    one, _server = made(Agents(judge=lambda body: rating(HIGH)), controls="yes")
    controls = one.content["controls"]
    assert (controls["regenerated"], controls["unchanged"]) == ([], None)
    assert [way for way, found in controls["measured"].items() if found] == ["first"]


def test_a_message_in_another_language_is_answered_in_it_and_measured_as_that(endpoint, drive):
    german = "Seit mein Bruder ausgezogen ist, lasse ich nachts das Radio laufen."
    server = endpoint(
        Agents(reply=lambda body: {"text": "Wie still es geworden ist, seit er nicht mehr da ist."})
    )
    content = {"speech": german, "topic": "", "topic_group": "", "language": "de"}
    run = planning.plan(recipe="judged_reply", profiles=[message("jule", content=content, language="de")])
    drive(run)
    one = run.instances.get()
    assert one.content["language"] == "de" and not Mark.objects.filter(kind="held").exists()
    written = next(body for body in server.requests if set(schema_of(body)["properties"]) == {"text"})
    assert written["max_tokens"] == room(written_in(Reply, "de")) > room(Reply)


def test_every_reply_can_be_made_again_from_its_stored_answers(made):
    levels = {"controls": "yes", "rewrites": "3"}
    one, _server = made(
        Agents(rewrite=numbered("Fair", "Poor", "Middling"), judge=by_text(fair=3, poor=1)), **levels
    )
    (found,) = replay(one.run.instances.all())
    assert (found.why, found.calls) == ("", RECIPE.calls(levels)[1])


# What a bad answer comes to.


def test_a_judge_off_the_scale_fails_the_reply_and_says_so(made):
    one, _server = made(Agents(judge=lambda body: rating(LOW) | {"safety": {"why": "So.", "score": 7}}))
    assert one.state == "failed"
    assert "“judge 1”" in one.failure and "safety.score: “7” is not on the scale from 1 to 5" in one.failure
    assert Call.objects.filter(step="judge 1").count() == 3, "asked again before it fails"


@pytest.mark.parametrize("score", [0, 6, 4.5, "4", True, None])
def test_nothing_but_a_whole_number_of_the_scale_is_a_score(score):
    with pytest.raises(ValueError, match="not on the scale"):
        Rating.model_validate(rating(LOW) | {"relevance": {"why": "So.", "score": score}})


def test_a_judge_that_gives_the_same_to_all_is_told_and_its_reply_waits_for_a_person(made):
    one, _server = made(Agents(judge=lambda body: rating(3, flat=True)))
    (sentence,) = one.content["manual_check"]
    assert sentence == "The judge gave all seven dimensions the same score (3, 3, 3): it tells nothing apart."
    assert sentence in Mark.objects.get(instance=one, kind="held").reason
    assert outcomes(one) == ["overall", "overall"], "nothing is taken on such a word"


def test_a_judge_that_tells_something_apart_once_holds_nothing_back(made):
    def judge(body):
        return rating(HIGH, flat=True) if read_in(body).startswith("Better") else rating(LOW)

    one, _server = made(Agents(judge=judge))
    assert one.content["manual_check"] == [] and not Mark.objects.filter(instance=one, kind="held").exists()


def test_a_reply_that_stands_and_is_rated_unsafe_waits_for_a_person(made):
    one, _server = made(
        Agents(judge=lambda body: rating(dict.fromkeys(DIMENSIONS, 5) | {"safety": 2})), rewrites="0"
    )
    assert one.content["manual_check"] == ["The judge gives the reply that stands 2 of 5 for safety."]
    assert Mark.objects.filter(instance=one, kind="held").exists()


ANEW = "I hear how quiet it has become for you since he left, and how long the nights are."


def test_a_critic_that_writes_a_reply_ends_the_loop_and_the_first_reply_stands(made):
    point = {"dimension": "empathy", "quote": "", "problem": ANEW}
    one, _server = made(Agents(critic=lambda body: {"points": [point]}), controls="yes")
    assert one.state == "made" and one.content["ended"] == "no_criticism"
    (attempt,) = one.content["attempts"]
    assert (attempt["outcome"], attempt["text"], "rewrite" in one.content) == ("no_criticism", "", False)
    assert "a reply of its own instead of what is wrong with this one" in attempt["why"]
    assert (
        Call.objects.filter(step="critique 1").count() == 3 and not Call.objects.filter(role="coach").exists()
    )
    # The controls go on as they would have.
    assert len(one.content["controls"]["regenerated"]) == 2
    assert [found.why for found in replay(one.run.instances.all())] == [""]


def test_a_critic_that_writes_a_reply_once_is_asked_again(made):
    left = [ANEW]

    def critic(body):
        problem = left.pop() if left else "It passes over the nights."
        return {"points": [{"dimension": "empathy", "quote": "", "problem": problem}]}

    one, _server = made(Agents(critic=critic))
    assert outcomes(one) == ["taken"] and Call.objects.filter(step="critique 1").count() == 2


SAID = (
    "It sounds hard. Many people feel like this, and it will surely get better with some time and patience."
)


@pytest.mark.parametrize(
    ("problem", "writes"),
    [
        ("The reply passes over the nights, which is what she wrote about.", False),
        ("“It will surely get better” is a promise that nobody can keep.", False),
        ("“it will surely get better with some time and patience” promises what nobody can.", False),
        ("Your reply gives her nothing to do.", False),
        ("It says “hard” and leaves it at that.", False),
        ("I can hear how lonely you are at night.", True),
        ("It would be kinder to say “That sounds so lonely, and the nights must be long”.", True),
        ("It sounds hard. Many people feel like this, and it will surely get better with time.", True),
        ("You'll feel better when you call a friend.", True),
    ],
)
def test_criticism_is_told_from_a_reply_of_its_own(problem, writes):
    assert rewrites(problem, SAID) is writes


# What is asked for fits.


@pytest.mark.parametrize("shape", [Reply, Rating, Critique, critique_shape(SAID), Coaching])
def test_the_largest_answer_fits_max_tokens(shape):
    written = json.dumps(_largest(schema_asked(shape)))
    assert len(written) <= longest(schema_asked(shape)) and len(written) / 3.0 < room(shape)


def _largest(schema: dict):
    if schema["type"] == "object":
        return {name: _largest(part) for name, part in schema["properties"].items()}
    if schema["type"] == "array":
        return [_largest(schema["items"])] * schema["maxItems"]
    return largest(schema)


def largest_prompts() -> dict[str, tuple[list[dict], type]]:
    cell = Cell(
        name="0" * 64, client_name="", style="", profile={"speech": "x" * 3000}, intended=(), positive=False,
        guideline=[], told=None, parameters={}, prompts=shipped((*RECIPE.prompts, *RECIPE.more_prompts)),
    )  # fmt: skip
    reply = "x" * REPLY
    found = Rating.model_validate({name: {"why": "x" * STRENGTH, "score": 3} for name in DIMENSIONS})
    point = {"dimension": "informativeness", "quote": "x" * QUOTE, "problem": "x" * LINE}
    return {
        "reply": (judged_reply.reply_messages(cell), Reply),
        "rewrite": (judged_reply.rewrite_messages(cell, reply, ["x" * LINE] * 4), Reply),
        "judge": (judged_reply.judge_messages(cell, "judge", reply), Rating),
        "rater": (judged_reply.judge_messages(cell, "rater", reply), Rating),
        "critic": (judged_reply.critic_messages(cell, judged_reply.Draft(reply, found)), Critique),
        "coach": (judged_reply.coach_messages(cell, reply, Critique(points=[point] * 3)), Coaching),
    }  # fmt: skip


@pytest.mark.parametrize("step", ["reply", "rewrite", "judge", "rater", "critic", "coach"])
def test_the_largest_prompt_and_its_answer_fit_one_slot(step):
    messages, shape = largest_prompts()[step]
    characters = sum(len(message["content"]) + 12 for message in messages)
    assert characters / 3.0 + room(shape) < CONTEXT_PER_SLOT, f"{characters} characters"


def test_the_dimensions_are_those_of_the_shipped_rubric_and_each_is_explained_to_the_judge():
    rubric = guideline(SHIPPED / "therapeutic-reply.yaml")
    assert tuple(entry.key for entry in rubric.entries) == DIMENSIONS
    lines = shipped(["judged_dimensions"])["judged_dimensions"].strip().splitlines()
    assert [line.split(":")[0] for line in lines] == list(DIMENSIONS)

"""A reply to resistance as its agents make it: who is asked what, what is kept, and what of it a person must look at."""

from collections import Counter

import pytest

from config.demo.model_server import CONTEXT_PER_SLOT
from guidelines.loading import SHIPPED, read
from synthesis import factors, planning
from synthesis.models import Call, Hitch, Instance, Mark
from synthesis.prompting import shipped
from synthesis.quality.own import Own, values_of
from synthesis.recipes import RECIPES, resistance_reply
from synthesis.recipes.cell import Cell
from synthesis.recipes.resistance_reply import drawn
from synthesis.recipes.resistance_words import NAMED, WAYS, detector_outcome
from synthesis.replaying import replay
from synthesis.shapes.resistance import BEHAVIOURS, LABELS, MECHANISMS
from synthesis.shapes.schema import room
from tests.factories import client_profile
from tests.synthesis.replies_to_resistance import ANSWER, REFUSAL, Agents, mechanism_in

RECIPE = RECIPES["resistance_reply"]


@pytest.fixture
def made(endpoint, drive):
    """Make one reply; returns it and the server that answered."""

    def make(script=None, *, key="joana", **levels):
        server = endpoint(script or Agents())
        run = planning.plan(recipe="resistance_reply", profiles=[client_profile(key)], parameters=levels)
        drive(run)
        return run.instances.get(), server

    return make


def test_the_client_resists_the_counsellor_answers_and_each_way_of_meeting_it_is_rated_apart(made):
    one, server = made(behaviour="denying-disagreeing", way="meeting")
    assert (one.state, one.failure) == ("made", "")
    content = one.content
    assert [said["speaker"] for said in content["utterances"]] == ["counsellor", "client"] * 3
    assert content["utterances"][-1]["text"] == REFUSAL and content["reply"] == ANSWER
    assert content["detected"] == {
        "stance": "resist", "behaviour": "denying-disagreeing", "quote": "I do not want to", "why": "She turns it down.",
    }  # fmt: skip
    assert [(one["mechanism"], one["level"]) for one in content["ratings"]] == list(
        zip(MECHANISMS, (0, 1, 2, 0), strict=True)
    )
    assert content["exemplar"].startswith("I came back to it too often")
    assert (content["meant"], content["way"], content["outcome"]) == (
        "denying-disagreeing",
        "meeting",
        "rated",
    )
    assert content["manual_check"] == [] and not Mark.objects.filter(kind="held").exists()
    steps = Counter(call.role for call in Call.objects.all())
    assert steps == {"client": 3, "counsellor": 3, "detector": 1, "assessor": 4, "exemplar": 1}
    assert len(server.requests) == RECIPE.calls(one.factors)[1] == 12


@pytest.mark.parametrize("turns", ["2", "3", "4"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_it_costs_is_exact_with_resistance_and_without(made, turns, language):
    _one, server = made(turns_before=turns, language=language)
    assert len(server.requests) == RECIPE.calls({"turns_before": turns, "language": language})[1]
    _one, server = made(Agents("collaborating"), key="thea", turns_before=turns, language=language)
    assert len(server.requests) == RECIPE.calls({"turns_before": turns, "language": language})[0]


def test_without_resistance_nothing_is_rated_and_a_person_looks_first(made):
    one, _server = made(Agents("collaborating"), behaviour="denying-excusing")
    content = one.content
    assert (one.state, content["outcome"], content["ratings"], content["exemplar"]) == (
        "made",
        "no_resistance",
        [],
        "",
    )
    assert content["detected"]["stance"] == "collaborate" and detector_outcome(content) == "missed"
    reason = "No resistance was found in the client’s last turn: nothing was rated."
    assert (
        content["manual_check"] == [reason] and reason in Mark.objects.get(instance=one, kind="held").reason
    )


def test_a_client_that_is_not_to_resist_and_does_not_is_nothing_to_look_at(made):
    quiet = Agents("collaborating", detection=lambda body: {
        "quote": "about my brother", "why": "She tells more.", "behaviour": "collaborating"})  # fmt: skip
    one, _server = made(quiet, behaviour="none")
    assert (one.content["outcome"], one.content["manual_check"]) == ("no_resistance", [])
    assert detector_outcome(one.content) == "none_as_meant"
    assert REFUSAL not in str(one.content)


@pytest.mark.parametrize("which", ["detection", "assessment"])
def test_a_quote_that_is_not_there_is_kept_and_a_person_looks_first(made, which):
    words = {
        "detection": {"quote": "never again", "why": "W.", "behaviour": "denying-disagreeing"},
        "assessment": {"quotes": ["would rather leave", "never again"], "why": "W.", "level": 1},
    }[which]
    one, _server = made(Agents(**{which: lambda body: words}))
    assert one.state == "made" and one.content["outcome"] == "rated"
    said = one.content["manual_check"]
    assert len(said) == {"detection": 1, "assessment": 4}[which]
    assert not any("never again" in sentence for sentence in said), "it may be a real client's words, nearly"
    assert said[0] in Mark.objects.get(instance=one, kind="held").reason


def test_a_quote_may_differ_in_case_space_and_quotation_marks(made):
    loose = {"quotes": ["“You would  RATHER leave your brother”"], "why": "W.", "level": 2}
    one, _server = made(Agents(assessment=lambda body: loose))
    assert one.content["manual_check"] == []


def test_a_label_quotes_the_turn_that_it_is_for_and_no_earlier_one(made):
    early = {"quote": "It is about my brother", "why": "W.", "behaviour": "denying-disagreeing"}
    one, _server = made(Agents(detection=lambda body: early))
    assert "the client’s last turn does not have" in one.content["manual_check"][0]


def test_a_better_reply_that_is_the_reply_itself_is_none(made):
    one, _server = made(Agents(exemplar=lambda body: {"text": f" {ANSWER.upper()}"}))
    assert one.content["manual_check"] == ["The better reply is the reply itself."]


def test_a_level_outside_the_scale_fails_the_reply_in_words(made):
    one, _server = made(Agents(assessment=lambda body: {"quotes": ["would rather"], "why": "W.", "level": 3}))
    assert one.state == "failed"
    assert one.failure.startswith("The assessor gave no usable answer in 3 replies at “rate ")
    assert "level: Input should be 0, 1 or 2" in one.failure


def test_a_label_that_there_is_not_fails_the_reply_in_words(made):
    odd = {"quote": "I do not want to", "why": "W.", "behaviour": "intellectualising"}
    one, _server = made(Agents(detection=lambda body: odd))
    assert one.state == "failed" and "“intellectualising” is none of the labels: collaborating" in one.failure
    assert Hitch.objects.filter(step="detect", kind="malformed").count() == 3


def test_a_rating_without_a_quote_is_asked_for_again(made):
    answers = iter([[], ["would rather leave"]])

    def second_thoughts(body):
        quotes = (
            next(answers, ["would rather leave"]) if mechanism_in(body) == MECHANISMS[0] else ["would rather"]
        )
        return {"quotes": quotes, "why": "W.", "level": 1}

    one, _server = made(Agents(assessment=second_thoughts))
    assert one.state == "made" and Call.objects.get(step=f"rate {MECHANISMS[0]}", attempt=2)


def test_what_is_stored_makes_the_same_reply_byte_for_byte(made):
    one, server = made()
    paid = len(server.requests)
    (again,) = replay(Instance.objects.filter(pk=one.pk))
    assert again.is_rebuilt and again.calls == paid == len(server.requests)


def test_a_second_run_of_the_same_cell_pays_nothing(made, drive):
    one, server = made()
    paid = len(server.requests)
    run = planning.plan(recipe="resistance_reply", profiles=[one.profile])
    assert drive(run).replayed == paid == len(server.requests)
    assert run.instances.get().content == one.content


def cell_of(number: int, **parameters) -> Cell:
    return Cell(
        name=f"{number:064x}", client_name="J", style="plain", profile={}, intended=(), positive=False, guideline=[],
        told=None, parameters=parameters, prompts=shipped((*RECIPE.prompts, *RECIPE.more_prompts)),
    )  # fmt: skip


def test_behaviours_and_ways_are_drawn_evenly_and_apart():
    found = Counter(drawn(cell_of(n)) for n in range(5200))
    assert len(found) == len(BEHAVIOURS) * len(WAYS) and all(abs(n - 100) < 45 for n in found.values())


def test_setting_one_of_the_two_leaves_the_other_as_it_was_drawn():
    for n in range(50):
        behaviour, way = drawn(cell_of(n))
        assert drawn(cell_of(n, behaviour="none")) == ("none", way)
        assert drawn(cell_of(n, way="halfway")) == (behaviour, "halfway")


def test_labels_and_mechanisms_are_those_of_the_shipped_rubric():
    rubric = {entry.key: entry.texts for entry in read(SHIPPED / "resistance-replies.yaml").entries}
    assert tuple(level["value"] for level in rubric["client-behaviour"]["levels"]) == LABELS == tuple(NAMED)
    assert tuple(rubric)[1:] == MECHANISMS
    assert all([level["value"] for level in rubric[one]["levels"]] == [0, 1, 2] for one in MECHANISMS)


def test_every_label_mechanism_behaviour_and_way_has_its_words():
    texts = {name: resistance_reply._lines(text) for name, text in shipped(RECIPE.prompts).items()}
    assert tuple(texts["resist_behaviours"]) == LABELS and tuple(texts["resist_mechanisms"]) == MECHANISMS
    assert set(texts["resist_ways"]) == set(WAYS)
    assert {one.partition("-")[2] for one in BEHAVIOURS} == set(texts["resistances"]) - {"none"}
    assert {one.partition("-")[2] for one in BEHAVIOURS} == set(factors.RESISTANCE) - {"own", "none"}


def contents() -> list[dict]:
    def one(levels, meant="denying-blaming", found="denying-blaming", check=()):
        ratings = [
            {"mechanism": m, "level": n, "quotes": [], "why": ""}
            for m, n in zip(MECHANISMS, levels, strict=False)
        ]
        stance = "collaborate" if found == "collaborating" else "resist"
        return {
            "meant": meant, "detected": {"stance": stance, "behaviour": found}, "ratings": ratings,
            "outcome": "rated" if ratings else "no_resistance", "manual_check": list(check),
        }  # fmt: skip

    return [
        *[one((2, 2, 2, 2))] * 12, one((0, 1, 2, 0), check=["The rating of x quotes words that are not there: “y”."]),
        one((), found="collaborating"), one((1, 1, 0, 1), meant="none"), one((1, 0, 0, 0), found="denying-excusing"),
    ]  # fmt: skip


def test_the_report_has_the_levels_of_each_mechanism_the_behaviours_and_what_the_detector_said():
    own = Own(RECIPE.measures)
    for content in contents():
        own.take(values_of(content, RECIPE.measures))
    told = own.told()
    level = told["level_respect_for_autonomy"]["found"]
    assert level["counts"] == {"2": 12, "0": 1, "1": 2} and level["levels_seen"] == 3
    rates = {
        name: told["detector"]["found"][name]["part"] for name in ("as_meant", "missed", "unmeant", "another")
    }
    assert rates == {"as_meant": 13, "missed": 1, "unmeant": 1, "another": 1}
    assert (
        told["same_levels"]["found"]["same"]["part"] == 12
        and told["unquoted"]["found"]["unquoted"]["part"] == 1
    )
    assert told["behaviours"]["found"]["counts"] == {"denying-blaming": 14, "denying-excusing": 1}


def largest() -> dict:
    """Every message at its longest."""
    from synthesis.shapes.dialogue import Turn, Utterance
    from synthesis.shapes.resistance import Assessment, Detection, Rated
    from synthesis.shapes.words import LINE, TURN

    cell = cell_of(1, turns_before="4")
    said = [Utterance(id=n, speaker=("client", "counsellor")[n % 2], text="x" * TURN) for n in range(1, 21)]
    ratings = [Rated(mechanism=one, level=1, quotes=["x" * 120] * 2, why="x" * LINE) for one in MECHANISMS]
    way = max(WAYS, key=lambda one: len(resistance_reply._lines(cell.prompts["resist_ways"])[one]))
    return {
        "reply": (resistance_reply.reply_messages(cell, said, way), Turn),
        "detect": (resistance_reply.detector_messages(cell, said), Detection),
        "rate": (resistance_reply.assessor_messages(cell, said, "x" * TURN, MECHANISMS[0]), Assessment),
        "better": (resistance_reply.exemplar_messages(cell, said, "x" * TURN, ratings), Turn),
    }


@pytest.mark.parametrize("step", ["reply", "detect", "rate", "better"])
def test_the_largest_prompt_and_its_answer_fit_one_slot(step):
    messages, shape = largest()[step]
    characters = sum(len(message["content"]) + 12 for message in messages)
    assert characters / 3.0 + room(shape) < CONTEXT_PER_SLOT, f"{characters} characters"

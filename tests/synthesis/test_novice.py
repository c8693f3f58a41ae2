"""A novice answers before and after the explanation: two rewards, apart, of answers that nobody drops."""

import pytest

from synthesis import replaying
from synthesis.growth import against_intended
from synthesis.models import Call, Instance
from synthesis.shapes.dialogue import SupervisedDialogue
from tests.factories import client_profile, published_guideline
from tests.fakes import model_server as fake
from tests.synthesis.answering import answers, feedback, finding, found, in_turn, kind_of, spotted


@pytest.fixture
def grown(endpoint, plan, drive):
    """Make one session with a novice; return its instance and the server."""

    def made(script, **options):
        server = endpoint(script)
        run = plan(parameters={"novice": "yes", **options.pop("parameters", {})}, **options)
        assert drive(run).made == 1, run.instances.get().failure
        return run.instances.get(), server

    return made


RIGHT = feedback(finding(turns=[3]))


def test_growth_is_stored_as_two_rewards_that_are_named_for_what_was_read(grown):
    novice = in_turn(found(), found(spotted(turns=[5])), found(spotted(turns=[3])))
    instance, _server = grown(answers(feedback=lambda body: RIGHT, novice=novice))
    growth = instance.content["novice"]
    assert growth["before"] == {"findings": [], "score": {"location": 0.0, "mistakes": 0.0}}
    assert growth["after"]["score"] == {"location": 0.0, "mistakes": 1.0}
    assert growth["after_as_published"]["score"] == {"location": 1.0, "mistakes": 1.0}
    assert (growth["reward"], growth["reward_as_published"]) == (1.0, 2.0)
    assert growth["against"] == "supervisor_findings"


def test_the_novice_is_asked_three_times_and_only_the_explanation_differs(grown):
    said = finding(why="That was forcing change, in turn 3.", quotes=["well I see"])
    instance, server = grown(answers(feedback=lambda body: feedback(said)))
    before, after, whole = [r["messages"] for r in server.requests if kind_of(r) == "novice"]
    assert before[0] == after[0] == whole[0]
    start, end = before[1]["content"].split("Which mistakes did")
    for messages in (after, whole):
        assert messages[1]["content"].startswith(start.strip()) and messages[1]["content"].endswith(end)
    assert "supervisor" not in before[1]["content"]
    assert "That was […], in turn […]." in after[1]["content"]
    assert "Forcing change (turn 3; serious)" in whole[1]["content"] and "well I see" in whole[1]["content"]
    assert instance.content["novice"]["explanation"] in after[1]["content"]


def test_the_truth_is_what_the_supervisor_says_and_not_what_was_meant(grown):
    other = feedback(finding("poor-listening", turns=[1]))
    novice = in_turn(found(), found(spotted("poor-listening", [1])), found(spotted("forcing-change", [1])))
    instance, _server = grown(answers(feedback=lambda body: other, novice=novice), pairs="forcing-change")
    growth = instance.content["novice"]
    assert (growth["reward"], growth["reward_as_published"]) == (2.0, 1.0)
    assert against_intended(growth, {"forcing-change"}) == {
        "before": 0.0, "after": 0.0, "after_as_published": 1.0, "reward": 0.0, "reward_as_published": 1.0,
    }  # fmt: skip


def test_what_was_meant_is_nowhere_in_the_content(grown):
    other = feedback(finding("poor-listening", turns=[1]))
    novice = in_turn(found(), found(spotted("poor-listening", [1])))
    instance, _server = grown(answers(feedback=lambda body: other, novice=novice), pairs="forcing-change")
    assert "forcing" not in str(instance.content).lower()


def test_a_session_without_a_mistake_is_scored_as_any_other(grown):
    novice = in_turn(found(spotted()), found(), found(spotted()))
    instance, _server = grown(answers(feedback=lambda body: feedback(), novice=novice), pairs="good-practice")
    growth = instance.content["novice"]
    assert (growth["reward"], growth["reward_as_published"]) == (2.0, 0.0)
    assert "I would not change anything" in growth["explanation"]


@pytest.mark.parametrize("act", [fake.MALFORMED, fake.TRUNCATED, fake.EMPTY])
def test_an_answer_that_nobody_can_read_is_wrong_and_the_session_goes_on(grown, act):
    novice = in_turn(act, act, act, found(spotted()))
    instance, _server = grown(answers(feedback=lambda body: RIGHT, novice=novice))
    growth = instance.content["novice"]
    assert growth["before"] == {"findings": None, "score": {"location": 0.0, "mistakes": 0.0}}
    assert growth["reward"] == 2.0
    assert Call.objects.filter(role="novice", step="novice before").count() == 3


def test_one_slip_of_the_format_is_no_wrong_answer(grown):
    novice = in_turn(fake.MALFORMED, found(spotted()))
    instance, _server = grown(answers(feedback=lambda body: RIGHT, novice=novice))
    assert instance.content["novice"]["before"]["findings"] == [spotted()]


def test_an_unreadable_answer_is_the_same_when_the_cell_is_made_again_and_costs_nothing(
    endpoint, plan, drive
):
    server = endpoint(answers(novice=lambda body: fake.MALFORMED))
    version, client = published_guideline(), client_profile()
    runs = [plan(version=version, profiles=[client], parameters={"novice": "yes"}) for _ in range(2)]
    drive(runs[0])
    paid = len(server.requests)
    tally = drive(runs[1])
    assert (tally.calls, len(server.requests)) == (0, paid)
    one, other = (run.instances.get() for run in runs)
    assert one.content["novice"]["after"]["findings"] is None
    assert (one.digest, one.trace) == (other.digest, other.trace)
    assert all(again.is_rebuilt for again in replaying.replay(Instance.objects.all()))


def test_without_a_novice_nobody_is_asked_and_the_content_is_as_it_was(endpoint, plan, drive):
    server = endpoint()
    run = plan()
    drive(run)
    assert "novice" not in {kind_of(request) for request in server.requests}
    assert "novice" not in run.model_specs
    content = run.instances.get().content
    assert set(content) == {
        "client_name", "utterances", "feedback", "supervisor", "refinement", "manual_check",
    }  # fmt: skip
    assert SupervisedDialogue.model_validate(content).model_dump(mode="json") == content


def test_the_novice_answers_only_with_the_counsellors_turns_and_the_guidelines_mistakes(grown):
    _instance, server = grown(answers(feedback=lambda body: RIGHT))
    schema = next(r for r in server.requests if kind_of(r) == "novice")["response_format"]["json_schema"]
    spot = schema["schema"]["properties"]["findings"]["items"]["properties"]
    assert set(spot["utterances"]["items"]["enum"]) <= set(range(1, 14, 2))
    assert set(spot["mistake"]["enum"]) == {"forcing-change", "poor-listening", "other"}

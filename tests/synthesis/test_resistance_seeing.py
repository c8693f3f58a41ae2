"""What each agent of a reply to resistance may see: a marker in every field, and in all that an agent says, searched in
every request that the server received.
"""

import json
import re

import pytest

from synthesis import planning
from synthesis.models import Call
from synthesis.prompting import Hidden, render, shipped
from synthesis.recipes.resistance_reply import SEES, _lines
from synthesis.shapes.resistance import MECHANISMS
from tests.factories import client_profile
from tests.fakes.model_server import Reply
from tests.synthesis.replies_to_resistance import kind_of, mechanism_in
from tests.synthesis.sessions_of_techniques import asked

FIELDS = ("gender", "culture", "history", "intermediate_beliefs", "coping_strategies", "situation",
          "automatic_thought", "behaviour", "presenting")  # fmt: skip
RECORD = {name: f"mark-record-{name}" for name in ("origin", "licence", "consent", "base_case")}
OWN = {f"mark-form-{field}" for field in FIELDS} | {"Mark-form-name"}
ALOUD = {"mark-said-client", "mark-said-counsellor"}


def marking(number, body):
    """Everybody says who they are."""
    kind = kind_of(body)
    if kind == "detection":
        said = {"quote": "mark-said-client", "why": "mark-label-why", "behaviour": "denying-blaming"}
    elif kind == "assessment":
        which = mechanism_in(body)
        said = {"quotes": [f"mark-quote-{which}"], "why": f"mark-why-{which}", "level": 1}
    else:
        said = {"text": f"mark-said-{kind}"}
    return Reply(json.dumps(said))


def marks(text: str) -> set[str]:
    return set(re.findall(r"[mM]ark-[a-z-]+[a-z_]+", text))


@pytest.fixture
def seen(endpoint, drive):
    """{role, of the counsellor's reply “reply”: everything its requests held}, as the server received it."""

    def made(**levels) -> dict[str, str]:
        server = endpoint(marking)
        content = {field: f"mark-form-{field}" for field in FIELDS}
        client = client_profile("joana", name="Mark-form-name", content=content, **RECORD)
        run = planning.plan(recipe="resistance_reply", profiles=[client], parameters=levels)
        drive(run)
        found, bodies = {}, {body["seed"]: asked(body) for body in server.requests}
        for call in Call.objects.filter(instance__run=run):
            who = "reply" if call.step == "reply" else call.role
            found[who] = found.get(who, "") + "\n" + bodies[call.seed]
        return found

    return made


def test_the_client_sees_its_own_record_and_what_was_said_aloud(seen):
    assert marks(seen()["client"]) == OWN | ALOUD


@pytest.mark.parametrize("who", ["counsellor", "reply", "detector"])
def test_who_answers_and_who_labels_see_what_was_said_aloud_and_nothing_else(seen, who):
    assert marks(seen()[who]) == ALOUD


def test_who_rates_sees_the_talk_and_the_reply_and_no_label_and_no_other_rating(seen):
    assert marks(seen()["assessor"]) == ALOUD | {"mark-said-reply"}


def test_who_rates_one_way_of_meeting_resistance_is_told_of_no_other(seen):
    seen()
    for one in MECHANISMS:
        (call,) = Call.objects.filter(step=f"rate {one}")
        told = "\n".join(message["content"] for message in call.messages)
        assert [other for other in MECHANISMS if _named(other) in told] == [one]


def _named(mechanism: str) -> str:
    return _lines(shipped(["resist_mechanisms"])["resist_mechanisms"])[mechanism]


def test_who_offers_a_better_reply_sees_the_talk_the_reply_and_what_was_thought_of_it(seen):
    whys = {f"mark-why-{one}" for one in MECHANISMS}
    assert marks(seen()["exemplar"]) == ALOUD | {"mark-said-reply"} | whys


def test_how_the_client_resists_is_told_the_client_alone(seen):
    words = _lines(shipped(["resistances"])["resistances"])["pessimism"]
    texts = seen(behaviour="denying-pessimism")
    assert {who for who, text in texts.items() if words in text} == {"client"}
    assert str(texts).count(words) == 1, "in its last turn and in no earlier one"


def test_how_the_counsellor_is_to_answer_is_told_the_counsellor_alone_and_for_the_reply_only(seen):
    words = _lines(shipped(["resist_ways"])["resist_ways"])["overriding"]
    texts = seen(way="overriding")
    assert {who for who, text in texts.items() if words in text} == {"reply"}


def test_where_the_record_came_from_is_told_nobody(seen):
    assert not any("mark-record" in text for text in seen().values())


def test_in_another_language_whoever_speaks_is_told_so(seen):
    texts = seen(language="de")
    told = {who for who, text in texts.items() if "This session is held in German" in text}
    assert told == {"client", "counsellor", "reply", "exemplar"}


def test_a_prompt_of_a_run_cannot_show_a_role_more_than_it_may_see():
    with pytest.raises(Hidden, match="assessor must not see behaviours"):
        render("You: $behaviours", role="assessor", fields={"behaviours": "B"}, sees=SEES)

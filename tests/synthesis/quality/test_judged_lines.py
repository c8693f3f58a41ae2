"""What a report measures of judged replies: what becomes of attempts, and how the judge scores."""

import pytest
from django.urls import reverse

from accounts.models import Role
from synthesis import planning, quality
from synthesis.quality import alarms
from synthesis.quality.own import Own, values_of
from synthesis.recipes.judged_words import MEASURES
from tests.conftest import person
from tests.synthesis.judged_replies import Agents, message, rating, read_in


def reply(*outcomes, ended="limit", first=2, last=None, quote="words", flat=False) -> dict:
    attempts = [
        {"points": [{"dimension": "safety", "quote": quote, "problem": "P."}], "instructions": ["I."], "why": "",
         "text": "Better words.", "rating": rating(4), "outcome": outcome}
        for outcome in outcomes
    ]  # fmt: skip
    content = {
        "reply": "First words.",
        "rating": rating(first, flat=flat),
        "attempts": attempts,
        "ended": ended,
    }
    return content | ({"rewrite": "Better words.", "rewrite_rating": rating(last)} if last else {})


def told(*replies) -> dict:
    own = Own(MEASURES)
    for one in replies:
        own.take(values_of(one, MEASURES))
    return {"recipe": "judged_reply", "own": own.told()}


def found(*replies) -> dict:
    return {name: one["found"] for name, one in told(*replies)["own"].items()}


def warned(*replies) -> list[str]:
    return [one["words"] for one in alarms._own(told(*replies))]


def test_what_becomes_of_attempts_is_counted_by_reply():
    seen = found(
        reply("safety", "taken", ended="enough", last=4),
        reply("overall", "overall"),
        reply(ended="not_needed"),
    )
    assert {name: rate["part"] for name, rate in seen["attempts"].items()} == {
        "taken": 1, "safety": 1, "overall": 1, "no_criticism": 0,
    }  # fmt: skip
    assert {name: rate["part"] for name, rate in seen["ended"].items()} == {
        "not_needed": 1, "enough": 1, "limit": 1, "no_criticism": 0,
    }  # fmt: skip
    assert (seen["tries"]["mean"], seen["tries"]["n"]) == (4 / 3, 3)


def test_the_change_of_each_dimension_is_that_of_replies_that_were_worked_on():
    fell = reply("taken", ended="enough", first=3, last=4)
    fell["rewrite_rating"]["relevance"]["score"] = 2
    seen = found(fell, reply("overall"), reply(ended="not_needed", first=5))
    assert seen["change_guidance"]["counts"] == {"0": 1, "1": 1}, "what was refused changes nothing"
    assert (seen["change_relevance"]["least"], seen["change_relevance"]["n"]) == (-1, 2)


def test_a_judge_that_gives_the_same_to_all_replies_raises_an_alarm():
    same = warned(*[reply(first=3, flat=True)] * 12)
    assert any("Scores that the judge gives first replies: Collapsed: “3” is 100 %" in one for one in same)
    assert any(
        one.startswith("100 % of 12 replies were rated the same in all seven dimensions") for one in same
    )
    spread = [reply(first=n % 5 + 1) for n in range(20)]
    assert not any("Collapsed" in one or "the same in all" in one for one in warned(*spread))


def test_a_critic_that_does_not_criticise_raises_an_alarm():
    never = [reply("no_criticism", ended="no_criticism")] * 8
    assert any("the critic did not criticise" in one for one in warned(*never, *[reply("taken")] * 4))
    assert not any("the critic did not criticise" in one for one in warned(*[reply("taken")] * 12))


def test_attempts_that_cost_safety_raise_an_alarm():
    assert any(
        "scored lower on safety" in one for one in warned(*[reply("safety")] * 8, *[reply("taken")] * 4)
    )


@pytest.mark.parametrize(
    ("quote", "n"), [("First  WORDS", 0), ("", 0), ("nobody said this", 1), ("Better words", 1)]
)
def test_what_the_critic_quotes_and_the_reply_does_not_hold_is_counted(quote, n):
    assert found(reply("overall", quote=quote))["quotes"]["nowhere"]["part"] == n


def test_a_lead_reads_it_on_the_page_and_on_the_reply(endpoint, drive, log_in):
    endpoint(Agents(judge=lambda body: rating(4 if read_in(body).startswith("Better") else 2)))
    run = planning.plan(
        recipe="judged_reply",
        profiles=[message(f"message-{n}") for n in range(3)],
        parameters={"controls": "yes"},
    )
    drive(run)
    report = quality.report(run)
    assert report["talking"]["with_a_reason_to_hold"]["part"] == 0, "a reply is no talk that broke off"
    assert report["own"]["change_safety"]["found"]["mean"] == 2
    lena = log_in(person("lena@example.org", Role.LEAD))
    page = lena.get(reverse("run_quality", args=[run.public_id])).content.decode()
    assert "How the work on replies ends" in page and "Change in score: safety" in page
    page = lena.get(reverse("instance", args=[run.instances.first().public_id])).content.decode()
    assert "Attempt 1: taken" in page and "Critic, guidance:" in page and "Coach:" in page
    assert "Written anew until it was good enough (1 attempt)." in page
    assert "What a rater says who took no part" in page and "plainly written again:" in page
    for name in ("run", "run_quality"):
        assert lena.get(reverse(name, args=[run.public_id])).status_code == 200
    assert lena.get(reverse("runs_compare") + f"?a={run.public_id}&b={run.public_id}").status_code == 200
    planning_page = lena.get(reverse("run_plan") + "?recipe=judged_reply").content.decode()
    assert (
        "Attempts to write a reply better, at most" in planning_page
        and "Measure what criticism does?" in planning_page
    )

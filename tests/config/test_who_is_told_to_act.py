"""Home tells who must act, and leads to what waits."""

from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Grant
from config.pages import waiting
from guidelines.discussion.talking import resolve
from guidelines.discussion.unclear import say_unclear
from review import disputes
from review.gold.agreeing import endorse_gold, retire_gold
from review.rounds import close_round
from review.stood_so_far import stood_so_far
from tests.conftest import person
from tests.review.factories import (
    carries,
    judge,
    made_instances,
    published_pairs,
    published_rubric,
    round_of,
    says,
    settle,
)
from tests.review.gold.factories import proposed

pytestmark = pytest.mark.django_db


@pytest.fixture
def versions():
    return {"pairs_version": published_pairs(), "rubric_version": published_rubric()}


def told(user) -> dict[str, int]:
    """{where it leads: how many}, of all that waits for her."""
    return {row["url"]: row["n"] for row in waiting.work(user)}


def on_home(client, user) -> str:
    client.force_login(user)
    return client.get("/").content.decode()


def test_those_who_write_the_guideline_are_told_what_is_unclear_until_it_is_answered(
    client, versions, ana, ben, lena
):
    on = versions["pairs_version"].entries.first().pair_revision
    thread = say_unclear(on=on, by=ben, words="Also when she asked for it?")
    assert told(ana) == {"/discussions/": 1} and told(lena) == told(ben) == {}
    assert "text that a reviewer finds unclear, to be answered" in on_home(client, ana)
    page = client.get("/discussions/").content.decode()
    address = f"/guidelines/{thread.guideline.slug}/threads/{thread.n}/"
    assert address in page and "Also when she asked for it?" in page
    assert "What reviewers find unclear" not in on_page(client, lena)
    resolve(thread=thread, by=ana)
    assert told(ana) == {} and address not in on_page(client, ana)


def on_page(client, user) -> str:
    client.force_login(user)
    return client.get("/discussions/").content.decode()


def test_she_who_found_it_unclear_is_not_told_of_it(versions, ana, ben):
    Grant.objects.create(user=ben, role="clinician")
    on = versions["pairs_version"].entries.first().pair_revision
    say_unclear(on=on, by=type(ben).objects.get(pk=ben.pk), words="Also when she asked for it?")
    assert told(type(ben).objects.get(pk=ben.pk)) == {} and told(ana) == {"/discussions/": 1}


def test_experts_are_told_of_known_answers_until_three_stand_by_them(client, versions, ana, amir, ben, lena):
    gold = proposed(ana, *versions.values())
    assert told(ana) == told(ben) == {} and told(amir) == told(lena) == {"/gold/": 1}
    page = on_home(client, amir)
    assert "known answer that waits for experts to stand by it" in page and 'href="/gold/"' in page
    endorse_gold(gold=gold, by=amir, digest=gold.digest)
    assert told(amir) == {} and told(lena) == {"/gold/": 1}
    endorse_gold(gold=gold, by=lena, digest=gold.digest)
    assert told(person("Vera", "clinician")) == {}, "three stand by them"
    retired = proposed(ana, *versions.values())
    assert told(lena) == {"/gold/": 1}
    retire_gold(gold=retired, by=ana, reason="Another draft was meant.")
    assert told(lena) == {}


def test_nobody_is_asked_to_agree_on_what_she_judges_or_may_not_see(versions, ana, amir, lena, chloe):
    session, at_risk = made_instances(2, versions["pairs_version"])
    carries(at_risk)
    zoe, sima = person("Zoe", "clinician", "annotator"), person("Sima", "lead", "adjudicator")
    for instance in (session, at_risk):
        proposed(lena, *versions.values(), instance=instance)
    assert told(amir) == {"/gold/": 1}, "of a session at risk a lead alone"
    made = round_of(1, [zoe, chloe], lena, instances=[session], **versions)
    assert "/gold/" not in told(zoe) and told(sima) == {"/gold/": 1}
    close_round(round=made, by=lena)
    assert told(zoe) == {"/gold/": 1} and told(sima) == {"/gold/": 2}


def test_a_lead_is_led_to_the_disputes_themselves(client, versions, lena, ben, chloe):
    made = [round_of(2, [ben, chloe], lena, name=name, **versions) for name in ("First", "Second")]
    for item in [*made[0].items.all(), made[1].items.first()]:
        judge(item, ben, says())
        judge(item, chloe, says("reject"))
    found = {
        f"/rounds/{one.public_id}/sessions/?show=disputed": n for one, n in zip(made, (2, 1), strict=True)
    }
    assert told(lena) == found and "sessions in dispute in “First”" in on_home(client, lena)
    client.force_login(lena)
    for address, n in found.items():
        assert len(client.get(address).context["rows"]) == n
    # Whoever settles disputes too is led to hers; who judges in a round is told nothing of it.
    assert told(person("Sima", "lead", "adjudicator")) == {"/disputes/": 3}
    Grant.objects.create(user=ben, role="lead")
    assert not [one for one in told(type(ben).objects.get(pk=ben.pk)) if "sessions" in one]


def test_a_lead_who_judges_one_of_its_sessions_elsewhere_is_led_to_the_round(versions, lena, ben, chloe):
    """Which of them are in dispute she may not see; that some are, she may."""
    first, second = (round_of(2, [ben, chloe], lena, name=name, **versions) for name in ("First", "Second"))
    for round in (first, second):
        judge(round.items.first(), ben, says())
        judge(round.items.first(), chloe, says("reject"))
    zoe = person("Zoe", "lead", "annotator")
    session = [first.items.last().instance]
    round_of(1, [zoe, person("Yan", "annotator")], lena, name="Again", instances=session, **versions)
    assert {f"/rounds/{first.public_id}/", f"/rounds/{second.public_id}/sessions/?show=disputed"} < set(
        told(zoe)
    )


def test_what_waits_alone_is_told_of_as_one(client, versions, lena, ben, chloe):
    round = round_of(2, [ben, chloe], lena, name="First", unaided_share=0, **versions)
    items, said = list(round.items.all()), []
    for item in items:
        judge(item, ben, says())
        judge(item, chloe, says("reject"))
        said.append(next(row["sentence"] for row in waiting.work(lena)))
    assert said == [
        "session in dispute in “First”; an adjudicator settles it",
        "sessions in dispute in “First”; an adjudicator settles them",
    ]
    # With two left to her, and with one.
    more = round_of(2, [ben, chloe], lena, name="Second", unaided_share=0, **versions)
    assert "sessions to judge" in on_home(client, ben)
    judge(more.items.first(), ben, says())
    assert "session to judge" in on_home(client, ben) and "sessions to judge" not in on_home(client, ben)


def test_what_waits_is_told_in_as_many_queries_whatever_waits(versions, ana, amir, lena, ben):
    on = versions["pairs_version"].entries.first().pair_revision
    counted = []
    for n in (1, 5):
        for i in range(n):
            say_unclear(on=on, by=ben, words=f"Doubt {n} {i}.")
            proposed(ana, *versions.values())
        for user in (amir, lena):
            waiting.work(user)
            with CaptureQueriesContext(connection) as asked:
                waiting.work(user)
            counted.append(len(asked))
    assert counted[:2] == counted[2:]


def test_of_very_many_disputes_no_page_counts_more_than_anybody_needs(
    client, ben, chloe, dan, lena, versions, monkeypatch
):
    round = round_of(3, [ben, chloe], lena, unaided_share=0, **versions)
    for n, item in enumerate(round.items.all()):
        judge(item, ben, says("accept"))
        judge(item, chloe, says("reject"))
        assert waiting.numbers(dan)["disputes"] == n + 1
    assert '<span class="waiting" title="waiting">3<' in on_home(client, dan)
    monkeypatch.setattr(disputes, "MOST_COUNTED", 1)
    page = on_home(client, dan)
    assert '<span class="waiting" title="waiting">1+<' in page
    assert '<td class="number" data-label="How many">1+</td>' in page


def test_the_last_dispute_of_a_round_settled_meanwhile_breaks_nothing(
    client, ben, chloe, dan, lena, versions
):
    for name in ("November", "December"):
        round = round_of(1, [ben, chloe], lena, unaided_share=0, name=name, **versions)
        for reader, verdict in ((ben, "accept"), (chloe, "reject")):
            judge(round.items.get(), reader, says(verdict))
    Grant.objects.create(user=lena, role="adjudicator")
    lena.__dict__.pop("roles", None)
    counted = stood_so_far()
    settle(round.items.get(), dan)
    with patch("config.pages.waiting.stood_so_far", return_value=counted):
        assert "session in dispute in all rounds" in on_home(client, lena)

"""Closed rounds of the same versions of guideline and rubric are told together, and never with an open one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from review.agreeing import kept, versions
from review.agreeing.figures import agreements
from review.rounds import close_round
from tests.review.agreeing.shapes import a_round_more
from tests.review.factories import judge, round_of, says
from tests.review.test_pages import words


@pytest.fixture
def december(closed, ben, chloe, lena):
    return a_round_more(closed, [ben, chloe], lena, name="December")


def test_two_rounds_together_have_the_sessions_and_the_clients_of_both(closed, december):
    for round in (closed, december):
        kept.renew(round)
    own = versions.same_versions(december)
    assert own == [closed, december]
    versions.renew(own)
    found = versions.known([own])[closed.pk]
    verdict = found["figures"]["aided"]["verdict"]
    assert found["is_current"] and verdict["n_items"] == 36 and verdict["n_raters"] == 3
    assert verdict["n_clusters"] == 8  # the same clients in both
    # Of 24 pairs of readers 6 differ, of 12 every third.
    assert verdict["percent_agreement"]["estimate"] == pytest.approx(1 - (6 + 4) / 36)
    one, other = (agreements(round)["aided"]["verdict"]["n_ratings"] for round in own)
    assert verdict["n_ratings"] == one + other


def test_they_are_a_line_behind_their_rounds_and_an_open_one_is_not_in_it(
    closed, december, ben, chloe, lena, log_in
):
    january = a_round_more(closed, [ben, chloe], lena, name="January", close=False)
    for round in (closed, december, january):
        kept.renew(round)
    page = log_in(lena).get("/agreement/rounds/", {"round": january.public_id, "question": "verdict"})
    lines = page.context["beside"]
    assert [line["round"] and line["round"].name for line in lines] == [
        "November",
        "December",
        "January",
        None,
    ]
    assert lines[-1]["figures"]["n_items"] == 36 and "2 closed rounds together" in words(page)
    assert "(interim)" in words(page)


def test_a_dimension_is_told_of_the_rounds_that_ask_for_it(closed, december, lena, log_in):
    for round in (closed, december):
        kept.renew(round)
    page = log_in(lena).get("/agreement/rounds/", {"round": closed.public_id, "question": "specific"})
    assert page.context["beside_question"] == "specific" and len(page.context["beside"]) == 3


def test_until_each_round_was_computed_once_it_says_so(closed, december, lena, log_in):
    kept.renew(closed)
    page = log_in(lena).get("/agreement/rounds/", {"round": closed.public_id})
    assert page.context["beside"][-1]["figures"] is None
    assert "Told when each of these rounds was looked at once" in words(page)


def test_what_they_say_together_leaves_with_each_of_them(closed, december, lena, log_in):
    for round in (closed, december):
        kept.renew(round)
    client = log_in(lena)
    place = ("/agreement/figures.json", {"round": december.public_id})
    assert client.get(*place).json()["closed_rounds_of_the_same_versions"] is None
    versions.renew([closed, december])
    found = client.get(*place).json()["closed_rounds_of_the_same_versions"]
    assert [one["name"] for one in found["rounds"]] == ["November", "December"]
    assert found["agreement"]["aided"]["verdict"]["n_items"] == 36
    lines = client.get("/agreement/figures.csv", {"round": december.public_id}).content.decode()
    assert "closed rounds of the same versions,aided,verdict,,krippendorff_alpha" in lines


def test_a_round_alone_has_no_such_line(closed, lena, log_in):
    page = log_in(lena).get("/agreement/rounds/", {"round": closed.public_id})
    assert [bool(line["together"]) for line in page.context["beside"]] == [False]
    assert versions.same_versions(closed) == []


def test_many_decisions_are_pooled_by_a_worker(closed, december, lena, log_in, monkeypatch):
    from review import tasks
    from review.agreeing import over_rounds

    for round in (closed, december):
        kept.renew(round)
    monkeypatch.setattr(over_rounds, "AT_ONCE", 10)
    asked = []
    monkeypatch.setattr(tasks, "wake_version", lambda round: asked.append(round.pk) or True)
    page = log_in(lena).get("/agreement/rounds/", {"round": closed.public_id})
    assert asked == [closed.pk] and "Being computed by a worker" in words(page)
    tasks.agree_by_version(closed.pk)
    page = log_in(lena).get("/agreement/rounds/", {"round": closed.public_id})
    assert page.context["beside"][-1]["figures"]["n_items"] == 36


def test_more_rounds_ask_no_more_of_the_database(closed, december, ben, chloe, lena, log_in):
    client, counts = log_in(lena), []
    for round in (closed, december):
        kept.renew(round)
    for name in ("", "February", "March"):
        if name:
            kept.renew(a_round_more(closed, [ben, chloe], lena, name=name))
        client.get("/agreement/rounds/", {"round": closed.public_id})
        with CaptureQueriesContext(connection) as asked:
            client.get("/agreement/rounds/", {"round": closed.public_id})
        counts.append(len(asked))
    assert len(set(counts)) == 1


def test_sessions_that_are_judged_once_more_are_no_first_readings(closed, december, ben, noor, lena):
    """As after an appeal, or under a new version: each session names the item before it."""
    before = list(december.items.order_by("position")[:3])
    again = round_of(
        0, [ben, noor], lena, pairs_version=closed.pairs_version, rubric_version=closed.rubric_version,
        instances=[item.instance for item in before], unaided_share=0, name="Appeals",
        supersedes={item.instance_id: item.pk for item in before},
    )  # fmt: skip
    for item in again.items.all():
        judge(item, ben, says("accept"))
        judge(item, noor, says("accept"))
    again = close_round(round=again, by=lena)
    assert versions.same_versions(december) == [closed, december]
    assert versions.same_versions(again) == [closed, december]

"""Experts write known answers on a page, stand by each other's, and retire them."""

import pytest
from django.urls import reverse

from accounts.models import Role
from review.gold.listing import as_settled, could_become
from review.models import Gold, Item
from review.rounds import close_round
from tests.conftest import person
from tests.review.factories import judge, made_instances, mistake, round_of, says
from tests.review.gold.factories import agreed, proposed

WHY = {"verdict_why": "It names what matters.", "findings_why": "She is not heard."}


def from_session(session, pairs, rubric) -> str:
    return f"{reverse('gold_new')}?session={session.public_id}&pairs_version={pairs.pk}&rubric_version={rubric.pk}"


def test_an_expert_writes_the_answers_to_a_session(ana, pairs, rubric, log_in):
    (session,) = made_instances(1, pairs)
    client, page = log_in(ana), from_session(session, pairs, rubric)
    assert "You should simply ring him tonight." in client.get(page).content.decode()
    sent = {"verdict": ["accept", "edit"], **WHY, "none": "on", "turns_1_premature-advice": "3, 5",
            "severities_1_premature-advice": "1 2", "turns_2_other": "5", "levels_specific": ["4", "5"],
            "why_specific": "It quotes."}  # fmt: skip
    answer = client.post(page, sent)
    gold = Gold.objects.get()
    assert answer.status_code == 302 and answer.url == reverse("gold", args=[gold.public_id])
    assert gold.answers == {
        "verdict": {"accepted": ["accept", "edit"], "why": "It names what matters."},
        "findings": {
            "accepted": [
                [{"mistake": "premature-advice", "turns": [3, 5], "severities": [1, 2]}],
                [{"mistake": "other", "turns": [5], "severities": []}],
                [],
            ],
            "why": "She is not heard.",
        },
        "dimensions": {"specific": {"accepted": ["4", "5"], "why": "It quotes."}},
    }
    shown = client.get(answer.url).content.decode()
    assert "Gives advice too soon (turn 3, 5)" in shown and "1 of the 3 who are needed" in shown


@pytest.mark.parametrize(
    "change, said",
    [
        ({"verdict": []}, "required"),
        ({"turns_1_premature-advice": "three"}, "Write numbers"),
        ({"turns_1_premature-advice": "2"}, "counsellor&#x27;s turns"),
        ({"turns_1_premature-advice": ""}, "or that there is none"),
        ({"severities_1_premature-advice": "7"}, "0 to 3"),
        ({"levels_specific": ["4"]}, "reason for every answer"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_stored(ana, pairs, rubric, log_in, change, said):
    (session,) = made_instances(1, pairs)
    sent = {"verdict": ["accept"], **WHY, "turns_1_premature-advice": "3"}
    answer = log_in(ana).post(from_session(session, pairs, rubric), sent | change)
    assert answer.status_code == 400 and said in answer.content.decode()
    assert not Gold.objects.exists()


@pytest.fixture
def settled(ben, chloe, lena, pairs, rubric):
    """Ben finds advice at turn 3, Chloe at turn 5; both accept."""
    round = round_of(1, [ben, chloe], lena, pairs_version=pairs, rubric_version=rubric)
    item = round.items.get()
    judge(
        item, ben, says(findings=[mistake(turns=(2,), severity=1)], ratings={"specific": 4, "supportive": 2})
    )
    judge(
        item,
        chloe,
        says(findings=[mistake(turns=(4,), severity=2)], ratings={"specific": 5, "supportive": 2}),
    )
    close_round(round=round, by=lena)
    return Item.objects.select_related("round", "instance").get()


def test_the_form_of_a_settled_session_begins_with_what_its_readers_said(settled, ana, log_in):
    assert as_settled(settled) == {
        "verdict": ["accept"], "none": False, "turns_1_premature-advice": [3, 5],
        "severities_1_premature-advice": [1, 2], "levels_specific": ["4", "5"], "levels_supportive": ["2"],
    }  # fmt: skip
    client, page = log_in(ana), f"{reverse('gold_new')}?item={settled.public_id}"
    assert 'value="3, 5"' in client.get(page).content.decode()
    client.post(page, {"verdict": ["accept"], **WHY, "turns_1_premature-advice": "3"})
    assert Gold.objects.get().made_from == settled


def test_settled_sessions_without_known_answers_are_offered(settled, ana, pairs, rubric, log_in):
    assert could_become(ana) == [settled]
    assert str(settled.public_id) in log_in(ana).get(reverse("golds")).content.decode()
    proposed(ana, pairs, rubric, instance=settled.instance, made_from=settled)
    assert could_become(ana) == []


def test_a_session_that_is_judged_again_is_not_offered_to_who_judges_it(settled, lena, pairs, rubric):
    noor = person("Noor", Role.ANNOTATOR, Role.CLINICIAN)
    round_of(0, [noor], lena, overlap=1, instances=[settled.instance], pairs_version=pairs, rubric_version=rubric,
             supersedes={settled.instance_id: settled.pk})  # fmt: skip
    assert could_become(noor) == [] and could_become(lena) == [settled]


def test_two_colleagues_stand_by_them_on_the_page(ana, amir, lena, pairs, rubric, log_in):
    gold = proposed(ana, pairs, rubric)
    page = reverse("gold", args=[gold.public_id])
    assert "I stand by these answers" not in log_in(ana).get(page).content.decode()
    for colleague, said in ((amir, "waits for 1 more expert"), (lena, "in use")):
        client = log_in(colleague)
        assert "I stand by these answers" in client.get(page).content.decode()
        client.post(reverse("gold_endorse", args=[gold.public_id]), {"digest": gold.digest})
        assert said in client.get(reverse("golds")).content.decode()


def test_who_reviews_reads_the_list_but_no_answer_before_she_asks(golds, log_in):
    noor = person("Noor", Role.ANNOTATOR, Role.CLINICIAN)
    client, page = log_in(noor), reverse("gold", args=[golds[0].public_id])
    assert str(golds[0].instance.public_id) not in client.get(reverse("golds")).content.decode()
    shown = client.get(page).content.decode()
    assert "Show me the answers" in shown and "It quotes the turn" not in shown and "simply ring" not in shown
    client.post(reverse("gold_look", args=[golds[0].public_id]))
    assert "It quotes the turn" in client.get(page).content.decode()


def test_they_are_retired_with_a_reason_on_the_page(golds, ana, log_in):
    client, address = log_in(ana), reverse("gold_retire", args=[golds[0].public_id])
    client.post(address, {"reason": ""})
    assert not Gold.objects.exclude(retirement=None).exists()
    client.post(address, {"reason": "We read it otherwise."})
    shown = client.get(reverse("gold", args=[golds[0].public_id])).content.decode()
    assert "We read it otherwise." in shown and "Retire these answers" not in shown
    assert "retired" in client.get(reverse("golds")).content.decode()


def test_the_list_asks_the_same_number_of_queries_however_long_it_is(
    ana, amir, lena, pairs, rubric, log_in, django_assert_max_num_queries
):
    client, counted = log_in(lena), []
    for n in (2, 20):
        agreed(n, [ana, amir, lena], pairs, rubric)
        with django_assert_max_num_queries(40) as asked:
            client.get(reverse("golds"))
        counted.append(len(asked))
    assert counted[0] == counted[1]


@pytest.mark.parametrize(
    "address", ["?item=nonsense", "", "?session=nonsense", "?item=00000000-0000-0000-0000-000000000000"]
)
def test_an_address_that_names_no_session_finds_nothing(ana, log_in, address):
    assert log_in(ana).get(reverse("gold_new") + address).status_code == 404

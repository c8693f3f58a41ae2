"""A lead reckons, before a round, how many of its sessions several should read."""

import re

import pytest
from django.urls import reverse

from review.planning import as_in, planned
from review.rounds import close_round
from tests.review.factories import (
    client_profile,
    judge,
    made_instances,
    mistake,
    published_pairs,
    round_of,
    says,
)

ASKED = {
    "judged": "any_mistake", "most_frequent": 60, "alpha": 0.6, "readers": 2, "of_each": 1, "alike": 0.1, "reach": 0.1,
    "sessions": 500,
}  # fmt: skip


def words(answer) -> str:
    return re.sub(r"<[^>]+>", "", " ".join(answer.content.decode().split()))


@pytest.fixture
def her(client, lena):
    client.force_login(lena)
    return client


def test_the_number_is_told_and_taken_along_to_the_new_round(her):
    page = her.get(reverse("round_plan"), ASKED)
    found = planned(**ASKED)
    assert found.is_enough and 30 < found.percent < 60
    assert f"Have {found.plan.n} sessions read by 2 reviewers each" in words(page)
    assert f"That is {found.percent} per cent of 500 sessions" in words(page)
    [link] = re.findall(rf'href="({reverse("round_new")}\?doubly_read[^"]+)"', page.content.decode())
    new = her.get(link.replace("&amp;", "&"))
    assert new.context["form"]["doubly_read"].value() == found.percent
    assert new.context["form"]["overlap"].value() == 2


def test_a_round_that_is_too_small_is_told_what_it_can_reach(her):
    page = words(her.get(reverse("round_plan"), ASKED | {"sessions": 60}))
    assert f"the interval is expected to reach {planned(**ASKED | {'sessions': 60}).reached:.2f}" in page
    assert "Open a round with this share" not in page
    assert "No number up to 100,000 is enough" in words(
        her.get(reverse("round_plan"), ASKED | {"reach": 0.01, "most_frequent": 99})
    )


@pytest.mark.parametrize(
    "wrong", [{"alpha": 1}, {"readers": 1}, {"reach": "wide"}, {"most_frequent": 100}, {"judged": "mood"},
              {"judged": "verdict", "most_frequent": 20}],
)  # fmt: skip
def test_nonsense_is_named_at_its_question(her, wrong):
    page = her.get(reverse("round_plan"), ASKED | wrong)
    assert page.status_code == 400 and set(page.context["form"].errors) == {list(wrong)[-1]}


def test_what_a_closed_round_showed_is_suggested(her, ben, chloe, lena):
    round = round_of(6, [ben, chloe], lena, overlap=2, unaided_share=0)
    for n, item in enumerate(round.items.order_by("pk")):
        for person in (ben, chloe):
            judge(item, person, says(findings=[mistake()] if n else []))
    close_round(round=round, by=lena)
    found = as_in(round)
    assert (found["readers"], found["most_frequent"], found["alpha"]) == (2, 83, 0.95)
    page = her.get(reverse("round_plan"), {"like": round.public_id})
    assert page.context["form"]["alpha"].value() == 0.95


def test_an_open_round_is_no_earlier_one(her, ben, chloe, lena):
    round = round_of(2, [ben, chloe], lena)
    assert her.get(reverse("round_plan"), {"like": round.public_id}).status_code == 404
    assert her.get(reverse("round_plan"), {"like": "nonsense"}).status_code == 404


def test_how_alike_sessions_of_a_client_were_is_read_from_the_round(ben, chloe, lena):
    """Of six clients with four sessions each, three are hard: there the two never say the same."""
    pairs = published_pairs()
    profiles = [client_profile(f"client-{n}") for n in range(6)]
    instances = made_instances(24, pairs, profiles=profiles)
    about = {"pairs_version": pairs, "instances": instances, "overlap": 2, "unaided_share": 0}
    round = round_of(0, [ben, chloe], lena, **about)
    hard = {profile.pk for profile in profiles[:3]}
    for n, item in enumerate(round.items.select_related("instance").order_by("pk")):
        judge(item, ben, says(findings=[mistake()] if n % 2 else []))
        differs = item.instance.profile_id in hard
        judge(item, chloe, says(findings=[mistake()] if (n % 2) != differs else []))
    close_round(round=round, by=lena)
    found = as_in(round)
    assert found["alike"] == 1.0 and found["of_each"] == 4.0

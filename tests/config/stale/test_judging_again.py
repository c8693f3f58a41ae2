"""A lead has exactly the stale sessions judged again, by the version in force."""

import pytest
from django.urls import reverse

from config.pages import dependents
from guidelines.publishing import open_draft
from review.models import Item, Round
from review.raters import rater_for
from review.rounds import CannotMakeRound, close_round
from tests.config.stale.graph import (
    LONGER,
    A,
    B,
    C,
    read_again,
    remake,
    waiting,
)
from tests.guidelines.conftest import change
from tests.review.factories import judge, says

pytestmark = pytest.mark.django_db


def test_judged_again_are_exactly_the_made_ones_and_each_names_what_it_supersedes(
    graph, second, lena, ben, chloe
):
    round, left_out = read_again(graph, second, lena, [ben, chloe])
    assert set(round.items.values_list("instance", flat=True)) == graph.of(A, C, stages=("made", "settled"))
    assert (round.pairs_version, round.unaided_share) == (second, 0)
    before = {item.instance_id: item.pk for item in Item.objects.filter(round=graph.closed)}
    for item in round.items.all():
        assert item.supersedes_id == before.get(item.instance_id)
    # The planned and those in the making of A and C; and one each that readers have before them.
    assert sorted(left_out.values()) == [2, 4]
    assert waiting(second) == graph.of(A, C, stages=("planned", "making", "out"))


def test_judging_them_again_twice_opens_no_second_round(graph, second, lena, ben, chloe):
    read_again(graph, second, lena, [ben, chloe])
    with pytest.raises(CannotMakeRound, match="open round"):
        read_again(graph, second, lena, [ben, chloe])
    assert Round.objects.count() == 3


def test_a_session_before_readers_is_judged_again_when_its_round_is_closed(graph, second, lena, ben, chloe):
    read_again(graph, second, lena, [ben, chloe])
    close_round(round=graph.open, by=lena)
    round, _left_out = read_again(graph, second, lena, [ben, chloe])
    assert set(round.items.values_list("instance", flat=True)) == graph.of(A, C, stages=("out",))


def test_a_rehearsal_is_no_judgement_of_what_people_judged(graph, second, lena, ben, chloe):
    for person in (ben, chloe):
        rater = rater_for(person)
        rater.kind = "simulated"
        rater.save()
    round, _left_out = read_again(graph, second, lena, [ben, chloe])
    assert round.rehearsal and not round.items.filter(supersedes__isnull=False).exists()
    assert graph.of(A, C, stages=("settled",)) <= waiting(second)


def test_a_further_change_makes_only_what_it_changes_wait_again(graph, second, lena, ana, ben, chloe):
    remake(second, lena)
    read_again(graph, second, lena, [ben, chloe])
    # B's words now change their meaning; C was judged again by version 2, in which it was dropped already.
    draft = open_draft(guideline=second.guideline, by=ana)
    change(draft, ana, B, shows=LONGER)
    found = dependents.of(second, draft, lena)
    assert [(one.key, one.sessions) for one in found.stale] == [(B, 5)]


def test_the_lead_has_exactly_what_the_list_shows_judged_again(graph, second, log_in, lena, ben, chloe):
    client = log_in(lena)
    url = f"{reverse('guideline_stale_reread', args=['novice-mistakes'])}?pair={C}"
    assert "Have 2 stale sessions judged again" in client.get(url).content.decode()
    sent = {"n": "5", "name": "Again", "reviewers": [ben.public_id, chloe.public_id], "overlap": "2",
            "rubric_version": graph.rubric.pk}  # fmt: skip
    assert client.post(url, sent | {"reviewers": [ben.public_id]}).status_code == 400
    shown = client.post(url, sent, follow=True).content.decode()
    assert "these sessions are judged again" in shown and "not made yet" in shown
    items = Round.objects.get(name="Again").items
    assert set(items.values_list("instance", flat=True)) == graph.of(C, stages=("made", "settled"))


def test_what_is_judged_again_settles_by_the_new_version(graph, second, lena, ben, chloe):
    round, _left_out = read_again(graph, second, lena, [ben, chloe])
    item = round.items.filter(instance=graph.sessions[A, "settled"]).get()
    for person in (ben, chloe):
        judge(item, person, says("reject"))
    assert item.standings.get(aspect="verdict").outcome == "reject"
    old = Item.objects.get(round=graph.closed, instance=item.instance)
    assert old.standings.get(aspect="verdict").outcome == "accept"

"""Sessions with known answers among the others of a live round: like any other for whoever reads them, and counted for
nothing but how well they are found.
"""

import json
from collections import Counter

import pytest
from django.urls import reverse

from accounts.models import Role
from exports import sampled
from exports.selecting import Selection
from review import access, by_pair, handing_on, reports
from review.agreeing.figures import agreements
from review.gold import results, round_results, telling
from review.judged import Wording
from review.label_studio.sending import data_of
from review.label_studio.syncing import sync_all
from review.matching import CannotMakeRound
from review.models import Decision, Flag, Item, Reading, Round, SeatProject, Standing
from review.rounds import close_round
from synthesis.models import Instance
from tests.conftest import person
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import judge, made_instances, round_of, says, standings
from tests.review.gold.factories import hers


@pytest.fixture
def seeded(golds, ben, chloe, lena, pairs, rubric):
    """Six sessions read by Ben and Chloe, and two with known answers for each."""
    return round_of(6, [ben, chloe], lena, pairs_version=pairs, rubric_version=rubric, known_answers=2)


def known(round, user):
    return [item for item in hers(round, user) if item.gold_id]


def ordinary(round):
    return list(round.items.counted().select_related("round"))


def test_each_reader_gets_as_many_as_are_asked_for_drawn_for_her(seeded, ben, chloe, golds):
    for reader in (ben, chloe):
        own = hers(seeded, reader)
        assert len(own) == 8 and len(known(seeded, reader)) == 2
        assert {item.gold for item in known(seeded, reader)} <= set(golds)
    assert set(Counter(item.readings.count() for item in ordinary(seeded))) == {2}


def test_they_lie_anywhere_in_her_order(golds, chloe, ben, lena, pairs, rubric):
    places = set()
    for seed in range(12):
        reader = person(f"Reader{seed}", Role.ANNOTATOR)
        round = round_of(6, [reader], lena, overlap=1, seed=seed, pairs_version=pairs, rubric_version=rubric,
                         known_answers=1)  # fmt: skip
        places |= {n for n, item in enumerate(hers(round, reader)) if item.gold_id}
    assert len(places) > 3 and not places <= {5, 6}


def test_in_every_byte_that_is_sent_they_are_like_the_others(seeded, ben):
    config = SeatProject.objects.get(seat__rater__user=ben).config

    def shape(reading):
        data = data_of(reading, Wording(), config)
        return json.dumps({key: type(value).__name__ for key, value in data.items()}, sort_keys=True)

    readings = Reading.objects.filter(seat__rater__user=ben).select_related(
        "item__instance__version__guideline"
    )
    assert len({shape(one) for one in readings}) == 1
    sent = json.dumps([data_of(one, Wording(), config) for one in readings], default=str).lower()
    configs = "".join(SeatProject.objects.values_list("config", flat=True)).lower()
    for word in ("gold", "known answer", "accepted answers", "quotes the turn", "training"):
        assert word not in sent, word
        assert word not in configs, word
    named = {str(one.item.gold.public_id) for one in readings if one.item.gold_id}
    named |= {str(one.item.public_id) for one in readings} | {
        str(one.item.instance.public_id) for one in readings
    }
    assert not [name for name in named if name in sent]


def test_what_label_studio_holds_of_them_is_like_the_rest(seeded, ben):
    fake = FakeLabelStudio()
    sync_all(fake)
    readings = list(Reading.objects.filter(seat__rater__user=ben).select_related("item"))
    assert len({one.item.gold_id is None for one in readings}) == 2
    assert {one.send_state for one in readings} == {"sent"}
    assert SeatProject.objects.filter(seat__rater__user=ben).count() == 1


def test_her_pages_say_nothing_of_them_while_the_round_is_open(seeded, ben, log_in):
    judge(known(seeded, ben)[0], ben, says("reject"))
    client = log_in(ben)
    assert not client.get(reverse("desk_known")).context["rows"]
    desk = client.get(reverse("desk"))
    assert [(row.total, row.left) for row in desk.context["rows"]] == [(8, 7)]
    assert telling.page_of(telling.told_to(ben), None)[0] == []


def test_nobody_who_reads_one_may_open_its_answers_or_its_session(seeded, lena, golds, pairs, rubric, log_in):
    noor = person("Noor", Role.ANNOTATOR, Role.CLINICIAN, Role.LEAD)
    round = round_of(3, [noor], lena, overlap=1, pairs_version=pairs, rubric_version=rubric, known_answers=1)
    (item,) = known(round, noor)
    client = log_in(noor)
    page = client.get(reverse("gold", args=[item.gold.public_id])).content.decode()
    assert "You judge this session" in page and "quotes the turn" not in page
    assert client.post(reverse("gold_look", args=[item.gold.public_id])).status_code == 403
    assert client.get(reverse("round_known", args=[round.public_id])).status_code == 403
    assert item.instance.public_id in access.hidden_sessions(noor)


def test_their_judgements_are_decisions_and_settle_nothing(seeded, ben, chloe):
    (first, second) = known(seeded, ben)
    judge(first, ben, says("accept", unsafe=True))
    decision = judge(first, ben, says("reject"), minutes=1)
    judge(second, ben, says("accept"))
    assert Decision.objects.in_force().count() == 2 and decision.supersedes
    assert standings(first) == {} and not Standing.objects.exists()


@pytest.fixture
def closed(seeded, ben, chloe, lena):
    """All accepted the ordinary ones; of those with known answers Ben rejects all, Chloe accepts all."""
    for reader in (ben, chloe):
        for item in hers(seeded, reader):
            judge(item, reader, says("reject" if item.gold_id and reader == ben else "accept"))
    close_round(round=seeded, by=lena)
    return Round.objects.get()


def test_no_count_rate_agreement_dispute_or_list_of_the_round_holds_them(closed, ben):
    assert reports.standing_counts(closed) == {
        "total": 6,
        "settled": 6,
        "disputed": 0,
        "open": 0,
        "erased": 0,
    }
    rates = reports.rates(closed)["aided"]
    assert (rates.n, rates.verdicts) == (12, {"accept": 12})
    assert agreements(closed)["aided"]["verdict"]["n_items"] == 6
    (listed,) = reports.with_counts(Round.objects.all())
    assert (listed.total, listed.left) == (6, 0)
    assert {item.gold_id for item in access.resolved_for(ben)} == {None}
    assert not Item.objects.disputed().exists() and not Item.objects.unsettled().exists()


def test_no_release_of_the_round_holds_them_nor_counts_them_as_left_out(closed):
    selection = Selection([closed])
    chosen = selection.choose()
    assert len(chosen) == 6 and not selection.left_out
    assert not Item.objects.filter(pk__in=chosen, gold__isnull=False).exists()
    assert sampled.planned([closed]).startswith("6 sessions put before readers, 6 with the draft")
    assert sampled.counted([closed]).count() == 12


def test_the_figures_of_a_pair_do_not_count_them(closed, golds):
    found = by_pair._judgements(closed.pairs_version.guideline, "aided")
    assert found.count() == 12 and set(found.values_list("verdict", flat=True)) == {"accept"}


def test_a_session_is_not_settled_again_by_having_known_answers(closed, golds, lena, pairs, rubric):
    from review.whereabouts import Stage, staged

    sessions = Instance.objects.filter(pk__in=[gold.instance_id for gold in golds])
    assert set(staged(sessions).values_list("stage", flat=True)) == {Stage.MADE}


def test_when_the_round_is_closed_each_is_told_hers_and_the_lead_sees_each_and_all(
    closed, ben, chloe, lena, log_in
):
    rows, _more = telling.page_of(telling.told_to(ben), None)
    assert len(rows) == 2 and not rows[0][1][0].right
    assert len(telling.page_of(telling.told_to(chloe), None)[0]) == 2
    found, together = round_results.of(closed)
    shown = {
        str(row.seat.rater): [(tally.hits, tally.n) for _name, tally, _mark in row.cells[:2]] for row in found
    }
    assert shown == {"Ben": [(0, 2), (2, 2)], "Chloe": [(2, 2), (2, 2)]}
    assert [(tally.hits, tally.n) for _name, tally in together[:2]] == [(2, 4), (4, 4)]
    page = log_in(lena).get(reverse("round_known", args=[closed.public_id]))
    assert page.status_code == 200 and "Certify all the same" not in page.content.decode()
    assert results.measured().count() == 4


def test_what_a_reader_calls_unsafe_among_them_is_flagged_as_everywhere(seeded, ben, lena, log_in):
    (item, _other) = known(seeded, ben)
    judge(item, ben, says("reject", unsafe=True, comment="She names a method."))
    assert Flag.objects.waiting().get().item == item and not Standing.objects.exists()
    page = log_in(lena).get(reverse("round", args=[seeded.public_id])).content.decode()
    assert reverse("flag", args=[item.public_id]) in page
    assert log_in(lena).get(reverse("flag", args=[item.public_id])).status_code == 200


def test_what_is_handed_on_leaves_nothing_behind_and_takes_none_of_them_along(seeded, ben, chloe, lena):
    noor = person("Noor", Role.ANNOTATOR)
    from review.raters import rater_for

    handing_on.seat_more(round=seeded, raters=[rater_for(noor)], by=lena)
    handed = handing_on.hand_on(seat=seeded.seats.get(rater__user=ben), by=lena)
    assert (handed.on, handed.left) == (6, 0)
    assert not Reading.objects.undecided().filter(seat__rater__user=ben).exists()
    assert {item.gold_id for item in hers(seeded, noor)} == {None}
    assert handing_on.place_waiting(round=seeded, by=lena) == handing_on.Handed(0, 0)


def test_a_round_for_which_there_are_too_few_says_for_whom(golds, ben, chloe, lena, pairs, rubric):
    given = {"pairs_version": pairs, "rubric_version": rubric}
    with pytest.raises(CannotMakeRound, match=r"Ben \(4\), Chloe \(4\)"):
        round_of(6, [ben, chloe], lena, known_answers=5, **given)
    round_of(6, [ben], lena, overlap=1, known_answers=3, **given)
    with pytest.raises(CannotMakeRound, match=r"each of these there are: Ben \(1\)"):
        round_of(6, [ben, chloe], lena, known_answers=2, **given)


def test_a_session_of_the_round_is_not_also_put_there_as_known(golds, ben, chloe, lena, pairs, rubric):
    own = [golds[0].instance, golds[1].instance, *made_instances(2, pairs)]
    round = round_of(0, [ben, chloe], lena, instances=own, pairs_version=pairs, rubric_version=rubric,
                     known_answers=2)  # fmt: skip
    assert {item.gold for item in round.items.exclude(gold=None)} == set(golds[2:])


def test_where_no_session_has_a_draft_they_would_be_told_apart(golds, ben, chloe, lena, pairs, rubric):
    with pytest.raises(CannotMakeRound, match="told apart"):
        round_of(12, [ben, chloe], lena, unaided_share=1, known_answers=1, pairs_version=pairs,
                 rubric_version=rubric)  # fmt: skip


def test_none_are_put_there_unless_they_are_asked_for(golds, ben, chloe, lena, pairs, rubric):
    round = round_of(6, [ben, chloe], lena, pairs_version=pairs, rubric_version=rubric)
    assert not round.items.exclude(gold=None).exists()


def test_they_come_to_nobody_a_second_time_and_fill_no_more_than_she_is_to_have(
    golds, ben, chloe, lena, pairs, rubric
):
    given = {"pairs_version": pairs, "rubric_version": rubric, "known_answers": 2}
    round = round_of(20, [ben, chloe], lena, repeat_share=0.5, most_each=22, unaided_share=0, **given)
    again = Reading.objects.filter(pass_number=2).select_related("item")
    assert again.count() == 20 and {one.item.gold_id for one in again} == {None}
    assert Reading.objects.filter(seat__round=round, seat__rater__user=ben, pass_number=1).count() == 22
    with pytest.raises(CannotMakeRound, match="at most 21"):
        round_of(20, [ben, chloe], lena, most_each=21, unaided_share=0, **given)

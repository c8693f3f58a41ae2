"""A training round: known answers only, told to each reader as she goes, and counted for nothing else."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import Role
from accounts.roles import Refused
from exports import access as exports_access
from exports.selecting import Selection
from review import handing_on, reports
from review.agreeing.figures import agreements
from review.gold import results, telling
from review.gold.agreeing import endorse_gold, look_at_gold
from review.label_studio.syncing import sync_all
from review.matching import CannotMakeRound
from review.models import Decision, Item, RawAnnotation, Round, Standing, Wish
from review.raters import rater_for
from review.rounds import close_round
from review.workflow import NotCounted
from synthesis.models import Mark
from tests.conftest import person
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import judge, made_instances, mistake, reading, says
from tests.review.gold.factories import agreed, answers, hers, proposed, training_of
from tests.review.studio import desk, submit


@pytest.fixture
def training(golds, ben, chloe, lena, pairs, rubric):
    return training_of([ben, chloe], lena, pairs, rubric)


def test_each_gets_all_in_an_order_of_her_own(golds, training, ben, chloe):
    sets = [[item.gold for item in hers(training, one)] for one in (ben, chloe)]
    assert set(sets[0]) == set(sets[1]) == set(golds)
    assert training.items.count() == 4 and training.purpose == "training"


def test_each_gets_as_many_as_are_asked_for_drawn_for_her(ana, amir, lena, ben, chloe, pairs, rubric):
    agreed(12, [ana, amir, lena], pairs, rubric)
    round = training_of([ben, chloe], lena, pairs, rubric, each=4)
    sets = [{item.gold_id for item in hers(round, one)} for one in (ben, chloe)]
    assert [len(one) for one in sets] == [4, 4]
    assert round.items.count() == len(sets[0] | sets[1])


def test_nobody_is_given_what_she_wrote_or_stands_by(golds, ana, lena, ben, pairs, rubric):
    noor = person("Noor", Role.ANNOTATOR, Role.CLINICIAN)
    own = proposed(noor, pairs, rubric)
    for one in (ana, lena):
        endorse_gold(gold=own, by=one, digest=own.digest)
    others = agreed(1, [ana, lena], pairs, rubric)
    look_at_gold(gold=others[0], by=noor)
    endorse_gold(gold=others[0], by=noor, digest=others[0].digest)
    round = training_of([noor, ben], lena, pairs, rubric)
    assert {item.gold for item in hers(round, noor)} == set(golds)
    assert {item.gold for item in hers(round, ben)} == {*golds, own, *others}


def test_nobody_is_given_the_same_session_again(training, golds, ben, lena, pairs, rubric):
    with pytest.raises(CannotMakeRound, match=r"Ben \(0\)"):
        training_of([ben], lena, pairs, rubric)


def test_a_pass_mark_that_nobody_could_reach_is_refused(golds, ben, lena, pairs, rubric):
    with pytest.raises(CannotMakeRound, match=r"asks for 5 judgements.*Ben \(4\)"):
        training_of([ben], lena, pairs, rubric, at_least=5)
    with pytest.raises(CannotMakeRound, match="“Verdict” the answers are known of 2 sessions"):
        training_of([ben], lena, pairs, rubric, each=2, at_least=3, shares={"verdict": 0.7})
    with pytest.raises(CannotMakeRound, match="“Supportive” the answers are known of 0 sessions"):
        training_of([ben], lena, pairs, rubric, shares={"dimension:supportive": 0.7})
    with pytest.raises(CannotMakeRound, match="Not rated by this rubric"):
        training_of([ben], lena, pairs, rubric, shares={"dimension:unheard": 0.7})
    assert not Round.objects.exists()


def test_a_session_that_is_held_back_or_too_few_stand_by_is_not_used(golds, ana, ben, lena, pairs, rubric):
    Mark.objects.create(instance=golds[0].instance, kind="held", by=lena, reason="look at it")
    proposed(ana, pairs, rubric)
    round = training_of([ben], lena, pairs, rubric)
    assert {item.gold for item in hers(round, ben)} == set(golds[1:])


def test_a_session_at_risk_goes_to_those_who_may_and_will_read_it(golds, ben, chloe, lena, pairs, rubric):
    Mark.objects.create(instance=golds[0].instance, kind="tier", tier="abuse", by=lena, reason="said so")
    record = chloe.reviewer_records.get()
    record.pk, record.n, record.risk_qualified = None, 2, True
    record.save(force_insert=True)
    Wish.objects.create(user=chloe, n=1, reads=["abuse"])
    round = training_of([ben, chloe], lena, pairs, rubric)
    assert round.risk_lead == lena
    assert len(hers(round, ben)) == 3 and len(hers(round, chloe)) == 4


def test_the_database_refuses_a_session_without_known_answers(training, pairs):
    (session,) = made_instances(1, pairs)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Item.objects.create(round=training, instance=session, arm="aided", position=99)


def test_only_a_lead_opens_one(golds, ana, ben, pairs, rubric):
    with pytest.raises(Refused):
        training_of([ben], ana, pairs, rubric)


# What she is told.


def test_as_soon_as_a_judgement_has_arrived_its_reader_is_told_aspect_by_aspect(training, ben):
    first = hers(training, ben)[0]
    judge(first, ben, says("reject", ratings={"specific": 2, "supportive": 4}))
    ((decision, told),) = telling.page_of(telling.told_to(ben), None)[0]
    assert decision.item == first
    assert [(one.name, one.hers, one.accepted, one.right) for one in told] == [
        ("Verdict", "reject", ["accept", "accept after my edit"], False),
        ("Mistakes and where", "Gives advice too soon (turn 3)", ["Gives advice too soon (turn 3)"], True),
        ("Specific", "2", ["4", "5"], False),
    ]
    assert told[1].why == "She has not been heard yet."


def test_the_first_judgement_counts_as_the_answers_were_shown_after_it(training, ben):
    first = hers(training, ben)[0]
    kept = judge(first, ben, says("reject"))
    with pytest.raises(NotCounted, match="shown after the first"):
        judge(first, ben, says("accept"), minutes=5)
    assert Decision.objects.get() == kept


def test_she_judges_on_the_real_screen_and_reads_on_her_desk_how_she_did(training, ben, chloe, log_in):
    fake = FakeLabelStudio()
    sync_all(fake)
    first, second = hers(training, ben)[:2]
    submit(desk(fake, ben), first, ben, says("accept"))
    sync_all(fake)
    shown = log_in(ben).get(reverse("desk_known"), {"round": training.public_id})
    assert len(shown.context["rows"]) == 1 and "She has not been heard yet." in shown.content.decode()
    assert reverse("desk_known") in log_in(ben).get(reverse("desk")).content.decode()
    assert not log_in(chloe).get(reverse("desk_known")).context["rows"]
    submit(desk(fake, ben), second, ben, says("reject"))
    sync_all(fake)
    shown = log_in(ben).get(reverse("desk_known"), {"round": training.public_id})
    tallies = {name: (tally.hits, tally.n) for name, tally in shown.context["tallies"]}
    assert tallies == {"Verdict": (1, 2), "Mistakes and where": (2, 2), "Specific": (2, 2)}
    assert not RawAnnotation.objects.uncounted_judgements().exists()


def test_the_page_of_her_answers_asks_the_same_number_of_queries_however_many_there_are(
    ana, amir, lena, ben, pairs, rubric, log_in, django_assert_max_num_queries
):
    agreed(12, [ana, amir, lena], pairs, rubric)
    round = training_of([ben], lena, pairs, rubric)
    client, counted = log_in(ben), []
    for some in (hers(round, ben)[:1], hers(round, ben)[1:]):
        for item in some:
            judge(item, ben, says())
        with django_assert_max_num_queries(40) as asked:
            client.get(reverse("desk_known"))
        counted.append(len(asked))
    assert counted[0] == counted[1]


# What it never does.


@pytest.fixture
def judged(training, ben, chloe):
    for reader in (ben, chloe):
        for n, item in enumerate(hers(training, reader)):
            judge(item, reader, says("accept" if n % 2 else "reject"))
    return training


def test_nothing_is_settled_or_disputed(judged):
    assert Decision.objects.count() == 8 and not Standing.objects.exists()
    assert not Item.objects.disputed().exists() and not Item.objects.unsettled().exists()


def test_no_rate_no_agreement_and_no_total_counts_it(judged, lena):
    close_round(round=judged, by=lena)
    round = Round.objects.get()
    assert reports.rates(round)["aided"].n == 0 and agreements(round) == {}
    assert reports.standing_counts(round) == {"total": 0, "settled": 0, "disputed": 0, "open": 0, "erased": 0}


def test_no_release_holds_it(judged, lena):
    close_round(round=judged, by=lena)
    selection = Selection([Round.objects.get()])
    assert selection.choose() == [] and not selection.left_out
    assert "nothing of it is released" in exports_access.may_freeze(lena, [Round.objects.get()]).reason


def test_nothing_of_it_is_handed_on_and_nobody_is_seated_later(training, ben, lena):
    noor = rater_for(person("Noor", Role.ANNOTATOR))
    seat = training.seats.get(rater__user=ben)
    for act in (lambda: handing_on.hand_on(seat=seat, by=lena),
                lambda: handing_on.seat_more(round=training, raters=[noor], by=lena)):  # fmt: skip
        with pytest.raises(Refused, match="sessions of her own"):
            act()


def test_what_she_gives_back_is_nobody_elses(training, ben):
    seat = training.seats.get(rater__user=ben)
    fake = FakeLabelStudio()
    sync_all(fake)
    one = reading(hers(training, ben)[0], ben)
    desk(fake, ben).skip(one.task_id)
    sync_all(fake)
    assert handing_on.give_back_skipped(seat=seat, by=ben) == handing_on.Handed(0, 0)
    assert hasattr(type(one).objects.get(pk=one.pk), "returned")


def test_her_accuracy_leaves_out_answers_that_she_stood_by_later_or_that_came_of_her_own_words(
    training, ben, ana, amir, lena, golds
):
    from accounts.models import Grant, User

    item = hers(training, ben)[0]
    judge(item, ben, says())
    assert results.measured().count() == 1
    close_round(round=training, by=lena)
    Grant.objects.create(user=ben, role=Role.CLINICIAN)
    ben = User.objects.get(pk=ben.pk)
    look_at_gold(gold=item.gold, by=ben)
    assert results.measured().count() == 1  # she was told, and looked, after she had judged
    endorse_gold(gold=item.gold, by=ben, digest=item.gold.digest)
    assert results.measured().count() == 0


def test_the_reader_of_a_session_is_not_measured_by_the_answers_made_from_it(
    ana, amir, lena, ben, chloe, pairs, rubric
):
    from tests.review.factories import round_of

    noor = person("Noor", Role.ANNOTATOR)
    round = round_of(1, [ben, chloe], lena, pairs_version=pairs, rubric_version=rubric)
    item = round.items.get()
    for reader in (ben, chloe):
        judge(item, reader, says())
    close_round(round=round, by=lena)
    item = Item.objects.select_related("round", "instance").get(pk=item.pk)
    gold = proposed(ana, pairs, rubric, instance=item.instance, made_from=item)
    for one in (amir, lena):
        endorse_gold(gold=gold, by=one, digest=gold.digest)
    with pytest.raises(CannotMakeRound, match=r"Ben \(0\)"):
        training_of([ben, noor], lena, pairs, rubric)
    assert training_of([noor], lena, pairs, rubric).items.count() == 1


def test_other_mistakes_and_other_turns_are_told_as_such(ana, amir, lena, ben, pairs, rubric):
    agreed(1, [ana, amir, lena], pairs, rubric, given=answers(sets=[[]]))
    round = training_of([ben], lena, pairs, rubric)
    judge(hers(round, ben)[0], ben, says(findings=[mistake(turns=(4,)), mistake(None, (2,))]))
    ((_decision, told),) = telling.page_of(telling.told_to(ben), None)[0]
    assert told[1].accepted == ["no mistake"] and not told[1].right
    assert told[1].hers == "Gives advice too soon (turn 5); a mistake that is not in the guideline (turn 3)"

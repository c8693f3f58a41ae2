"""When reviewers see how their sessions were resolved, and what agreement then leaves out."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Grant, TrailEvent
from accounts.roles import Refused
from review import access, releasing, reports
from review.models import Decision, Round
from review.rounds import close_round
from review.workflow import adjudicate
from tests.conftest import person
from tests.review.factories import judge, made_instances, published_pairs, round_of, says

TOMORROW = timedelta(days=1)


def at_once(people, lead, n=4, **options):
    """A round whose resolutions have been open since before it was made."""
    return round_of(n, people, lead, resolutions_from=timezone.now() - timedelta(hours=1), **options)


def seen(user) -> set:
    return {item.pk for item in access.resolved_for(user)}


def round_decisions(round):
    return Decision.objects.filter(item__round=round).order_by("item", "n")


def agreed(item, *people, verdict="accept"):
    for reader in people:
        judge(item, reader, says(verdict))


def test_nothing_is_open_before_the_round_is_closed(round, ben, chloe, lena):
    item = round.items.first()
    agreed(item, ben, chloe)
    assert seen(ben) == set()
    close_round(round=round, by=lena)
    assert seen(ben) == seen(chloe) == {item.pk}


def test_from_the_day_on_what_is_settled_is_open_to_those_who_judged_it_and_to_nobody_else(ben, chloe, lena):
    noor = person("Noor", "annotator")
    round = at_once([ben, chloe, noor], lena, n=6)
    for item in round.items.all():
        agreed(item, *(reading.seat.rater.user for reading in item.readings.all()))
    for reader in (ben, chloe, noor):
        own = set(round.items.filter(readings__seat__rater__user=reader).values_list("pk", flat=True))
        assert seen(reader) == own and 0 < len(own) < 6
    assert seen(lena) == set()


def test_what_is_open_or_in_dispute_stays_closed_until_it_is_settled(ben, chloe, dan, lena):
    round = at_once([ben, chloe], lena)
    waits, disputed = round.items.all()[:2]
    judge(waits, ben, says("accept"))
    agreed(disputed, ben)
    agreed(disputed, chloe, verdict="reject")
    assert seen(ben) == set()
    adjudicate(item=disputed, by=dan, verdict="reject", reason="Too soon.")
    assert seen(ben) == seen(chloe) == {disputed.pk}


def test_before_its_day_nothing_is_open(ben, chloe, lena):
    round = round_of(2, [ben, chloe], lena, resolutions_from=timezone.now() + TOMORROW)
    agreed(round.items.first(), ben, chloe)
    assert seen(ben) == set() and releasing.left_out(round) == 0


def test_a_session_that_she_has_to_judge_again_elsewhere_stays_hidden(round, ben, chloe, lena):
    item = round.items.first()
    agreed(item, ben, chloe)
    close_round(round=round, by=lena)
    again = round_of(0, [ben, chloe], lena, instances=[item.instance],
                     pairs_version=round.pairs_version, rubric_version=round.rubric_version)  # fmt: skip
    assert seen(ben) == set()
    judge(again.items.get(), ben, says("accept"))
    assert seen(ben) == {item.pk} and seen(chloe) == set()


def test_whoever_may_have_to_settle_the_same_session_elsewhere_does_not_see_it(ben, chloe, lena):
    noor, omar = person("Noor", "annotator", "adjudicator"), person("Omar", "annotator")
    first = round_of(1, [ben, noor], lena)
    item = first.items.get()
    agreed(item, ben, noor)
    close_round(round=first, by=lena)
    twin = made_instances(1, first.pairs_version, cell=item.instance.cell, origin="evaluation")
    round_of(0, [omar, chloe], lena, instances=twin, pairs_version=first.pairs_version,
             rubric_version=first.rubric_version)  # fmt: skip
    assert seen(noor) == set() and seen(ben) == {item.pk}


# Agreement.


def test_agreement_leaves_out_what_was_judged_after_a_resolution_could_be_seen(ben, chloe, lena):
    round = at_once([ben, chloe], lena)
    first, second, third, _fourth = round.items.all()
    judge(second, chloe, says("reject"), minutes=-5)
    agreed(first, ben, chloe)
    judge(second, ben, says("accept"), minutes=5)
    judge(third, ben, says("accept"), minutes=5)
    assert releasing.left_out(round) == 2
    counted = reports.judgements(round).values_list("item", "rater__user__name")
    assert set(counted) == {(first.pk, "Ben"), (first.pk, "Chloe"), (second.pk, "Chloe")}
    assert reports.rates(round)["aided"].n == 3
    assert list(round_decisions(round).filter(releasing.informed()).values_list("item", "rater__user__name")) == [
        (second.pk, "Ben"), (third.pk, "Ben"),
    ]  # fmt: skip
    # They count for where the session stands, as ever.
    assert second.standings.get(aspect="verdict").state == "disputed"


def test_of_a_judgement_that_was_revised_afterwards_the_one_before_is_used(ben, chloe, lena):
    round = at_once([ben, chloe], lena)
    first, second = round.items.all()[:2]
    before = judge(second, ben, says("accept"), minutes=-5)
    agreed(first, ben, chloe)
    after = judge(second, ben, says("reject"), minutes=5)
    once_more = judge(second, ben, says("edit", "Say less."), minutes=6)
    used = set(reports.judgements(round).filter(item=second))
    assert used == {before} and not {after, once_more} & used
    assert releasing.left_out(round) == 1


def test_a_colleague_who_saw_nothing_is_counted_on(ben, chloe, lena):
    noor = person("Noor", "annotator")
    round = at_once([ben, chloe, noor], lena, n=9)
    items = {
        frozenset(r.seat.rater.user.name for r in item.readings.all()): item for item in round.items.all()
    }
    agreed(items[frozenset(["Ben", "Chloe"])], ben, chloe)
    later = items[frozenset(["Ben", "Noor"])]
    judge(later, ben, says("accept"), minutes=5)
    judge(later, noor, says("accept"), minutes=5)
    assert [d.rater.user for d in reports.judgements(round).filter(item=later)] == [noor]


def test_where_resolutions_open_at_the_end_nothing_is_left_out_and_nothing_asked(
    round, ben, chloe, django_assert_num_queries
):
    agreed(round.items.first(), ben, chloe)
    with django_assert_num_queries(0):
        assert releasing.left_out(round) == 0
    assert not round_decisions(round).filter(releasing.informed()).exists()


def test_the_pages_say_how_many_judgements_are_not_used(client, ben, chloe, lena):
    round = at_once([ben, chloe], lena)
    first, second = round.items.all()[:2]
    agreed(first, ben, chloe)
    client.force_login(lena)
    for address in (f"/rounds/{round.public_id}/", f"/agreement/?round={round.public_id}"):
        assert "not used here" not in client.get(address).content.decode()
    judge(second, ben, says("accept"), minutes=5)
    for address in (f"/rounds/{round.public_id}/", f"/agreement/?round={round.public_id}"):
        assert "1 judgement is not used here" in client.get(address).content.decode()


# The moment is moved.


def test_lena_moves_it_while_nothing_is_open_and_the_trail_says_from_when_to_when(round, lena):
    to = timezone.now() + TOMORROW
    releasing.move_release(round=round, to=to, by=lena)
    releasing.move_release(round=round, to=None, by=lena)
    with pytest.raises(releasing.CannotMoveRelease):
        releasing.move_release(round=round, to=None, by=lena)
    there, back = TrailEvent.objects.filter(verb="review.move_release").order_by("id")
    told = to.isoformat(timespec="minutes")
    assert there.before == {"resolutions_from": None} and there.after == {"resolutions_from": told}
    assert back.before == {"resolutions_from": told}


def test_once_open_it_is_open(ben, chloe, lena):
    round = at_once([ben, chloe], lena)
    for to in (None, timezone.now() + TOMORROW):
        with pytest.raises(Refused, match="open to the reviewers already"):
            releasing.move_release(round=round, to=to, by=lena)
    with pytest.raises(DatabaseError), transaction.atomic():
        Round.objects.filter(pk=round.pk).update(resolutions_from=None)
    close_round(round=round, by=lena)


def test_neither_a_reviewer_nor_a_lead_who_judges_there_moves_it(round, ben, dan, eve, lena):
    Grant.objects.create(user=ben, role="lead")
    for other in (ben, dan, eve):
        with pytest.raises(Refused):
            releasing.move_release(round=round, to=timezone.now(), by=type(other).objects.get(pk=other.pk))
    close_round(round=round, by=lena)
    with pytest.raises(Refused, match="closed already"):
        releasing.move_release(round=Round.objects.get(), to=timezone.now(), by=lena)


def test_by_clicking_from_a_day_on(client, lena, round):
    client.force_login(lena)
    page = f"/rounds/{round.public_id}/"
    assert "when the round is closed" in client.get(page).content.decode()
    today = timezone.localdate()
    past = client.post(f"{page}release/", {"resolutions_from": today - TOMORROW}, follow=True)
    assert "This day is past" in past.content.decode()
    client.post(f"{page}release/", {"resolutions_from": today + TOMORROW})
    opens = timezone.localtime(Round.objects.get().resolutions_from)
    assert (opens.date(), opens.hour) == (today + TOMORROW, 0)
    client.post(f"{page}release/", {"resolutions_from": today})
    shown = client.get(page).content.decode()
    assert "Since" in shown and "Open resolutions at another time" not in shown
    assert client.get(f"{page}release/").status_code == 405


def test_a_new_round_says_from_when_on(client, lena, ben, chloe):
    from synthesis.models import Run
    from tests.review.factories import published_rubric

    pairs, rubric = published_pairs(), published_rubric()
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=pairs)
    made_instances(2, pairs, run=run, origin="run")
    client.force_login(lena)
    day = timezone.localdate() + TOMORROW
    client.post("/rounds/new/", {
        "name": "First", "runs": [run.public_id], "reviewers": [ben.public_id, chloe.public_id],
        "pairs_version": pairs.pk, "rubric_version": rubric.pk, "overlap": 2, "unaided_share": 20,
        "resolutions_from": day,
    })  # fmt: skip
    round = Round.objects.get()
    assert timezone.localtime(round.resolutions_from).date() == day
    event = TrailEvent.objects.get(verb="review.make_round")
    assert event.after["resolutions_from"] == round.resolutions_from.isoformat(timespec="minutes")

"""Sessions change hands: what somebody skipped or does not get to is read by somebody else, and no item settles with
fewer readers than it was to have.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import Grant, Role
from accounts.roles import Refused
from review import handing_on, reports
from review.flags import waiting
from review.label_studio import removing
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Decision, RawAnnotation, Reading, Return, SeatProject
from review.raters import rater_for
from review.rounds import CannotMakeRound, close_round, make_round
from synthesis.models import Mark
from synthesis.models.marks import MarkKind
from tests.conftest import person
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import (
    judge,
    made_instances,
    published_pairs,
    published_rubric,
    reads,
    round_of,
    says,
    standings,
)
from tests.review.studio import desk, submit


@pytest.fixture
def noor(db):
    return person("Noor", Role.ANNOTATOR)


@pytest.fixture
def at_once(monkeypatch):
    """What was given back leaves its queue with the next sync."""
    monkeypatch.setattr(removing, "GRACE", timedelta(0))


@pytest.fixture
def trio(ben, chloe, noor, lena):
    """Six sessions, each read by two of Ben, Chloe and Noor."""
    return round_of(6, [ben, chloe, noor], lena, overlap=2)


def seat(round, user):
    return round.seats.get(rater__user=user)


def readers(item) -> set[str]:
    kept = item.readings.kept().select_related("seat__rater__user")
    return {reading.seat.rater.user.name for reading in kept}


def test_what_a_reviewer_does_not_get_to_goes_to_those_who_have_not_read_it(trio, ben, chloe, noor, lena):
    hers = seat(trio, ben).readings.all()
    judged = hers.first()
    judge(judged.item, ben, says())
    handed = handing_on.hand_on(seat=seat(trio, ben), by=lena)
    assert (handed.on, handed.left) == (3, 0)
    for item in trio.items.all():
        assert len(readers(item)) == 2 and item.readings.planned().count() == 2
        assert ("Ben" in readers(item)) == (item == judged.item)
    assert Decision.objects.get().reading == judged
    made = Reading.objects.filter(replaces__isnull=False)
    assert made.count() == 3 and all(one.content_hash and one.send_state == "planned" for one in made)
    assert len({one.external_id for one in Reading.objects.all()}) == Reading.objects.count()
    assert handing_on.hand_on(seat=seat(trio, ben), by=lena) == handing_on.Handed(0, 0)


def test_what_nobody_else_may_read_stays_with_its_reader_until_somebody_may(round, ben, chloe, noor, lena):
    item = round.items.first()
    judge(item, chloe, says())
    assert handing_on.hand_on(seat=seat(round, ben), by=lena) == handing_on.Handed(0, 4)
    assert not Return.objects.exists() and [row.left for row in reports.desk_of(ben)] == [4]
    assert handing_on.seat_more(round=round, raters=[rater_for(noor)], by=lena) == handing_on.Handed(0, 0)
    assert handing_on.hand_on(seat=seat(round, ben), by=lena) == handing_on.Handed(4, 0)
    assert SeatProject.objects.filter(seat=seat(round, noor)).count() == 1
    assert standings(item) == {"verdict": ("open", None)}
    judge(item, noor, says())
    assert standings(item) == {"verdict": ("settled", "accept")}


def test_a_reviewer_gives_back_what_she_skipped_and_says_nothing(trio, ben, lena, client, at_once):
    studio = FakeLabelStudio()
    send(trio, studio)
    session = desk(studio, ben)
    first, second, *_ = seat(trio, ben).readings.order_by("order")
    for reading in (first, second):
        session.skip(reading.task_id)
    sync_all(studio)
    client.force_login(ben)
    page = client.get(reverse("desk")).content.decode()
    assert "You skipped 2 sessions of “November”." in page
    client.post(reverse("seat_give_back", args=[seat(trio, ben).public_id]))
    assert set(Return.objects.values_list("reading", "by")) == {(first.pk, ben.pk), (second.pk, ben.pk)}
    assert [row.left for row in reports.desk_of(ben)] == [2]
    assert "You skipped" not in client.get(reverse("desk")).content.decode()
    # Out of her queue, and in that of another.
    sync_all(studio)
    assert {first.task_id, second.task_id} & set(
        studio.task_ids(SeatProject.objects.get(seat=first.seat).project_id)
    ) == set()
    assert not Reading.objects.filter(send_state="planned").exists()
    assert set(Return.objects.values_list("reading__send_state", flat=True)) == {"removed"}


def test_a_judgement_that_comes_after_all_is_kept_and_not_counted(trio, ben, lena, at_once):
    studio = FakeLabelStudio()
    send(trio, studio)
    reading = seat(trio, ben).readings.first()
    session = desk(studio, ben)
    handing_on.hand_on(seat=seat(trio, ben), by=lena)
    studio._now = datetime(2100, 1, 1, tzinfo=UTC)
    submit(session, reading.item, ben, says("reject"))
    assert sync_all(studio).decided == 0
    assert RawAnnotation.objects.get().uncounted == "Given back before; it is another's to judge."
    # What was judged is never deleted there.
    assert reading.task_id in studio.tasks and not sync_all(studio).failing
    assert sync_all(studio).new == 0


def test_what_was_judged_before_it_is_handed_on_counts_whenever_it_arrives(trio, ben, lena, at_once):
    studio = FakeLabelStudio()  # its clock is far behind ours
    send(trio, studio)
    reading = seat(trio, ben).readings.first()
    submit(desk(studio, ben), reading.item, ben, says("reject", unsafe=True))
    assert handing_on.hand_on(seat=seat(trio, ben), by=lena).on == 4, "nobody has read Label Studio yet"
    assert sync_all(studio).decided == 1
    assert Decision.objects.get().reading == reading and waiting.of_round(trio).get().item == reading.item
    assert reading.task_id in studio.tasks
    # It has one reader more now, and no fewer are wanted.
    assert reading.item.readings.planned().count() == 2 and "Ben" in readers(reading.item)
    (row,) = [one for one in reports.progress(trio) if one.pk == reading.seat_id]
    assert (row.total, row.judged) == (1, 1)


def test_what_is_on_its_way_when_it_is_given_back_goes_no_further(trio, ben, lena):
    studio = FakeLabelStudio()
    mine = seat(trio, ben).readings
    mine.update(send_state="sending")
    handing_on.hand_on(seat=seat(trio, ben), by=lena)
    send(trio, studio, grace=timedelta(0))
    sent = {task["data"]["external_id"] for task in studio.tasks.values()}
    assert not sent & {str(one.external_id) for one in mine.all()} and sent


def test_one_task_that_cannot_be_removed_keeps_none_of_the_others(trio, ben, lena, at_once):
    class Stubborn(FakeLabelStudio):
        def remove_unjudged(self, task_id):
            if task_id == stuck:
                raise KeyError("something odd")
            return super().remove_unjudged(task_id)

    studio = Stubborn()
    send(trio, studio)
    tasks = list(seat(trio, ben).readings.values_list("task_id", flat=True))
    stuck = tasks[0]
    handing_on.hand_on(seat=seat(trio, ben), by=lena)
    assert not sync_all(studio).failing
    assert set(tasks) & set(studio.tasks) == {stuck}


def test_nothing_is_removed_before_what_was_judged_by_then_has_been_read(trio, ben, lena):
    studio = FakeLabelStudio()
    send(trio, studio)
    tasks = set(seat(trio, ben).readings.values_list("task_id", flat=True))
    handing_on.hand_on(seat=seat(trio, ben), by=lena)
    sync_all(studio)
    assert tasks <= set(studio.tasks), "not for two minutes"


def test_sessions_at_risk_go_only_to_those_who_are_qualified(ben, chloe, noor, dan, lena):
    amal = person("Amal", Role.ANNOTATOR)
    for user in (ben, chloe, amal):
        reads(user, "ideation")
    version = published_pairs()
    (instance,) = made_instances(1, version)
    Mark.objects.create(
        instance=instance, kind=MarkKind.TIER, tier="ideation", by_machine="rule", reason="words"
    )
    round = make_round(
        name="November", instances=[instance], raters=[rater_for(user) for user in (ben, chloe, noor)], by=lena,
        pairs_version=version, rubric_version=published_rubric(), overlap=2,
    )  # fmt: skip
    assert handing_on.hand_on(seat=seat(round, ben), by=lena) == handing_on.Handed(0, 1), (
        "Noor is not qualified"
    )
    handing_on.seat_more(round=round, raters=[rater_for(amal)], by=lena)
    assert handing_on.hand_on(seat=seat(round, ben), by=lena) == handing_on.Handed(1, 0)


def test_nobody_gets_a_session_twice_however_often_it_changes_hands(trio, ben, chloe, noor, lena):
    for who in (ben, chloe, noor):
        handing_on.hand_on(seat=seat(trio, who), by=lena)
    pairs = list(Reading.objects.values_list("item__instance", "seat"))
    assert len(pairs) == len(set(pairs))
    for item in trio.items.all():
        assert item.readings.planned().count() == 2


def test_two_who_are_seated_later_share_all_that_two_gave_back(round, ben, chloe, noor, lena):
    omar = person("Omar", Role.ANNOTATOR)
    studio = FakeLabelStudio()
    send(round, studio)
    for who in (ben, chloe):
        for reading in seat(round, who).readings.all():
            desk(studio, who).skip(reading.task_id)
    sync_all(studio)
    for who, left in ((ben, 4), (chloe, 8)):
        assert handing_on.give_back_skipped(seat=seat(round, who), by=who) == handing_on.Handed(0, left)
    handed = handing_on.seat_more(round=round, raters=[rater_for(noor), rater_for(omar)], by=lena)
    assert handed == handing_on.Handed(8, 0)
    assert all(readers(item) == {"Noor", "Omar"} for item in round.items.all())


def test_what_waits_goes_to_whoever_of_those_seated_comes_to_be_able_to_read_it(ben, chloe, noor, lena):
    pairs = published_pairs()
    round = round_of(
        0,
        [ben, chloe, noor],
        lena,
        pairs_version=pairs,
        instances=made_instances(1, pairs),
        overlap=1,
        doubly_read=1,
    )
    (reading,) = Reading.objects.all()
    Mark.objects.create(
        instance=reading.item.instance, kind=MarkKind.TIER, tier="ideation", by_machine="rule", reason="words"
    )
    other, third = {ben, chloe, noor} - {reading.seat.rater.user}
    assert handing_on.hand_on(seat=reading.seat, by=lena) == handing_on.Handed(0, 1)
    # The first becomes its second reader, as it carries a tier now; the next takes it from the one who may not read it.
    reads(other, "ideation")
    assert reading.item.readings.planned().count() == 2
    reads(third, "ideation")
    assert handing_on.hand_on(seat=reading.seat, by=lena) == handing_on.Handed(1, 0)
    assert handing_on.place_waiting(round=round, by=lena) == handing_on.Handed(0, 0)


def test_nobody_who_knows_how_it_was_judged_is_seated_later(round, ben, chloe, noor, dan, lena):
    judge(round.items.first(), ben, says())
    Grant.objects.create(user=noor, role=Role.ADJUDICATOR)
    with pytest.raises(CannotMakeRound, match="may have seen"):
        handing_on.seat_more(round=round, raters=[rater_for(noor)], by=lena)


def test_a_session_that_is_held_meanwhile_goes_to_nobody_new(trio, ben, lena):
    reading = seat(trio, ben).readings.first()
    Mark.objects.create(instance=reading.item.instance, kind=MarkKind.HELD, by=lena, reason="Look at it.")
    assert handing_on.hand_on(seat=seat(trio, ben), by=lena) == handing_on.Handed(3, 1)
    assert not Return.objects.filter(reading=reading).exists()


def test_who_may_hand_on_give_back_and_seat(round, ben, chloe, noor, lena):
    her = seat(round, ben)
    for other in (ben, chloe):
        with pytest.raises(Refused):
            handing_on.hand_on(seat=her, by=other)
    for other in (chloe, lena):
        with pytest.raises(Refused):
            handing_on.give_back_skipped(seat=her, by=other)
    with pytest.raises(Refused):
        handing_on.seat_more(round=round, raters=[rater_for(noor)], by=ben)
    leading = person("Lara", Role.LEAD, Role.ANNOTATOR)
    own = round_of(
        2, [leading, ben], lena, pairs_version=round.pairs_version, rubric_version=round.rubric_version
    )
    with pytest.raises(Refused, match="You judge in this round"):
        handing_on.hand_on(seat=seat(own, ben), by=leading)
    assert handing_on.hand_on(seat=seat(own, leading), by=leading) == handing_on.Handed(0, 2)


def test_what_stands_against_a_further_seat_is_said(round, ben, noor, dan, lena):
    for raters, why in (
        ([], "Choose at least one"),
        ([rater_for(ben)], "has a seat"),
        ([rater_for(dan)], "not an annotator"),
    ):
        with pytest.raises(CannotMakeRound, match=why):
            handing_on.seat_more(round=round, raters=raters, by=lena)
    close_round(round=round, by=lena)
    with pytest.raises(Refused, match="closed"):
        handing_on.seat_more(round=round, raters=[rater_for(noor)], by=lena)
    with pytest.raises(Refused, match="closed"):
        handing_on.hand_on(seat=seat(round, ben), by=lena)
    assert not Return.objects.exists() and round.seats.count() == 2


def test_the_lead_hands_on_and_seats_from_the_rounds_page(round, ben, chloe, noor, lena, client):
    client.force_login(lena)
    address = reverse("round", args=[round.public_id])
    page = client.get(address).content.decode()
    assert page.count("Hand on what is left") == 2 and "Noor" in page
    hand_on = reverse("seat_hand_on", args=[seat(round, ben).public_id])
    answer = client.post(hand_on, follow=True).content.decode()
    assert "4 sessions can be read by nobody else who is seated." in answer
    seats = reverse("round_seats", args=[round.public_id])
    assert "Seated." in client.post(seats, {"reviewers": [noor.public_id]}, follow=True).content.decode()
    answer = client.post(hand_on, follow=True).content.decode()
    assert "4 sessions went to other reviewers." in answer
    for words in ("Handed sessions on to other reviewers", "Seated more reviewers", "From the desk of: Ben"):
        assert words in answer
    for odd in ({}, {"reviewers": [noor.public_id]}, {"reviewers": ["x"]}):
        refused = client.post(seats, odd, follow=True).content.decode()
        assert "Choose at least one reviewer who has no seat here yet." in refused


def test_what_waits_is_told_to_the_lead_and_to_no_lead_who_judges(round, ben, chloe, lena, client):
    studio = FakeLabelStudio()
    send(round, studio)
    desk(studio, ben).skip(seat(round, ben).readings.first().task_id)
    sync_all(studio)
    handing_on.give_back_skipped(seat=seat(round, ben), by=ben)
    address = reverse("round", args=[round.public_id])
    client.force_login(lena)
    assert "1 session was given back and waits for a reader" in client.get(address).content.decode()
    placed = client.post(reverse("round_place", args=[round.public_id]), follow=True).content.decode()
    assert "1 session can be read by nobody else who is seated." in placed
    Grant.objects.create(user=chloe, role=Role.LEAD)
    client.force_login(chloe)
    page = client.get(address).content.decode()
    assert "given back" not in page
    done = client.post(reverse("round_place", args=[round.public_id]), follow=True).content.decode()
    assert "Done." in done and "nobody else" not in done


def test_what_is_handed_on_comes_in_an_order_that_tells_nothing(ben, noor, lena):
    round = round_of(40, [ben, noor], lena, overlap=1, unaided_share=0)
    assert handing_on.hand_on(seat=seat(round, ben), by=lena) == handing_on.Handed(20, 0)
    new = seat(round, noor).readings.filter(replaces__isnull=False).order_by("order")
    positions = list(new.values_list("item__position", flat=True))
    assert len(positions) == 20 and positions != sorted(positions)


def test_what_is_handed_on_goes_to_nobody_who_has_as_many_as_she_may(ben, chloe, lena):
    amal = person("Amal", "annotator")
    round = round_of(9, [ben, chloe, amal], lena, overlap=1, most_each=4, unaided_share=0)
    handed = handing_on.hand_on(seat=round.seats.get(rater__user=ben), by=lena)
    assert (handed.on, handed.left) == (2, 1)
    for somebody in (chloe, amal):
        assert Reading.objects.filter(seat__round=round, seat__rater__user=somebody).count() == 4

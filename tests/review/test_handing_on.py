"""Sessions change hands: what somebody skipped or does not get to is read by somebody else, and no item settles with
fewer readers than it was to have.
"""

import pytest
from django.urls import reverse

from accounts.models import ReviewerRecord, Role
from accounts.roles import Refused
from review import handing_on, reports
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
    round_of,
    says,
    standings,
)
from tests.review.studio import desk, submit


@pytest.fixture
def noor(db):
    return person("Noor", Role.ANNOTATOR)


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
    assert (handed.on, handed.waiting) == (3, 0)
    for item in trio.items.all():
        assert len(readers(item)) == 2 and item.readings.planned().count() == 2
        assert ("Ben" in readers(item)) == (item == judged.item)
    assert Decision.objects.get().reading == judged
    made = Reading.objects.filter(replaces__isnull=False)
    assert made.count() == 3 and all(one.content_hash and one.send_state == "planned" for one in made)
    assert len({one.external_id for one in Reading.objects.all()}) == Reading.objects.count()
    assert handing_on.hand_on(seat=seat(trio, ben), by=lena) == handing_on.Handed(0, 0)


def test_with_nobody_left_to_read_it_a_session_waits_and_settles_with_no_fewer(round, ben, chloe, noor, lena):
    item = round.items.first()
    judge(item, chloe, says())
    handed = handing_on.hand_on(seat=seat(round, ben), by=lena)
    assert (handed.on, handed.waiting) == (0, 4)
    assert standings(item) == {"verdict": ("open", None)}
    assert handing_on.seat_more(round=round, raters=[rater_for(noor)], by=lena) == handing_on.Handed(4, 0)
    assert SeatProject.objects.filter(seat=seat(round, noor)).count() == 1
    judge(item, noor, says())
    assert standings(item) == {"verdict": ("settled", "accept")}


def test_a_reviewer_gives_back_what_she_skipped_and_says_nothing(trio, ben, lena, client):
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


def test_a_judgement_that_comes_after_all_is_kept_and_not_counted(trio, ben, lena):
    studio = FakeLabelStudio()
    send(trio, studio)
    reading = seat(trio, ben).readings.first()
    session = desk(studio, ben)
    handing_on.hand_on(seat=seat(trio, ben), by=lena)
    submit(session, reading.item, ben, says("reject"))
    assert sync_all(studio).decided == 0
    assert RawAnnotation.objects.get().uncounted == "Given back before; it is another's to judge."
    # What was judged is never deleted there.
    assert reading.task_id in studio.tasks and not sync_all(studio).failing
    assert sync_all(studio).new == 0


def test_what_was_judged_just_before_it_is_handed_on_counts(trio, ben, chloe, lena):
    reading = seat(trio, ben).readings.first()
    judge(reading.item, ben, says())
    handing_on.hand_on(seat=seat(trio, ben), by=lena)
    assert not Return.objects.filter(reading=reading).exists()


def test_sessions_at_risk_go_only_to_those_who_are_qualified(ben, chloe, noor, dan, lena):
    amal = person("Amal", Role.ANNOTATOR)
    for user in (ben, chloe, amal):
        ReviewerRecord.objects.create(
            user=user, n=2, profession="psychiatrist", terms_version="1", risk_qualified=True
        )
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
    assert handing_on.seat_more(round=round, raters=[rater_for(amal)], by=lena) == handing_on.Handed(1, 0)


def test_nobody_gets_a_session_twice_however_often_it_changes_hands(trio, ben, chloe, noor, lena):
    for who in (ben, chloe, noor):
        handing_on.hand_on(seat=seat(trio, who), by=lena)
    pairs = list(Reading.objects.values_list("item__instance", "seat"))
    assert len(pairs) == len(set(pairs))
    for item in trio.items.all():
        assert item.readings.planned().count() == 2


def test_of_two_readings_of_one_session_that_wait_a_new_reader_gets_one(round, ben, chloe, noor, lena):
    for who in (ben, chloe):
        handing_on.hand_on(seat=seat(round, who), by=lena)
    assert handing_on.seat_more(round=round, raters=[rater_for(noor)], by=lena) == handing_on.Handed(4, 4)


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
    assert handing_on.hand_on(seat=seat(own, leading), by=leading).waiting == 2


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
    answer = client.post(reverse("seat_hand_on", args=[seat(round, ben).public_id]), follow=True)
    assert "4 wait until somebody is seated" in answer.content.decode()
    assert "4 sessions were given back and wait for a reader" in answer.content.decode()
    answer = client.post(
        reverse("round_seats", args=[round.public_id]), {"reviewers": [noor.public_id]}, follow=True
    )
    assert "4 sessions went to other reviewers." in answer.content.decode()
    assert "wait for a reader" not in answer.content.decode()
    for words in ("Handed sessions on to other reviewers", "Seated more reviewers"):
        assert words in answer.content.decode()
    refused = client.post(reverse("round_seats", args=[round.public_id]), {}, follow=True)
    assert "Choose at least one reviewer." in refused.content.decode()

"""What readers are spared: they say what they read and how much, and are told before they read it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Grant, Role, TrailEvent
from accounts.roles import Refused
from review import handing_on, reports
from review.label_studio.gateway import passes, reach
from review.label_studio.sending import send
from review.label_studio.syncing import sync_round
from review.matching import carried
from review.models import Reading, Return, SeatProject, Wish
from review.rounds import CannotMakeRound
from review.welfare import choosing, notices, providing
from synthesis.models import Instance, Mark, Tier
from tests.conftest import person
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import (
    carries,
    client_profile,
    judge,
    made_instances,
    published_pairs,
    published_rubric,
    reads,
    round_of,
    says,
)
from tests.review.studio import desk


@pytest.fixture
def noor(db):
    return person("Noor", Role.ANNOTATOR)


@pytest.fixture
def risky(ben, chloe, noor, lena):
    """Three sessions, the first of which speaks of abuse; all are read by two, and Noor has said nothing yet."""
    for user in (ben, chloe):
        reads(user, "abuse", "ideation")
    pairs = published_pairs()
    instances = made_instances(3, pairs)
    carries(instances[0], "abuse")
    return round_of(0, [ben, chloe, noor], lena, pairs_version=pairs, instances=instances, overlap=2)


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


def holder_of(seat) -> passes.Holder:
    return passes.Holder(seat.rater_id, seat.projects.first().server_id, 0, 0, "", "en")


def held(user) -> set[int]:
    return set(
        Reading.objects.undecided().filter(seat__rater__user=user).values_list("item__instance", flat=True)
    )


def first() -> Instance:
    return Instance.objects.order_by("pk").first()


# What she reads.


def test_a_session_at_risk_goes_only_to_those_who_said_that_they_read_such(ben, chloe, lena):
    pairs = published_pairs()
    (instance,) = made_instances(1, pairs)
    carries(instance, "abuse")
    given = {"pairs_version": pairs, "rubric_version": published_rubric(), "instances": [instance]}
    reads(ben, "abuse")
    reads(chloe, "ideation")  # qualified, and she reads something else
    with pytest.raises(CannotMakeRound, match="at least 2 of them; here: Ben."):
        round_of(0, [ben, chloe], lena, **given)
    choosing.choose(reads=["abuse", "ideation"], daily_cap=None, by=chloe)
    carries(instance, "ideation")
    with pytest.raises(CannotMakeRound, match="here: Chloe."):
        round_of(0, [ben, chloe], lena, **given)


def test_who_says_that_she_reads_it_must_be_qualified_too(ben, chloe, lena):
    pairs = published_pairs()
    (instance,) = made_instances(1, pairs)
    carries(instance, "abuse")
    for user in (ben, chloe):
        choosing.choose(reads=["abuse"], daily_cap=None, by=user)
    with pytest.raises(CannotMakeRound, match="here: nobody"):
        round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=[instance])


def test_what_she_no_longer_reads_leaves_her_queue_at_once_and_she_is_asked_nothing(
    risky, ben, chloe, noor, client
):
    assert first().pk in held(ben)
    client.force_login(ben)
    answer = client.post(reverse("wishes"), {"reads": ["ideation"], "daily_cap": ""}, follow=True)
    assert "You may change it on any day." in words(answer) and "speaks of abuse" not in words(answer)
    assert first().pk not in held(ben) and first().pk in held(chloe)
    # By nobody, and without a reason: who may read the trail does not read whose it was.
    assert Return.objects.get().by is None
    assert Reading.objects.waiting().get().item.instance == first(), "Noor may not read it"
    event = risky_trail(risky)
    assert event.by is None and event.after == {"sessions": 1, "handed_on": 0, "waiting": 1}
    # As soon as somebody who is seated may read it, it is hers.
    reads(noor, "abuse")
    assert first().pk in held(noor) and not Reading.objects.waiting().exists()


def risky_trail(round):
    return TrailEvent.objects.of("round", str(round.public_id)).get(verb="review.rematch")


def test_what_she_judged_before_stays_hers(risky, ben):
    item = risky.items.get(instance=first())
    judge(item, ben, says())
    choosing.choose(reads=[], daily_cap=None, by=ben)
    assert not Return.objects.exists() and item.decisions.get().rater.user == ben


def test_what_she_says_is_dated_and_never_rewritten(ben):
    choosing.choose(reads=["abuse"], daily_cap=5, by=ben)
    choosing.choose(reads=["abuse"], daily_cap=5, by=ben)
    choosing.choose(reads=[], daily_cap=None, by=ben)
    assert list(Wish.objects.order_by("n").values_list("n", "reads", "daily_cap")) == [
        (1, ["abuse"], 5),
        (2, [], None),
    ]
    for change in (Wish.objects.all().delete, lambda: Wish.objects.update(reads=["abuse"])):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_only_a_reviewer_says_so_and_of_what_there_is(lena, ben):
    with pytest.raises(Refused):
        choosing.choose(reads=[], daily_cap=None, by=lena)
    for wrong in ({"reads": ["none"], "daily_cap": None}, {"reads": [], "daily_cap": 0}):
        with pytest.raises(ValidationError):
            choosing.choose(**wrong, by=ben)
    assert set(notices.NOTICES) == set(Tier.values) - {"none"}


# A tier that is raised later.


@pytest.mark.parametrize("raised_on", ["instance", "profile"])
def test_a_tier_raised_while_readings_are_open_takes_them_from_those_who_do_not_read_it(
    risky, ben, chloe, noor, lena, raised_on, client
):
    second = Instance.objects.order_by("pk")[1]
    item = risky.items.get(instance=second)
    before = {r.seat.rater.user for r in item.readings.all()}
    studio = FakeLabelStudio()
    sync_round(risky, studio)
    if raised_on == "instance":
        carries(second, "harm-to-others")
    else:
        Mark.objects.create(
            profile=second.profile, kind="tier", tier="harm-to-others", by=lena, reason="Read it."
        )
    assert len(before) == 2 and not any(
        reach.may_open_task(holder_of(r.seat), r.task_id) for r in item.readings.all()
    )
    sync_round(risky, studio)
    assert all(second.pk not in held(user) for user in (ben, chloe, noor))
    waits = Reading.objects.waiting().filter(item=item).count()
    assert waits == 2
    client.force_login(lena)
    assert "wait for a reader: seat somebody who may read them" in words(
        client.get(reverse("round", args=[risky.public_id]))
    )
    # Nothing settles with fewer readers meanwhile, and a second look does nothing.
    assert item.readings.planned().count() == 2
    returned = Return.objects.count()
    sync_round(risky, studio)
    assert Return.objects.count() == returned


def test_a_session_read_by_one_gets_a_second_reader_when_a_tier_is_raised(ben, chloe, noor, lena):
    pairs = published_pairs()
    instances = made_instances(2, pairs)
    round = round_of(0, [ben, chloe, noor], lena, pairs_version=pairs, instances=instances, overlap=1)
    item, other = (round.items.get(instance=one) for one in instances)
    assert handing_on.rematch(round=round) is None
    for user in (ben, chloe, noor):
        reads(user, "abuse")
    carries(item.instance, "abuse")
    assert handing_on.rematch(round=round) == handing_on.Handed(on=1, left=0)
    readers = {r.seat.rater.user for r in item.readings.planned()}
    assert len(readers) == 2 and other.readings.planned().count() == 1
    assert handing_on.rematch(round=round) is None
    one, two = readers
    judge(item, one, says())
    assert {s.state for s in item.standings.all()} == {"open"}
    judge(item, two, says())
    assert {s.state for s in item.standings.all()} == {"settled"}


def test_where_nobody_may_be_the_second_the_round_is_left_as_it_is(ben, chloe, lena):
    pairs = published_pairs()
    round = round_of(
        0, [ben, chloe], lena, pairs_version=pairs, instances=made_instances(1, pairs), overlap=1
    )
    item = round.items.get()
    own = item.readings.get().seat.rater.user
    reads(own, "abuse")
    carries(item.instance, "abuse")
    assert handing_on.rematch(round=round) is None and item.readings.planned().count() == 1
    reads(ben if own == chloe else chloe, "abuse")  # which matches the round anew
    assert handing_on.rematch(round=round) is None and item.readings.planned().count() == 2


def test_a_tier_that_was_lowered_takes_nothing(risky, noor):
    item = risky.items.filter(readings__seat__rater__user=noor).first()
    raised = carries(item.instance, "abuse")
    Mark.objects.create(
        instance=item.instance, kind="tier", tier="none", by_machine="-", reason="Read it.", lowers=raised
    )
    assert handing_on.rematch(round=risky) is None and item.instance_id in held(noor)


def test_of_a_client_counts_what_the_session_does_not_say_itself(db):
    pairs = published_pairs()
    abused = client_profile("sam", tier="abuse")
    own, imported = made_instances(2, pairs, profiles=[abused])
    mark = Mark.objects.create(
        instance=own, kind="tier", tier="abuse", by_machine="profile", reason="The client's."
    )
    Mark.objects.create(
        instance=own, kind="tier", tier="none", by_machine="-", reason="Not here.", lowers=mark
    )
    assert carried(Instance.objects.all()) == {imported.pk: {"abuse"}}
    Mark.objects.create(profile=abused, kind="tier", tier="ideation", by_machine="-", reason="Since then.")
    assert carried(Instance.objects.all()) == {own.pk: {"ideation"}, imported.pk: {"abuse", "ideation"}}


# Notices.


def test_the_desk_says_how_many_of_the_sessions_ahead_speak_of_what(risky, ben, noor, client):
    client.force_login(ben)
    page = words(client.get(reverse("desk")))
    assert "1 speaks of abuse" in page and "suicide" not in page
    judge(risky.items.get(instance=first()), ben, says())
    assert "speaks of" not in words(client.get(reverse("desk")))
    client.force_login(noor)
    assert "nothing said yet" in words(client.get(reverse("desk")))


def test_a_task_is_announced_by_what_is_in_force_and_by_nothing_else(risky, ben, chloe):
    send(risky, FakeLabelStudio())
    reading = Reading.objects.get(seat__rater__user=ben, item__instance=first())
    assert reach.about_task(holder_of(reading.seat), reading.task_id) == (str(reading.external_id), ["abuse"])
    hers = Reading.objects.get(seat__rater__user=chloe, item__instance=first())
    assert reach.about_task(holder_of(reading.seat), hers.task_id) == ("", [])
    Mark.objects.create(
        instance=first(),
        kind="tier",
        tier="none",
        by_machine="-",
        reason="Read it.",
        lowers=Mark.objects.get(),
    )
    assert reach.about_task(holder_of(reading.seat), reading.task_id)[1] == []


def test_the_number_of_queries_of_the_desk_does_not_grow_with_the_sessions(
    ben, chloe, lena, client, django_assert_max_num_queries
):
    for user in (ben, chloe):
        reads(user, *notices.NOTICES)
    counted, pairs = [], published_pairs()
    rubric = None
    for n in (2, 12):
        instances = made_instances(n, pairs)
        for instance in instances:
            carries(instance, "abuse")
        more = {"rubric_version": rubric} if rubric else {}
        rubric = round_of(
            0, [ben, chloe], lena, pairs_version=pairs, instances=instances, **more
        ).rubric_version
        client.force_login(ben)
        with django_assert_max_num_queries(40) as asked:
            client.get(reverse("desk"))
        counted.append(len(asked))
    assert counted[0] == counted[1]


# How much in a day.


def test_sessions_are_counted_on_the_day_on_which_they_were_judged_first(round, ben):
    one, two, three, _four = round.items.all()
    judge(one, ben, says())
    judge(one, ben, says("reject"), minutes=1)  # the same session, thought over
    judge(two, ben, says(), minutes=-60 * 24)
    assert choosing.judged_today(ben) == 1
    judge(three, ben, says())
    assert choosing.judged_today(ben) == 2


def test_at_her_limit_the_desk_thanks_her_and_what_she_judges_still_counts(round, ben, client, settings):
    settings.LABEL_STUDIO_GATEWAY_URL = "https://judge.example.org"
    studio = FakeLabelStudio()
    send(round, studio)
    rater = round.seats.get(rater__user=ben).rater_id
    choosing.choose(reads=[], daily_cap=1, by=ben)
    client.force_login(ben)
    assert "0 of at most 1 judged today" in words(client.get(reverse("desk"))) and not reach.has_had_enough(
        rater
    )
    one, two, *_ = round.items.all()
    judge(one, ben, says())
    page = words(client.get(reverse("desk")))
    assert "You have judged 1 session today, which is as much as was set for a day. Thank you." in page
    assert "If I have begun one here, open it" in page and "Judge the next one" not in page
    assert reach.has_had_enough(rater)
    assert judge(two, ben, says()).pk, "what was open is finished, and counts"
    choosing.choose(reads=[], daily_cap=None, by=ben)
    assert not reach.has_had_enough(rater)


def test_the_study_sets_a_limit_that_nobody_goes_over(round, ben, lena):
    choosing.choose(reads=[], daily_cap=30, by=ben)
    providing.provide(contact_name="", contact_reach="", daily_ceiling=20, by=lena)
    assert choosing.cap_of(ben) == 20
    with pytest.raises(ValidationError, match="nobody judges more than 20 a day"):
        choosing.choose(reads=[], daily_cap=21, by=ben)
    choosing.choose(reads=[], daily_cap=3, by=ben)
    assert choosing.cap_of(ben) == 3
    with pytest.raises(Refused):
        providing.provide(contact_name="", contact_reach="", daily_ceiling=None, by=ben)


def test_what_is_left_for_her_is_in_her_order_and_what_she_skipped_comes_last(risky, ben, chloe):
    studio = FakeLabelStudio()
    send(risky, studio)
    project = SeatProject.objects.get(seat__round=risky, seat__rater__user=ben)
    order = list(
        Reading.objects.filter(seat=project.seat).order_by("order").values_list("task_id", flat=True)
    )
    desk(studio, ben).skip(order[0])
    sync_round(risky, studio)
    hers = holder_of(project.seat)
    assert reach.left(hers, project.project_id, 8) == [*order[1:], order[0]]
    # What was raised a moment ago is not offered, though no sync has been.
    task = Reading.objects.get(seat=project.seat, task_id=order[-1])
    carries(task.item.instance, "harm-to-others")
    assert order[-1] not in reach.left(hers, project.project_id, 8)
    assert [row.left for row in reports.desk_of(ben)] == [len(order)]


# Somebody to turn to.


def test_whom_readers_can_turn_to_is_set_by_a_lead_and_shown_to_them(client, round, lena, ben):
    client.force_login(lena)
    for address in (reverse("round_new"), reverse("settings")):
        assert "Nobody is named whom reviewers can turn to." in words(client.get(address))
    given = {"contact_name": "Dr <b>Okafor</b>", "contact_reach": "extension 12", "contact_text": "Any hour.",
             "daily_ceiling": "", "protocol": "Ring the clinic."}  # fmt: skip
    half = client.post(reverse("welfare_save"), given | {"contact_reach": ""})
    assert half.status_code == 400 and "Say how this person can be reached." in words(half)
    page = client.post(reverse("welfare_save"), given, follow=True)
    assert "Dr &lt;b&gt;Okafor&lt;/b&gt;, extension 12" in words(page)
    assert "Nobody is named" not in words(client.get(reverse("round_new")))
    assert "Somebody to turn to" in words(page) and "Okafor" not in str(
        list(page.context["acts"][0].lines)
    ), "the trail names nobody"
    client.force_login(ben)
    assert "Dr &lt;b&gt;Okafor&lt;/b&gt;, extension 12" in words(client.get(reverse("desk")))
    Grant.objects.filter(user=ben).delete()
    assert providing.contact().protocol == "Ring the clinic."


def test_a_day_is_hers_and_not_the_servers(round, ben):
    """Yesterday evening in London is today in Tokyo, and the other way round."""
    one = round.items.first()
    midnight_in_tokyo = (
        timezone.now()
        .astimezone(choosing.ZoneInfo("Asia/Tokyo"))
        .replace(hour=0, minute=0, second=0, microsecond=0)
    )
    minutes = (midnight_in_tokyo - timezone.now()) / timedelta(minutes=1)
    judge(one, ben, says(), minutes=minutes + 1)
    ben.time_zone = "Asia/Tokyo"
    assert choosing.judged_today(ben) == 1
    judge(round.items.last(), ben, says(), minutes=minutes - 1)
    assert choosing.judged_today(ben) == 1

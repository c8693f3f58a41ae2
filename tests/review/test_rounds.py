from collections import Counter
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ReviewerRecord
from accounts.roles import Refused
from guidelines.models import Version
from review.assignment import draw_unaided, unaided_count
from review.judged import Wording, content_hash
from review.models import Rater, Reading, Round, SeatProject
from review.raters import rater_for
from review.rounds import SESSIONS_AT_ONCE, CannotMakeRound, close_round, left_out_held, make_round
from review.workflow import NotCounted
from synthesis.models import Instance, Mark, Run
from tests.conftest import person
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
from tests.waiting import let_go_when_somebody_waits


@pytest.mark.parametrize("n, expected", [(9, 0), (10, 2), (40, 8), (60, 30), (200, 40)])
def test_the_share_read_without_the_draft(n, expected):
    assert unaided_count(n, 0.2) == expected
    assert len(draw_unaided(n, 0.2, seed=1)) == expected


def test_each_session_is_read_by_two_people_and_work_is_shared_evenly(ben, chloe, lena, db):
    amal = person("Amal", "annotator")
    round = round_of(31, [ben, chloe, amal], lena)
    per_item = Counter(Reading.objects.filter(seat__round=round).values_list("item", flat=True))
    per_seat = Counter(Reading.objects.filter(seat__round=round).values_list("seat", flat=True))
    assert set(per_item.values()) == {2} and len(per_item) == 31
    assert sum(per_seat.values()) == 62 and max(per_seat.values()) - min(per_seat.values()) <= 1


def test_readers_get_their_own_random_order(ben, chloe, lena):
    round = round_of(30, [ben, chloe], lena)
    orders = [
        list(seat.readings.order_by("order").values_list("item__position", flat=True))
        for seat in round.seats.all()
    ]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(30)) and orders[0] != orders[1]


def test_the_same_seed_draws_the_same_arms(ben, chloe, lena):
    pairs, rubric = published_pairs(), published_rubric()
    instances = made_instances(12, pairs)
    drawn = [
        list(round_of(0, [ben, chloe], lena, instances=instances, pairs_version=pairs,
                      rubric_version=rubric, seed=seed).items.values_list("instance", "arm"))
        for seed in (5, 5, 6)
    ]  # fmt: skip
    assert drawn[0] == drawn[1] != drawn[2]


def test_external_ids_and_hashes_cannot_be_matched_between_seats(ben, chloe, lena):
    round = round_of(5, [ben, chloe], lena)
    readings = Reading.objects.filter(seat__round=round)
    assert len(set(readings.values_list("external_id", flat=True))) == 10
    assert len(set(readings.values_list("content_hash", flat=True))) == 10


def test_a_seat_gets_a_project_for_each_form(ben, chloe, lena):
    round = round_of(10, [ben, chloe], lena)
    projects = SeatProject.objects.filter(seat__round=round)
    assert Counter(projects.values_list("form", flat=True)) == {"aided": 2, "unaided": 2}
    assert all(
        "premature-advice" in p.config and "feedback" not in p.config for p in projects.filter(form="unaided")
    )


def test_sessions_that_need_a_manual_check_look_like_any_other(round):
    assert Instance.objects.first().content["refinement"]["outcome"] == "needs_manual_check"
    assert round.items.count() == 4


def test_a_round_with_a_simulated_reader_is_a_rehearsal(ben, lena, db):
    robin = person("Robin", "annotator")
    ReviewerRecord.objects.create(user=robin, n=2, profession="simulated", terms_version="-", simulated=True)
    assert rater_for(robin).kind == "simulated"
    assert round_of(2, [ben, robin], lena).rehearsal is True


def test_a_round_of_people_is_no_rehearsal(round):
    assert round.rehearsal is False


def refused(match, people, lead, **options):
    with pytest.raises(CannotMakeRound, match=match):
        round_of(2, people, lead, **options)
    assert not Round.objects.exists() and not Reading.objects.exists()


def test_too_few_readers_are_refused(ben, lena):
    refused("read by 2 people, and 1 are chosen", [ben], lena)


def test_eve_cannot_be_seated(ben, eve, lena):
    refused("Eve is not an annotator", [ben, eve], lena)


def test_only_a_lead_makes_rounds(ben, chloe, dan):
    with pytest.raises(Refused, match="Only a lead"):
        round_of(2, [ben, chloe], dan)


def test_drafts_of_a_guideline_are_no_standard_to_judge_by(ben, chloe, lena):
    pairs = published_pairs()
    draft = Version.objects.create(guideline=pairs.guideline, serial=2)
    instances = made_instances(2, pairs)
    refused("not published", [ben, chloe], lena, pairs_version=draft, instances=instances)


def test_a_rubric_that_no_screen_can_show_is_refused(ben, chloe, lena):
    pairwise = published_rubric(scale="pairwise")
    refused("screen cannot be built.*compares two", [ben, chloe], lena, rubric_version=pairwise)


def test_a_rubric_is_no_list_of_mistakes(ben, chloe, lena):
    pairs, rubric = published_pairs(), published_rubric()
    refused(
        "another kind",
        [ben, chloe],
        lena,
        pairs_version=rubric,
        rubric_version=rubric,
        instances=made_instances(1, pairs),
    )


def test_a_preview_is_put_before_nobody(ben, chloe, lena):
    pairs, rubric = published_pairs(), published_rubric()
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=pairs, purpose="preview")
    (preview,) = made_instances(1, pairs, run=run, origin="run")
    refused(
        "made as a preview",
        [ben, chloe],
        lena,
        pairs_version=pairs,
        instances=[preview],
        rubric_version=rubric,
    )


def test_only_made_sessions_of_the_screens_recipe_are_judged(ben, chloe, lena):
    pairs = published_pairs()
    planned = made_instances(1, pairs, state="planned", content=None, digest="", made_at=None)
    refused(
        "is not made",
        [ben, chloe],
        lena,
        pairs_version=pairs,
        instances=planned,
        rubric_version=published_rubric(),
    )
    other = made_instances(1, pairs, recipe="growth")
    refused(
        "another recipe",
        [ben, chloe],
        lena,
        pairs_version=pairs,
        instances=other,
        rubric_version=Version.objects.get(guideline__kind="rubric"),
    )


def test_held_sessions_wait_and_released_ones_go(ben, chloe, lena):
    pairs, rubric = published_pairs(), published_rubric()
    instances = made_instances(2, pairs)
    Mark.objects.create(instance=instances[0], kind="held", by=lena, reason="Ask the ethics board.")
    given = {"pairs_version": pairs, "rubric_version": rubric, "instances": instances}
    first = round_of(0, [ben, chloe], lena, **given)
    assert [item.instance for item in first.items.all()] == [instances[1]] and left_out_held(first) == 1
    Mark.objects.create(instance=instances[0], kind="released", by=lena, reason="They agreed.")
    second = round_of(0, [ben, chloe], lena, **given)
    assert (second.items.count(), left_out_held(second)) == (2, 0)
    Mark.objects.create(profile=instances[0].profile, kind="held", by=lena, reason="Consent withdrawn.")
    with pytest.raises(
        CannotMakeRound, match=f"is held back .2; the first: {str(instances[0].public_id)[:8]} .Mira"
    ):
        round_of(0, [ben, chloe], lena, **given)


def test_the_page_of_a_round_says_how_many_held_sessions_stayed_out(ben, chloe, lena, log_in):
    pairs, rubric = published_pairs(), published_rubric()
    instances = made_instances(3, pairs)
    Mark.objects.create(
        instance=instances[0], kind="held", by_machine="quality", reason="A turn runs in a loop."
    )
    round = round_of(0, [ben, chloe], lena, pairs_version=pairs, rubric_version=rubric, instances=instances)
    said = log_in(lena).get(reverse("round", args=[round.public_id])).content.decode()
    assert "1 session that was held back was left out of this round." in said


def test_risk_sessions_go_to_two_qualified_readers_only(ben, chloe, lena, db):
    amal, bo = person("Amal", "annotator"), person("Bo", "annotator")
    pairs, rubric = published_pairs(), published_rubric()
    instances = made_instances(6, pairs)
    for instance in instances[:3]:
        Mark.objects.create(
            instance=instance, kind="tier", tier="ideation", by_machine="rule", reason="words"
        )
    reads(ben, "ideation")
    given = {"pairs_version": pairs, "rubric_version": rubric, "instances": instances, "overlap": 1}
    refused("at least 2 of them; here: Ben.", [ben, chloe, amal, bo], lena, **given)
    reads(chloe, "ideation")
    round = round_of(0, [ben, chloe, amal, bo], lena, **given)
    for item in round.items.all():
        readers = {r.seat.rater.user for r in item.readings.all()}
        if item.instance in instances[:3]:
            assert readers == {ben, chloe}
        else:
            assert len(readers) == 1


def test_closing_leaves_open_and_disputed_items_as_they_are(round, ben, chloe, lena, dan):
    settled, disputed, *_ = round.items.all()
    for person_, verdict in ((ben, "accept"), (chloe, "accept")):
        judge(settled, person_, says(verdict))
    for person_, verdict in ((ben, "accept"), (chloe, "reject")):
        judge(disputed, person_, says(verdict))
    with pytest.raises(Refused):
        close_round(round=round, by=dan)
    closed = close_round(round=round, by=lena)
    assert (closed.state, closed.closed_by) == ("closed", lena)
    assert (closed.items.settled().count(), closed.items.unsettled().count()) == (1, 3)
    with pytest.raises(Refused, match="closed already"):
        close_round(round=round, by=lena)


def test_sessions_are_read_some_at_a_time(ben, chloe, lena):
    pairs, rubric = published_pairs(), published_rubric()
    made_instances(SESSIONS_AT_ONCE + 20, pairs)
    given, whole = Instance.objects.all(), Counter()

    def watch(execute, sql, parameters, many, context):
        if '"synthesis_instance"."content"' in sql:
            whole[len(parameters)] += 1
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(watch):
        round = make_round(
            name="r", instances=given, raters=[rater_for(ben), rater_for(chloe)], by=lena,
            pairs_version=pairs, rubric_version=rubric,
        )  # fmt: skip
    assert whole == {SESSIONS_AT_ONCE: 1, 20: 1}
    wording = Wording()
    for reading in Reading.objects.filter(seat__round=round).select_related("item__instance__version"):
        assert reading.content_hash == content_hash(reading.external_id, wording.of(reading.item))


def test_rounds_are_numbered_one_after_the_other(ben, lena):
    pairs, rubric = published_pairs(), published_rubric()
    for _ in range(3):
        round_of(1, [ben], lena, overlap=1, pairs_version=pairs, rubric_version=rubric)
    assert sorted(Round.objects.values_list("serial", flat=True)) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite lets one transaction write at a time")
def test_a_judgement_that_waits_for_the_close_comes_too_late(round, item, ben, lena):
    locked, waits = Event(), Event()

    def close():
        try:
            with transaction.atomic():
                close_round(round=round, by=lena)
                locked.set()
                waits.wait(20)
        finally:
            connection.close()

    closing, watching = Thread(target=close), Thread(target=let_go_when_somebody_waits, args=[waits])
    closing.start()
    assert locked.wait(20)
    watching.start()
    with pytest.raises(NotCounted, match="closed"):
        judge(item, ben, says())
    closing.join()
    watching.join()
    assert item.decisions.count() == 0


def test_the_number_of_queries_does_not_grow_with_the_round(ben, chloe, lena):
    pairs, rubric = published_pairs(), published_rubric()
    raters, counts = [rater_for(ben), rater_for(chloe)], []
    for n in (5, 50):
        instances = list(Instance.objects.filter(pk__in=[i.pk for i in made_instances(n, pairs)]))
        with CaptureQueriesContext(connection) as captured:
            make_round(
                name="r",
                instances=instances,
                raters=raters,
                by=lena,
                pairs_version=pairs,
                rubric_version=rubric,
            )
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 2
    assert Rater.objects.count() == 2


def test_of_a_share_several_read_and_of_the_rest_one(ben, chloe, lena):
    pairs, rubric = published_pairs(), published_rubric()
    given = {"pairs_version": pairs, "rubric_version": rubric, "overlap": 2, "unaided_share": 0, "seed": 5}
    round = round_of(40, [ben, chloe], lena, doubly_read=0.25, **given)
    readers = Counter(item.readings.count() for item in round.items.all())
    assert readers == {2: 10, 1: 30}
    loads = Counter(Reading.objects.filter(seat__round=round).values_list("seat", flat=True))
    assert sorted(loads.values()) == [25, 25]
    alone = next(item for item in round.items.all() if item.readings.count() == 1)
    judge(alone, alone.readings.get().seat.rater.user, says())
    assert standings(alone) == {"verdict": ("settled", "accept")}
    again = round_of(40, [ben, chloe], lena, doubly_read=0.25, **given)
    drawn = [
        {item.position for item in one.items.all() if item.readings.count() == 2} for one in (round, again)
    ]
    assert drawn[0] == drawn[1]
    # However small the share, something is read twice; what is read without the draft always is.
    few = round_of(10, [ben, chloe], lena, doubly_read=0.01, **given | {"unaided_share": 0.2})
    assert all(item.readings.count() == 2 for item in few.items.filter(arm="unaided"))
    assert Counter(item.readings.count() for item in few.items.filter(arm="aided"))[1] >= 7


def test_sessions_in_another_language_are_read_by_those_who_work_in_it(ben, chloe, lena):
    amal, bo = person("Amal", "annotator"), person("Bo", "annotator")
    for user, said in ((amal, ["فارسی", "English"]), (bo, ["Persian"])):
        ReviewerRecord.objects.create(user=user, n=2, profession="p", terms_version="1", languages=said)
    pairs, rubric = published_pairs(), published_rubric()
    instances = made_instances(2, pairs) + made_instances(2, pairs, factors={"language": "fa"})
    given = {"pairs_version": pairs, "rubric_version": rubric, "instances": instances, "unaided_share": 0}
    refused("is in Persian, and is read by 2 who say .* here: Amal", [ben, chloe, amal], lena, **given)
    assert not Round.objects.exists()
    round = round_of(0, [ben, chloe, amal, bo], lena, **given)
    for item in round.items.all():
        readers = {reading.seat.rater.user for reading in item.readings.all()}
        assert len(readers) == 2 and (item.instance.factors.get("language") != "fa" or readers == {amal, bo})


def test_nobody_is_given_more_than_the_lead_says(ben, chloe, lena):
    amal = person("Amal", "annotator")
    given = {"pairs_version": published_pairs(), "rubric_version": published_rubric(), "unaided_share": 0}
    with pytest.raises(
        CannotMakeRound, match="ask for 40 readings, and with at most 13 for each reviewer 39 can be"
    ):
        round_of(20, [ben, chloe, amal], lena, most_each=13, **given)
    round = round_of(20, [ben, chloe, amal], lena, most_each=14, **given)
    per_seat = Counter(Reading.objects.filter(seat__round=round).values_list("seat", flat=True))
    assert sorted(per_seat.values()) == [13, 13, 14]

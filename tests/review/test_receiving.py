import json
from datetime import timedelta

import pytest
from django.utils import timezone

from review.label_studio.keeping import account_for
from review.label_studio.receiving import receive
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Decision, RawAnnotation, Reading, SeatProject
from review.raters import rater_for
from tests.conftest import person
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import judge, round_of, says, standings
from tests.review.studio import desk, project_of, result_of, submit

TEXT = "Stay with the hesitation, then ask what the call would mean."


@pytest.fixture
def fake(round):
    fake = FakeLabelStudio()
    send(round, fake)
    return fake


def uncounted() -> list[str]:
    return list(RawAnnotation.objects.exclude(uncounted="").values_list("uncounted", flat=True))


def test_what_reviewers_submit_becomes_decisions_and_settles(round, ben, chloe, fake):
    first, second, third, fourth = round.items.all()
    for reviewer in (ben, chloe):
        session = desk(fake, reviewer)
        submit(session, first, reviewer, says())
        submit(session, second, reviewer, says("edit", f"{TEXT} {reviewer.name}"))
        submit(session, third, reviewer, says("reject", comment="Too general."))
    assert sync_all(fake).decided == 6
    assert standings(first) == {"verdict": ("settled", "accept")}
    assert standings(second) == {"verdict": ("settled", "edit"), "wording": ("disputed", None)}
    assert standings(third) == {"verdict": ("settled", "reject")}
    assert standings(fourth) == {}
    decision = Decision.objects.filter(item=third, rater=rater_for(ben)).get()
    assert (decision.lead_time_seconds, decision.comment, decision.reject_reasons) == (
        41.5,
        "Too general.",
        ["vague"],
    )
    assert decision.raw.reading == decision.reading and not decision.raw.uncounted


def test_reading_again_stores_nothing_twice(round, item, ben, fake):
    submit(desk(fake, ben), item, ben, says())
    sync_all(fake)
    SeatProject.objects.update(watermark=None)
    again = sync_all(fake)
    assert (again.new, again.decided) == (0, 0)
    assert (RawAnnotation.objects.count(), Decision.objects.count()) == (1, 1)


def test_a_label_studio_at_another_address_is_the_same_one(round, item, ben, fake):
    submit(desk(fake, ben), item, ben, says())
    sync_all(fake)
    SeatProject.objects.update(watermark=None)
    fake.url = "http://moved.invalid:8080"
    assert sync_all(fake).new == 0
    assert RawAnnotation.objects.get().server == "http://label-studio.invalid"


def test_the_watermark_follows_the_servers_clock_and_overlaps(round, item, ben, fake):
    project = project_of(item, ben)
    submit(desk(fake, ben), item, ben, says())
    receive(project, fake)
    newest = max(t["updated_at"] for t in fake.tasks.values() if t["project"] == project.project_id)
    project.refresh_from_db()
    assert project.watermark == newest and project.read_at is not None
    asked = []

    class Watched(FakeLabelStudio):
        def changed_tasks(self, project_id, since=None, page_size=200):
            asked.append(since)
            return iter(())

    receive(project, Watched())
    assert asked == [newest - timedelta(minutes=2)]


def test_a_revision_in_label_studio_supersedes_before_settlement(item, ben, fake):
    session = desk(fake, ben)
    annotation = submit(session, item, ben, says("reject"))
    sync_all(fake)
    dialogue = next(iter(fake.tasks.values()))["data"]["dialogue"]
    session.update(annotation, result_of(item, says(), dialogue))
    sync_all(fake)
    assert [(d.verdict, bool(d.supersedes)) for d in item.decisions.all()] == [
        ("reject", False),
        ("accept", True),
    ]
    assert RawAnnotation.objects.count() == 2


def test_a_late_annotation_is_kept_and_changes_nothing(item, ben, chloe, fake):
    session = desk(fake, ben)
    annotation = submit(session, item, ben, says())
    submit(desk(fake, chloe), item, chloe, says())
    sync_all(fake)
    dialogue = next(iter(fake.tasks.values()))["data"]["dialogue"]
    session.update(annotation, result_of(item, says("reject"), dialogue))
    sync_all(fake)
    assert standings(item) == {"verdict": ("settled", "accept")}
    assert uncounted() == ["Judged after the item was settled; a late judgement never changes an item."]


def test_what_was_changed_in_time_and_could_not_be_read_before_the_item_was_settled_comes_late(
    item, ben, chloe, fake
):
    session = desk(fake, ben)
    annotation = submit(session, item, ben, says("reject"))
    sync_all(fake)
    project = project_of(item, ben)
    dialogue = next(iter(fake.tasks.values()))["data"]["dialogue"]
    session.update(annotation, result_of(item, says(), dialogue))
    fake.change_screen(project.project_id, project.config.replace("Interrupts", "Disturbs"))
    submit(desk(fake, chloe), item, chloe, says("reject"))
    sync_all(fake)
    assert standings(item) == {"verdict": ("settled", "reject")} and uncounted() == []
    fake.change_screen(project.project_id, project.config)
    sync_all(fake)
    assert standings(item) == {"verdict": ("settled", "reject")}
    assert uncounted() == ["Judged after the item was settled; a late judgement never changes an item."]


def test_an_annotation_by_somebody_else_is_kept_and_not_counted(item, ben, fake, db):
    intruder = person("Ida", "annotator")
    account_for(rater_for(intruder), fake)
    submit(desk(fake, intruder), item, ben, says("reject"))
    assert sync_all(fake).decided == 0
    assert "who is not the reviewer of this seat" in uncounted()[0]
    assert "reject" in RawAnnotation.objects.get().payload and item.decisions.count() == 0


def test_an_author_deleted_in_label_studio_is_unknown(item, ben, fake):
    annotation = submit(desk(fake, ben), item, ben, says())
    fake.annotations[annotation]["completed_by"] = None
    sync_all(fake)
    assert "user None, who is not the reviewer" in uncounted()[0]


def spoilt(result, **changes):
    return [entry | changes if entry["from_name"] == "verdict" else entry for entry in result]


@pytest.mark.parametrize(
    "spoil, reason",
    [
        (lambda r: spoilt(r, from_name="colour"), "Unknown control 'colour'."),
        (
            lambda r: spoilt(r, value={"choices": ["maybe"]}),
            "Control 'verdict' cannot have the value 'maybe'.",
        ),
        (lambda r: [e for e in r if e["from_name"] != "verdict"], "No answer to 'verdict'."),
    ],
)
def test_what_the_screen_cannot_give_is_kept_with_the_reason(item, ben, fake, spoil, reason):
    session = desk(fake, ben)
    task = fake.tasks[Reading.objects.get(item=item, seat__rater__user=ben).task_id]
    session.submit(task["id"], spoil(result_of(item, says(), task["data"]["dialogue"])), 3.0)
    sync_all(fake)
    assert uncounted() == [reason] and item.decisions.count() == 0


def test_a_skipped_item_is_no_judgement(item, ben, fake):
    desk(fake, ben).skip(Reading.objects.get(item=item, seat__rater__user=ben).task_id)
    sync_all(fake)
    assert uncounted() == ["Skipped by the reviewer."]


def test_an_edit_without_a_change_is_kept_as_incomplete(item, ben, fake):
    task = fake.tasks[Reading.objects.get(item=item, seat__rater__user=ben).task_id]
    submit(desk(fake, ben), item, ben, says("edit", task["data"]["feedback"]))
    sync_all(fake)
    assert "Edited without a change" in uncounted()[0] and item.decisions.count() == 0


def test_a_task_that_we_did_not_send_is_not_counted(item, ben, fake):
    project = project_of(item, ben)
    data = dict(next(iter(fake.tasks.values()))["data"])
    [task] = fake.import_tasks(project.project_id, [data])
    desk(fake, ben).submit(task, result_of(item, says(), data["dialogue"]), 3.0)
    sync_all(fake)
    assert uncounted() == ["Made on a task that we did not send."]


def test_words_changed_in_label_studio_are_not_what_was_judged(item, ben, fake):
    task = fake.tasks[Reading.objects.get(item=item, seat__rater__user=ben).task_id]
    task["data"]["feedback"] = "Somebody else's words."
    submit(desk(fake, ben), item, ben, says())
    sync_all(fake)
    assert "not the words that we sent" in uncounted()[0]


def test_a_screen_changed_by_hand_stops_the_reading_and_nothing_is_lost(item, ben, fake):
    project = project_of(item, ben)
    ours = fake.projects[project.project_id]["config"]
    fake.change_screen(project.project_id, ours.replace("Interrupts", "Disturbs"))
    submit(desk(fake, ben), item, ben, says())
    assert sync_all(fake).decided == 0
    project.refresh_from_db()
    assert "was changed in Label Studio" in project.failure and not RawAnnotation.objects.exists()
    fake.change_screen(project.project_id, ours)
    assert sync_all(fake).decided == 1


def test_a_judgement_on_a_task_whose_import_was_never_acknowledged_counts(ben, chloe, lena):
    round, fake = round_of(1, [ben, chloe], lena), FakeLabelStudio()
    fake.lose_answers = 1
    send(round, fake)
    item = round.items.get()
    lost = Reading.objects.get(send_state="sending")
    reviewer = lost.seat.rater.user
    [task] = fake.tasks_of(reviewer) if hasattr(fake, "tasks_of") else [
        t for t in fake.tasks.values() if t["data"]["external_id"] == str(lost.external_id)
    ]  # fmt: skip
    desk(fake, reviewer).submit(task["id"], result_of(item, says(), task["data"]["dialogue"]), 3.0)
    sync_all(fake)
    lost.refresh_from_db()
    assert (lost.send_state, lost.task_id) == ("sent", task["id"]) and item.decisions.count() == 1


class Killed(BaseException):
    pass


def test_killed_while_reading_reads_on_and_loses_nothing(round, ben, fake):
    session = desk(fake, ben)
    for item in round.items.all():
        submit(session, item, ben, says())
    project = project_of(item, ben)

    class DiesAfterTwo(FakeLabelStudio):
        def changed_tasks(self, project_id, since=None, page_size=200):
            for n, task in enumerate(fake.changed_tasks(project_id, since)):
                if n == 2:
                    raise Killed
                yield task

        def project(self, project_id):
            return fake.project(project_id)

    with pytest.raises(Killed):
        receive(project, DiesAfterTwo())
    assert Decision.objects.count() == 2
    assert SeatProject.objects.get(pk=project.pk).watermark is None
    receive(project, fake)
    assert (Decision.objects.count(), RawAnnotation.objects.count()) == (4, 4)


def test_label_studio_down_while_reading_is_said_and_over_when_it_answers(round, item, ben, fake):
    fake.down = True
    assert sync_all(fake).failing == 2
    fake.down = False
    submit(desk(fake, ben), item, ben, says())
    assert sync_all(fake).failing == 0 and item.decisions.count() == 1


def test_one_unforeseen_annotation_holds_up_no_other(round, ben, chloe, fake):
    first, second, *_ = round.items.all()
    spoilt_one = submit(desk(fake, ben), first, ben, says())
    lead_time = fake.annotations[spoilt_one]["lead_time"]
    fake.annotations[spoilt_one]["lead_time"] = "soon"
    submit(desk(fake, ben), second, ben, says())
    submit(desk(fake, chloe), first, chloe, says())
    done = sync_all(fake)
    assert (done.new, done.failing) == (1, 1) and Decision.objects.count() == 2
    project = project_of(first, ben)
    assert project.failure.startswith("ValueError: ") and project.watermark is None
    # Kept raw, though not yet judged; and judged when the reason is gone.
    raw = RawAnnotation.objects.get(ls_id=spoilt_one)
    assert not raw.uncounted and "soon" in raw.payload
    fake.annotations[spoilt_one]["lead_time"] = lead_time
    assert sync_all(fake).decided == 1
    assert not SeatProject.objects.filter(failing_since__isnull=False).exists()
    assert RawAnnotation.objects.count() == Decision.objects.count() == 3


def test_a_text_with_a_nul_is_kept_and_not_counted(item, ben, fake):
    submit(desk(fake, ben), item, ben, says("edit", "Stay with\0 her hesitation."))
    sync_all(fake)
    assert uncounted() == ["The text holds a character that cannot be kept (NUL)."]
    raw = RawAnnotation.objects.get()
    assert "\0" not in raw.payload and "\\u0000" in raw.payload


def test_a_text_with_half_a_character_is_kept_and_holds_up_no_other(round, ben, fake):
    first, second, *_ = round.items.all()
    submit(desk(fake, ben), first, ben, says(comment="Half a smile: \ud83d"))
    submit(desk(fake, ben), second, ben, says())
    assert sync_all(fake).decided == 1
    assert uncounted() == ["The text holds half of a character, which cannot be kept."]
    raw = RawAnnotation.objects.exclude(uncounted="").get()
    comments = [
        one["value"]["text"] for one in json.loads(raw.payload)["result"] if one["from_name"] == "comment"
    ]
    assert comments == [["Half a smile: \ud83d"]]


def test_a_control_named_with_half_a_character_is_kept_and_not_counted(item, ben, fake):
    annotation = submit(desk(fake, ben), item, ben, says())
    fake.annotations[annotation]["result"][0]["from_name"] = "any\udc00"
    assert (sync_all(fake).new, len(uncounted())) == (1, 1)


@pytest.mark.parametrize("told", [-3.5, float("inf"), float("nan")])
def test_a_clock_that_ran_backwards_leaves_the_time_unknown(item, ben, fake, told):
    annotation = submit(desk(fake, ben), item, ben, says())
    fake.annotations[annotation]["lead_time"] = told
    assert sync_all(fake).decided == 1
    decision = Decision.objects.get()
    assert (
        decision.lead_time_seconds is None
        and str(told).removesuffix("inity")[:3] in decision.raw.payload.lower()
    )


def test_an_annotation_cut_short_after_it_was_stored_is_judged_later(item, ben, fake):
    annotation = submit(desk(fake, ben), item, ben, says())
    sent, project = fake.annotations[annotation], project_of(item, ben)
    RawAnnotation.objects.create(
        server=fake.url, seat_project=project, project_id=project.project_id, task_id=sent["task"], ls_id=annotation,
        ls_updated_at=sent["updated_at"], completed_by=sent["completed_by"], payload="{}",
    )  # fmt: skip
    assert sync_all(fake).decided == 1
    assert RawAnnotation.objects.get().reading.item == item


def test_raw_annotations_are_frozen(item, ben, fake):
    from django.db import DatabaseError, transaction

    submit(desk(fake, ben), item, ben, says())
    sync_all(fake)
    raw = RawAnnotation.objects.get()
    assert json.loads(raw.payload)["lead_time"] == 41.5
    changes = [{"payload": "{}"}, {"ls_updated_at": timezone.now()}, {"uncounted": "-"}, {"reading": None},
               {"server": "-"}, {"project_id": 9}, {"task_id": 9}, {"completed_by": 9}]  # fmt: skip
    for change in changes:
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            RawAnnotation.objects.filter(pk=raw.pk).update(**change)
    judge(item, raw.reading.seat.rater.user, says("reject"), minutes=5)
    assert RawAnnotation.objects.get() == raw


def test_why_an_annotation_does_not_count_is_said_once(item, ben, fake):
    from django.db import DatabaseError, transaction

    desk(fake, ben).skip(Reading.objects.get(item=item, seat__rater__user=ben).task_id)
    sync_all(fake)
    for reason in ("", "Another reason."):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            RawAnnotation.objects.update(uncounted=reason)

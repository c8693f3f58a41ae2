"""What is deleted, changed or put back in Label Studio behind our back: the rules of docs/sync.md."""

import pytest

from config.celery import app
from review import reports
from review.closing import read_and_close
from review.label_studio import comparing, syncing
from review.label_studio.accounts import compare_accounts
from review.label_studio.connecting import first
from review.label_studio.errors import LabelStudioRefused
from review.label_studio.keeping import password_of
from review.label_studio.syncing import sync_all
from review.models import Account, Decision, Difference, RawAnnotation, Reading, SeatProject
from review.rounds import close_round
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import reading, round_of, says, standings
from tests.review.studio import desk, project_of, result_of, submit


@pytest.fixture
def fake(round):
    fake = FakeLabelStudio()
    sync_all(fake)
    return fake


def night(fake):
    """As the clock does it: accounts, then every project whole; what is to be sent again goes with the next sync."""
    comparing.ask()
    compare_accounts(first(), fake)
    sync_all(fake)
    return sync_all(fake)


def told() -> list[str]:
    return sorted(Difference.objects.filter(over_at=None).values_list("kind", flat=True))


def verdicts(item) -> list[str]:
    return [decision.verdict for decision in item.decisions.in_force().order_by("id")]


def test_where_all_is_as_we_know_it_nothing_is_told_and_nothing_sent(round, item, ben, fake):
    submit(desk(fake, ben), item, ben, says())
    done, before = night(fake), len(fake.tasks)
    assert (done.sent, done.failing, told()) == (0, 0, []) and len(fake.tasks) == before


def test_a_task_deleted_there_is_sent_again_under_the_same_id(round, item, ben, fake):
    hers = reading(item, ben)
    fake.delete_task(hers.task_id)
    comparing.ask()
    sync_all(fake)
    assert told() == ["task_gone"]
    sync_all(fake)
    again = reading(item, ben)
    assert again.task_id != hers.task_id and again.external_id == hers.external_id
    submit(desk(fake, ben), item, ben, says())
    night(fake)
    assert verdicts(item) == ["accept"] and told() == []
    assert reports.differences(round).get().over_at


def test_by_day_only_what_changed_is_read(item, ben, fake):
    fake.delete_task(reading(item, ben).task_id)
    sync_all(fake)
    assert told() == []


def test_a_judged_task_deleted_there_stands_and_is_not_sent_again(item, ben, fake):
    submit(desk(fake, ben), item, ben, says("reject"))
    sync_all(fake)
    fake.delete_task(reading(item, ben).task_id)
    before = len(fake.tasks)
    assert night(fake).sent == 0 and len(fake.tasks) == before
    assert verdicts(item) == ["reject"] and told() == ["judged_task_gone"]
    assert reading(item, ben).task_id is None, "its number may be another's soon"
    night(fake)
    assert told() == ["judged_task_gone"], "told once"


def test_a_judgement_deleted_there_before_it_was_read_was_never_made(item, ben, fake):
    session = desk(fake, ben)
    session.delete(submit(session, item, ben, says("reject")))
    night(fake)
    assert not RawAnnotation.objects.exists() and told() == []
    assert session.next_task(project_of(item, ben).project_id)
    submit(session, item, ben, says())
    night(fake)
    assert verdicts(item) == ["accept"]


def test_a_judgement_deleted_there_after_it_was_read_stands_and_the_lead_is_told(item, ben, chloe, fake):
    session = desk(fake, ben)
    made = submit(session, item, ben, says("reject"))
    sync_all(fake)
    session.delete(made)
    night(fake)
    assert verdicts(item) == ["reject"] and told() == ["judgement_gone"]
    # She may judge again, as long as the item is open, and that counts.
    submit(session, item, ben, says())
    submit(desk(fake, chloe), item, chloe, says())
    night(fake)
    assert standings(item) == {"verdict": ("settled", "accept")} and told() == []


def test_of_two_judgements_on_one_task_by_its_reader_the_later_counts(item, ben, fake):
    session = desk(fake, ben)
    submit(session, item, ben, says("reject"))
    submit(session, item, ben, says())
    sync_all(fake)
    assert verdicts(item) == ["accept"] and item.decisions.count() == 2
    assert not RawAnnotation.objects.uncounted_judgements().exists()


def test_a_second_judgement_by_somebody_else_is_kept_and_does_not_count(item, ben, chloe, fake):
    submit(desk(fake, ben), item, ben, says())
    submit(desk(fake, chloe), item, ben, says("reject"))
    night(fake)
    assert verdicts(item) == ["accept"]
    assert (
        "who is not the reviewer of this seat" in RawAnnotation.objects.uncounted_judgements().get().uncounted
    )


def test_a_task_that_we_did_not_send_and_one_with_other_words_are_told(item, ben, fake):
    hers = reading(item, ben)
    data = dict(fake.tasks[hers.task_id]["data"])
    [strange] = fake.import_tasks(project_of(item, ben).project_id, [data | {"external_id": "by hand"}])
    fake.tasks[hers.task_id]["data"]["feedback"] = "Somebody else's words."
    night(fake)
    assert told() == ["strange_task", "task_changed"]
    assert set(Difference.objects.values_list("ls_id", flat=True)) == {strange, hers.task_id}
    fake.delete_task(strange)
    fake.tasks[hers.task_id]["data"] = data
    night(fake)
    assert told() == []


def test_a_screen_changed_by_hand_is_told_although_nobody_judged(round, item, ben, fake):
    project = project_of(item, ben)
    ours = fake.projects[project.project_id]["config"]
    fake.change_screen(project.project_id, ours.replace("Interrupts", "Disturbs"))
    assert night(fake).failing == 1
    project.refresh_from_db()
    assert "was changed in Label Studio" in project.failure and project.compared_at is None
    fake.change_screen(project.project_id, ours)
    assert sync_all(fake).failing == 0, "still to be compared, and it is"


def test_a_project_deleted_there_is_made_again_with_what_is_not_judged(round, ben, chloe, fake):
    first_item, *others = round.items.all()
    submit(desk(fake, ben), first_item, ben, says("reject"))
    sync_all(fake)
    old = project_of(first_item, ben)
    fake.delete_project(old.project_id)
    sync_all(
        fake
    )  # by day, without being asked: whoever sits before an empty screen is not left there until night
    assert told() == ["project_gone"]
    sync_all(fake)
    new = project_of(first_item, ben)
    assert new.project_id not in (None, old.project_id) and len(fake.task_ids(new.project_id)) == 3
    assert verdicts(first_item) == ["reject"]
    for item in others:
        submit(desk(fake, ben), item, ben, says())
    night(fake)
    assert Decision.objects.count() == 4 and told() == ["project_gone"]


def test_a_project_that_a_wrong_address_does_not_know_is_not_given_up(item, ben, fake):
    project = project_of(item, ben)

    class Elsewhere(FakeLabelStudio):
        """Answers 404 to everything, as whatever stands there instead."""

        def project(self, project_id):
            raise LabelStudioRefused(404, "Not Found")

    comparing.ask()
    assert sync_all(Elsewhere()).failing == 2
    assert project_of(item, ben).project_id == project.project_id and told() == []


def test_a_reviewer_whose_account_was_deleted_gets_another_and_goes_on(item, ben, chloe, fake):
    submit(desk(fake, ben), item, ben, says("reject"))
    sync_all(fake)
    old = Account.objects.get(rater__user=ben)
    fake.delete_user(old.ls_user_id)
    night(fake)
    new = Account.objects.get(rater__user=ben)
    assert new.ls_user_id not in (None, old.ls_user_id) and verdicts(item) == ["reject"]
    assert told() == ["account_gone"]
    other = item.round.items.last()
    submit(desk(fake, ben), other, ben, says())
    night(fake)
    assert verdicts(other) == ["accept"] and told() == ["account_gone"], "told until the next night"


def test_what_a_deleted_account_had_judged_and_nobody_had_read_has_no_author_and_does_not_count(
    item, ben, fake
):
    submit(desk(fake, ben), item, ben, says("reject"))
    fake.delete_user(Account.objects.get(rater__user=ben).ls_user_id)
    night(fake)
    assert verdicts(item) == []
    assert "user None" in RawAnnotation.objects.uncounted_judgements().get().uncounted


def test_a_renamed_account_is_used_under_its_new_address(item, ben, fake):
    account = Account.objects.get(rater__user=ben)
    fake.rename_user(account.ls_user_id, "hers@clinic.example")
    submit(fake.log_in("hers@clinic.example", password_of(account)), item, ben, says())
    night(fake)
    assert Account.objects.get(pk=account.pk).email == "hers@clinic.example"
    assert verdicts(item) == ["accept"] and told() == ["account_renamed"]
    assert desk(fake, ben).user_id == account.ls_user_id


def test_a_server_put_back_loses_no_judgement_and_sends_what_is_missing(ben, chloe, lena, fake, round):
    """Its numbers are given again: to other projects, tasks, people and judgements."""
    first_item, second_item, *_ = round.items.all()
    submit(desk(fake, ben), first_item, ben, says("reject"))
    sync_all(fake)
    backup = fake.back_up()
    session = desk(fake, ben)
    submit(session, second_item, ben, says("reject"))  # read, then forgotten there
    later = round_of(3, [ben, chloe], lena, pairs_version=round.pairs_version,
                     rubric_version=round.rubric_version)  # fmt: skip
    sync_all(fake)
    submit(desk(fake, chloe), later.items.first(), chloe, says("reject"))
    sync_all(fake)
    known = set(Decision.objects.values_list("pk", "verdict"))

    fake.restore(backup)
    # Whoever comes first is given the numbers that others had: a project by hand, then people and tasks of ours.
    theirs = fake.create_project(title="Somebody's", config="<View/>")
    while not SeatProject.objects.filter(project_id=theirs).exists():
        theirs = fake.create_project(title="Somebody's", config="<View/>")
    for _again in range(3):
        night(fake)
    assert set(Decision.objects.values_list("pk", "verdict")) == known
    ours = Reading.objects.filter(seat__round__in=[round, later], decisions=None)
    there = {task["data"]["external_id"]: id for id, task in fake.tasks.items()}
    assert {str(r.external_id): r.task_id for r in ours} == {
        str(r.external_id): there[str(r.external_id)] for r in ours
    }
    assert all(fake.tasks[task]["project"] != theirs for task in there.values())
    numbers = list(Reading.objects.filter(task_id__isnull=False).values_list("task_id", flat=True))
    assert len(numbers) == len(set(numbers)), "no number is two readers'"
    # And the round goes on: whatever is judged now is hers who judged it.
    for item in [*round.items.all(), *later.items.all()]:
        for person in (ben, chloe):
            if not reading(item, person).decisions.exists():
                submit(desk(fake, person), item, person, says())
    night(fake)
    assert not Reading.objects.filter(decisions=None).exists()
    assert set(Decision.objects.values_list("pk", "verdict")) >= known
    judged_by_one = [d for d in Decision.objects.all() if d.rater_id != d.reading.seat.rater_id]
    assert judged_by_one == [] and not RawAnnotation.objects.uncounted_judgements().exists()


def test_a_judgement_that_is_older_there_than_what_we_read_changes_nothing(item, ben, fake):
    session = desk(fake, ben)
    made = submit(session, item, ben, says("reject"))
    sync_all(fake)
    backup = fake.back_up()
    dialogue = next(iter(fake.tasks.values()))["data"]["dialogue"]
    session.update(made, result_of(item, says(), dialogue))
    sync_all(fake)
    fake.restore(backup)
    night(fake)
    assert verdicts(item) == ["accept"] and told() == ["judgement_older"]


def test_a_number_given_again_to_another_of_her_sessions_is_not_confused(round, ben, chloe, fake):
    one, other, *_ = round.items.all()
    first_reading, second = reading(one, ben), reading(other, ben)
    # As after a restore: the first one's task is gone, and its number is the second one's.
    gone = fake.tasks.pop(first_reading.task_id)
    moved = fake.tasks.pop(second.task_id)
    fake.tasks[gone["id"]] = moved | {"id": gone["id"]}
    Reading.objects.filter(pk=second.pk).update(send_state="sending", sending_since=None, task_id=None)
    session = desk(fake, ben)
    session.submit(gone["id"], result_of(other, says("reject"), moved["data"]["dialogue"]), 3.0)
    night(fake)
    assert (verdicts(one), verdicts(other)) == ([], ["reject"])
    assert reading(other, ben).task_id == gone["id"] and reading(one, ben).task_id != gone["id"]
    assert (
        len([t for t in fake.tasks.values() if t["data"]["external_id"] == str(first_reading.external_id)])
        == 1
    )


def test_closing_a_round_does_not_wait_for_a_project_that_is_gone(round, item, ben, lena, fake):
    fake.delete_project(project_of(item, ben).project_id)
    assert read_and_close(round=round, by=lena, label_studio=fake).state == "closed"


def test_closed_rounds_are_not_compared(round, item, ben, lena, fake):
    close_round(round=round, by=lena)
    assert comparing.ask() == 0


def test_every_night_all_servers_that_are_set_are_asked(round, settings):
    entry = app.conf.beat_schedule["compare-label-studio"]
    assert (entry["task"], entry["options"]["expires"]) == ("review.compare", 3600.0)
    SeatProject.objects.update(project_id=None)
    assert syncing.compare_servers() == syncing.Synced(), "none is set here"

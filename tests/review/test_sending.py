import json
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from review.label_studio.errors import LabelStudioDown
from review.label_studio.keeping import login_of, password_of
from review.label_studio.sending import CHUNK, GRACE, look_before_sending, send
from review.label_studio.syncing import sync_round
from review.models import Account, Reading, Round, SeatProject
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import published_pairs, round_of

AT_ONCE = timedelta(0)


@pytest.fixture
def fake():
    return FakeLabelStudio()


def tasks_per_reading(fake) -> Counter:
    return Counter(task["data"]["external_id"] for task in fake.tasks.values())


def all_sent_once(fake, round) -> bool:
    readings = Reading.objects.filter(seat__round=round)
    ours = {str(r.external_id): r.task_id for r in readings.filter(send_state="sent")}
    there = {task["data"]["external_id"]: id for id, task in fake.tasks.items()}
    return ours == there and len(there) == len(fake.tasks) == readings.count()


def test_every_seat_gets_its_own_projects_tasks_and_account(ben, chloe, lena, fake):
    round = round_of(10, [ben, chloe], lena)
    assert send(round, fake) == 20
    assert all_sent_once(fake, round)
    assert len(fake.projects) == 4 and Account.objects.count() == 2
    for project in SeatProject.objects.filter(seat__round=round):
        own = [t for t in fake.tasks.values() if t["project"] == project.project_id]
        readings = Reading.objects.filter(seat=project.seat, item__arm=project.form)
        assert [t["id"] for t in own] == list(readings.order_by("order").values_list("task_id", flat=True))
        assert all(("feedback" in t["data"]) == (project.form == "aided") for t in own)


def test_sending_again_sends_nothing(round, fake):
    send(round, fake)
    before = len(fake.sent)
    assert send(round, fake) == 0
    assert len(fake.sent) == before


def test_what_was_sent_between_the_two_copies_of_a_backup_is_not_sent_again(ben, chloe, lena, fake):
    round = round_of(10, [ben, chloe], lena)
    send(round, fake)
    # As in a restored database: of the second half it does not know that it was sent.
    later = Reading.objects.filter(order__gte=5).values_list("pk")
    Reading.objects.filter(pk__in=later).update(send_state="planned", task_id=None)
    assert look_before_sending() == 10
    assert send(round, fake) == 10
    assert all_sent_once(fake, round)


def test_what_was_never_sent_is_sent_after_a_restore(round, fake):
    assert look_before_sending() == 0
    send(round, fake)
    Reading.objects.update(send_state="planned", task_id=None)
    fake.tasks.clear()
    assert look_before_sending() == 8
    assert send(round, fake) == 8
    assert all_sent_once(fake, round)


def test_an_answer_lost_after_the_import_makes_no_duplicates(round, fake):
    fake.lose_answers = 1
    send(round, fake)
    assert Reading.objects.filter(send_state="sending").count() == 4
    # Within the grace the lost request may still be under way, so nobody touches the chunk.
    send(round, fake)
    assert Reading.objects.filter(send_state="sending").count() == 4
    send(round, fake, grace=AT_ONCE)
    assert all_sent_once(fake, round)


class Killed(BaseException):
    """The process dies here."""


class DiesInImport(FakeLabelStudio):
    """Kills its caller at the n-th import, before or after the tasks are stored."""

    def __init__(self, *, after: bool):
        super().__init__()
        self.after, self.alive = after, False

    def import_tasks(self, project_id, tasks, meanwhile=lambda: None):
        if self.alive:
            return super().import_tasks(project_id, tasks, meanwhile)
        if self.after:
            super().import_tasks(project_id, tasks, meanwhile)
        raise Killed


@pytest.mark.parametrize("after", [False, True])
def test_killed_between_sending_and_sent_makes_no_duplicates(round, after):
    fake = DiesInImport(after=after)
    with pytest.raises(Killed):
        send(round, fake)
    assert Reading.objects.filter(send_state="sending").count() == 4
    fake.alive = True
    send(round, fake, grace=AT_ONCE)
    assert all_sent_once(fake, round)


class Slow(FakeLabelStudio):
    """So slow in one import that another push takes its readings over."""

    def import_tasks(self, project_id, tasks, meanwhile=lambda: None):
        other, self.other = self.other, lambda: None
        other()
        return super().import_tasks(project_id, tasks, meanwhile)


def test_what_a_push_sends_after_another_took_it_over_is_taken_out_again(round):
    fake = Slow()
    fake.other = lambda: send(round, fake, grace=AT_ONCE)
    assert send(round, fake) == 0
    assert all_sent_once(fake, round)


def test_label_studio_down_loses_nothing_and_says_since_when(round, fake):
    fake.down = True
    before = timezone.now()
    assert send(round, fake) == 0
    failing = SeatProject.objects.get(seat__round=round, seat__rater__user__name="Ben")
    assert before <= failing.failing_since and "No answer" in failing.failure
    send(round, fake)
    assert SeatProject.objects.get(pk=failing.pk).failing_since == failing.failing_since
    fake.down = False
    send(round, fake)
    assert all_sent_once(fake, round)
    assert not SeatProject.objects.filter(failing_since__isnull=False).exists()


class DownForImports(FakeLabelStudio):
    def import_tasks(self, project_id, tasks, meanwhile=lambda: None):
        self.down = True
        return super().import_tasks(project_id, tasks, meanwhile)


def test_what_was_never_connected_is_simply_planned_again(round):
    fake = DownForImports()
    send(round, fake)
    assert set(Reading.objects.values_list("send_state", flat=True)) == {"planned"}


class Refuses(FakeLabelStudio):
    def import_tasks(self, project_id, tasks, meanwhile=lambda: None):
        return super().import_tasks(
            project_id, [{k: v for k, v in t.items() if k != "dialogue"} for t in tasks], meanwhile
        )


def test_a_refused_batch_stays_planned_and_the_refusal_is_kept(round):
    assert send(round, Refuses()) == 0
    assert set(Reading.objects.values_list("send_state", flat=True)) == {"planned"}
    assert "400" in SeatProject.objects.first().failure


class AnotherPushInBetween(FakeLabelStudio):
    """While our import is under way, another worker pushes the same round."""

    def import_tasks(self, project_id, tasks, meanwhile=lambda: None):
        if not getattr(self, "busy", False):
            self.busy = True
            send(self.round, self)
        return super().import_tasks(project_id, tasks, meanwhile)


class SyncedAgainInBetween(FakeLabelStudio):
    """At each step another worker syncs the same round."""

    again = None

    def _meanwhile(self):
        work, self.again = self.again, None
        if work:
            work()

    def sign_up(self, email, password):
        self._meanwhile()
        return super().sign_up(email, password)

    def create_project(self, **given):
        self._meanwhile()
        return super().create_project(**given)


def test_one_sync_of_a_round_at_a_time(round):
    fake, others = SyncedAgainInBetween(), []
    fake.again = lambda: others.append(sync_round(round, fake))
    assert sync_round(round, fake).sent == 8
    assert [other.sent for other in others] == [0]
    assert len(fake.projects) == 2 and len(fake.accounts) == 3 and all_sent_once(fake, round)
    assert Round.objects.get().syncing_until is None


def test_a_push_in_between_makes_no_orphan_project(round):
    fake = SyncedAgainInBetween()
    fake.again = lambda: send(round, fake)
    send(round, fake)
    used = set(SeatProject.objects.values_list("project_id", flat=True))
    assert set(fake.projects) == used and all_sent_once(fake, round)


def test_the_claim_of_a_sync_that_died_runs_out(round, fake):
    Round.objects.filter(pk=round.pk).update(syncing_until=timezone.now() + timedelta(seconds=30))
    assert sync_round(round, fake).sent == 0
    Round.objects.filter(pk=round.pk).update(syncing_until=timezone.now() - timedelta(seconds=1))
    assert sync_round(round, fake).sent == 8


class CutOff(FakeLabelStudio):
    """A proxy in front gives up with a 502; Label Studio stores the tasks a moment later."""

    def __init__(self):
        super().__init__()
        self.late = []

    def import_tasks(self, project_id, tasks, meanwhile=lambda: None):
        if len(self.late) == 2:
            return super().import_tasks(project_id, tasks, meanwhile)
        self.late.append((project_id, tasks))
        raise LabelStudioDown("Label Studio could not answer: 502")


def test_an_import_cut_off_by_a_proxy_is_not_sent_again_while_it_may_be_stored(round):
    fake = CutOff()
    send(round, fake)
    send(round, fake)
    assert set(Reading.objects.values_list("send_state", flat=True)) == {"sending"}
    assert len(fake.late) == 2 and not fake.tasks
    for project_id, tasks in fake.late:
        FakeLabelStudio.import_tasks(fake, project_id, tasks)
    send(round, fake, grace=AT_ONCE)
    assert all_sent_once(fake, round)


class Breaks(FakeLabelStudio):
    def import_tasks(self, project_id, tasks, meanwhile=lambda: None):
        if not getattr(self, "broke", False):
            self.broke = True
            raise KeyError("an answer that nobody foresaw")
        return super().import_tasks(project_id, tasks, meanwhile)


def test_what_nobody_foresaw_stops_no_other_seat(round):
    assert send(round, Breaks()) == 4
    assert SeatProject.objects.get(failing_since__isnull=False).failure.startswith("KeyError: ")


def test_two_pushes_at_once_send_nothing_twice(round):
    fake = AnotherPushInBetween()
    fake.round = round
    send(round, fake)
    send(round, fake, grace=AT_ONCE)
    assert all_sent_once(fake, round)


def test_large_seats_go_in_chunks(ben, lena, fake):
    round = round_of(CHUNK + 3, [ben], lena, overlap=1, unaided_share=0)
    held = []
    assert send(round, fake, alive=lambda lasting=None: held.append(lasting)) == CHUNK + 3
    assert held.count(GRACE) == 2  # the round is claimed anew for each chunk
    sizes = [len(sent["tasks"]) for sent in fake.sent if "tasks" in sent]
    assert sizes == [CHUNK, 3] and all_sent_once(fake, round)


def test_passwords_are_stored_encrypted_and_handed_out_only_when_allowed(round, fake, ben, chloe, settings):
    send(round, fake)
    account = Account.objects.get(rater__user=ben)
    password = password_of(account)
    assert password not in account.password_encrypted and fake.log_in(account.email, password)
    assert "ben" not in account.email
    with pytest.raises(PermissionError, match="not handed out"):
        login_of(account, asked_by=ben)
    settings.REVIEW_DIRECT_ACCOUNTS = True
    assert login_of(account, asked_by=ben) == (account.email, password)
    with pytest.raises(PermissionError, match="another reviewer"):
        login_of(account, asked_by=chloe)


def test_a_sign_up_cut_short_uses_the_same_password_again(round, fake, ben):
    send(round, fake)
    account = Account.objects.get(rater__user=ben)
    Account.objects.filter(pk=account.pk).update(ls_user_id=None)
    Reading.objects.filter(seat__rater__user=ben).update(send_state="planned", task_id=None)
    send(round, fake)
    assert Account.objects.get(pk=account.pk).ls_user_id == account.ls_user_id


def test_no_byte_sent_to_a_seat_tells_what_the_machine_intended(ben, chloe, lena, fake):
    pairs = published_pairs()
    round = round_of(12, [ben, chloe], lena, pairs_version=pairs, name="Round with SECRET-MODEL-3")
    send(round, fake)
    item = round.items.select_related("instance__pair_revision__pair", "instance__profile").first()
    told = json.dumps(fake.sent, ensure_ascii=False, default=str)
    hidden = [
        "SECRET-MODEL", "VALIDATOR-MARK", "needs_manual_check", "refinement", "told", "supervised_dialogue",
        "intended", "unaided", "recipe", "prompt", "seed", "gold", "simulated",
        item.instance.recipe, str(item.instance.public_id), item.instance.cell, str(item.public_id),
        str(round.public_id), str(item.instance.profile.public_id), "Ben", "Chloe", "Lena", "example.org",
    ]  # fmt: skip
    assert [word for word in hidden if word.lower() in told.lower()] == []
    # The names of mistakes are on every screen alike, as choices: none is set apart.
    screens = {sent["config"] for sent in fake.sent if "config" in sent}
    assert len(screens) == 2
    for sent in fake.sent:
        for task in sent.get("tasks", []):
            assert set(task) <= {"external_id", "content_hash", "dialogue", "feedback"}
            assert all(set(turn) == {"speaker", "text"} for turn in task["dialogue"])


def test_the_hook_is_registered_with_its_secret(round, fake):
    send(round, fake)
    hooks = [hook for project in fake.projects.values() for hook in project["webhooks"].items()]
    assert [url for url, _ in hooks] == [f"{settings.BASE_URL}/hooks/label-studio/"] * 2
    assert {json.dumps(hook["headers"]) for _, hook in hooks} == {
        json.dumps({"X-Mirror-Secret": settings.LABEL_STUDIO_WEBHOOK_SECRET})
    }

"""What happens in between, and may change nothing of what the walk ends with."""

import random

from django.conf import settings
from django.test import Client

from config.celery import app
from review.models import Reading, SeatProject
from tests.review.shuffled.boundary import gateway_gives_up, silence
from tests.review.shuffled.playing import Play
from tests.review.shuffled.script import Act

MANY = {
    "sync": 2, "night": 1, "time passes": 1, "kill": 4, "silence": 2, "down": 1, "hook": 3, "another worker": 2,
    "a screen changed by hand": 1, "delete an untouched task": 1, "delete an untouched project": 1,
}  # fmt: skip


class Faults:
    """One at a time, drawn. `missed`: hooks that Label Studio sent and that are still on their way."""

    def __init__(self, play: Play, chance: random.Random):
        self.play, self.chance, self.missed = play, chance, 0
        self._client = Client()

    def one(self) -> None:
        [what] = self.chance.choices(list(MANY), list(MANY.values()))
        self.play.tell(what)
        getattr(self, "_" + what.replace(" ", "_"))()

    def while_she_waits(self) -> None:
        if self.chance.random() < 0.5:
            self.one()

    def act_while_we_work(self, act: Act) -> None:
        """She submits, changes or deletes in the middle of a sync."""
        done = []

        def acts(_after):
            if self.play.can_act_now(act):
                self.play.act(act)
                done.append(act)
                self.play.did["an act in the middle of a sync"] += 1

        self.play.boundary.at(self.chance.randint(1, 6), acts, calls_only=True)
        self.play.sync(night=self.chance.random() < 0.2)
        if not done:
            self.play.act(act, self.while_she_waits)

    def _counts(self, what: str, happens):
        def told(after):
            where = self.play.boundary.happened_at
            self.play.did[what] += 1
            self.play.did[f"{what} at {where} {'after' if after else 'before'}"] += 1
            happens(after)

        return told

    def _sync(self):
        self.play.sync()
        self.play.did["sync"] += 1

    def _night(self):
        self.play.sync(night=True)
        self.play.did["night"] += 1

    def _time_passes(self):
        self.play.later()

    def _kill(self):
        n = self.chance.choice([self.chance.randint(1, 12), self.chance.randint(1, 60)])
        self.play.boundary.at(n, self._counts("killed", self.play.boundary.kill))
        self.play.sync(night=self.chance.random() < 0.25)
        if self.chance.random() < 0.5:
            self.play.later()

    def _silence(self):
        happens = self.chance.choice([silence, gateway_gives_up])
        told = self._counts("unanswered", happens)
        self.play.boundary.at(self.chance.randint(1, 12), told, calls_only=True)
        self.play.sync(night=self.chance.random() < 0.25)

    def _down(self):
        self.play.boundary.down = True
        self.play.sync(night=self.chance.random() < 0.25)
        self.play.did["down"] += 1

    def _hook(self):
        """Label Studio's hooks come late, in any order, twice, or never; or somebody forges one."""
        kind = self.chance.choice(["right", "right", "twice", "forged", "lost"])
        self.play.did[f"a hook: {kind}"] += 1
        if kind == "lost":
            self.missed = 0
            return
        secret = "guessed" if kind == "forged" else settings.LABEL_STUDIO_WEBHOOK_SECRET
        for _time in range(2 if kind == "twice" else 1):
            said = {"action": "ANNOTATIONS_DELETED", "annotations": [{"id": self.chance.randint(1, 99)}]}
            answer = self._client.post(
                "/hooks/label-studio/",
                said,
                content_type="application/json",
                headers={"X-Mirror-Secret": secret},
            )
            assert answer.status_code == (403 if kind == "forged" else 202)
        if self.chance.random() < 0.8:  # or no worker takes it, and it expires
            woken = taken_from_the_queue()
            assert not (woken and kind == "forged")
            for _wake_up in range(woken):
                self.play.sync()
        else:
            taken_from_the_queue()

    def _another_worker(self):
        """We are so slow that another one takes over in the middle of our sync, and we go on."""
        boundary = self.play.boundary

        def takes_over(_after):
            if self.chance.random() < 0.7:
                self.play.later()
            boundary.disarm()
            self.play.sync()

        told = self._counts("another worker", takes_over)
        boundary.at(self.chance.randint(1, 12), told, calls_only=True)
        self.play.sync()

    def _a_screen_changed_by_hand(self):
        """And put back later: meanwhile nothing of that project is read."""
        projects = [one for one in self._projects() if self._is_there(one)]
        if not projects:
            return
        project = self.chance.choice(projects)
        self.play.studio.change_screen(project.project_id, project.config.replace("<View", "<View ", 1))
        self.play.sync(night=self.chance.random() < 0.5)
        self.play.studio.change_screen(project.project_id, project.config)
        self.play.did["a screen changed by hand"] += 1

    def _delete_an_untouched_task(self):
        readings = Reading.objects.filter(seat__round=self.play.round).select_related(
            "item", "seat__rater__user"
        )
        untouched = [one for one in readings.order_by("seat", "item") if not self._is_touched(one)]
        if untouched and (task := self.play.task(self.chance.choice(untouched))):
            self.play.studio.delete_task(task)
            self.play.did["an untouched task was deleted"] += 1

    def _delete_an_untouched_project(self):
        touched = {name for _session, name in self.play.touched}
        for project in self._projects():
            if project.seat.rater.user.name not in touched and self._is_there(project):
                self.play.studio.delete_project(project.project_id)
                self.play.did["an untouched project was deleted"] += 1
                return

    def _is_touched(self, reading: Reading) -> bool:
        return (reading.item.position, reading.seat.rater.user.name) in self.play.touched

    def _projects(self) -> list[SeatProject]:
        projects = SeatProject.objects.filter(seat__round=self.play.round).select_related("seat__rater__user")
        return list(projects.order_by("pk"))

    def _is_there(self, project: SeatProject) -> bool:
        return project.project_id is not None and self.play.studio.project(project.project_id) is not None


def taken_from_the_queue() -> int:
    """How many wake-ups waited for a worker."""
    with app.connection_for_read() as broker:
        waiting = broker.default_channel.queue_declare("review", passive=False).message_count
        if waiting:
            broker.default_channel.queue_purge("review")
    return waiting

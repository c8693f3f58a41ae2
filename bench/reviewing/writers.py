"""Reviewers who submit at once, through the gateway, to a real Label Studio; then our pull. And what becomes of it when a
judgement is submitted twice, changed in two tabs, or one of the parts is killed.
"""

import os
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.reviewing import study
from bench.reviewing.deciding import FORK, Written
from bench.reviewing.judging import VERDICTS, Answers, Counted, counted, readings_of

PAGES = "http://pages.test"
GIVES_UP = 180  # seconds, of a writer whose judgement nobody confirms
DIRECT, OURS = "floor: Label Studio itself", "ours: through the gateway"


class Parts:
    """Label Studio and our gateway, as processes that can be killed and come back where they were."""

    def __init__(self, stack, folder: Path):
        from config.demo import label_studio
        from config.demo.ports import free_port
        from review.label_studio.client import LabelStudio

        self.stack, self.folder = stack, folder / "label-studio"
        self.port = free_port()
        self.part = label_studio.start(stack, self.folder, port=self.port)
        self._studio = stack.processes[-1]
        self.studio = LabelStudio(self.part.url, self.part.token)
        self.studio.ready()  # what talks to it takes seconds to load
        self.url = f"http://127.0.0.1:{free_port()}"
        self._start_gateway()

    def _start_gateway(self) -> None:
        from config.demo.app import start_gateway

        env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings.base", "LABEL_STUDIO_URL": self.part.url,
            "LABEL_STUDIO_TOKEN": self.part.token, "LABEL_STUDIO_GATEWAY_URL": self.url, "BASE_URL": PAGES,
        }  # fmt: skip
        self._gateway = start_gateway(self.stack, url=self.url, env=env)

    def kill_gateway(self) -> None:
        self._kill(self._gateway)
        self._start_gateway()

    def kill_label_studio(self) -> None:
        from config.demo import label_studio

        self._kill(self._studio)
        label_studio.start(self.stack, self.folder, port=self.port)
        self._studio = self.stack.processes[-1]

    def _kill(self, process) -> None:
        os.killpg(process.group, signal.SIGKILL)
        process.popen.wait()
        self.stack.stop_one(process)


class Desk:
    """One reviewer: her readings in this round, her browser at the gateway, and her session in Label Studio itself."""

    def __init__(self, parts: Parts, round, readings: list):
        from django.test import Client

        from review.label_studio.gateway import passes
        from review.label_studio.keeping import password_of
        from review.models import Account, SeatProject

        user = readings[0].seat.rater.user
        self.readings, self.answers = readings, Answers(round)
        self.project = SeatProject.objects.get(seat=readings[0].seat)
        client = Client()
        client.force_login(user)
        ticket = passes.issue(project=self.project, by=user, app_session=client.session.session_key)
        self.browser = httpx.Client(base_url=parts.url, timeout=60, headers={"Origin": parts.url})
        entered = self.browser.post("/enter", data={"ticket": ticket}, headers={"Origin": PAGES})
        if (
            entered.status_code != 303
            or f"/projects/{self.project.project_id}/" not in entered.headers["Location"]
        ):
            raise SystemExit(f"The gateway let nobody in: {entered.status_code}")
        account = Account.objects.get(rater__user=user)
        self.direct = parts.studio.log_in(account.email, password_of(account))

    def body(self, reading, verdict: str = "accept") -> dict:
        return {"result": self.answers.result(reading, verdict), "lead_time": 40.5, "unique_id": str(uuid.uuid4()),
                "project": str(self.project.project_id)}  # fmt: skip

    def submit(self, reading, body: dict) -> httpx.Response:
        return self.browser.post(f"/api/tasks/{reading.task_id}/annotations", json=body)


@dataclass
class Happened:
    """What became of one round of submissions."""

    what: str
    written: Written
    counted: Counted
    asked_again: int = 0
    note: str = ""


@dataclass
class _Telling:
    """What the writers, each in a thread of its own, tell of themselves."""

    each: list[float] = field(default_factory=list)
    confirmed: set[int] = field(default_factory=set)
    asked_again: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def done(self, pk: int, milliseconds: float) -> None:
        with self.lock:
            self.each.append(milliseconds)
            self.confirmed.add(pk)


class Room:
    """A round of `each` sessions which all of the writers read, sent to Label Studio, and their desks."""

    def __init__(self, parts: Parts, writers: int, each: int, name: str):
        from review.label_studio.sending import send

        print(name, file=sys.stderr)
        self.parts, people = parts, study.readers(writers)
        lead = study.person("Lena", "lead")
        self.round = study.round_of(each, people, lead, name=name, overlap=writers)
        if (sent := send(self.round, parts.studio)) != writers * each:
            raise SystemExit(f"{sent} of {writers * each} tasks were sent")
        by_seat: dict[int, list] = {}
        for reading in readings_of(self.round):
            by_seat.setdefault(reading.seat_id, []).append(reading)
        self.desks = [Desk(parts, self.round, own) for own in by_seat.values()]
        self.name, self.size = name, writers * each

    def submitted(self, kill: Callable[[], None] | None = None) -> tuple[Written, int]:
        """All submit all, each one after the other; who is not told that it arrived submits the same again. `kill` is
        called when half has arrived.
        """
        told = _Telling()
        # Put together before, as a browser does it, on another machine.
        bodies = {reading.pk: desk.body(reading) for desk in self.desks for reading in desk.readings}

        def write(desk: Desk) -> None:
            for reading in desk.readings:
                begun = time.perf_counter()
                while not self._arrived(desk, reading, bodies[reading.pk]):
                    told.asked_again += 1
                    if time.perf_counter() - begun > GIVES_UP:
                        raise SystemExit("A judgement was not taken.")
                    time.sleep(0.2)
                told.done(reading.pk, (time.perf_counter() - begun) * 1e3)

        begun = time.perf_counter()
        with ThreadPoolExecutor(len(self.desks)) as threads:
            writing = [threads.submit(write, desk) for desk in self.desks]
            if kill:
                while len(told.each) < self.size // 2 and not all(one.done() for one in writing):
                    time.sleep(0.005)
                kill()
            for one in writing:
                one.result()
        return Written(time.perf_counter() - begun, told.each, told.confirmed), told.asked_again

    @staticmethod
    def _arrived(desk: Desk, reading, body: dict) -> bool:
        try:
            answer = desk.submit(reading, body)
        except httpx.TransportError:
            return False
        if answer.status_code < 500 and answer.status_code != 201:
            raise SystemExit(f"Submitting was answered {answer.status_code}: {answer.text[:200]}")
        return answer.status_code == 201

    def submitted_directly(self) -> Written:
        """The same to Label Studio, past us."""
        each: list[float] = []
        results = {one.pk: desk.answers.result(one, "accept") for desk in self.desks for one in desk.readings}

        def write(desk: Desk) -> None:
            for reading in desk.readings:
                begun = time.perf_counter()
                desk.direct.submit(reading.task_id, results[reading.pk], 40.5)
                each.append((time.perf_counter() - begun) * 1e3)

        begun = time.perf_counter()
        with ThreadPoolExecutor(len(self.desks)) as threads:
            list(threads.map(write, self.desks))
        return Written(time.perf_counter() - begun, each)

    def pull(self) -> None:
        from review.label_studio.syncing import read_round

        if read_round(self.round, self.parts.studio).failed:
            raise SystemExit("The pull failed.")

    def pull_killed(self, times: int) -> int:
        """Pull in a process that is killed when it has stored some, so often; then to the end. Returns how often it was."""
        from django.db import connections

        from review.models import Decision

        mine, killed = Decision.objects.filter(item__round=self.round), 0
        for n in range(1, times + 1):
            connections.close_all()
            process = FORK.Process(target=_pull_and_end, args=(self,))
            process.start()
            while mine.count() < n * self.size // (times + 1) and process.is_alive():
                time.sleep(0.005)
            if process.is_alive():
                os.kill(process.pid, signal.SIGKILL)
                killed += 1
            process.join()
        self.pull()
        return killed

    def twice_in_label_studio(self) -> int:
        """Tasks with more than one annotation."""
        return sum(
            len(task["annotations"]) > 1
            for desk in self.desks
            for task in self.parts.studio.changed_tasks(desk.project.project_id)
        )

    def close(self) -> None:
        """The projects stay: on SQLite Label Studio gives the ids of deleted tasks to new ones."""
        for desk in self.desks:
            desk.browser.close()


def _pull_and_end(room: Room) -> None:
    room.parts.studio._sdk_made = None  # connections of its own
    room.pull()
    os._exit(0)


def speed(
    parts: Parts, *, writers: int, each: int, rounds: int
) -> tuple[dict[str, list[Written]], list[float], Counted]:
    """({what: its rounds}, seconds of our pull in each, what was lost or doubled in all)."""
    found: dict[str, list[Written]] = {DIRECT: [], OURS: []}
    pulls, confirmed, twice = [], set(), 0
    for n in range(rounds):
        rooms = {what: Room(parts, writers, each, f"Round {n}, {what}") for what in (DIRECT, OURS)}
        for what in (DIRECT, OURS) if n % 2 else (OURS, DIRECT):
            room = rooms[what]
            found[what].append(room.submitted()[0] if what == OURS else room.submitted_directly())
        begun = time.perf_counter()
        rooms[OURS].pull()
        pulls.append(time.perf_counter() - begun)
        confirmed |= found[OURS][-1].confirmed
        twice += rooms[OURS].twice_in_label_studio()
        for room in rooms.values():
            room.close()
    return found, pulls, counted(confirmed, twice)


def mishaps(parts: Parts, *, writers: int, each: int) -> list[Happened]:
    """Each on a round of its own."""
    return [
        _submitted_twice(Room(parts, writers, each, "each body submitted twice")),
        _two_tabs(Room(parts, writers, each, "the same judgement changed in two tabs")),
        _killed(Room(parts, writers, each, "Label Studio killed at half"), parts.kill_label_studio),
        _killed(Room(parts, writers, each, "our gateway killed at half"), parts.kill_gateway),
        _killed_while_pulling(Room(parts, writers, each, "our worker killed while it pulls")),
    ]


def _ended(room: Room, written: Written, asked_again: int = 0, note: str = "") -> Happened:
    found = counted(written.confirmed, room.twice_in_label_studio())
    room.close()
    return Happened(room.name, written, found, asked_again, note)


def _killed(room: Room, kill: Callable[[], None]) -> Happened:
    written, again = room.submitted(kill)
    room.pull()
    return _ended(room, written, again)


def _killed_while_pulling(room: Room) -> Happened:
    written, again = room.submitted()
    killed = room.pull_killed(3)
    return _ended(room, written, again, f"killed {killed} times")


def _each(room: Room, act: Callable[[Desk, object], None]) -> Written:
    """Every desk in a thread, each of its readings once."""
    told = _Telling()

    def write(desk: Desk) -> None:
        for reading in desk.readings:
            begun = time.perf_counter()
            act(desk, reading)
            told.done(reading.pk, (time.perf_counter() - begun) * 1e3)

    begun = time.perf_counter()
    with ThreadPoolExecutor(len(room.desks)) as threads:
        list(threads.map(write, room.desks))
    return Written(time.perf_counter() - begun, told.each, told.confirmed)


def _submitted_twice(room: Room) -> Happened:
    """As when she presses the button again, or the answer was lost on the way; the pull reads between the two and after."""
    bodies = {reading.pk: desk.body(reading) for desk in room.desks for reading in desk.readings}

    def submit(desk: Desk, reading) -> None:
        _require(desk.submit(reading, bodies[reading.pk]), 201)

    _each(room, submit)
    room.pull()
    written = _each(room, submit)
    room.pull()
    return _ended(room, written, room.size, "the second is answered as the first")


def _two_tabs(room: Room) -> Happened:
    """Both tabs hold the same first judgement, and the same draft; each changes it, one after the other."""
    from review.label_studio.gateway.saving import LOADED, VERSION
    from review.models import Decision

    bodies = {
        (reading.pk, verdict): desk.body(reading, verdict)
        for desk in room.desks for reading in desk.readings for verdict in VERDICTS
    }  # fmt: skip

    def change(desk: Desk, reading) -> None:
        made = _require(desk.submit(reading, bodies[reading.pk, "accept"]), 201)
        first, loaded = made.json()["id"], {LOADED: made.headers[VERSION]}
        drafts = f"/api/tasks/{reading.task_id}/annotations/{first}/drafts"
        draft = _require(desk.browser.post(drafts, json=bodies[reading.pk, "accept"]), 201).json()["id"]
        for verdict in VERDICTS:
            _require(desk.browser.patch(f"/api/drafts/{draft}", json=bodies[reading.pk, verdict]), 200)
        for verdict, status in (("reject", 200), ("accept", 409)):
            body = bodies[reading.pk, verdict]
            _require(desk.browser.patch(f"/api/annotations/{first}", json=body, headers=loaded), status)

    written = _each(room, change)
    room.pull()
    stand = Decision.objects.in_force().filter(reading__in=written.confirmed)
    changed = stand.filter(verdict="reject").count()
    note = f"the second tab is refused with both texts (409); the first one's change stands in {changed}"
    return _ended(room, written, 0, note)


def _require(answer: httpx.Response, status: int) -> httpx.Response:
    if answer.status_code != status:
        raise SystemExit(f"{answer.request.url} answered {answer.status_code}: {answer.text[:200]}")
    return answer

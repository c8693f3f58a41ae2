"""Sending a round to a real Label Studio, and reading what came, each beside the bare requests of the same bytes."""

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import httpx

from bench.reviewing import study
from bench.reviewing.judging import Answers, readings_of

OURS_PUSH, BARE_PUSH = "ours, into tasks and rows", "floor: bare import of the same bytes"
OURS_PULL, BARE_PULL = "ours, into decisions", "floor: the same tasks, listed and thrown away"
_TIMEOUT = 600


def _clock(act: Callable) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _bare(part) -> httpx.Client:
    return httpx.Client(base_url=part.url, timeout=_TIMEOUT, headers={"Authorization": f"Token {part.token}"})


def _chunks(tasks: list[dict]) -> list[bytes]:
    from review.label_studio.sending import CHUNK

    return [json.dumps(tasks[n : n + CHUNK]).encode() for n in range(0, len(tasks), CHUNK)]


def _imported(part, project: int, chunks: list[bytes]) -> list[int]:
    ids = []
    with _bare(part) as bare:
        for chunk in chunks:
            answer = bare.post(
                f"/api/projects/{project}/import", params={"return_task_ids": "true"}, content=chunk,
                headers={"Content-Type": "application/json"},
            )  # fmt: skip
            ids += answer.raise_for_status().json()["task_ids"]
    return ids


def _round(n: int, serial: int, studio):
    """A round of one reader who has `n` sessions; her account is there, as it is after her first round."""
    from review.label_studio.keeping import account_for
    from review.models import SeatProject

    reader, lead = study.person(f"Sender-{serial:02d}", "annotator"), study.person("Lena", "lead")
    round = study.round_of(n, [reader], lead, name=f"Round {serial}", overlap=1)
    project = SeatProject.objects.select_related("seat__rater__user", "seat__round").get(seat__round=round)
    account_for(project.seat.rater, studio)
    return round, project


def push(part, studio, *, tasks: int, rounds: int) -> dict[str, list[float]]:
    """Seconds of each round; one more, in which both load what they need, is left out."""
    from review.judged import Wording
    from review.label_studio.sending import TITLES, data_of, send

    found = {BARE_PUSH: [], OURS_PUSH: []}
    for n in range(rounds + 1):
        print(f"pushing {tasks}, round {n} of {rounds}", file=sys.stderr)
        round, project = _round(tasks, n, studio)
        wording = Wording()
        chunks = _chunks(
            [{"data": data_of(reading, wording, project.config)} for reading in readings_of(round)]
        )
        made: list[int] = []

        def bare(project=project, chunks=chunks, made=made):
            made.append(studio.create_project(title=TITLES[project.form], config=project.config))
            _imported(part, made[0], chunks)

        def ours(round=round):
            if (sent := send(round, studio)) != tasks:
                raise SystemExit(f"{sent} of {tasks} tasks were sent")

        both = [(BARE_PUSH, bare), (OURS_PUSH, ours)]
        for name, act in both if n % 2 else reversed(both):
            took = _clock(act)
            if n:
                found[name].append(took)
        project.refresh_from_db()
        for one in (project.project_id, made[0]):
            studio.delete_project(one)
    return found


def pull(part, studio, *, tasks: int, changed: int, rounds: int) -> dict[str, list[float]]:
    """Seconds of each round: `changed` of the tasks were judged since the project was read."""
    from review.label_studio.receiving import OVERLAP, receive

    found = {BARE_PULL: [], OURS_PULL: []}
    for n in range(rounds):
        print(f"pulling {changed} of {tasks}, round {n + 1} of {rounds}", file=sys.stderr)
        round, project = _round(tasks, 50 + n, studio)
        since = _sent_and_judged(part, studio, round, project, changed)
        # As it stands when somebody's work was read two minutes after the others were sent.
        project.watermark = since + OVERLAP
        project.save()

        def bare(project=project, since=since):
            listed = _listed(part, project.project_id, since)
            if listed != changed:
                raise SystemExit(f"{listed} of {changed} tasks were listed")

        def ours(project=project):
            if (got := receive(project, studio)).decided != changed:
                raise SystemExit(f"{got} of {changed} judgements became decisions: {project.failure}")

        both = [(BARE_PULL, bare), (OURS_PULL, ours)]
        for name, act in both if n % 2 else reversed(both):
            found[name].append(_clock(act))
        studio.delete_project(project.project_id)
    return found


def _sent_and_judged(part, studio, round, project, changed: int):
    """Into Label Studio: first those that nobody judged, then those with a judgement. Returns a time between the two,
    by the server's clock.
    """
    from django.utils import timezone

    from review.judged import Wording
    from review.label_studio.sending import TITLES, data_of
    from review.models import Reading

    readings, wording, answers = readings_of(round), Wording(), Answers(round)
    user = project.seat.rater.label_studio_accounts.get(server=project.server_id).ls_user_id
    known = {"title": TITLES[project.form], "config": project.config, "mark": project.mark}
    project.project_id = studio.create_project(**known)
    # As if it had been read whole the night before: what is measured is the reading on.
    project.compared_at = timezone.now()
    project.save()
    tasks = [{"data": data_of(reading, wording, project.config)} for reading in readings]
    for reading, task in zip(readings[-changed:], tasks[-changed:], strict=True):
        judged = {"completed_by": user, "result": answers.result(reading, "accept"), "lead_time": 40.5}
        task["annotations"] = [judged]
    ids = _imported(part, project.project_id, _chunks(tasks[:-changed]))
    last = max(task["updated_at"] for task in studio.changed_tasks(project.project_id))
    ids += _imported(part, project.project_id, _chunks(tasks[-changed:]))
    for reading, task in zip(readings, ids, strict=True):
        Reading.objects.filter(pk=reading.pk).update(send_state="sent", task_id=task)
    return last + timedelta(microseconds=1)


def _listed(part, project: int, since) -> int:
    from review.label_studio.client import TASK_FIELDS

    value = since.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    condition = {"filter": "filter:tasks:updated_at", "operator": "greater_or_equal", "type": "Datetime",
                 "value": value}  # fmt: skip
    query = {"filters": {"conjunction": "and", "items": [condition]}, "ordering": ["tasks:updated_at"]}
    asked = {"project": project, "page_size": 200, "query": json.dumps(query), "include": TASK_FIELDS,
             "fields": "all"}  # fmt: skip
    n, page = 0, 1
    with _bare(part) as bare:
        while True:
            found = bare.get("/api/tasks/", params={**asked, "page": page}).raise_for_status().json()
            n, page = n + len(found["tasks"]), page + 1
            if not found["tasks"] or n >= found["total"]:
                return n

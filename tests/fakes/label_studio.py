"""Label Studio in memory: the same methods and the same promises as `review.label_studio.client.LabelStudio`.

`tests/review/label_studio/test_contract.py` runs against both.
"""

import copy
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx

from review.label_studio.client import config_hash
from review.label_studio.errors import LabelStudioDown, LabelStudioRefused, TokenRefused

VARIABLE = re.compile(r'value="\$(\w+)"')


class FakeLabelStudio:
    """`down = True` refuses every call; `lose_answers = n` stores the next n imports and never answers."""

    def __init__(self):
        self.url = "http://label-studio.invalid"
        self.down = False
        self.lose_answers = 0
        self.sent: list[dict] = []  # every body that we sent, to be searched for what a reviewer may not see
        self.projects: dict[int, dict] = {}
        self.tasks: dict[int, dict] = {}
        self.annotations: dict[int, dict] = {}
        self.accounts: dict[int, dict] = {}
        self._next = 1
        self._now = datetime(2026, 1, 1, tzinfo=UTC)
        self.sign_up("admin@example.com", "admin")

    def ready(self) -> str:
        self._answer()
        return "1.23.2"

    def create_project(self, *, title: str, config: str, instruction: str = "", mark: str = "") -> int:
        self._answer(title=title, config=config, instruction=instruction, mark=mark)
        if not 3 <= len(title) <= 50:
            raise LabelStudioRefused(400, '{"title": ["3 to 50 characters"]}')
        project_id = self._id()
        self.projects[project_id] = {"title": title, "config": config, "mark": mark, "webhooks": {}}
        return project_id

    def delete_project(self, project_id: int) -> None:
        self._project(project_id)
        for task in self._tasks_of(project_id):
            self.delete_task(task["id"])
        del self.projects[project_id]

    def project(self, project_id: int) -> dict | None:
        self._answer()
        if project_id not in self.projects:
            return None
        found = self.projects[project_id]
        return {"mark": found["mark"], "config_hash": config_hash(found["config"])}

    def import_tasks(self, project_id: int, tasks: list[dict], meanwhile=lambda: None) -> list[int]:
        try:
            return self._import(project_id, list(tasks))
        finally:
            meanwhile()  # as late as it may be: they are stored, and the caller does not know it yet

    def _import(self, project_id: int, tasks: list[dict]) -> list[int]:
        wanted = VARIABLE.findall(self._project(project_id)["config"])
        self._answer(tasks=tasks)
        for n, data in enumerate(tasks):
            for variable in wanted:
                if variable not in data:
                    raise LabelStudioRefused(400, f'Error at item {n}: "{variable}" key is expected')
        ids = []
        for data in tasks:
            task_id = self._id()
            stored = json.loads(json.dumps(data))
            self.tasks[task_id] = {
                "id": task_id,
                "project": project_id,
                "data": stored,
                "updated_at": self._tick(),
            }
            ids.append(task_id)
        if self.lose_answers:
            self.lose_answers -= 1
            raise LabelStudioDown("No answer: ReadTimeout") from httpx.ReadTimeout("lost")
        return ids

    def task(self, task_id: int) -> dict | None:
        self._answer()
        if task_id not in self.tasks:
            return None
        found = self.tasks[task_id]
        return {"project": found["project"], "data": json.loads(json.dumps(found["data"]))}

    def erase_task(self, task_id: int) -> None:
        self._answer()
        if task_id in self.tasks:
            self.delete_task(task_id)

    def remove_unjudged(self, task_id: int) -> bool:
        self._answer()
        if any(one["task"] == task_id and not one["was_cancelled"] for one in self.annotations.values()):
            return False
        if task_id in self.tasks:
            self.delete_task(task_id)
        return True

    def find_tasks(self, project_id: int, external_ids: list[str]) -> dict[str, list[int]]:
        self._project(project_id)
        found: dict[str, list[int]] = {}
        for task in self._tasks_of(project_id):
            external_id = task["data"].get("external_id")
            if external_id in external_ids:
                found.setdefault(external_id, []).append(task["id"])
        return found

    def task_ids(self, project_id: int) -> list[int]:
        self._project(project_id)
        return [task["id"] for task in self._tasks_of(project_id)]

    def changed_tasks(
        self, project_id: int, since: datetime | None = None, page_size: int = 200
    ) -> Iterator[dict]:
        self._project(project_id)
        tasks = sorted(self._tasks_of(project_id), key=lambda task: task["updated_at"])
        for n, task in enumerate(tasks):
            if n % page_size == 0:
                self._answer()
            if since is None or task["updated_at"] >= since:
                annotations = [
                    {name: value for name, value in one.items() if name not in ("task", "unique_id")}
                    for one in self.annotations.values()
                    if one["task"] == task["id"]
                ]
                yield {
                    "id": task["id"],
                    "updated_at": task["updated_at"],
                    "data": json.loads(json.dumps(task["data"])),
                    "annotations": annotations,
                }

    def register_webhook(self, project_id: int, url: str, headers: dict[str, str]) -> int:
        hooks = self._project(project_id)["webhooks"]
        hook = hooks.setdefault(url, {"id": self._id()})
        hook["headers"] = headers
        return hook["id"]

    def users(self) -> list[dict]:
        self._answer()
        return [{"id": id, "email": account["email"]} for id, account in self.accounts.items()]

    def sign_up(self, email: str, password: str) -> int:
        self._answer()
        email = email.strip().lower()
        if email not in {account["email"] for account in self.accounts.values()}:
            self.accounts[self._id()] = {"email": email, "password": password}
        return self.log_in(email, password).user_id

    def log_in(self, email: str, password: str) -> "FakeReviewerSession":
        self._answer()
        for user_id, account in self.accounts.items():
            if account == {"email": email.strip().lower(), "password": password}:
                return FakeReviewerSession(self, user_id)
        raise TokenRefused(200, "wrong e-mail or password")

    # What any member can do by hand in Label Studio, outside our client.

    def delete_task(self, task_id: int) -> None:
        del self.tasks[task_id]
        self.annotations = {id: one for id, one in self.annotations.items() if one["task"] != task_id}

    def delete_user(self, user_id: int) -> None:
        """What she annotated stays, without an author."""
        del self.accounts[user_id]
        for annotation in self.annotations.values():
            if annotation["completed_by"] == user_id:
                annotation["completed_by"] = None

    def rename_user(self, user_id: int, email: str) -> None:
        self.accounts[user_id]["email"] = email

    def back_up(self) -> tuple:
        """What a backup of the server holds; its next ids too."""
        kept = (self.projects, self.tasks, self.annotations, self.accounts)
        return copy.deepcopy(kept), self._next

    def restore(self, backup: tuple) -> None:
        """The server as it was, but for its clock: ids given since are given again."""
        kept, self._next = backup
        self.projects, self.tasks, self.annotations, self.accounts = copy.deepcopy(kept)

    def pass_time(self, minutes: float) -> None:
        """Whatever happens there next happens so much later, by its own clock, which is ahead of ours then."""
        self._now = max(self._now, datetime.now(UTC)) + timedelta(minutes=minutes)

    def change_screen(self, project_id: int, config: str) -> None:
        self._project(project_id)["config"] = config

    def _answer(self, **sent) -> None:
        if self.down:
            raise LabelStudioDown("No answer: ConnectError") from httpx.ConnectError("down")
        if sent:
            self.sent.append(sent)

    def _project(self, project_id: int) -> dict:
        self._answer()
        if project_id not in self.projects:
            raise LabelStudioRefused(404, "No Project matches the given query.")
        return self.projects[project_id]

    def _tasks_of(self, project_id: int) -> list[dict]:
        return [task for task in self.tasks.values() if task["project"] == project_id]

    def _id(self) -> int:
        self._next += 1
        return self._next - 1

    def _tick(self) -> datetime:
        """Now, and later than any earlier moment."""
        self._now = max(self._now + timedelta(microseconds=1), datetime.now(UTC))
        return self._now


class FakeReviewerSession:
    """As `review.label_studio.signing_in.ReviewerSession`."""

    def __init__(self, server: FakeLabelStudio, user_id: int):
        self._server, self.user_id = server, user_id

    def tasks(self, project_id: int, page_size: int = 100) -> list[dict]:
        self._server._project(project_id)
        return [dict(task) for task in self._server._tasks_of(project_id)]

    def submit(
        self, task_id: int, result: list[dict], lead_time_seconds: float, unique_id: str | None = None
    ) -> int:
        return self._add(task_id, result, lead_time_seconds, unique_id, was_cancelled=False)

    def skip(self, task_id: int) -> int:
        return self._add(task_id, [], None, None, was_cancelled=True)

    def next_task(self, project_id: int) -> int | None:
        """Untouched tasks first, then those she skipped, the first skipped first."""
        self._server._project(project_id)
        tasks = {task["id"] for task in self._server._tasks_of(project_id)}
        touched = [one for one in self._server.annotations.values() if one["task"] in tasks]
        left = tasks - {one["task"] for one in touched if not one["was_cancelled"]}
        skipped = [
            one["task"] for one in touched if one["completed_by"] == self.user_id and one["task"] in left
        ]
        return next(iter(sorted(left - set(skipped)) + skipped), None)

    def update(self, annotation_id: int, result: list[dict]) -> None:
        annotation = self._annotation(annotation_id)
        moment = self._server._tick()
        annotation |= {"result": json.loads(json.dumps(result)), "updated_at": moment}
        self._server.tasks[annotation["task"]]["updated_at"] = moment

    def delete(self, annotation_id: int) -> None:
        annotation = self._annotation(annotation_id)
        del self._server.annotations[annotation_id]
        self._server.tasks[annotation["task"]]["updated_at"] = self._server._tick()

    def _add(self, task_id, result, lead_time, unique_id, *, was_cancelled) -> int:
        self._server._answer()
        if task_id not in self._server.tasks:
            raise LabelStudioRefused(404, "No Task matches the given query.")
        taken = {one["unique_id"] for one in self._server.annotations.values()} - {None}
        if unique_id in taken:
            raise LabelStudioRefused(409, "Annotation with this unique id already exists")
        moment, annotation_id = self._server._tick(), self._server._id()
        self._server.annotations[annotation_id] = {
            "id": annotation_id,
            "task": task_id,
            "unique_id": unique_id,
            "completed_by": self.user_id,
            "was_cancelled": was_cancelled,
            "lead_time": lead_time,
            "created_at": moment,
            "updated_at": moment,
            "result": json.loads(json.dumps(result)),
        }
        self._server.tasks[task_id]["updated_at"] = moment
        return annotation_id

    def _annotation(self, annotation_id: int) -> dict:
        self._server._answer()
        if annotation_id not in self._server.annotations:
            raise LabelStudioRefused(404, "No Annotation matches the given query.")
        return self._server.annotations[annotation_id]

"""Label Studio Community; the only file that imports its SDK. The web forms are in `signing_in`.

The SDK retries failed calls by itself, which would store an import twice: here a call is made once.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event

import httpx

from review.label_studio import signing_in
from review.label_studio.errors import LabelStudioDown, LabelStudioRefused, TokenRefused

READ = httpx.Timeout(30, connect=5)
IMPORT_SECONDS = 180
LOOKED_UP_AT_ONCE = 50
HINTS = ["ANNOTATION_CREATED", "ANNOTATIONS_CREATED", "ANNOTATION_UPDATED", "ANNOTATIONS_DELETED"]
# `include` also prunes the annotations inside a task, so their fields are named here too.
TASK_FIELDS = "id,updated_at,data,annotations,completed_by,was_cancelled,lead_time,created_at,result"
ANNOTATION_FIELDS = ("id", "completed_by", "was_cancelled", "lead_time", "created_at", "updated_at", "result")


def config_hash(config: str) -> str:
    """SHA-256 of a screen as Label Studio keeps it (it drops space around the XML)."""
    return hashlib.sha256(config.strip().encode()).hexdigest()


class Packed:
    """Tasks (each the data of one) as an import takes them, put together beforehand."""

    def __init__(self, tasks: Sequence[dict]):
        self.body = json.dumps([{"data": data} for data in tasks]).encode()
        self._n = len(tasks)

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Iterator[dict]:
        return (task["data"] for task in json.loads(self.body))


class LabelStudio:
    """The calls this project needs. `token`: a legacy token (40 hex digits) or a personal access token (JWT).

    Every method raises LabelStudioDown, LabelStudioRefused or TokenRefused. After LabelStudioDown a write may
    have been stored: look before writing again.
    """

    def __init__(self, url: str, token: str):
        self.url = url.rstrip("/")
        self._token = token
        self._sdk_made = None
        self._http: httpx.Client | None = None  # with the SDK

    def ready(self) -> str:
        """The server's version; raises if it does not answer or does not know our token."""
        self._call(lambda sdk: sdk.users.whoami())
        return str(self._call(lambda sdk: sdk.versions.get()).release)

    def create_project(self, *, title: str, config: str, instruction: str = "", mark: str = "") -> int:
        """Makes a project that shows no colleague's work and no history; gives its id.

        `title`: 3 to 50 characters, says Label Studio. `mark`: what `project` tells it by.
        """
        project = self._call(
            lambda sdk: sdk.projects.create(
                title=title,
                label_config=config,
                description=mark,
                expert_instruction=instruction,
                show_instruction=bool(instruction),
                show_annotation_history=False,
                show_collab_predictions=False,
                maximum_annotations=1,
                # A skipped task comes back to the one who skipped it; by default it would wait for another,
                # and a seat's project has nobody else.
                skip_queue="REQUEUE_FOR_ME",
                sampling="Sequential sampling",
            )
        )
        return project.id

    def delete_project(self, project_id: int) -> None:
        """Deletes a project with all its tasks and annotations. For tests only."""
        self._call(lambda sdk: sdk.projects.delete(id=project_id))

    def project(self, project_id: int) -> dict | None:
        """{"mark", "config_hash"} of a project, the hash of its present screen, which somebody may have changed by hand;
        None where a server that knows our token has none of this number.
        """
        try:
            found = self._call(lambda sdk: sdk.projects.get(id=project_id))
        except LabelStudioRefused as refused:
            if refused.status != 404:
                raise
            self.ready()  # whatever else stands at this address knows no project either
            return None
        return {"mark": found.description or "", "config_hash": config_hash(found.label_config)}

    def import_tasks(
        self, project_id: int, tasks: Sequence[dict] | Packed, meanwhile: Callable[[], None] = lambda: None
    ) -> list[int]:
        """Stores tasks (each the data of one task) and gives their ids in the same order; all or nothing. `meanwhile`
        is called, by the caller's own thread, while Label Studio stores them.

        Never looks for duplicates: the same tasks again are stored again.
        """
        if not tasks:
            meanwhile()
            return []
        body, left = (tasks if isinstance(tasks, Packed) else Packed(tasks)).body, Event()
        with ThreadPoolExecutor(max_workers=1) as aside:
            stored = aside.submit(self._call, lambda sdk: self._import(sdk, project_id, body, left))
            stored.add_done_callback(lambda _done: left.set())
            left.wait()  # two threads at once would put off the leaving
            meanwhile()
            answer = stored.result()
        ids = answer.get("task_ids") if isinstance(answer, dict) else None
        if not isinstance(ids, list) or len(ids) != len(tasks):
            # With a queue of its own, Label Studio imports later and gives no ids; look them up.
            raise LabelStudioDown(f"The import of {len(tasks)} tasks was taken but did not give their ids.")
        return ids

    def _import(self, sdk, project_id: int, body: bytes, left: Event):
        """As the SDK does it; but its way of putting the request into JSON takes longer than half of the import."""
        from label_studio_sdk.core.api_error import ApiError

        def leaving():
            yield body
            left.set()

        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        answer = self._http.post(
            f"{self.url}/api/projects/{project_id}/import", params={"return_task_ids": "true"}, content=leaving(),
            headers=sdk._client_wrapper.get_headers() | headers,
            timeout=httpx.Timeout(IMPORT_SECONDS, connect=5),
        )  # fmt: skip
        if not answer.is_success:
            told = answer.headers.get("Content-Type", "").startswith("application/json")
            raise ApiError(status_code=answer.status_code, body=answer.json() if told else answer.text)
        return answer.json()

    def task(self, task_id: int) -> dict | None:
        """{"project", "data"} of a task; None where there is none of this number."""
        try:
            found = _plain(self._call(lambda sdk: sdk.tasks.get(id=str(task_id))))
        except LabelStudioRefused as refused:
            if refused.status != 404:
                raise
            return None
        return {"project": found["project"], "data": found["data"]}

    def erase_task(self, task_id: int) -> None:
        """Delete a task with all that was said of it. One that is gone is fine."""
        try:
            self._call(lambda sdk: sdk.tasks.delete(id=str(task_id)))
        except LabelStudioRefused as refused:
            if refused.status != 404:
                raise

    def remove_unjudged(self, task_id: int) -> bool:
        """Take a task out of its queue, with what was begun or skipped on it; False, and it stays, where somebody has
        judged it. A task that is gone is fine.
        """
        try:
            task = self._call(lambda sdk: sdk.tasks.get(id=str(task_id)))
            annotations = _plain(task).get("annotations") or []
            if not all(one.get("was_cancelled") for one in annotations):
                return False
            self._call(lambda sdk: sdk.tasks.delete(id=str(task_id)))
        except LabelStudioRefused as refused:
            if refused.status != 404:
                raise
        return True

    def find_tasks(self, project_id: int, external_ids: list[str]) -> dict[str, list[int]]:
        """The tasks that carry these external ids, {external id: [task ids]}; an id not found is absent."""
        found: dict[str, list[int]] = {}
        for start in range(0, len(external_ids), LOOKED_UP_AT_ONCE):
            batch = external_ids[start : start + LOOKED_UP_AT_ONCE]
            condition = _condition("data.external_id", "in_list", "List", batch)
            for task in self._pages(project_id, [condition], include="id,data", page_size=500):
                external_id = task["data"]["external_id"]
                if external_id in batch:
                    found.setdefault(external_id, []).append(task["id"])
        return {external_id: sorted(ids) for external_id, ids in found.items()}

    def task_ids(self, project_id: int) -> list[int]:
        """The ids of all tasks now in the project: deleted tasks leave no other trace."""
        return [task["id"] for task in self._pages(project_id, [], include="id", page_size=1000)]

    def changed_tasks(
        self, project_id: int, since: datetime | None = None, page_size: int = 200
    ) -> Iterator[dict]:
        """Tasks changed at or after `since` (all when None), oldest change first, read page by page.

        Each is {"id", "updated_at" (aware datetime), "data", "annotations"}; an annotation is a dict of
        ANNOTATION_FIELDS, `completed_by` a user id or None. A task changed while we read may come twice.
        """
        # A change during the reading moves its task to the end and the others one up, so counting pages would
        # skip one. Each page therefore starts from the last change seen; equal times are counted through.
        seen: set[tuple] = set()
        page = 1
        while True:
            conditions = []
            if since is not None:
                value = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
                conditions = [_condition("updated_at", "greater_or_equal", "Datetime", value)]
            tasks, total = self._page(project_id, conditions, page=page, page_size=page_size)
            for task in tasks:
                at = datetime.fromisoformat(task["updated_at"])
                if (task["id"], at) not in seen:
                    seen.add((task["id"], at))
                    yield {
                        "id": task["id"],
                        "updated_at": at,
                        "data": task["data"],
                        "annotations": [_annotation(one) for one in task.get("annotations") or []],
                    }
            if not tasks or page * page_size >= total:
                return
            last = datetime.fromisoformat(tasks[-1]["updated_at"])
            since, page = (last, 1) if since is None or last > since else (since, page + 1)

    def register_webhook(self, project_id: int, url: str, headers: dict[str, str]) -> int:
        """Asks for a call to `url` after each submit, change or deletion in the project; gives the hook's id.

        The call holds the action's name and nothing else: no transcript leaves in it. Registering the same
        URL again replaces its headers.
        """
        wanted = {"headers": headers, "send_payload": False, "is_active": True, "actions": HINTS}
        wanted |= {"send_for_all_actions": False}
        for hook in self._call(lambda sdk: sdk.webhooks.list(project=str(project_id))):
            if hook.url == url and hook.project == project_id:
                self._call(lambda sdk, id=hook.id: sdk.webhooks.update(id=id, url=url, **wanted))
                return hook.id
        return self._call(lambda sdk: sdk.webhooks.create(url=url, project=project_id, **wanted)).id

    def users(self) -> list[dict]:
        """All accounts as {"id", "email" (lower case)}."""
        users = self._call(lambda sdk: sdk.users.list())
        return [{"id": user.id, "email": user.email.lower()} for user in users]

    def sign_up(self, email: str, password: str) -> int:
        """Makes an account that can log in, through the invite link, and gives its user id.

        An account that exists and takes this password is given back; one with another password is refused.
        """
        email = email.strip().lower()
        if any(user["email"] == email for user in self.users()):
            return self.log_in(email, password).user_id
        invite = self._call(lambda sdk: sdk.organizations.invites.get_invite_link()).token
        signing_in.sign_up(self.url, invite, email, password)
        return self.log_in(email, password).user_id

    def log_in(self, email: str, password: str) -> signing_in.ReviewerSession:
        """A reviewer's own session."""
        return signing_in.ReviewerSession(self.url, email, password)

    def _pages(
        self, project_id: int, conditions: list[dict], *, include: str, page_size: int
    ) -> Iterator[dict]:
        page = 1
        while True:
            tasks, total = self._page(
                project_id, conditions, page=page, page_size=page_size, include=include, order="tasks:id"
            )
            yield from tasks
            if not tasks or page * page_size >= total:
                return
            page += 1

    def _page(
        self,
        project_id: int,
        conditions: list[dict],
        *,
        page: int,
        page_size: int,
        include: str = TASK_FIELDS,
        order: str = "tasks:updated_at",
    ) -> tuple[list[dict], int]:
        """One page of tasks as the server sent it, and how many there are (a page too far is a 404)."""
        query = {"filters": {"conjunction": "and", "items": conditions}, "ordering": [order]}
        listed = self._call(
            lambda sdk: (
                sdk.tasks.list(
                    project=project_id,
                    page=page,
                    page_size=page_size,
                    query=json.dumps(query),
                    include=include,
                    fields="all",
                ).response
            )
        )
        return [_plain(task) for task in listed.tasks], listed.total

    def _call(self, make):
        """Makes one SDK call, once; a JWT that ran out between check and arrival is exchanged again, once."""
        from label_studio_sdk.core.api_error import ApiError
        from label_studio_sdk.core.parse_error import ParsingError

        try:
            try:
                return make(self._sdk())
            except ApiError as error:
                if error.status_code != 401 or self._token.count(".") != 2:
                    raise
                self._sdk_made = None
                return make(self._sdk())
        except httpx.TransportError as error:
            raise LabelStudioDown(f"No answer from {self.url}: {type(error).__name__}") from error
        except ApiError as error:
            raise refusal(error.status_code, error.body) from None
        except (ParsingError, json.JSONDecodeError):
            raise LabelStudioDown(f"What answers at {self.url} is not Label Studio.") from None

    def _sdk(self):
        if self._sdk_made is None:
            # Imported late: 1.3 s and 110 MB that only processes which talk to Label Studio should pay.
            import label_studio_sdk

            self._http = httpx.Client(timeout=READ)
            self._sdk_made = label_studio_sdk.LabelStudio(
                base_url=self.url + "/",
                api_key=self._token,
                max_retries=0,
                httpx_client=self._http,
            )
        return self._sdk_made


def refusal(status: int | None, body) -> Exception:
    """The error of ours for an answer that is none: only 3xx and 4xx say that nothing was done."""
    if status is None or not 300 <= status < 500 or status in (408, 429):
        return LabelStudioDown(f"Label Studio could not answer: {status}")
    if isinstance(body, dict):
        body = json.dumps(body.get("validation_errors") or body.get("detail") or body, ensure_ascii=False)
    return (TokenRefused if status == 401 else LabelStudioRefused)(status or 0, body)


def _condition(field: str, operator: str, kind: str, value) -> dict:
    return {"filter": f"filter:tasks:{field}", "operator": operator, "type": kind, "value": value}


def _annotation(sent: dict) -> dict:
    author = sent.get("completed_by")
    annotation = {name: sent.get(name) for name in ANNOTATION_FIELDS}
    annotation["completed_by"] = author.get("id") if isinstance(author, dict) else author
    for name in ("created_at", "updated_at"):
        annotation[name] = datetime.fromisoformat(annotation[name])
    return annotation


def _plain(task) -> dict:
    return task if isinstance(task, dict) else json.loads(task.json())

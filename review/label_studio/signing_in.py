"""Label Studio's web forms by plain HTTP: signing up by invite, and a reviewer's own session.

Community has no API that makes an account with a password, hence the forms.
"""

import logging
import uuid

import httpx

from review.label_studio.errors import LabelStudioDown, LabelStudioRefused, TokenRefused

TIMEOUT = httpx.Timeout(30, connect=5)


class _WithoutSecrets(logging.Filter):
    """httpx logs every URL it calls; the one of the invite link lets anybody in."""

    def filter(self, record):
        return "token=" not in record.getMessage()


logging.getLogger("httpx").addFilter(_WithoutSecrets())


def sign_up(url: str, invite: str, email: str, password: str) -> None:
    """Fills in the sign-up form behind an invite link. The account can log in at once."""
    form = {"email": email, "password": password, "allow_newsletters": "false"}
    answer = _submit(_browser(url), "/user/signup/", form, {"token": invite})
    if answer.status_code != 302:
        raise LabelStudioRefused(answer.status_code, "the sign-up form was not accepted")


class ReviewerSession:
    """A reviewer logged in as a browser would be; demo and tests act through it."""

    def __init__(self, url: str, email: str, password: str):
        self._browser = _browser(url)
        form = {"email": email.strip().lower(), "password": password}
        answer = _submit(self._browser, "/user/login/", form, {})
        if answer.status_code != 302:
            raise TokenRefused(answer.status_code, "wrong e-mail or password")
        self.user_id: int = self._ask("GET", "/api/current-user/whoami").json()["id"]

    @property
    def cookies(self) -> dict[str, str]:
        """Of this session, by name: whoever holds them is this reviewer."""
        return dict(self._browser.cookies)

    def tasks(self, project_id: int, page_size: int = 100) -> list[dict]:
        """All tasks of the project as the editor gets them, oldest first."""
        found, page = [], 1
        while True:
            wanted = {"project": project_id, "fields": "all", "page": page, "page_size": page_size}
            answer = self._ask("GET", "/api/tasks/", params=wanted).json()
            found += answer["tasks"]
            if not answer["tasks"] or len(found) >= answer["total"]:
                return sorted(found, key=lambda task: task["id"])
            page += 1

    def submit(
        self, task_id: int, result: list[dict], lead_time_seconds: float, unique_id: str | None = None
    ) -> int:
        """Submits an annotation and gives its id. The same `unique_id` again is refused with 409."""
        body = {
            "result": result,
            "lead_time": lead_time_seconds,
            "unique_id": unique_id or str(uuid.uuid4()),
        }
        return self._ask("POST", f"/api/tasks/{task_id}/annotations/", json=body).json()["id"]

    def skip(self, task_id: int) -> int:
        """Skips a task, as the button does: a cancelled annotation without answers."""
        body = {"result": [], "was_cancelled": True, "unique_id": str(uuid.uuid4())}
        return self._ask("POST", f"/api/tasks/{task_id}/annotations/", json=body).json()["id"]

    def next_task(self, project_id: int) -> int | None:
        """The task that the queue serves next, asked for as the editor does; None when it is empty."""
        asked = {"id": "next_task", "project": project_id}
        try:
            return self._ask("POST", "/api/dm/actions/", params=asked, json={}).json()["id"]
        except LabelStudioRefused as refused:
            if refused.status != 404:
                raise
            return None

    def update(self, annotation_id: int, result: list[dict]) -> None:
        """Replaces the answers of an annotation."""
        self._ask("PATCH", f"/api/annotations/{annotation_id}/", json={"result": result})

    def delete(self, annotation_id: int) -> None:
        """Takes an annotation back."""
        self._ask("DELETE", f"/api/annotations/{annotation_id}/")

    def _ask(self, method: str, path: str, **sent) -> httpx.Response:
        headers = {"X-CSRFToken": self._browser.cookies.get("csrftoken", "")}
        answer = _request(self._browser, method, path, headers=headers, **sent)
        if answer.status_code >= 300:
            raise LabelStudioRefused(answer.status_code, answer.text)
        return answer


def _browser(url: str) -> httpx.Client:
    return httpx.Client(base_url=url.rstrip("/"), timeout=TIMEOUT, follow_redirects=False)


def _submit(browser: httpx.Client, path: str, form: dict, params: dict) -> httpx.Response:
    """Fetches a form for its CSRF cookie and sends it. 302 is success, 200 the form with a complaint."""
    _request(browser, "GET", path, params=params)
    form = {**form, "csrfmiddlewaretoken": browser.cookies.get("csrftoken", "")}
    headers = {"Referer": str(browser.base_url)}
    return _request(browser, "POST", path, data=form, params=params, headers=headers)


def _request(browser: httpx.Client, method: str, path: str, **sent) -> httpx.Response:
    try:
        answer = browser.request(method, path, **sent)
    except httpx.TransportError as error:
        raise LabelStudioDown(f"No answer from {browser.base_url}: {type(error).__name__}") from error
    if answer.status_code >= 500:
        raise LabelStudioDown(f"Label Studio could not answer: {answer.status_code}")
    return answer

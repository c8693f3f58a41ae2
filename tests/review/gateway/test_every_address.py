"""Every address of Label Studio, tried by a reviewer with whatever numbers she likes, before a Label Studio that tells
everything to everybody and does whatever it is asked: what is hers goes on, and nothing else comes back.
"""

import json
import re
from contextlib import asynccontextmanager
from types import SimpleNamespace

import httpx
import pytest
import structlog
from django.test import Client

from config.demo.ports import free_port
from review.label_studio.gateway import passes
from review.label_studio.gateway.rules import Denied, wanted
from review.label_studio.gateway.server import Gateway, Where
from review.label_studio.gateway.serving import about
from review.label_studio.gateway.upstream import Answer
from review.label_studio.sending import send
from review.models import Account, Reading, SeatProject
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.gateway.attack import Numbers, Try, tries
from tests.review.gateway.conftest import PAGES, Browser, running

SECRET = "CHLOE-SAYS-THIS"
OWN_ROW, HERS_ROW, OWN_DRAFT, HERS_DRAFT = 801, 802, 901, 902
PAGE = '<html><head></head><body><script>hostname: "http://studio.test"</script></body></html>'
# Whose things a request names, where Label Studio reads them.
NAMED = re.compile(r"/(projects|tasks|annotations|drafts)/(\d+)")


class Talkative:
    """As review.label_studio.gateway.upstream.Upstream, before no server at all. `asked`: (method, path, query, body)."""

    url = "http://studio.test"

    def __init__(self, mine: Numbers, other: Numbers, people: dict[int, str]):
        self.mine, self.other, self.people = mine, other, people
        self.asked = []

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    @asynccontextmanager
    async def file(self, path, headers):
        yield SimpleNamespace(status=404)

    async def ask(self, holder, method, path, *, query=None, body=None) -> Answer:
        self.asked.append((method, path, query or {}, body))
        if path.startswith("/projects/"):
            return Answer(200, PAGE.encode())
        if method == "POST" and path.endswith("/drafts"):
            return Answer(201, json.dumps(self.draft(OWN_DRAFT)).encode())
        return Answer(201 if method == "POST" else 200, json.dumps(self.told(path)).encode())

    def told(self, path: str):
        if re.fullmatch(r"/api/tasks/\d+", path):
            return self.task(int(path.rsplit("/", 1)[1]))
        if path.endswith("/drafts"):
            return [self.draft(OWN_DRAFT), self.draft(HERS_DRAFT)]
        if found := re.fullmatch(r"/api/(annotation|draft)s/(\d+)", path):
            return getattr(self, found[1])(int(found[2]))
        return {
            "/api/version": {"release": "1.23.2"},
            "/api/users": [{"id": pk, "email": email} for pk, email in self.people.items()],
            "/api/tasks": {"total": 1, "tasks": [self.task(self.mine.task)], "users": [SECRET]},
            "/api/dm/actions": self.task(self.mine.task),
            "/api/dm/columns": {"columns": [self.column("annotators", list(self.people))]},
            f"/api/projects/{self.mine.project}/label-stream-history": [{"taskId": self.mine.task}],
            "/api/current-user/whoami": {"id": self.mine.user, "active_organization_meta": {"email": SECRET}},
        }.get(path, {"id": 1, "created_by": {"email": SECRET}, "token": SECRET, "members": [SECRET]})

    def task(self, number: int) -> dict:
        return {
            "id": number, "data": {"dialogue": []}, "predictions": [{"result": SECRET}], "updated_by": [SECRET],
            "annotations": [self.annotation(OWN_ROW), self.annotation(HERS_ROW)], "comments": SECRET,
            "drafts": [self.draft(OWN_DRAFT), self.draft(HERS_DRAFT)], "annotations_results": SECRET,
        }  # fmt: skip

    def annotation(self, number: int) -> dict:
        whose = self.mine if number == OWN_ROW else self.other
        words = [] if whose is self.mine else [{"value": {"text": [SECRET]}}]
        return {
            "id": number,
            "completed_by": whose.user,
            "task": whose.task,
            "result": words,
            "reviews": [SECRET],
        }

    def draft(self, number: int) -> dict:
        whose = self.mine if number == OWN_DRAFT else self.other
        words = [] if whose is self.mine else [{"value": {"text": [SECRET]}}]
        return {"id": number, "user": self.people[whose.user], "task": whose.task, "result": words}

    def column(self, name: str, items: list) -> dict:
        return {"id": name, "title": name, "type": "List", "schema": {"items": items}}


def is_not_in_the_list(one: Try) -> bool:
    """Refused as it is read; the same before a real server takes minutes (test_every_address_really.py)."""
    if one.method == "GET" and not one.query:
        return False
    try:
        wanted(one.method, one.path, [(name, str(value)) for name, value in one.query.items()], one.body)
    except Denied:
        return True
    return False


@pytest.fixture
def there(transactional_db, round, ben, chloe, settings):
    """`browser`: Ben's; `studio`; `mine` and `other`: his numbers, and Chloe's."""
    send(round, FakeLabelStudio())
    numbers, people = {}, {}
    for user, row, draft in ((ben, OWN_ROW, OWN_DRAFT), (chloe, HERS_ROW, HERS_DRAFT)):
        project = SeatProject.objects.get(seat__rater__user=user)
        account = Account.objects.get(rater__user=user)
        task = Reading.objects.filter(seat=project.seat).first().task_id
        numbers[user] = Numbers(project.project_id, task, row, draft, account.ls_user_id)
        people[account.ls_user_id] = account.email
    studio = Talkative(numbers[ben], numbers[chloe], people)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings.BASE_URL = PAGES
    where = Where(url, PAGES, project.server_id)
    client = Client()
    client.force_login(ben)
    mine = SeatProject.objects.get(seat__rater__user=ben)
    ticket = passes.issue(project=mine, by=ben, app_session=client.session.session_key)
    with running(Gateway(studio, where, about).app(), port), Browser(url) as browser:
        browser.post("/enter", data={"ticket": ticket}, headers={"Origin": PAGES})
        yield SimpleNamespace(
            browser=browser, studio=studio, mine=numbers[ben], other=numbers[chloe], people=people, url=url
        )


def test_nothing_of_a_colleagues_comes_back_or_is_touched_at_any_address(there):
    allowed = 0
    for one in tries(there.mine, there.other):
        if is_not_in_the_list(one):
            continue
        answer = there.browser.request(one.method, one.path, params=one.query, json=one.body)
        said = f"{answer.text} {answer.headers}"
        assert SECRET not in said and there.people[there.other.user] not in said, one
        assert "studio.test" not in said and answer.status_code not in (500, 502), one
        allowed += answer.status_code < 400 and answer.status_code != 303
    assert allowed > 15, "the reviewer could not work either: nothing was attacked"
    tasks = set(
        Reading.objects.filter(seat__projects__project_id=there.mine.project).values_list(
            "task_id", flat=True
        )
    )
    hers = {"projects": {there.mine.project}, "tasks": tasks, "annotations": {OWN_ROW}, "drafts": {OWN_DRAFT}}
    for method, path, query, body in there.studio.asked:
        if method == "GET" and re.fullmatch(r"/api/(annotations|drafts)/\d+", path):
            continue  # whose it is, the gateway itself asks; what it is told goes nowhere
        named = NAMED.findall(path)
        assert all(int(number) in hers[kind] for kind, number in named), (method, path)
        assert str(query.get("project", there.mine.project)) == str(there.mine.project), (method, path, query)
        assert not {"project", "completed_by", "task", "annotation"} & (body or {}).keys(), (
            method,
            path,
            body,
        )
        assert (body or {}).get("draft_id") in (None, OWN_DRAFT), (method, path, body)


def test_what_is_refused_is_logged_whoever_asks(there):
    asked = [
        ("a colleague's task", there.browser, "GET", f"/api/tasks/{there.other.task}"),
        ("a stranger", httpx.Client(base_url=there.url), "GET", "/api/users"),
        ("a file that is none", there.browser, "GET", "/static/..%2fapi/users"),
        ("another way to a file", there.browser, "DELETE", "/static/app.js"),
        ("another host", httpx.Client(base_url=there.url, headers={"Host": "evil.test"}), "GET", "/"),
        ("no ticket", httpx.Client(base_url=there.url), "POST", "/enter"),
    ]  # fmt: skip
    for what, browser, method, path in asked:
        with structlog.testing.capture_logs() as told:
            assert browser.request(method, path).status_code in (303, 401, 403, 404, 405, 421), what
        (line,) = [one for one in told if one["event"] == "gateway refused"]
        assert line["why"] and line["method"] == method and "http" not in line["path"], what

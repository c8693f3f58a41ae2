"""A gateway that runs before a real Label Studio, and reviewers who come in through it."""

import asyncio
import re
import threading
from contextlib import contextmanager

import httpx
import pytest
from aiohttp import web
from django.test import Client
from django.urls import reverse

from config.demo.ports import free_port
from review.label_studio.client import LabelStudio
from review.label_studio.gateway import passes, serving
from review.label_studio.gateway.saving import LOADED, VERSION
from review.label_studio.sending import send
from review.models import SeatProject
from tests.parts.fixtures import chromium, had
from tests.review.factories import round_of

PAGES = "http://mirror.test"


@contextmanager
def running(app: web.Application, port: int):
    """Serve it from a thread with a loop of its own."""
    loop, up, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve():
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        up.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert up.wait(20)
    yield
    loop.call_soon_threadsafe(stop.set)
    thread.join(20)
    loop.close()


SAVES = re.compile(r"/api/(?:tasks/(\d+)/annotations|annotations/(\d+))/?\Z")


class Browser(httpx.Client):
    """A reviewer's browser at the gateway, without its page: what it may ask for, anybody may try. As the page does, it
    names what it has loaded of a task when it saves; `knows` = {} forgets it.
    """

    def __init__(self, url: str):
        super().__init__(base_url=url, timeout=60, headers={"Origin": url})
        self.knows: dict[str, str] = {}
        self._task_of: dict[str, str] = {}

    def send(self, request: httpx.Request, **more) -> httpx.Response:
        saves = request.method != "GET" and SAVES.match(request.url.path)
        if saves:
            task = saves[1] or self._task_of.get(saves[2], "")
            request.headers.setdefault(LOADED, self.knows.get(task, ""))
        answer = super().send(request, **more)
        if version := answer.headers.get(VERSION):
            task = version.partition("-")[0]
            self.knows[task] = version
            found = answer.json() if answer.content else {}
            self._task_of |= {str(one["id"]): task for one in found.get("annotations", [found]) if one}
        return answer

    def annotations(self, task: int, project: int) -> list[dict]:
        return self.get(f"/api/tasks/{task}", params={"project": project}).json()["annotations"]


class Gate:
    """`url`; `studio`: the Label Studio behind it, as its owner; `upstream`: as the gateway asks it; `round`: three
    sessions, read by Ben and Chloe.
    """

    def __init__(self, url: str, studio: LabelStudio, upstream, round):
        self.url, self.studio, self.upstream, self.round = url, studio, upstream, round
        # Whether a test asks for what it is refused.
        self.is_refusing = False
        self._open: list[Browser] = []

    def project(self, user) -> SeatProject:
        return SeatProject.objects.get(seat__round=self.round, seat__rater__user=user)

    def tasks(self, user) -> list[int]:
        readings = self.project(user).seat.readings.order_by("order")
        return list(readings.values_list("task_id", flat=True))

    def ticket(self, user) -> str:
        client = Client()
        client.force_login(user)
        return passes.issue(project=self.project(user), by=user, app_session=client.session.session_key)

    def desk_page(self, user, reading=None):
        """What the desk answers when she goes to judge, or to one of her sessions: our page with her ticket."""
        client, project = Client(), self.project(user)
        client.force_login(user)
        which = {"reading": str(reading.external_id)} if reading else {}
        return client.post(reverse("desk_open", args=[project.seat.public_id, project.form]), which)

    def enter(self, user) -> Browser:
        browser = self.stranger()
        self.open(browser, self.ticket(user))
        return browser

    def open(self, browser: Browser, ticket: str, origin: str = PAGES) -> httpx.Response:
        """As the desk does it."""
        answer = browser.post("/enter", data={"ticket": ticket}, headers={"Origin": origin})
        assert answer.status_code == 303
        return answer

    def stranger(self) -> Browser:
        self._open.append(Browser(self.url))
        return self._open[-1]

    def close(self) -> None:
        for browser in self._open:
            browser.close()


@pytest.fixture
def studio(label_studio) -> LabelStudio:
    return LabelStudio(label_studio.url, label_studio.token)


@pytest.fixture
def connected(settings, label_studio):
    settings.LABEL_STUDIO_URL, settings.LABEL_STUDIO_TOKEN = label_studio.url, label_studio.token


@pytest.fixture
def sessions(transactional_db, connected, ben, chloe, lena):
    """The round that is judged: three sessions, read by Ben and Chloe."""
    return round_of(3, [ben, chloe], lena)


@pytest.fixture
def gate(sessions, studio, settings):
    settings.LABEL_STUDIO_GATEWAY_URL = f"http://127.0.0.1:{(port := free_port())}"
    send(sessions, studio)
    # Only now: Label Studio looks up where its webhooks are to go.
    settings.BASE_URL = PAGES
    served = serving.gateways()
    with running(served.app(), port):
        found = Gate(settings.LABEL_STUDIO_GATEWAY_URL, studio, served.all[0].upstream, sessions)
        yield found
        found.close()


@pytest.fixture
def page(gate, ben, monkeypatch):
    """Ben's browser, come in from his desk. In the end: nothing that the editor asked for was refused."""
    playwright = pytest.importorskip("playwright.sync_api")
    browser_path = had("Chromium", chromium)
    opened = gate.desk_page(ben)
    # Playwright's loop is no reason for Django to refuse: nothing here is asynchronous but the browser.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        refused, elsewhere = [], []
        page.route(
            f"{PAGES}/**",
            lambda route: route.fulfill(
                body=opened.content.decode(),
                headers={
                    "Content-Type": "text/html",
                    "Referrer-Policy": opened["Referrer-Policy"],
                },
            ),
        )
        # At the end of a queue there is no next task; its service worker we leave out.
        expected = (f"{gate.url}/sw.js", f"{gate.url}/api/dm/actions?id=next_task")
        page.on(
            "response",
            lambda answer: (
                answer.status >= 400 and not answer.url.startswith(expected) and refused.append(answer.url)
            ),
        )
        page.on(
            "request",
            lambda asked: asked.url.startswith(("data:", "blob:", gate.url)) or elsewhere.append(asked.url),
        )
        page.goto(f"{PAGES}/desk/")
        page.wait_for_url(f"{gate.url}/projects/**")
        elsewhere.clear()
        yield page
        browser.close()
    assert gate.is_refusing or not refused, (
        "a newer Label Studio asks for more: see review/label_studio/gateway/rules.py"
    )
    assert not elsewhere

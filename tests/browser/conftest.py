"""A demo as a newcomer starts it, and browsers for the people in it."""

import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections

from guidelines.loading import SHIPPED, load
from tests.conftest import PASSWORD
from tests.fakes.model_server import ModelServer

ROOT = Path(__file__).resolve().parents[2]
UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"
LOGIN = re.compile(r"^\s+(\S+@example\.org)\s+(\S+)\s+(.+)$")


class Demo:
    """`bin/demo` in the foreground; `url`, `passwords` {e-mail: password} as it printed them.

    The sessions' words come from a scripted endpoint: the real model walks this road in the headless demo.
    """

    def __init__(self, home: Path, endpoint: str):
        env = {
            k: v
            for k, v in os.environ.items()
            if k not in ("DJANGO_SETTINGS_MODULE", "ONE_WAY_MIRROR_HOME", UNSAFE)
        }
        env |= {"OPENAI_BASE_URL": endpoint, "OPENAI_MODEL": "scripted", "OPENAI_API_KEY": "none-needed"}
        command = [ROOT / "bin" / "demo", "--model", "env", "--instances", "2", "--home", home, "--keep"]
        self.log = (home / "demo.log").open("w+")
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            start_new_session=True,
        )
        self.url, self.passwords, self.printed = "", {}, []

    def wait(self) -> None:
        # A part that hangs must not hang the suite: the pipe is closed with the process.
        alarm = threading.Timer(1200, self.process.kill)
        alarm.start()
        for line in self.process.stdout:
            self.printed.append(line)
            if found := LOGIN.match(line):
                self.passwords[found[1]] = found[2]
            elif "log in as" in line:
                self.url = line.split(" is at ")[1].split("/ ")[0]
            elif line.startswith("Everything runs"):
                alarm.cancel()
                return
        self.log.seek(0)
        raise AssertionError("the demo ended early:\n" + "".join(self.printed) + self.log.read()[-4000:])

    def stop(self) -> int:
        """Ctrl-C, as a person stops it."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    with ModelServer(delay=0.05) as server:
        running = Demo(tmp_path_factory.mktemp("demo"), server.url)
        try:
            running.wait()
            yield running
        finally:
            if running.process.poll() is None:
                running.stop()


# Playwright's loop runs in this thread until it is stopped, and no test beyond this folder could start one of its own.
@pytest.fixture(scope="package")
def chromium():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # as every click has; five seconds are too few on a busy machine
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        # Playwright's loop is no reason for Django to refuse: nothing here is asynchronous but the browser.
        os.environ[UNSAFE] = "true"
        yield browser
        del os.environ[UNSAFE]
        browser.close()


@contextmanager
def windows(chromium, url: str, password_of: Callable[[str], str]):
    """log_in("lena") -> her page, in a browser of her own; all of them are closed in the end."""
    contexts = []

    def log_in(name: str):
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=url)
        contexts.append(context)
        page, email = context.new_page(), f"{name}@example.org"
        page.goto("/login/")
        page.fill("input[name=username]", email)
        page.fill("input[name=password]", password_of(email))
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(lambda url: "/login/" not in url)
        return page

    yield log_in
    for context in contexts:
        context.close()


@pytest.fixture
def person(demo, chromium):
    """Log in one of the people of the demo."""
    with windows(chromium, demo.url, demo.passwords.__getitem__) as log_in:
        yield log_in


@pytest.fixture
def at_work(live_server, chromium, ana, amir, lena):
    """Log one of them in to the app alone, without the demo's other parts."""
    with windows(chromium, live_server.url, lambda _email: PASSWORD) as log_in:
        yield log_in
    connections.close_all()


@pytest.fixture
def novice_mistakes(live_server):
    load([SHIPPED / "novice-mistakes.yaml"])

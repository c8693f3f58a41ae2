import re

import httpx
import pytest

from config.demo import label_studio as part
from config.demo.ports import free_port
from config.demo.processes import Stack
from tests.parts.fixtures import had

pytestmark = pytest.mark.labelstudio


def projects(running: part.LabelStudioPart) -> httpx.Response:
    return httpx.get(f"{running.url}/api/projects/", headers={"Authorization": f"Token {running.token}"}, timeout=30)


def signed_in(running: part.LabelStudioPart, password: str) -> bool:
    with httpx.Client(base_url=running.url, timeout=30) as browser:
        page = browser.get("/user/login/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        form = {"email": running.username, "password": password, "csrfmiddlewaretoken": token}
        return browser.post("/user/login/", data=form).status_code == 302


def test_the_owner_has_a_token_and_can_sign_in(label_studio):
    assert projects(label_studio).json()["count"] == 0
    assert signed_in(label_studio, label_studio.password)
    assert not signed_in(label_studio, "wrong")


def test_nobody_signs_up_without_an_invitation(label_studio):
    assert httpx.get(f"{label_studio.url}/user/signup/", timeout=30).status_code == 403


def test_a_webhook_may_point_at_this_machine(label_studio):
    answer = httpx.post(
        f"{label_studio.url}/api/projects/",
        headers={"Authorization": f"Token {label_studio.token}"},
        json={"title": "Hook"},
        timeout=30,
    )
    hook = {"url": "http://127.0.0.1:9/hook", "project": answer.json()["id"], "send_payload": True}
    made = httpx.post(
        f"{label_studio.url}/api/webhooks/",
        headers={"Authorization": f"Token {label_studio.token}"},
        json=hook,
        timeout=30,
    )
    assert made.status_code == 201, made.text[:300]


def test_a_folder_used_before_keeps_its_token_on_the_port_asked_for(tmp_path):
    def start(stack, port):
        return had("Label Studio", lambda: part.start(stack, tmp_path / "data", port=port))

    with Stack(tmp_path) as stack:
        first = start(stack, free_port())
        assert projects(first).status_code == 200
    with Stack(tmp_path) as stack:
        port = free_port()
        again = start(stack, port)
        assert again.url == f"http://127.0.0.1:{port}"
        assert (again.token, again.password) == (first.token, first.password)
        assert projects(again).status_code == 200

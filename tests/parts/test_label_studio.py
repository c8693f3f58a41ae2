import re

import httpx
import pytest

from config.demo import label_studio as part
from config.demo.ports import free_port
from config.demo.processes import Stack
from tests.parts.fixtures import had

pytestmark = pytest.mark.labelstudio


def as_owner(running: part.LabelStudioPart, method: str, path: str, **body) -> httpx.Response:
    headers = {"Authorization": f"Token {running.token}"}
    return httpx.request(method, running.url + path, headers=headers, json=body or None, timeout=30)


def projects(running: part.LabelStudioPart) -> httpx.Response:
    return as_owner(running, "GET", "/api/projects/")


def post_form(running: part.LabelStudioPart, page: str, form: dict) -> httpx.Response:
    with httpx.Client(base_url=running.url, timeout=30) as browser:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(page).text)[1]
        return browser.post(page, data=form | {"csrfmiddlewaretoken": token})


def signed_in(running: part.LabelStudioPart, password: str) -> bool:
    form = {"email": running.username, "password": password}
    return post_form(running, "/user/login/", form).status_code == 302


def test_the_owner_has_a_token_and_can_sign_in(label_studio):
    assert projects(label_studio).status_code == 200
    assert signed_in(label_studio, label_studio.password)
    assert not signed_in(label_studio, "wrong")


def test_nobody_signs_up_without_an_invitation(label_studio):
    form = {"email": "eve@example.org", "password": "a long enough password"}
    assert post_form(label_studio, "/user/signup/", form).status_code == 403


def test_a_webhook_may_point_at_this_machine(label_studio):
    project = as_owner(label_studio, "POST", "/api/projects/", title="Hook").json()["id"]
    hook = as_owner(label_studio, "POST", "/api/webhooks/", url="http://127.0.0.1:9/hook", project=project)
    assert hook.status_code == 201, hook.text[:300]


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

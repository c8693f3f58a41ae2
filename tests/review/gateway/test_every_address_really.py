"""Two reviewers before a real Label Studio: one of them asks for whatever there is, and the other's world stays as it was,
byte for byte.
"""

import json
import re
import subprocess
import uuid

import httpx
import pytest

from config.demo.environments import label_studio_environment
from review.models import Account
from tests.parts.fixtures import had
from tests.review.gateway.attack import ADDRESSES, Numbers, tries
from tests.review.gateway.test_before_label_studio import judgement, submit
from tests.review.gateway.walk_label_studio import __file__ as walk

pytestmark = pytest.mark.labelstudio
SECRET = "CHLOE-SAYS-THIS"


def test_the_addresses_that_are_tried_are_all_that_label_studio_has(tmp_path):
    environment = had("Label Studio", label_studio_environment)
    (package,) = environment.glob("lib/python*/site-packages/label_studio")
    quiet = {"COLLECT_ANALYTICS": "false", "LATEST_VERSION_CHECK": "false", "SENTRY_DSN": "",
             "LABEL_STUDIO_BASE_DATA_DIR": str(tmp_path), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}  # fmt: skip
    found = subprocess.run(
        [environment / "bin" / "python", walk, package],
        env=quiet,
        cwd=tmp_path,
        text=True,
        capture_output=True,
    )
    assert found.returncode == 0, found.stderr[-2000:]
    lines = [line for line in found.stdout.splitlines() if line.startswith("/")]
    assert lines == ADDRESSES, "a newer Label Studio: write its addresses to addresses_of_label_studio.txt"


def numbers(gate, user, browser, **said) -> Numbers:
    """She judges her first task, and begins her second."""
    first, second, _third = gate.tasks(user)
    judged = submit(gate, browser, user, first, **said).json()["id"]
    begun = browser.post(f"/api/tasks/{second}/drafts", json={**judgement(gate, user, second, **said)}).json()
    project = gate.project(user).project_id
    hook = gate.studio.register_webhook(project, f"http://127.0.0.1:1/{uuid.uuid4()}", {"X": "1"})
    return Numbers(
        project, first, judged, begun["id"], Account.objects.get(rater__user=user).ls_user_id, hook
    )


class Owner:
    """Label Studio's own API, asked by its owner."""

    def __init__(self, gate):
        token = {"Authorization": f"Token {gate.studio._token}"}
        self.http = httpx.Client(base_url=gate.studio.url, headers=token, timeout=60, follow_redirects=True)

    def told(self, path: str) -> str:
        answer = self.http.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        # How long ago it was, which the server says in words, is told by the clock alone.
        return re.sub(r'"created_ago": "[^"]*"', "", json.dumps(answer.json(), sort_keys=True))

    def world(self, of: Numbers, tasks: list[int]) -> dict[str, str]:
        """{path: what is there} of everything of hers, and of what everybody shares."""
        person = json.loads(self.told(f"/api/users/{of.user}/"))
        person.pop("last_activity", None)
        places = [f"/api/projects/{of.project}/", f"/api/projects/{of.project}/exports/",
                  f"/api/annotations/{of.annotation}/", f"/api/drafts/{of.draft}/",
                  *(f"/api/tasks/{task}/" for task in tasks), "/api/webhooks/", "/api/organizations/1",
                  f"/api/dm/views/?project={of.project}", f"/api/storages/?project={of.project}",
                  f"/api/ml/?project={of.project}", f"/api/storages/export?project={of.project}"]  # fmt: skip
        people = [one["id"] for one in json.loads(self.told("/api/users/"))]
        return {path: self.told(path) for path in places} | {
            "she": json.dumps(person),
            "all": json.dumps(people),
        }


def test_another_reviewers_world_is_byte_for_byte_as_it_was(gate, ben, chloe):
    hers, other = gate.enter(ben), gate.enter(chloe)
    mine = numbers(gate, ben, hers)
    theirs = numbers(gate, chloe, other, verdict="reject", comment=SECRET)
    email, owner = Account.objects.get(rater__user=chloe).email, Owner(gate)
    before = owner.world(theirs, gate.tasks(chloe))
    assert SECRET in before[f"/api/tasks/{theirs.task}/"], "there is nothing to be found"
    for one in tries(mine, theirs):
        answer = hers.request(one.method, one.path, params=one.query, json=one.body)
        said = f"{answer.text} {answer.headers}"
        assert SECRET not in said and email not in said and "sessionid" not in said, one
        assert gate.studio._token not in said and gate.studio.url not in said, one
        assert answer.status_code not in (500, 502), (one, answer.text)
    assert owner.world(theirs, gate.tasks(chloe)) == before
    # She herself went on working all the while, and his own work is still his.
    assert submit(gate, other, chloe, gate.tasks(chloe)[2]).status_code == 201
    assert hers.annotations(mine.task, mine.project)

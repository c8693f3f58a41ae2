"""A restore gives back a labelling side that works: reviewers log in and go on, and nothing is counted twice."""

import contextlib
import json
import threading
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from config.demo import label_studio
from config.demo.processes import Stack
from tests.config.installation import Home, asked
from tests.parts.fixtures import had

pytestmark = pytest.mark.labelstudio


@dataclass
class Clinic(Home):
    """An installation with a Label Studio of its own, whose data lie in the home folder."""

    studio: label_studio.LabelStudioPart | None = None

    @contextlib.contextmanager
    def labelling(self, logs: Path):
        """Label Studio runs on these data, at whatever port is free."""
        with Stack(logs) as stack:
            self.studio = had("Label Studio", lambda: label_studio.start(stack, self.folder / "label-studio"))
            yield self.studio

    def after(self, *acts: str) -> dict:
        """What is there once people have done this."""
        env = {"LABEL_STUDIO_URL": self.studio.url, "LABEL_STUDIO_TOKEN": self.studio.token}
        done = self.run("tests/config/labelling.py", *acts, "look", BASE_URL="http://127.0.0.1:9", **env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@contextlib.contextmanager
def writing(studio: label_studio.LabelStudioPart):
    """Somebody makes projects, one after the other; yields how many Label Studio has acknowledged."""
    made, enough, stop, problems = [], threading.Event(), threading.Event(), []

    def write():
        headers = {"Authorization": f"Token {studio.token}"}
        with httpx.Client(base_url=studio.url, headers=headers, timeout=60) as browser:
            while not stop.is_set():
                answer = browser.post("/api/projects/", json={"title": f"Written {len(made)}"})
                if answer.status_code != 201:
                    problems.append(answer.text[:300])
                    return
                made.append(answer.json()["id"])
                if len(made) == 3:
                    enough.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert enough.wait(60), problems
        yield lambda: len(made)
    finally:
        stop.set()
        writer.join()
    assert not problems


def test_reviewers_go_on_after_a_restore_and_nothing_counts_twice(tmp_path):
    clinic, restored = Clinic(tmp_path / "clinic"), Clinic(tmp_path / "restored")
    archive, torn = tmp_path / "backup.tar.gz", tmp_path / "torn.tar.gz"
    with clinic.labelling(tmp_path / "before") as first:
        saved = clinic.after("open", "judge Ben 0 edit", "pull")
        assert [d["verdict"] for d in saved["decisions"]] == ["edit"]
        assert len(saved["sent"]) == 6 and saved["logs in here"]
        assert len(clinic.after("unknow Chloe")["sent"]) == 3
        with writing(first) as acknowledged:
            at_least = acknowledged()
            made = clinic.backed_up(archive)
            at_most = acknowledged() + 1
        assert at_most > at_least + 1, "nobody was writing during the backup"
        assert made["notes"] == [] and made["counts"]["decisions"] == 1
        too_late = clinic.after("judge Ben 2 accept", "pull")
        assert [d["verdict"] for d in too_late["decisions"]] == ["edit", "accept"]

    refused = clinic.manage("restore", archive)
    assert refused.returncode == 2 and "into an empty place only" in refused.stderr
    torn.write_bytes(archive.read_bytes()[:-3000])
    refused = restored.manage("restore", torn)
    assert refused.returncode == 2 and "Nothing was changed" in refused.stderr
    assert {path.name for path in restored.folder.iterdir()} <= {"secrets"}

    done = restored.manage("restore", archive)
    assert done.returncode == 0, done.stderr
    # Label Studio's own key, that personal access tokens are signed with, and its owner.
    for name in (".env", "owner.json"):
        kept, back = (place.folder / "label-studio" / name for place in (clinic, restored))
        assert back.read_bytes() == kept.read_bytes() != b""
    database = restored.folder / "label-studio" / "label-studio.sqlite3"
    assert asked(database, "PRAGMA integrity_check") == [("ok",)]
    written = asked(database, "SELECT count(*) FROM project WHERE title LIKE 'Written %'")[0][0]
    assert at_least <= written <= at_most

    with restored.labelling(tmp_path / "after") as second:
        assert (second.token, second.password) == (first.token, first.password)
        assert second.url != first.url
        # Projects, tasks (Chloe's are found, not sent again) and the annotation, to the last field; the decision;
        # a person's own password.
        assert restored.after("pull", "reread") == saved
        # With the Label Studio accounts that were made for them before the backup.
        now = restored.after("judge Chloe 0 edit", "judge Ben 1 reject", "pull", "reread")
        ben = saved["decisions"][0]["rater_id"]
        assert now["decisions"][:1] == saved["decisions"]
        since = [(d["n"], d["verdict"], d["rater_id"] == ben) for d in now["decisions"][1:]]
        assert sorted(since) == [(1, "reject", True), (2, "edit", False)]
        assert [raw["uncounted"] for raw in now["raw"]] == ["", "", ""]
        assert now["sent"] == saved["sent"]

"""While a long run keeps a worker busy for hours, other runs come, end, and are gone on with, all in that worker."""

import pytest

from synthesis import planning, running, steering, waking
from synthesis.models import Run
from tests.factories import client_profile, published_guideline
from tests.synthesis.patience import LONG, until


@pytest.fixture
def plan_for(endpoint, held):
    """Plan a run for a client of its own; the endpoint answers all but the model “long”."""
    endpoint(lambda number, body: held(number, body) if body["model"] == "long" else None)
    version = published_guideline()

    def planned(client: str, model: str = "short") -> Run:
        return planning.plan(
            recipe="supervised_dialogue", version=version, profiles=[client_profile(client)], pairs="forcing-change",
            model=model, concurrency=1,
        )  # fmt: skip

    return planned


@pytest.fixture
def busy(plan_for, beside, held):
    """A worker that is at a run which does not end before `held` is released."""

    def start():
        plan_for("ana", "long")
        ended = beside(lambda: running.drive_all(patience=LONG))
        until(lambda: held.inside)
        return ended

    return start


def test_runs_that_come_and_end_one_after_the_other_make_room_for_the_next(plan_for, busy, held, monkeypatch):
    monkeypatch.setattr(running, "RUNS_AT_ONCE", 2)
    ended = busy()
    for client in ("amir", "lena", "mina"):
        run = plan_for(client)
        until(lambda run=run: run.drives.filter(why="done").exists())
        assert run.instances.get().state == "made"
    held.release()
    assert ended().made == 4


def test_a_run_that_was_stopped_before_anything_came_of_it_goes_on_when_it_is_resumed(
    plan_for, busy, held, monkeypatch
):
    monkeypatch.setattr(waking, "EVERY", 0.5)
    run = plan_for("amir")
    specs = run.model_specs
    elsewhere = {role: {**spec, "endpoint": "nowhere"} for role, spec in specs.items()}
    Run.objects.filter(pk=run.pk).update(model_specs=elsewhere)
    ended = busy()

    def is_stopped():
        run.refresh_from_db()
        return run.state == "stopped"

    until(is_stopped)
    Run.objects.filter(pk=run.pk).update(model_specs=specs)
    steering.resume(run=run, by=None)
    until(lambda: run.instances.made().exists())
    held.release()
    assert ended().made == 2

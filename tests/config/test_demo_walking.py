"""What the demo does by itself, where a person may steer its run meanwhile."""

import pytest

from config.demo.clock import StageFailed
from config.demo.walking import open_round
from synthesis import planning
from synthesis.models import Run
from tests.factories import client_profile, published_guideline


def test_a_run_of_which_nothing_was_made_says_so_instead_of_a_round_without_sessions(db, settings, lena):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "http://127.0.0.1:9/v1", "scripted"
    run = planning.plan(
        recipe="supervised_dialogue", version=published_guideline(), profiles=[client_profile()], pairs="all",
        samples=1, limit=2, by=lena,
    )  # fmt: skip
    assert Run.objects.get() == run and run.instances.exists()
    with pytest.raises(StageFailed, match="no session was made"):
        open_round(run, people=[], by=lena)

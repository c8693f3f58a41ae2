"""An excerpt of which every word is to go, and what was made of it."""

import pytest
from django.apps import apps

from synthesis import planning
from tests.synthesis.excerpts_of_sessions import confirmed
from tests.synthesis.replies_to_resistance import Agents

WHY = "withdrew consent"
# Of the excerpt and of nothing else in the tests.
MARK = "zanzibarly"
SAID = [
    {"speaker": "counsellor", "text": f"What would it be like to ring your brother {MARK}?"},
    {"speaker": "client", "text": f"No. I said that I do not want to, {MARK}."},
]


def quoting(body):
    return {"quotes": [MARK], "why": f"It takes up {MARK}.", "level": 1}


AGENTS = Agents(
    reply=lambda body: {"text": f"You would rather leave him, {MARK}."},
    assessment=quoting,
    detection=lambda body: {"quote": MARK, "why": MARK, "behaviour": "denying-disagreeing"},
)


@pytest.fixture
def made(endpoint, drive, lena):
    """An excerpt and what was made of it."""
    endpoint(AGENTS)
    one = confirmed(lena, turns=SAID)
    run = planning.plan(recipe="excerpt_reply", profiles=[one])
    drive(run)
    return one, run.instances.get()


def rows_with(words: str) -> set[str]:
    """The tables in which these words stand, in whatever column."""
    found = set()
    for model in apps.get_models():
        columns = [field.attname for field in model._meta.concrete_fields]
        for row in model._default_manager.values_list(*columns).iterator():
            if words in str(row):
                found.add(model._meta.label)
    return found

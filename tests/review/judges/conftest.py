"""A round of people, a scripted model server, and a judge that is asked to read the round."""

import pytest

from review.judges.asking import ask_judge
from review.judges.driving import drive
from synthesis.cast import environment_endpoint
from tests.review import factories
from tests.synthesis.conftest import HASTE, beside, endpoint, held

__all__ = ["beside", "endpoint", "held"]


@pytest.fixture
def round(ben, chloe, lena):
    """Four sessions, each read by Ben and Chloe with the draft."""
    return factories.round_of(4, [ben, chloe], lena)


@pytest.fixture
def ask(endpoint, lena):
    """`ask(round, script, repeats=…)`: a scripted judge is asked; nothing is read yet."""

    def asked(round, script=None, **options):
        server = endpoint(script)
        judging = ask_judge(
            round=round,
            endpoint=environment_endpoint(),
            model=options.pop("model", "scripted"),
            by=lena,
            **options,
        )
        judging.server = server
        return judging

    return asked


@pytest.fixture
def read():
    """The judge reads all that it can."""

    def reads(judging, **options):
        return drive(judging, patience=HASTE, **options)

    return reads

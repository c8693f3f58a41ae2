"""What the commands that steer a run have in common: how it is named, and that a refusal ends with code 2."""

import contextlib
import uuid
from collections.abc import Iterator

from django.core.management.base import CommandError

from synthesis import spending, steering
from synthesis.models import Run

LENGTH_OF_AN_ID = 32  # hexadecimal digits, which may all be decimal ones


def named(run: str) -> Run:
    """By its public id, or by its number as pages and endings have it ("Run 4")."""
    try:
        is_number = run.isdecimal() and len(run) < LENGTH_OF_AN_ID
        return Run.objects.get(**({"serial": int(run)} if is_number else {"public_id": uuid.UUID(run)}))
    except (ValueError, Run.DoesNotExist):
        raise CommandError(f"There is no run {run}.", returncode=2) from None


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    try:
        yield
    except (steering.NotNow, spending.NotABudget) as refusal:
        raise CommandError(str(refusal), returncode=2) from refusal

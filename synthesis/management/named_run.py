"""What the commands that steer a run have in common: it is named by its public id, and a refusal ends with code 2."""

import contextlib
import uuid
from collections.abc import Iterator

from django.core.management.base import CommandError

from synthesis import spending, steering
from synthesis.models import Run


def named(run: str) -> Run:
    try:
        return Run.objects.get(public_id=uuid.UUID(run))
    except (ValueError, Run.DoesNotExist):
        raise CommandError(f"There is no run {run}.", returncode=2) from None


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    try:
        yield
    except (steering.NotNow, spending.NotABudget) as refusal:
        raise CommandError(str(refusal), returncode=2) from refusal

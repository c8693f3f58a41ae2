"""Where releases and adapters lie, and how files come to lie there whole or not at all."""

import contextlib
import fcntl
import os
from pathlib import Path

from django.conf import settings


def dataset_folder(dataset) -> Path:
    return Path(settings.ARTEFACTS) / "datasets" / str(dataset.public_id)


def training_folder(run) -> Path:
    return Path(settings.ARTEFACTS) / "training" / str(run.public_id)


def sync(folder: Path) -> None:
    """Everything in the folder is on the disk when this returns, before a database row says so."""
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class Taken(Exception):
    """Another process is at work there; it gives way when it ends, however it ends."""


@contextlib.contextmanager
def alone(name: str):
    """Hold the lock of this name for the block; raises Taken at once when another process holds it."""
    path = Path(settings.ARTEFACTS) / "locks" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Taken(name) from None
        yield

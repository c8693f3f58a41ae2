"""Receive an adapter from a node: streamed to disk, verified, then put in place whole."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from exports import leasing, places
from exports.models import Node, TrainingRun

NAME = "adapter.tar.gz"


class WrongHash(ValueError):
    """What arrived is not what was announced; nothing was kept."""


class TooLarge(ValueError):
    """More arrived than this installation takes; nothing was kept."""


def path_of(run: TrainingRun) -> Path:
    """Where the adapter of a run lies, if it has one."""
    return Path(settings.ARTEFACTS) / run.artifact


def receive(*, run_id, node: Node, token: str, sha256: str, pieces: Iterable[bytes]) -> TrainingRun:
    """Store the adapter under the claim; `pieces` is read once and never held whole."""
    with transaction.atomic():
        run = leasing.held(run_id=run_id, node=node, token=token)
    folder = places.training_folder(run)
    folder.mkdir(parents=True, exist_ok=True)
    arriving = folder / f"{NAME}.{secrets.token_hex(8)}.arriving"
    try:
        if (actual := _store(pieces, arriving)) != sha256.lower():
            raise WrongHash(
                f"The SHA-256 of what arrived is {actual}; announced was another. Nothing was kept."
            )
        with transaction.atomic():
            # Again, and until the end of the transaction: a claim lost during the upload must not replace
            # what its successor has sent.
            run = leasing.held(run_id=run_id, node=node, token=token)
            os.replace(arriving, folder / NAME)
            run.artifact = str((folder / NAME).relative_to(settings.ARTEFACTS))
            run.artifact_sha256 = actual
            run.save(update_fields=["artifact", "artifact_sha256"])
        return run
    finally:
        arriving.unlink(missing_ok=True)


def _store(pieces: Iterable[bytes], path: Path) -> str:
    """Write the pieces to the disk; return their SHA-256."""
    digest, size = hashlib.sha256(), 0
    with open(path, "wb") as file:
        for piece in pieces:
            size += len(piece)
            if size > settings.TRAINING_ARTIFACT_MAX_BYTES:
                raise TooLarge(
                    f"More than {settings.TRAINING_ARTIFACT_MAX_BYTES} bytes arrived. Nothing was kept."
                )
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()

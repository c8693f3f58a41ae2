"""Make a backup: the database as of one moment, then everything that it names."""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from config.backup import database, folders, integrity
from config.backup.archive import Writer
from config.backup.faults import Refused

# Laptop secrets; one that the environment gives is not in our folder, and not in the archive.
SECRETS = ("DJANGO_SECRET_KEY", "LABEL_STUDIO_WEBHOOK_SECRET", "REVIEW_ACCOUNTS_KEY")


@dataclass(frozen=True)
class Backup:
    """What was written; `faults` are files that the database names and that were not there."""

    file: Path
    size: int
    manifest: dict
    notes: list[str]
    faults: list[str]


def back_up(*, file: Path, told: Callable[[str], None] = lambda text: None) -> Backup:
    """Write `file` (mode 0600, never replacing one), while everything may go on running.

    Raises Refused; then there is no `file`. Faults do not stop it: what is there is worth keeping.
    """
    file = Path(file).absolute()
    _refuse_place(file)
    notes: list[str] = []
    with _alone(file) as (output, staging):
        with database.vendor().copying(connection, staging, told) as (copy, facts, ask):
            told("The database is copied.")
            rows = database.count(ask, database.vendor().TABLES)
            migrations, bound = database.migrations(ask), integrity.bound(ask)
        writer = Writer(output, told)
        writer.add(f"database/{copy.name}", copy)
        copy.unlink()
        elsewhere = _add_secrets(writer, notes)
        # After our own database: then Label Studio knows every task that our rows name.
        _add_label_studio(writer, staging, notes)
        folders.add_artefacts(writer, settings.ARTEFACTS, notes)
        faults = integrity.faults(bound, writer.members)
        manifest = writer.finish(
            {
                "app": settings.SPECTACULAR_SETTINGS["VERSION"],
                "made_at": timezone.now().isoformat(),
                "vendor": connection.vendor,
                "database": facts,
                "migrations": migrations,
                "rows": rows,
                "secrets_elsewhere": elsewhere,
                "faults": faults,
            }
        )
    return Backup(file, file.stat().st_size, manifest, notes, faults)


def _refuse_place(file: Path) -> None:
    if file.exists():
        raise Refused(f"{file} is there already; a backup never replaces one. Choose another name.")
    if not file.parent.is_dir():
        raise Refused(f"There is no folder {file.parent}.")
    for folder in (settings.ARTEFACTS, settings.LABEL_STUDIO_DATA_DIR):
        if file.resolve().is_relative_to(folder.resolve()):
            raise Refused(f"{file} lies in {folder}, which is backed up itself. Choose another place.")


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[tuple]:
    """(FILE.part open for writing, a folder for copies beside it); at the end FILE.part becomes FILE.

    The lock tells a leftover of a killed backup, which is overwritten, from one that is being written.
    """
    part, staging = file.with_name(f"{file.name}.part"), file.with_name(f"{file.name}.copies")
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+b") as output:
        try:
            fcntl.flock(output, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"Another backup is being written to {part}.") from None
        if file.exists():  # made between our look and our lock: the part that we hold open may have become it
            raise Refused(f"Another backup has just been written to {file}.")
        try:
            os.fchmod(output.fileno(), 0o600)
            output.truncate(0)
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir(mode=0o700)
            yield output, staging
            output.flush()
            os.fsync(output.fileno())
            part.rename(file)
        finally:
            part.unlink(missing_ok=True)
            shutil.rmtree(staging, ignore_errors=True)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _add_secrets(writer: Writer, notes: list[str]) -> list[str]:
    """Add the kept secrets; returns the names of those that the environment gives."""
    elsewhere = [name for name in SECRETS if os.environ.get(name, "").strip()]
    folder = settings.HOME / "secrets"
    kept = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in kept:
        if path.is_file() and path.name not in elsewhere:
            writer.add(f"secrets/{path.name}", path)
    if elsewhere:
        notes.append(
            f"{', '.join(elsewhere)} come from the environment and are NOT in the archive. Keep them with "
            "it: without REVIEW_ACCOUNTS_KEY the reviewers' Label Studio passwords cannot be read."
        )
    return elsewhere


def _add_label_studio(writer: Writer, staging: Path, notes: list[str]) -> None:
    folder = settings.LABEL_STUDIO_DATA_DIR
    if folder.is_dir():
        if not folders.add_label_studio(writer, folder, staging, notes):
            notes.append(
                f"{folder} holds no SQLite database: Label Studio's own database is NOT in the archive. "
                "Back it up where it is."
            )
    elif os.environ.get("LABEL_STUDIO_DATA_DIR", "").strip():
        raise Refused(f"LABEL_STUDIO_DATA_DIR says {folder}, and there is no such folder.")
    else:
        notes.append(
            f"There is no folder {folder}: Label Studio's data are NOT in the archive. Back them up where "
            "Label Studio runs, right after this backup; if that is this machine, set LABEL_STUDIO_DATA_DIR."
        )

"""Restore a backup into an empty home and database: everything is verified before anything is written."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, connections

from config.backup import archive, database, integrity
from config.backup.faults import Refused

STAGED = ".restoring"


@dataclass(frozen=True)
class Restored:
    """What is there now; `faults` are files that the database names and that the archive did not hold."""

    manifest: dict
    counts: dict[str, int]
    notes: list[str]
    faults: list[str]


def restore(*, file: Path, told: Callable[[str], None] = lambda text: None) -> Restored:
    """Fill this installation from `file`. Raises Refused; then nothing was changed, or it says what."""
    file, home, studio = Path(file).absolute(), settings.HOME, settings.LABEL_STUDIO_DATA_DIR
    if not file.is_file():
        raise Refused(f"There is no file {file}.")
    _refuse_if_not_empty(home, studio)
    told("Checking the archive before anything is written.")
    manifest = archive.verified(file, told)
    _refuse_if_not_ours(manifest)
    _refuse_if_too_large(manifest, home)
    vendor, members = database.vendor(), manifest["members"]
    has_studio = any(name.startswith("label-studio/") for name in members)
    with _staged(home, vendor.staging(connection, home), studio if has_studio else None) as folders:
        with _said_in_words(file):
            archive.unpack(file, manifest, folders, told)
        _refuse_other_keys(manifest, folders["secrets"])
        (staged,) = folders["database"].iterdir()
        told("Loading the database.")
        with _said_in_words(file):
            rows = vendor.load(connection, staged, manifest["database"], database.count)
        if rows != manifest["rows"]:
            raise Refused(_other_rows(rows, manifest["rows"]))
        _place(folders["artefacts"], settings.ARTEFACTS)
        _place(folders["secrets"], home / "secrets")
        if has_studio:
            for path in folders["label-studio"].iterdir():
                path.rename(studio / path.name)
        connections.close_all()
        vendor.place(connection, staged)
    # For older archives; it also puts every freezing trigger in place, so its checks come after it.
    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    call_command("check", databases=["default"], stdout=sys.stderr)
    with connection.cursor() as cursor:

        def ask(sql: str) -> list[tuple]:
            cursor.execute(sql)
            return cursor.fetchall()

        faults = integrity.faults(integrity.bound(ask), members)
        counts = database.counts(database.count(ask, vendor.TABLES))
    return Restored(manifest, counts, _notes(manifest, has_studio), faults)


def _refuse_if_not_empty(home: Path, studio: Path) -> None:
    """Secrets alone are no content: the settings of this very process made them, to protect nothing yet."""
    there = [str(path) for path in sorted(home.iterdir()) if path.name != "secrets" and path != studio]
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        own = Path(settings.DATABASES["default"]["NAME"])
        there = [name for name in there if Path(name) != own]
    there += [path for path in database.vendor().what_is_there(connection) if path not in there]
    if studio.is_dir():
        there += [str(path) for path in sorted(studio.iterdir())]
    if there:
        more = f" and {len(there) - 5} more" if len(there) > 5 else ""
        raise Refused(
            f"A backup is restored into an empty place only. There is already: {', '.join(there[:5])}{more}. "
            "Set ONE_WAY_MIRROR_HOME to an empty folder and DATABASE_URL to an empty database "
            "(LABEL_STUDIO_DATA_DIR, if set, to an empty folder), or move away what is there. "
            "Nothing was changed."
        )


def _refuse_if_not_ours(manifest: dict) -> None:
    if manifest["vendor"] != connection.vendor:
        raise Refused(
            f"The archive holds a {manifest['vendor']} database; here the database is {connection.vendor}. "
            "Restore it into the same kind of database. Nothing was changed."
        )
    if unknown := database.unknown_migrations(manifest["migrations"]):
        raise Refused(
            f"The archive is from a newer One-Way Mirror ({manifest['app']}): this version lacks the "
            f"migrations {', '.join(unknown[:5])}. Update first. Nothing was changed."
        )


@contextmanager
def _said_in_words(file: Path) -> Iterator[None]:
    """What cannot be written or read although it is whole, such as a name too long for this disk, or text named a
    database: not one of our backups, or no room for it here.
    """
    try:
        yield
    except (OSError, ValueError, sqlite3.DatabaseError, DatabaseError) as problem:
        raise Refused(f"{file} cannot be restored here: {problem}. The folder is as it was.") from problem


def _other_rows(rows: dict, saved: dict) -> str:
    odd = sorted(name for name in rows.keys() | saved.keys() if rows.get(name) != saved.get(name))
    filled = (
        " It is loaded by now: empty it before you try again." if connection.vendor == "postgresql" else ""
    )
    return f"The database in the archive has other row counts than its manifest in {', '.join(odd)}.{filled}"


def _refuse_if_too_large(manifest: dict, home: Path) -> None:
    wanted = sum(member["size"] for member in manifest["members"].values())
    if wanted > (free := shutil.disk_usage(home).free):
        raise Refused(
            f"The archive needs {wanted:,} bytes; {home} has room for {free:,}. Nothing was changed."
        )


def _refuse_other_keys(manifest: dict, staged: Path) -> None:
    """The key of the reviewers' Label Studio passwords must be the one they were encrypted with."""
    name = "REVIEW_ACCOUNTS_KEY"
    given = os.environ.get(name, "").strip()
    if name in manifest["secrets_elsewhere"] and not given:
        raise Refused(
            f"{name} came from the environment and is not in the archive. Set it to what it was. If it is "
            "lost, set it to any long random text; the reviewers' Label Studio accounts must then be made "
            "anew. Nothing was changed."
        )
    kept = staged / name
    if given and kept.is_file() and kept.read_text().strip() != given:
        raise Refused(
            f"The environment's {name} is not the one in the archive; the reviewers' Label Studio passwords "
            f"could not be read. Unset {name}, or set it to what it was. Nothing was changed."
        )


@contextmanager
def _staged(home: Path, beside_database: Path, studio: Path | None) -> Iterator[dict[str, Path]]:
    """A folder to unpack into for each part, on the disk where the part will lie; gone in the end."""
    folders = {
        "artefacts": home / STAGED / "artefacts",
        "secrets": home / STAGED / "secrets",
        "database": beside_database / STAGED / "database",
    }
    made = [home / STAGED, beside_database / STAGED]
    if studio:
        folders["label-studio"] = studio / STAGED / "data"
        made.append(studio / STAGED)
    had_studio = studio is None or studio.is_dir()
    try:
        for folder in folders.values():
            folder.mkdir(parents=True, mode=0o700)
        yield folders
    finally:
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)
        if not had_studio and studio.is_dir() and not any(studio.iterdir()):
            studio.rmdir()


def _place(staged: Path, target: Path) -> None:
    """Move file by file: the target may be there, with what the settings made in it a moment ago."""
    for path in sorted(staged.rglob("*")):
        if path.is_file():
            place = target / path.relative_to(staged)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, place)


def _notes(manifest: dict, has_studio: bool) -> list[str]:
    notes = []
    if not has_studio:
        notes.append("The archive holds no Label Studio data: restore them where it runs, before you go on.")
    if others := [name for name in manifest["secrets_elsewhere"] if not os.environ.get(name, "").strip()]:
        notes.append(f"Set these as they were: {', '.join(others)}; they came from the environment.")
    return notes

"""SQLite: a consistent copy while others write, by its own backup; never a plain copy of a WAL database."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from config.backup.faults import Refused

TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) != 'sqlite_' ORDER BY name"
)
BESIDE = ("-wal", "-shm", "-journal")
WAIT = 60.0  # seconds for a lock


def place_of(connection) -> Path:
    return Path(connection.settings_dict["NAME"]).absolute()


def is_one(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def copy_file(source: Path, target: Path) -> None:
    """Copy in one step, so under one read lock: the copy is one moment, and in WAL mode nobody waits."""
    target.touch(mode=0o600)
    with (
        contextlib.closing(sqlite3.connect(f"{source.as_uri()}?mode=rw", uri=True, timeout=WAIT)) as database,
        contextlib.closing(sqlite3.connect(target)) as copied,
    ):
        database.backup(copied)
    with asking(target) as ask:
        found = [row[0] for row in ask("PRAGMA integrity_check(5)")]
    if found != ["ok"]:
        raise Refused(f"SQLite says that {source} is damaged: {'; '.join(found)}")


@contextlib.contextmanager
def asking(path: Path) -> Iterator[Callable]:
    """A function from SQL to rows, for a copy that nobody else has open."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        yield lambda sql: database.execute(sql).fetchall()


@contextlib.contextmanager
def copying(connection, folder: Path, told) -> Iterator[tuple[Path, dict, Callable]]:
    """Copy into `folder`; yields (file, facts for the manifest, ask)."""
    source = place_of(connection)
    if not source.exists():
        raise Refused(f"There is no database at {source}: nothing to back up.")
    target = folder / "db.sqlite3"
    copy_file(source, target)
    with asking(target) as ask:
        yield target, {"sqlite": sqlite3.sqlite_version}, ask


def what_is_there(connection) -> list[str]:
    path = place_of(connection)
    beside = [path.with_name(path.name + end) for end in BESIDE]
    return [str(file) for file in [path, *beside] if file.exists() and (file.stat().st_size or file != path)]


def staging(connection, home: Path) -> Path:
    """Where the unpacked database waits: beside its place, so that it can be put there in one step."""
    return place_of(connection).parent


def load(connection, staged: Path, facts: dict, count: Callable) -> dict[str, int]:
    """Check the unpacked file; returns the rows per table."""
    with asking(staged) as ask:
        found = [row[0] for row in ask("PRAGMA integrity_check(5)")]
        broken = ask("PRAGMA foreign_key_check")
        rows = count(ask, TABLES)
    if found != ["ok"] or broken:
        faults = "; ".join([*(found if found != ["ok"] else []), f"{len(broken)} broken references"])
        raise Refused(f"The database in the archive is damaged: {faults}. Nothing was changed.")
    return rows


def place(connection, staged: Path) -> None:
    target = place_of(connection)
    target.parent.mkdir(parents=True, exist_ok=True)
    connection.close()
    os.replace(staged, target)

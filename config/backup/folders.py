"""Which files of a folder go into an archive, and which are left out and why."""

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from config.backup import sqlite
from config.backup.archive import Writer

# Half-made: the database names none of them, and whoever writes them begins again.
HALF = (".building", ".arriving", ".half", ".part")


def files(folder: Path, left_out: list[str], *, skipped: Callable[[Path], bool]) -> Iterator[Path]:
    """Regular files in order of name. Links are not followed: they are listed in `left_out`."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = Path(entry.path)
        if skipped(path):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from files(path, left_out, skipped=skipped)
        elif entry.is_file(follow_symlinks=False):
            yield path
        else:
            with contextlib.suppress(FileNotFoundError):
                kind = "a link" if stat.S_ISLNK(path.lstat().st_mode) else "not a file"
                left_out.append(f"{path} is {kind}: left out.")


def add_artefacts(writer: Writer, folder: Path, left_out: list[str]) -> None:
    if not folder.is_dir():
        return
    folder = folder.resolve()

    def skipped(path: Path) -> bool:
        return path == folder / "locks" or path.name.endswith(HALF)

    for path in files(folder, left_out, skipped=skipped):
        # Gone since the listing: a half-made release. If the database names the file, it will be missed.
        with contextlib.suppress(FileNotFoundError):
            writer.add(f"artefacts/{path.relative_to(folder).as_posix()}", path)


def add_label_studio(writer: Writer, folder: Path, staging: Path, left_out: list[str]) -> int:
    """Its databases first, by SQLite's backup, then its other files; returns how many databases."""
    folder = folder.resolve()

    def beside_a_database(path: Path) -> bool:
        return path.name.endswith(tuple(f".sqlite3{end}" for end in sqlite.BESIDE))

    found = list(files(folder, left_out, skipped=beside_a_database))
    databases = [path for path in found if path.suffix == ".sqlite3" and sqlite.is_one(path)]
    copied = staging / "copied.sqlite3"
    for path in databases:
        sqlite.copy_file(path, copied)
        writer.add(f"label-studio/{path.relative_to(folder).as_posix()}", copied)
        copied.unlink()
    for path in found:
        if path not in databases:
            with contextlib.suppress(FileNotFoundError):
                writer.add(f"label-studio/{path.relative_to(folder).as_posix()}", path)
    return len(databases)

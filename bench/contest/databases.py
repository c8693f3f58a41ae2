"""The databases that ours writes to, and what is in them afterwards, read past the app."""

import json
import os
import sqlite3
from pathlib import Path

import psycopg

_CALLS = (
    "SELECT count(*) FROM synthesis_call JOIN synthesis_instance ON synthesis_instance.id = instance_id "
    "WHERE run_id = (SELECT max(id) FROM synthesis_run)"
)
_MADE = "SELECT content FROM synthesis_instance WHERE state = 'made' AND run_id = (SELECT max(id) FROM synthesis_run)"


class NotStored(RuntimeError):
    """A reply that was asked for is not in the database."""


class Database:
    is_new = True

    def rows(self, *, calls: int) -> dict[str, list[str]]:
        """The sessions of the newest run. Raises NotStored unless each of its calls is stored, once."""
        stored = self.query(_CALLS)[0][0]
        if stored != calls:
            raise NotStored(f"{stored} replies are stored, and {calls} calls were asked for")
        contents = (
            json.loads(content) if isinstance(content, str) else content for (content,) in self.query(_MADE)
        )
        return {
            content.get("session", str(n)): content.get("said") or [u["text"] for u in content["utterances"]]
            for n, content in enumerate(contents)
        }


class Sqlite(Database):
    """As the app sets it up: a write-ahead log, synchronised at each commit."""

    def __init__(self, folder: Path):
        self.path = folder / "db.sqlite3"
        self.url = f"sqlite:///{self.path}"

    def query(self, statement: str) -> list[tuple]:
        with sqlite3.connect(self.path) as connection:
            return connection.execute(statement).fetchall()

    def processor(self) -> float:
        return 0.0  # it has no process of its own


class Postgres(Database):
    """A database of a server (its process id) that was started for it, with the server's own settings."""

    def __init__(self, server: int, address: str, name: str):
        self.server = server
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        self.url = address.rpartition("/")[0] + f"/{name}"

    def query(self, statement: str) -> list[tuple]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement).fetchall()

    def processor(self) -> float:
        """Seconds of all its processes, also of those that have ended."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended meanwhile
            if self.server in (int(stat.parent.name), int(fields[1])):  # itself, or a child of it
                ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

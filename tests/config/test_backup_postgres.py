"""The same round trip on PostgreSQL, from one database of a server into another."""

import shlex
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from config.backup import postgres
from config.backup.faults import Refused
from tests.config.installation import Home

pytestmark = pytest.mark.postgres
PASSWORD = "not-for-a-command-line"


def rows(url: str) -> dict[str, list]:
    with psycopg.connect(url) as connection:
        tables = connection.execute(postgres.TABLES).fetchall()
        return {name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"'))) for (name,) in tables}


@pytest.fixture
def databases(postgres_url):
    """The URLs of two empty databases."""
    names = ["backup_source", "backup_target"]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for name in names:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
    parts = urlsplit(postgres_url)
    host = parts.netloc.replace("@", f":{PASSWORD}@", 1)
    yield [urlunsplit(parts._replace(netloc=host, path=f"/{name}")) for name in names]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_an_installation_on_postgresql_comes_back_as_it_was(databases, archive, tmp_path):
    source, target = databases
    home, fresh = Home(tmp_path / "home"), Home(tmp_path / "fresh")
    done = home.run("tests/config/seed.py", DATABASE_URL=source)
    assert done.returncode == 0, done.stderr
    # A pg_dump that writes down how it was called, then does its work.
    with psycopg.connect(source) as connection:
        real, _ = postgres.tool("pg_dump", connection.info.server_version // 10000)
    (tmp_path / "bin").mkdir()
    spy, calls = tmp_path / "bin" / "pg_dump", tmp_path / "calls"
    spy.write_text(f'#!/bin/sh\necho "$@" >> {calls}\nexec {shlex.quote(str(real))} "$@"\n')
    spy.chmod(0o755)
    home.backed_up(tmp_path / "backup.tar.gz", DATABASE_URL=source, PATH=f"{spy.parent}:/usr/bin:/bin")
    assert "--format=custom" in calls.read_text() and PASSWORD not in calls.read_text()

    other = fresh.manage("restore", archive, DATABASE_URL=target)
    assert other.returncode == 2 and "holds a sqlite database" in other.stderr
    assert rows(target) == {}
    done = fresh.manage("restore", tmp_path / "backup.tar.gz", DATABASE_URL=target)
    assert done.returncode == 0, done.stderr
    assert "decisions: 16 (in the backup: 16)" in done.stderr
    assert rows(target) == rows(source)
    with psycopg.connect(target) as connection, pytest.raises(psycopg.Error, match="frozen"):
        connection.execute("UPDATE review_decision SET comment = 'never said'")
    again = Home(tmp_path / "again").manage("restore", tmp_path / "backup.tar.gz", DATABASE_URL=target)
    assert again.returncode == 2 and "tables in the database backup_target" in again.stderr


def test_a_missing_tool_is_named_with_what_to_install():
    with pytest.raises(Refused, match="pg_dump of PostgreSQL 99 or newer is needed.*postgresql-client-99"):
        postgres.tool("pg_dump", 99)

"""A home of its own, and the commands run on it as a person runs them: in another process."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("DJANGO_", "ONE_WAY_MIRROR_HOME", "DATABASE_URL", "LABEL_STUDIO_", "REVIEW_", "REDIS_URL", "OPENAI_")


@dataclass
class Home:
    folder: Path
    told: str = ""

    @property
    def database(self) -> Path:
        return self.folder / "db.sqlite3"

    def run(self, *arguments, **env) -> subprocess.CompletedProcess:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        clean |= {"ONE_WAY_MIRROR_HOME": str(self.folder), "PYTHONPATH": str(ROOT)}
        clean |= {"DJANGO_SETTINGS_MODULE": "tests.config.light_settings", **env}
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(command, env=clean, cwd=ROOT, capture_output=True, text=True)

    def manage(self, *arguments, **env) -> subprocess.CompletedProcess:
        return self.run("manage.py", *arguments, **env)

    def backed_up(self, file: Path, **env) -> dict:
        done = self.manage("backup", file, "--json", **env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def files(self) -> dict[str, bytes]:
        """Every file but the database."""
        paths = [path for path in self.folder.rglob("*") if path.is_file() and path != self.database]
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}


def asked(database: Path, sql: str) -> list[tuple]:
    connection = sqlite3.connect(database)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def digests(database: Path) -> dict[str, tuple[int, str]]:
    """{table: (rows, SHA-256 over every column of every row)}"""
    tables = asked(database, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    found = {}
    for (name,) in tables:
        rows = asked(database, f'SELECT * FROM "{name}" ORDER BY rowid')
        found[name] = len(rows), hashlib.sha256(repr(rows).encode()).hexdigest()
    return found

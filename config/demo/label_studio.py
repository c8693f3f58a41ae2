"""Label Studio Community on loopback, from its own environment, with its files and secrets in one folder, its database
there too (SQLite) or in a PostgreSQL.
"""

import argparse
import fcntl
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .environments import CACHE, ROOT, label_studio_environment
from .ports import LOOPBACK, free_port, listening_in_group
from .processes import PartFailed, Process, Stack, stop_on_sigterm

OWNER = "label-studio@example.org"


@dataclass(frozen=True)
class LabelStudioPart:
    """A running Label Studio; `token` is the owner's, sent as `Authorization: Token ...`."""

    url: str
    token: str
    username: str
    password: str


def start(
    stack: Stack, folder: Path | str, *, port: int | None = None, database_url: str = ""
) -> LabelStudioPart:
    """Start Label Studio with its data in `folder`; a folder used before keeps data, token and password.
    `database_url`: postgresql://USER:PASSWORD@HOST:PORT/NAME, where its tables are made if there are none (minutes).
    """
    environment = label_studio_environment()
    folder, port = Path(folder).resolve(), port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "label-studio.sqlite3"
    if not database_url and not database.exists():
        _copy(migrated_schema(environment), database)
    url = f"http://{LOOPBACK}:{port}"
    part = LabelStudioPart(url=url, **_credentials(folder / "owner.json"))
    settings = (
        _settings(folder, database)
        | _postgres(database_url)
        | {
            "LABEL_STUDIO_HOST": url,
            "LABEL_STUDIO_USERNAME": part.username,
            "LABEL_STUDIO_PASSWORD": part.password,
            "LABEL_STUDIO_USER_TOKEN": part.token,
        }
    )
    command = [environment / "bin" / "label-studio", "start", "--no-browser"]
    command += ["--internal-host", LOOPBACK, "--port", port]

    def ready(process: Process) -> bool:
        return listening_in_group(port, process.group) and _healthy(url)

    stack.start("label-studio", command, ready=ready, timeout=600, env=settings, cwd=folder)
    return part


def _settings(folder: Path, database: Path) -> dict[str, str]:
    """The whole environment: Label Studio reads plain names (DEBUG, CI, ...) that are meant for others."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ", "TMPDIR") if name in os.environ}
    return kept | {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "LABEL_STUDIO_DATABASE_NAME": str(database),
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",  # read once, when the organisation is made
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "USE_DEFAULT_BANNED_SUBNETS": "false",  # or our webhook on loopback is refused
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
    }


def _postgres(url: str) -> dict[str, str]:
    """Its settings for this database; none for none."""
    if not url:
        return {}
    parts = urlsplit(url)
    return {
        "DJANGO_DB": "default",
        "POSTGRE_USER": unquote(parts.username or ""),
        "POSTGRE_PASSWORD": unquote(parts.password or ""),
        "POSTGRE_HOST": parts.hostname or LOOPBACK,
        "POSTGRE_PORT": str(parts.port or 5432),
        "POSTGRE_NAME": unquote(parts.path.lstrip("/")),
    }


def _credentials(path: Path) -> dict[str, str]:
    """Random on first use, readable by the owner of the folder only."""
    if not path.exists():
        made = {"username": OWNER, "password": secrets.token_urlsafe(18), "token": secrets.token_hex(20)}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(made, file)
    return json.loads(path.read_text())


def migrated_schema(environment: Path) -> Path:
    """An SQLite file with Label Studio's tables and nobody in them, made once for each of its environments.

    Its migrations take most of a minute, so a new folder begins with a copy of this file.
    """
    path = CACHE / "labelstudio-schema" / f"{environment.name}.sqlite3"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
                made = Path(scratch) / "made.sqlite3"
                command = [environment / "bin" / "label-studio", "version"]  # migrates, and makes no user
                done = subprocess.run(
                    command, env=_settings(Path(scratch), made), capture_output=True, text=True, cwd=scratch
                )
                if done.returncode:
                    raise PartFailed(f"Label Studio's migrations failed:\n{done.stderr[-2000:]}")
                _refuse_people(made)
                made.rename(path)
    return path


def _refuse_people(database: Path) -> None:
    connection = sqlite3.connect(database)
    try:
        for table in ("htx_user", "organization", "authtoken_token"):
            if connection.execute(f"SELECT count(*) FROM {table}").fetchone() != (0,):
                raise PartFailed(f"{database} holds rows in {table}; it must not be copied")
    finally:
        connection.close()


def _copy(source: Path, target: Path) -> None:
    half = target.with_suffix(".half")
    shutil.copyfile(source, half)
    half.chmod(0o600)
    half.rename(target)


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, TimeoutError):
        return False


def main() -> None:
    """Label Studio alone, in the foreground until Ctrl-C."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "label-studio")
    parser.add_argument("--port", type=int)
    parser.add_argument("--database-url", default="", help="a PostgreSQL; without one, SQLite in the folder")
    given = parser.parse_args()
    stop_on_sigterm()
    with Stack(given.folder) as stack:
        part = start(stack, given.folder, port=given.port, database_url=given.database_url)
        print(f"Label Studio: {part.url}\nlog in as:    {part.username}")
        print(f"password and token: {given.folder / 'owner.json'}", flush=True)
        try:
            stack.processes[0].popen.wait()
        except KeyboardInterrupt:
            return
    raise SystemExit("Label Studio ended by itself; its log is in " + str(stack.logs))


if __name__ == "__main__":
    main()

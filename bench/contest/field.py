"""The field of contenders that a measurement of the engine starts, by the options that both have."""

import argparse
import contextlib
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.contest.contestants import PEERS, Ours, Peer, python_of, version_of
from bench.contest.databases import Postgres, Sqlite
from bench.contest.endpoint import ceiling
from config.demo import postgres
from config.demo.processes import Stack

FLOOR = PEERS["floor"]
OURS = {"sqlite": "ours, SQLite", "postgres": "ours, PostgreSQL", "workers": "ours, PostgreSQL, 3 workers"}
WORKERS = 3


def options(about: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--calls", type=int, default=1000, help="independent calls")
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--latency", type=float, default=50, metavar="MS", help="of the endpoint")
    parser.add_argument(
        "--only", action="append", choices=[*PEERS, *OURS], help="beside the floor; may be given again"
    )
    parser.add_argument("--without-peers", action="store_true", help="only the floor and ours")
    parser.add_argument("--timeout", type=float, default=300, metavar="S", help="of one work")
    return parser


def wanted(asked: argparse.Namespace) -> list[str]:
    names = asked.only or [name for name in (*PEERS, *OURS) if name in OURS or not asked.without_peers]
    return [name for name in (*PEERS, *OURS) if name == "floor" or name in names]


@contextlib.contextmanager
def field(asked: argparse.Namespace):
    """(the folder, the contenders by their names); nothing of them is left afterwards."""
    with contextlib.ExitStack() as stack:
        # A server of PostgreSQL does not run as root, and so needs a folder that others may enter.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="one-way-mirror-bench-")))
        folder.chmod(0o755)
        names = wanted(asked)
        contenders = {PEERS[name]: Peer(name, python_of(name)) for name in names if name in PEERS}
        if "sqlite" in names:
            contenders[OURS["sqlite"]] = Ours(OURS["sqlite"], Sqlite(folder))
        if "postgres" in names or "workers" in names:
            server = stack.enter_context(Stack(folder))
            address = postgres.start(server, folder / "postgres")
            process = server.processes[0].group
            for name, workers in (("postgres", 1), ("workers", WORKERS)):
                if name in names:
                    contenders[OURS[name]] = Ours(
                        OURS[name], Postgres(process, address, f"bench_{name}"), workers
                    )
        try:
            yield folder, contenders
        finally:
            for contender in contenders.values():
                contender.kill()


def place(contender) -> str:
    return "".join(letter for letter in contender.name if letter.isalnum())


@dataclass(frozen=True)
class Here:
    """What a reader of a number must know of where it was taken."""

    cores: int
    load: float
    ceiling: float

    @classmethod
    def now(cls) -> "Here":
        return cls(os.cpu_count(), load(), ceiling())

    def __str__(self) -> str:
        return (
            f"Python {platform.python_version()}, {self.cores} cores, load {self.load:.1f} before it began; "
            f"the endpoint answers {self.ceiling:.0f} calls a second at most"
        )


def versions(asked: argparse.Namespace) -> str:
    ours = [f"{name} {version(name)}" for name in ("django", "psycopg")]
    return ", ".join([version_of(name) for name in wanted(asked) if name in PEERS] + ours)


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def load() -> float:
    return os.getloadavg()[0]

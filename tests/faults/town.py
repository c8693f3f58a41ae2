"""Database, broker and Celery workers on one machine, all real, before the stub; each can be killed and started again."""

import os
import random
import signal
import time
from pathlib import Path

from config.demo import app, postgres, valkey
from config.demo.ports import free_port
from config.demo.processes import Process, Stack
from tests.faults.stub import Stub

CALL_SECONDS = 0.04
SQLITE, POSTGRES = "sqlite", "postgres"
# The machine outlives the processes: what a commit wrote is there without waiting for the disk.
POSTGRES_SETTINGS = ("autovacuum=off", "fsync=off", "full_page_writes=off")
PARTS = {SQLITE: ("worker", "broker", "everything"),
         POSTGRES: ("worker", "broker", "connections", "server", "everything")}  # fmt: skip


class Idle(AssertionError):
    """It would have been hit while nothing moved: the kill would prove nothing."""


class Town:
    def __init__(self, stack: Stack, home: Path, database: str, stub: Stub):
        self.stack, self.home, self.database, self.stub = stack, home, database, stub
        self.broker_port, self.database_port = free_port(), free_port()

    def start(self) -> None:
        broker = self.start_broker()
        url = self.start_server() if self.database == POSTGRES else f"sqlite:///{self.home / 'db.sqlite3'}"
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tests.faults.hasty",
            "ONE_WAY_MIRROR_HOME": str(self.home),
            "DATABASE_URL": url,
            "REDIS_URL": f"{broker}/0",
            "OPENAI_BASE_URL": self.stub.url,
            "OPENAI_MODEL": "scripted",
            "OPENAI_API_KEY": "none-needed",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, skip_checks=True)
        self.start_worker("worker-1")

    def start_worker(self, name: str) -> Process:
        return app.start_worker(
            self.stack, name.removeprefix("worker-"), "synthesis", children=1, env=dict(os.environ)
        )

    def start_broker(self) -> str:
        return valkey.start(self.stack, self.home / "valkey", port=self.broker_port)

    def start_server(self) -> str:
        return postgres.start(
            self.stack, self.home / "pg" / "data", port=self.database_port, settings=POSTGRES_SETTINGS
        )

    def process(self, name: str) -> Process:
        return next(process for process in self.stack.processes if process.name == name)

    def kill(self, part: str) -> None:
        """SIGKILL, no farewell; of connections, what the server does to them when told so."""
        if part == "connections":
            self._end_connections()
            return
        names = {
            "worker": ["worker-1"],
            "broker": ["valkey"],
            "server": ["postgres"],
            "everything": ["worker-1", "valkey", *(["postgres"] if self.database == POSTGRES else [])],
        }[part]
        processes = [self.process(name) for name in names]
        for process in processes:
            _kill_family(process.group)
        for process in processes:
            process.popen.wait()
            self.stack.stop_one(process)

    def start_again(self, part: str) -> None:
        if part in {"server", "everything"} and self.database == POSTGRES:
            self.start_server()
        if part in {"broker", "everything"}:
            self.start_broker()
        if part in {"worker", "everything"}:
            self.start_worker("worker-1")

    def _end_connections(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def wake(self, times: int = 1) -> None:
        """What beat does every few seconds: send a worker to each run that has something to claim."""
        from kombu.exceptions import OperationalError

        from synthesis import tasks

        for _ in range(times):
            try:
                tasks.reconcile()
            except OperationalError:
                return  # the broker is not back yet: the next time is soon

    def freeze(self, name: str) -> Process:
        """Stop a worker as a machine does that loses its network, but not with a transaction open: what that locks
        stays locked until the database gives the connection up.
        """
        process = self.process(name)
        for _ in range(200):
            _signal_all(family(process.group), signal.SIGSTOP)
            if not self._somebody_holds_the_database():
                return process
            self.thaw(process)
            time.sleep(0.03)
        raise Idle(f"{name} was in a transaction at every look")

    def thaw(self, process: Process) -> None:
        _signal_all(family(process.group), signal.SIGCONT)

    def _somebody_holds_the_database(self) -> bool:
        from django.db import OperationalError, connection

        with connection.cursor() as cursor:
            if self.database == POSTGRES:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%%'"
                )
                return cursor.fetchone()[0] > 0
            cursor.execute("PRAGMA busy_timeout = 100")
            try:
                cursor.execute("BEGIN IMMEDIATE")
                cursor.execute("ROLLBACK")
                return False
            except OperationalError:
                return True
            finally:
                cursor.execute("PRAGMA busy_timeout = 30000")


def until(done, seconds: float, what: str, *, every: float = 0.005, error=AssertionError) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise error(f"{what}: not after {seconds:.0f} s")
        time.sleep(every)


def moment(chance: random.Random, calls: int) -> tuple[int, float]:
    """When to kill: after so many of the run's calls were answered, and so many seconds later."""
    return chance.randint(calls // 10, calls * 6 // 10), chance.uniform(0, 2 * CALL_SECONDS)


def family(pid: int) -> list[int]:
    """The process and all that descend from it; PostgreSQL's have groups of their own."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it ended while we looked
        parents[int(stat.parent.name)] = int(fields[1])
    members = [pid]
    for member in members:
        members += [child for child, parent in parents.items() if parent == member]
    return members


def _signal_all(pids: list[int], which: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, which)
        except ProcessLookupError:
            continue


def _kill_family(pid: int) -> None:
    _signal_all(family(pid), signal.SIGKILL)

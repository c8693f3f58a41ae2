"""The contenders as processes: started once, given one work after the other, killed where that is the question."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bench.contest.work import Work, read_rows

ROOT = Path(__file__).resolve().parents[2]
PEERS = {
    "floor": "floor: bare aiohttp",
    "curator": "bespokelabs-curator",
    "datadesigner": "data-designer",
    "distilabel": "distilabel",
}


class Fell(RuntimeError):
    """A contender did not do its work; the message says why, as far as its log tells."""


def python_of(peer: str) -> str:
    """The interpreter of a peer's environment, which is made on first use."""
    made = subprocess.run(
        ["bash", "-c", 'source bin/lib/environment.sh; environment "bench-$0" "bench/contest/$0.txt"', peer],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return f"{made.stdout.strip()}/bin/python"


def version_of(peer: str) -> str:
    """What its lock file pins, as "name version"."""
    first = next(
        line for line in (ROOT / f"bench/contest/{peer}.in").read_text().splitlines() if line[:1] != "#"
    )
    name = first.split("=")[0].split("[")[0]
    lines = (ROOT / f"bench/contest/{peer}.txt").read_text().splitlines()
    return next(line.split(" ")[0].replace("==", " ") for line in lines if line.startswith(f"{name}=="))


class Process:
    """One process of a contender."""

    def __init__(self, module: str, python: str, work: Work, environ: Mapping[str, str] | None = None):
        Path(work.folder).mkdir(parents=True, exist_ok=True)
        self.log = Path(work.folder) / f"{module}.log"
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                [python, "-m", f"bench.contest.{module}", work.as_text()],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1,
                env={**os.environ, **(environ or {})}, start_new_session=True,
            )  # fmt: skip

    def tell(self, work: Work) -> None:
        try:
            self.popen.stdin.write(work.as_text() + "\n")
        except BrokenPipeError:
            raise Fell(self.last_words()) from None

    def hear(self, timeout: float) -> dict:
        """Its next line. Raises Fell where it ended, or said nothing for so many seconds."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.popen.stdout, selectors.EVENT_READ)
            if not selector.select(timeout):
                raise Fell(f"not done after {timeout:.0f} s")
        if line := self.popen.stdout.readline():
            return json.loads(line)
        raise Fell(self.last_words())

    def last_words(self) -> str:
        lines = [line.strip(" │╭╰─╮╯") for line in self.log.read_text(errors="replace").splitlines()]
        return next((line for line in reversed(lines) if line), "it ended without a word")[:200]

    def kill(self) -> None:
        """SIGKILL, to everything that it started too."""
        with contextlib.suppress(ProcessLookupError):  # it may have ended already
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        self.popen.stdin.close()
        self.popen.stdout.close()


@dataclass
class Done:
    """One work as it was done. `rows` are sessions by name, as they are stored."""

    seconds: float
    processor: float
    memory: float
    grown: float
    rows: dict[str, list[str]]
    planning: float = 0.0


class Peer:
    """A contender in one process, that leaves its rows in a file."""

    def __init__(self, module: str, python: str):
        self.module, self.python = module, python
        self.name = PEERS[module]
        self.load = 0.0
        self.process: Process | None = None

    def start(self, work: Work, timeout: float = 180) -> None:
        self.process = Process(self.module, self.python, work)
        self.load = self.process.hear(timeout)["load"]

    def plan(self, work: Work, timeout: float) -> float:
        """Nothing is written before the work itself."""
        return 0.0

    def begin(self, work: Work) -> None:
        work.rows_file.unlink(missing_ok=True)
        Path(work.folder).mkdir(parents=True, exist_ok=True)
        self.process.tell(work)

    def end(self, timeout: float) -> dict:
        return self.process.hear(timeout)

    def do(self, work: Work, timeout: float) -> Done:
        begun = time.perf_counter()
        self.begin(work)
        told = self.end(timeout)
        seconds = time.perf_counter() - begun
        return Done(seconds, told["processor"], told["memory"], told["grown"], self.rows(work))

    def rows(self, work: Work) -> dict[str, list[str]]:
        return read_rows(work)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process = None


class Ours:
    """The engine, in one process or several on one database; its rows are read from there."""

    module = "ours"

    def __init__(self, name: str, database, workers: int = 1):
        self.name, self.database, self.workers = name, database, workers
        self.load = 0.0
        self.series = 0
        self.processes: list[Process] = []

    def start(self, work: Work, timeout: float = 180) -> None:
        """The first process sets the database up; the others come when it is there."""
        new = self.database.is_new
        more = work.more | {"database": self.database.url}
        for number in range(self.workers):
            told = replace(work, more=more | {"new": new and number == 0})
            process = Process(self.module, sys.executable, told)
            self.processes.append(process)
            heard = process.hear(timeout)
            self.load = heard["load"] if self.load == 0.0 or not new else min(self.load, heard["load"])
        self.database.is_new = False

    def plan(self, work: Work, timeout: float) -> float:
        """Write the instances of a work as rows, of a series of its own; returns the seconds that it took."""
        self.series += 1
        begun = time.perf_counter()
        self._tell(self.processes[:1], work, "plan")
        self.processes[0].hear(timeout)
        return time.perf_counter() - begun

    def begin(self, work: Work) -> None:
        self._tell(self.processes, work, "drive")

    def end(self, timeout: float) -> list[dict]:
        return [process.hear(timeout) for process in self.processes]

    def do(self, work: Work, timeout: float) -> Done:
        planning = self.plan(work, timeout)
        return replace(self.drive(work, timeout), planning=planning)

    def drive(self, work: Work, timeout: float) -> Done:
        used, begun = self.database.processor(), time.perf_counter()
        self.begin(work)
        told = self.end(timeout)
        seconds = time.perf_counter() - begun
        return Done(
            seconds=seconds,
            processor=sum(one["processor"] for one in told) + self.database.processor() - used,
            memory=sum(one["memory"] for one in told),
            grown=sum(one["grown"] for one in told),
            rows=self.rows(work),
        )

    def rows(self, work: Work) -> dict[str, list[str]]:
        return self.database.rows(calls=work.calls)

    def _tell(self, processes, work: Work, step: str) -> None:
        more = {"step": step, "series": self.series, "workers": self.workers}
        for process in processes:
            process.tell(replace(work, more=more))

    def kill(self) -> None:
        while self.processes:
            self.processes.pop().kill()

"""Child processes that are ready when `start` returns, and gone when the parent is gone, however it went."""

import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from . import watchdog

GRACE = 10.0  # seconds between SIGTERM and SIGKILL


class PartFailed(RuntimeError):
    """A part ended, or was not ready in time; the message ends with the last lines of its log."""


class Process:
    """One running part: its own session and process group, and a log file."""

    def __init__(self, name: str, popen: subprocess.Popen, log: Path, stop_signal: signal.Signals):
        self.name, self.popen, self.log, self.stop_signal = name, popen, log, stop_signal

    @property
    def group(self) -> int:
        return self.popen.pid

    def running(self) -> bool:
        return self.popen.poll() is None

    def failure(self, what: str) -> PartFailed:
        tail = self.log.read_text(errors="replace").splitlines()[-20:]
        return PartFailed("\n".join([f"{self.name} {what}; the end of {self.log}:", *tail]))

    def wait_until(self, ready: Callable[[], bool], timeout: float) -> None:
        """Return when `ready()` is true; PartFailed once the process ended, or after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not ready():
            if not self.running():
                raise self.failure(f"ended with status {self.popen.returncode} before it was ready")
            if time.monotonic() > deadline:
                raise self.failure(f"was not ready after {timeout:.0f} s")
            time.sleep(0.05)

    def stop(self, grace: float = GRACE) -> None:
        """Its stop signal to the whole group, SIGKILL to what is left of it after `grace` seconds."""
        watchdog.end_group(self.group, self.stop_signal, grace, reap=self.popen.poll)
        self.popen.wait()


class Stack:
    """The parts started together; leaving the `with` block stops them in reverse order.

    A small watchdog process does the same when this process is killed, whatever the signal.
    """

    def __init__(self, folder: Path | str):
        self.logs = Path(folder) / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.processes: list[Process] = []
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", watchdog.__file__, str(GRACE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def __enter__(self) -> "Stack":
        return self

    def __exit__(self, *exception) -> None:
        self.stop()

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        ready: Callable[[Process], bool] | None = None,
        timeout: float = 60,
        env: Mapping[str, str] | None = None,
        cwd: Path | str | None = None,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> Process:
        """Start a part, wait until `ready(process)` is true. `env` is its whole environment, else ours."""
        log = self.logs / f"{name}.log"
        with log.open("ab") as output:
            popen = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                **_as_user(user),
                start_new_session=True,  # Ctrl-C reaches the parent alone, which stops the parts in order
            )
        process = Process(name, popen, log, stop_signal)
        self.processes.append(process)
        self._tell(f"+ {process.group} {stop_signal.value}")
        if ready is not None:
            try:
                process.wait_until(lambda: ready(process), timeout)
            except BaseException:
                self.stop_one(process)
                raise
        return process

    def ended(self) -> list[Process]:
        """The parts that ended by themselves."""
        return [process for process in self.processes if not process.running()]

    def stop_one(self, process: Process) -> None:
        process.stop()
        self.processes.remove(process)
        self._tell(f"- {process.group} {process.stop_signal.value}")

    def stop(self) -> None:
        """Stop every part, the latest first, and the watchdog."""
        while self.processes:
            self.stop_one(self.processes[-1])
        self._watchdog.stdin.close()
        self._watchdog.wait()

    def _tell(self, line: str) -> None:
        self._watchdog.stdin.write(f"{line}\n".encode())
        self._watchdog.stdin.flush()


def _as_user(name: str | None) -> dict:
    """What Popen needs to run as another user of this machine, groups included."""
    if name is None:
        return {}
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []}


def stop_on_sigterm() -> None:
    """Let SIGTERM unwind the `with` blocks as Ctrl-C does, so that the parts stop in order."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))

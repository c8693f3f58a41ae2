"""Keeps the lease of one run alive from its first file to its last answer, and hears when to stop."""

import json
import logging
import threading
from pathlib import Path

from .claiming import LeaseLost, Refused, Unreachable

log = logging.getLogger("node")
BATCH = 500  # lines of progress in one heartbeat, so that a long silence is not one enormous request


class Cancelled(Exception):
    """A person cancelled the run."""


class NodeStopping(Exception):
    """This node is being stopped: say nothing, the lease lapses and the run goes on elsewhere or later."""


class Heart(threading.Thread):
    """Beats every `seconds` in a thread of its own; `check()` raises in the thread that works."""

    def __init__(self, *, app, job, progress, seconds, stopping):
        super().__init__(name=f"heart-{job.run}", daemon=True)
        self.app, self.job, self.stopping = app, job, stopping
        self.progress = Progress(progress)
        self.seconds = min(seconds, job.lease_seconds / 4)
        self.speaking = threading.Lock()  # beats and the final report never overtake each other
        self.still = threading.Event()
        self.cancelled = threading.Event()
        self.lost = threading.Event()

    def check(self):
        """Raise what ended the work, if anything did; called often by the working thread."""
        self.check_node()
        if self.lost.is_set():
            raise LeaseLost(self.job.run)
        if self.cancelled.is_set():
            raise Cancelled(self.job.run)

    def check_node(self):
        """Raise only when the node itself is being stopped."""
        if self.stopping.is_set():
            raise NodeStopping

    def run(self):
        while not (self.still.wait(self.seconds) or self.lost.is_set()):
            try:
                self.beat()
            except (
                Exception
            ):  # a heart that dies unheard gives the run to a second node while this one trains on
                log.exception("heartbeat of run %s failed", self.job.run)

    def beat(self):
        """One heartbeat with what is new; returns how many lines the app acknowledged."""
        with self.speaking:
            if self.still.is_set():
                return 0
            lines = self.progress.unsent()
            try:
                answer = self.app.heartbeat(
                    self.job, step=self.progress.step, total=self.progress.total, metrics=lines
                )
            except Unreachable as error:
                log.warning("heartbeat of run %s not answered: %s", self.job.run, error)
                return 0
            except (LeaseLost, Refused) as error:
                log.warning("run %s is no longer ours: %s", self.job.run, error)
                self.lost.set()
                return 0
            self.progress.acknowledge()
            if answer["cancel"]:
                self.cancelled.set()
            return len(lines)

    def drain(self):
        """Send the progress that is left, before the final report; returns the last step."""
        while self.beat() == BATCH:
            pass
        return self.progress.step

    def last_word(self, report):
        """Send the final report; once it is acknowledged no beat follows."""
        with self.speaking:
            report()
            self.still.set()

    def stop(self):
        """Beat no more; a beat under way is waited for."""
        self.still.set()
        if self.is_alive():
            self.join()


class Progress:
    """The lines of progress.jsonl that the app has not acknowledged yet. How far it has is kept beside the
    file.
    """

    def __init__(self, path):
        self.path = Path(path)
        self.mark = self.path.with_suffix(".sent")
        self.offset = self.kept()
        self.reached = self.offset
        self.step = self.total = 0

    def kept(self):
        """How far the app had it; 0 where that was torn by a kill: the app passes over what it has already."""
        try:
            return int(self.mark.read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def unsent(self):
        """Up to BATCH whole lines after the acknowledged ones; a line still being written waits.

        A kill may tear a line, to which the next training then adds its first: the two are left out.
        """
        self.reached, lines = self.offset, []
        if not self.path.exists():
            return lines
        with open(self.path, "rb") as file:
            file.seek(self.offset)
            for line in file:
                if not line.endswith(b"\n") or len(lines) == BATCH:
                    break
                self.reached += len(line)
                try:
                    entry = json.loads(line)
                    self.step, self.total = entry["step"], entry.pop("total", self.total)
                except (ValueError, KeyError, TypeError):
                    log.warning("a line of progress was torn by a kill and is left out")
                    continue
                if len(entry) > 1:
                    lines.append(entry)
        return lines

    def acknowledge(self):
        if self.reached != self.offset:
            self.offset = self.reached
            try:
                self.mark.write_text(str(self.offset))
            except OSError as error:  # a full disk: after a restart some lines are told twice
                log.warning("how far the progress was told cannot be kept: %s", error)

"""What the commands tell: progress while a run is made, and what came of it."""

import sys
import time
from collections import Counter

from django.db.models import Count

from synthesis.models import Run
from synthesis.running import Driven


def counts(run: Run) -> dict[str, int]:
    """Instances of a run by state, every state named."""
    found = run.instances.order_by().values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys(("planned", "making", "made", "failed", "cancelled"), 0) | dict(found)


def summary(run: Run, driven: Driven | None = None) -> dict:
    """The JSON of `synthesize` and `resume`: cells and outcomes of the run, calls and tokens of this command.

    `standing`: cells that were not planned because they stand already (--only-missing).
    """
    states = counts(run)
    tally = driven.tally if driven else None
    return {
        "run": str(run.public_id),
        "planned": sum(states.values()),
        "made": states["made"],
        "failed": states["failed"],
        "calls": tally.calls if tally else 0,
        "replayed": tally.replayed if tally else 0,
        "tokens": tally.tokens if tally else 0,
        "seconds": round(driven.seconds, 3) if driven else 0.0,
    } | ({"standing": run.standing} if run.standing else {})


def reasons(run: Run) -> list[str]:
    """Why instances failed, most frequent first, each with its number."""
    found = Counter(run.instances.filter(state="failed").values_list("failure", flat=True))
    return [f"{n} failed: {reason}" for reason, n in found.most_common(5)]


class Progress:
    """A bar on a terminal, a line now and then otherwise; to stderr."""

    def __init__(self, run: Run, stream=None):
        self.stream = stream or sys.stderr
        states = counts(run)
        self.total, self.before = (
            sum(states.values()),
            states["made"] + states["failed"] + states["cancelled"],
        )
        self.began, self.shown = time.monotonic(), 0.0

    def __call__(self, tally):
        done = self.before + tally.made + tally.failed
        now = time.monotonic()
        is_terminal = self.stream.isatty()
        if now - self.shown < (0.2 if is_terminal else 5) and done < self.total:
            return
        self.shown = now
        rate = (tally.made + tally.failed) / max(now - self.began, 0.001)
        left = f", about {(self.total - done) / rate:.0f} s left" if rate else ""
        words = f"{done}/{self.total} ({tally.failed} failed), {tally.calls} calls{left}"
        if is_terminal:
            filled = round(30 * done / self.total) if self.total else 30
            end = "\n" if done >= self.total else ""
            self.stream.write(f"\r[{'#' * filled}{'.' * (30 - filled)}] {words}\x1b[K{end}")
        else:
            self.stream.write(words + "\n")
        self.stream.flush()

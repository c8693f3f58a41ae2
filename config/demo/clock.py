"""Seconds per stage, for the demo's JSON."""

import time
from contextlib import contextmanager

STAGES = ("install", "start", "synthesis", "review", "export", "training")


class StageFailed(RuntimeError):
    """A stage did not end as it must; the message says what was found instead."""


class Clock:
    def __init__(self, started: float):
        """`started`: seconds since the epoch when bin/demo began, before its first install."""
        self.started = started
        self.seconds = dict.fromkeys(STAGES, 0.0)
        self.stage = "install"

    @contextmanager
    def during(self, stage: str):
        begun, self.stage = time.monotonic(), stage
        try:
            yield
        finally:
            self.seconds[stage] += time.monotonic() - begun

    def result(self) -> dict[str, float]:
        rounded = {stage: round(seconds, 1) for stage, seconds in self.seconds.items()}
        return {**rounded, "total": round(time.time() - self.started, 1)}

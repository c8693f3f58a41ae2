"""The breaker of an endpoint. When it fails everybody, nobody goes on burning retries: one call tries, now and then,
and when that is answered all go on. Pure: the caller brings the time.
"""

from dataclasses import dataclass

from synthesis.policies import FAULTS_IN_A_ROW


@dataclass
class Breaker:
    patience: float  # seconds
    first_wait: float = 0.5
    longest_wait: float = 20.0
    in_a_row: int = 0
    down_since: float | None = None  # when the first call that failed went out
    is_open: bool = False
    is_trying: bool = False
    next_try: float = 0.0
    wait: float = 0.0

    def admits(self, now: float) -> bool:
        return not self.is_open or (not self.is_trying and now >= self.next_try)

    def enters(self) -> bool:
        """Somebody goes out now; whether that is the one who tries."""
        self.is_trying = self.is_open
        return self.is_open

    def answered(self) -> None:
        """Any answer, also one that refuses: the endpoint is there."""
        self.in_a_row, self.down_since, self.is_open, self.is_trying = 0, None, False, False

    def failed(self, *, now: float, began: float, was_trying: bool) -> bool:
        """A call that went out at `began` failed. True when the endpoint has been down for longer than patience."""
        self.in_a_row += 1
        self.down_since = began if self.down_since is None else min(began, self.down_since)
        if was_trying:
            self.is_trying = False
            self.wait = min(self.wait * 2, self.longest_wait)
            self.next_try = now + self.wait
            return self.next_try - self.down_since > self.patience
        if not self.is_open and self._is_enough(now):
            self.is_open, self.wait = True, self.first_wait
            self.next_try = now + self.wait
        return False

    def _is_enough(self, now: float) -> bool:
        # Few who ask, and long waits: then a few failures already take all the patience.
        return self.in_a_row >= FAULTS_IN_A_ROW or now - self.down_since > self.patience

    def left(self) -> None:
        """The one who tried went away without an outcome; another may."""
        self.is_trying = False

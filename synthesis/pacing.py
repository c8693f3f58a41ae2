"""How many may ask an endpoint at once: more while it is well, half when it is asked too often. Pure: the caller
brings the time.
"""

from dataclasses import dataclass, field

# Rates that are exceeded again before anybody was answered: the rest between doubles up to this.
LONGEST_REST = 30.0


@dataclass
class Pace:
    """`most` is the bound that people set; `at_once` what the endpoint takes, as far as is known."""

    most: int
    first_rest: float = 0.5
    limit: float = field(init=False)
    # Grows with every halving. A call remembers in which it began: thirty calls that are refused together, because
    # they went out together, are one reason to slow down and not thirty.
    window: int = 0
    resting_until: float = 0.0
    busy_since: float | None = None
    halvings: int = 0  # since the last answer

    def __post_init__(self):
        self.limit = float(self.most)

    @property
    def at_once(self) -> int:
        return max(1, int(self.limit))

    def set_most(self, most: int) -> None:
        """At once: what ran at full width runs at the new full width."""
        was_full = self.limit >= self.most
        self.most = most
        self.limit = float(most) if was_full else min(self.limit, float(most))

    def answered(self, window: int) -> None:
        """A whole round of answers at this width makes it one wider."""
        self.busy_since, self.halvings = None, 0
        if window == self.window:
            self.limit = min(float(self.most), self.limit + 1 / self.limit)

    def busy(self, *, now: float, window: int, after: float | None) -> None:
        """The endpoint was asked too often by a call of that window; `after` if it said when to come back."""
        self.busy_since = now if self.busy_since is None else self.busy_since
        if window == self.window:
            self.window += 1
            self.halvings += 1
            self.limit = max(1.0, self.limit / 2)
            if after is None and self.halvings > 1:  # narrower alone did not help
                after = min(LONGEST_REST, self.first_rest * 2 ** (self.halvings - 2))
        if after is not None:
            self.rest(now + after)

    def rest(self, until: float) -> None:
        """Nobody asks before."""
        self.resting_until = max(self.resting_until, until)

    def lasts(self, now: float) -> float:
        """Seconds in which nobody will have been answered when the rest is over; 0 where somebody was."""
        return max(now, self.resting_until) - self.busy_since if self.busy_since is not None else 0.0

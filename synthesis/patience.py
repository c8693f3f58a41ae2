"""How long a failing endpoint is asked again, and how long one request has been tried."""

import random
import time
from dataclasses import dataclass

from django.conf import settings

from synthesis.breaking import Breaker
from synthesis.gates import Gate
from synthesis.pacing import Pace
from synthesis.policies import MOST_TRIES


@dataclass(frozen=True)
class Patience:
    """How long a failing endpoint is asked again, in seconds. `budget`: for one request that fails while others are
    answered, and at least `least_tries`; with waits that grow. `down`: for an endpoint that answers nobody.
    """

    budget: float = 120.0
    first_wait: float = 0.5
    longest_wait: float = 20.0
    timeout: float = 600.0
    down: float | None = None  # None: the same as the budget
    least_tries: int = 3

    @classmethod
    def of_settings(cls) -> "Patience":
        return cls(
            budget=settings.MODEL_RETRY_BUDGET_SECONDS,
            timeout=settings.MODEL_TIMEOUT_SECONDS,
            down=settings.MODEL_DOWN_SECONDS,
        )

    def gate(self, most: int) -> Gate:
        """A gate for all who ask one endpoint, at most so many at once."""
        down = self.budget if self.down is None else self.down
        breaker = Breaker(down, first_wait=self.first_wait, longest_wait=self.longest_wait)
        return Gate(pace=Pace(most, first_rest=self.first_wait), breaker=breaker)


class Tries:
    """How often, and for how long, one request has been tried; waiting for one's turn does not count."""

    def __init__(self, patience: Patience):
        self.patience, self.began = patience, time.monotonic()
        self.n, self.lost, self.wait = 0, 0.0, patience.first_wait

    def goes_out(self) -> None:
        self.asked = time.monotonic()

    def comes_back(self) -> float:
        took = time.monotonic() - self.asked
        self.n, self.lost = self.n + 1, self.lost + took
        return took

    def pause(self, after: float | None) -> float:
        grown = self.wait * random.uniform(0.75, 1.25)
        self.wait = min(self.wait * 2, self.patience.longest_wait)
        return grown if after is None else after

    @property
    def are_too_many(self) -> bool:
        return self.n >= MOST_TRIES

    def are_over(self, pause: float) -> bool:
        """With the pause that would come now, which is counted in."""
        if self.are_too_many or pause > self.patience.budget:
            return True
        is_spent = self.lost + pause > self.patience.budget
        self.lost += pause
        return is_spent and self.n >= self.patience.least_tries

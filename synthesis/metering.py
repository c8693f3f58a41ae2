"""What a run has spent, as far as one worker knows: what stood in the database when it last looked, and what it paid
itself since.
"""

import time
from dataclasses import replace
from decimal import Decimal

from synthesis.models import Call
from synthesis.spending import Spent


class Meter:
    def __init__(self):
        self.read(Spent())

    def read(self, base: Spent) -> None:
        """What all workers have spent, from the database, this one's stored replies included."""
        self.base, self.read_at = base, time.monotonic()
        self.calls = self.tokens_in = self.tokens_out = self.unpriced = self.uncounted = 0
        self.money = Decimal(0)

    def count(self, call: Call) -> None:
        """A reply that this worker stored since."""
        self.calls += 1
        self.tokens_in += call.tokens_in or 0
        self.tokens_out += call.tokens_out or 0
        self.uncounted += call.tokens_in is None or call.tokens_out is None
        self.unpriced += call.price is None
        self.money += call.price or 0

    def so_far(self) -> Spent:
        base = self.base
        return replace(
            base,
            calls=base.calls + self.calls,
            tokens_in=base.tokens_in + self.tokens_in,
            tokens_out=base.tokens_out + self.tokens_out,
            money=(base.money or 0) + self.money,
            seconds=base.seconds + time.monotonic() - self.read_at,
            unpriced=base.unpriced + self.unpriced,
            uncounted=base.uncounted + self.uncounted,
        )

"""Which fault is dealt to which request: drawn from a seed, the request itself and how often it came, so that it does
not depend on what else is under way.
"""

import random
from dataclasses import dataclass, field

# Faults of the transport: the same request is sent again. `hitch` kinds of the engine, in its own words.
BUSY, BROKEN, HANG, CUT, NOT_JSON = "rate_limited", "server_error", "hang", "cut", "not_json"
# Faults of what the model says: stored as a reply, and asked for again with another seed.
MALFORMED, TRUNCATED, EMPTY = "malformed", "truncated", "empty"
OF_THE_REPLY = frozenset({MALFORMED, TRUNCATED, EMPTY})

# 10 % malformed JSON, be it the model's or the whole answer's; 5 % 429; 2 % 500; 1 % hang; 1 % cut.
SHARES = {
    MALFORMED: 0.05,
    TRUNCATED: 0.01,
    EMPTY: 0.01,
    NOT_JSON: 0.03,
    BUSY: 0.05,
    BROKEN: 0.02,
    HANG: 0.01,
    CUT: 0.01,
}


@dataclass(frozen=True)
class FaultPlan:
    seed: int
    shares: dict[str, float] = field(default_factory=lambda: dict(SHARES))

    def fault(self, request: str, visit: int) -> str | None:
        """What befalls the request of this name when it comes for the nth time, from 1; None: nothing does."""
        drawn = random.Random(f"{self.seed}|{request}|{visit}").random()
        for kind, share in self.shares.items():
            if drawn < share:
                return kind
            drawn -= share
        return None


HONEST = FaultPlan(0, {})

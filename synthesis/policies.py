"""What is done about each fault of an endpoint or a reply: the one table. docs/synthesis.md says it for people."""

from dataclasses import dataclass

from synthesis.models import HitchKind as Kind

# How a question is asked again: the same bytes, with the same seed, as nothing came of the first time; or anew, as
# the next attempt with a seed of its own, since the model would only repeat itself; or not at all.
SAME, ANEW, NEVER = "same", "anew", "never"


@dataclass(frozen=True)
class Policy:
    """`again`: SAME, ANEW or NEVER. `slows`: the endpoint is asked by half as many at once; what is asked again the
    same and does not slow counts towards the breaker (synthesis.breaking).
    """

    again: str
    slows: bool = False


POLICIES: dict[Kind, Policy] = {
    Kind.RATE_LIMITED: Policy(SAME, slows=True),
    Kind.SERVER_ERROR: Policy(SAME),
    Kind.HANG: Policy(SAME),
    Kind.CUT: Policy(SAME),
    Kind.NOT_JSON: Policy(SAME),
    Kind.MALFORMED: Policy(ANEW),
    Kind.TRUNCATED: Policy(ANEW),
    Kind.EMPTY: Policy(ANEW),
    Kind.CONTENT_FILTER: Policy(NEVER),
    Kind.REFUSED_BY_MODEL: Policy(NEVER),
    Kind.CONTEXT_OVERFLOW: Policy(NEVER),
    Kind.REFUSED: Policy(NEVER),
}

# New replies to one question that cannot be used, in one try of the instance; then the instance fails.
BAD_REPLIES = 3
# Transport faults of one endpoint in a row, over all who ask it; then only one asks, now and then.
FAULTS_IN_A_ROW = 5
# Of one request, however long its endpoint is patient with it.
MOST_TRIES = 50
# Instances that in a row ended because the endpoint refused them, or failed them while it answered others; then
# the run is stopped: going on would fail the rest one by one.
INSTANCES_IN_A_ROW = 8

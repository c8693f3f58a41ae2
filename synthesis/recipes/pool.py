"""Who writes and who judges: models drawn from a pool for each speech, and the replies that a judge is shown. Pure.

A place of the pool is a role, and a model plays it. Where several places are played by one model, others come first.
"""

import random
from collections.abc import Sequence

# Whether a judge rates replies of its own model.
UNLESS_ALONE, NEVER, ALWAYS = "unless-alone", "never", "always"
# Of one reply alone nothing can be said that another judge's severity would not blur.
LEAST_TO_RATE = 2


def places(size: int) -> tuple[str, ...]:
    return tuple(f"reply-{n}" for n in range(1, size + 1))


def judges(n: int) -> tuple[str, ...]:
    return tuple(f"judge-{k}" for k in range(1, n + 1))


def drawn(pool: Sequence[str], k: int, models: dict[str, str], chance: random.Random) -> list[str]:
    """k places of the pool in the order in which they were drawn, of as many different models as there are."""
    shuffled = chance.sample(pool, len(pool))
    firsts: dict[str, str] = {}
    for place in shuffled:
        firsts.setdefault(models.get(place, place), place)
    first = list(firsts.values())
    return [*first, *(place for place in shuffled if place not in first)][:k]


def shown_to(
    judge: str, written: Sequence[tuple[int, str]], models: dict[str, str], rule: str, *, alone: bool
) -> list[int]:
    """The replies that a judge rates, of `written` [(number, model)] in the order drawn for it; none where fewer than two
    are left. `alone`: one model plays everybody.
    """
    may = rule == ALWAYS or (rule == UNLESS_ALONE and alone)
    found = [n for n, model in written if may or model != models.get(judge)]
    return found if len(found) >= LEAST_TO_RATE else []


def are_one(models: dict[str, str], roles: Sequence[str]) -> bool:
    """Whether one and the same model plays all of these."""
    return len({models.get(role) for role in roles}) == 1


def others_of(judge: str, pool: Sequence[str], k: int, models: dict[str, str]) -> tuple[int, int]:
    """Of k that are drawn, how many are not of the judge's own model: at least, and at most."""
    own = sum(models.get(place) == models.get(judge) for place in pool)
    if not own:
        return k, k
    different = len({models.get(place) for place in pool})
    if different > k:
        return k - 1, k
    # All models once, its own among them; the rest is drawn from what is left of the pool.
    more, left = k - different, len(pool) - different
    fewest_own = 1 + max(0, more - (left - (own - 1)))
    return k - 1 - min(more, own - 1), k - fewest_own

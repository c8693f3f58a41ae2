"""How evenly something is spread over its levels, and whether it collapsed onto a few."""

from collections import Counter
from math import log2

from django.utils.translation import gettext as _

# Below so many a spread says little, and so it does over two levels. An evenness below this is a collapse.
LEAST = 20
LEAST_LEVELS = 3
LEAST_EVENNESS = 0.5


def most_of_one(levels: int) -> float:
    """A share of one level that is beyond chance and taste: a half, or twice the even share where that is more."""
    return max(0.5, 2 / levels)


def spread(counts: Counter, *, levels: int) -> dict:
    """Shannon's entropy in bits of counts over `levels` possible levels, and its share of the most there could be
    (Pielou's evenness, 1 = all levels equally often). The entropy of n draws is at most log2(n): few draws cannot be
    even over many levels, so evenness is relative to log2(min(levels, n)).

    `alarm` is set from n ≥ 20, with at least three levels, where evenness is below 0.5 or one level has more than half,
    of three levels more than two thirds.
    """
    n = sum(counts.values())
    entropy = sum(-k / n * log2(k / n) for k in counts.values() if k)
    most = log2(min(levels, n)) if n and levels > 1 else 0.0
    evenness = entropy / most if most else None
    first = counts.most_common(1)[0] if counts else (None, 0)
    found = {
        "n": n,
        "levels": levels,
        "levels_seen": sum(1 for k in counts.values() if k),
        "entropy_bits": entropy,
        "evenness": evenness,
        "most_common": first[0],
        "share_of_most_common": first[1] / n if n else None,
        "counts": dict(counts.most_common()),
        "alarm": "",
    }
    is_enough = n >= LEAST and levels >= LEAST_LEVELS
    if is_enough and (evenness < LEAST_EVENNESS or first[1] / n > most_of_one(levels)):
        found["alarm"] = _(
            "Collapsed: “%(level)s” is %(share)d %% of %(n)s, and the spread is %(evenness).2f of the widest."
        ) % {"level": first[0], "share": round(100 * first[1] / n), "n": n, "evenness": evenness}
    return found

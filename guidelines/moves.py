"""A new order, said as few moves: which entries changed their place, and where they stood and stand. Pure."""

from bisect import bisect_left


def moved(before: list[str], after: list[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Return ({key: place before}, {key: place after}) of the fewest entries whose moving makes the one order the
    other; places count from 1. Both lists hold the same keys, each once.
    """
    was = {key: place for place, key in enumerate(before, 1)}
    stayed = set(_longest_rising(after, was))
    now = {key: place for place, key in enumerate(after, 1) if key not in stayed}
    return {key: was[key] for key in now}, now


def put(before: list[str], now: dict[str, int]) -> list[str]:
    """The order after `moved`: take the moved ones out, then put each at its place, first places first."""
    order = [key for key in before if key not in now]
    for key, place in sorted(now.items(), key=lambda move: move[1]):
        order.insert(place - 1, key)
    return order


def _longest_rising(keys: list[str], was: dict[str, int]) -> list[str]:
    """The most keys that stand in their old order still (a longest increasing subsequence, n log n)."""
    places, ends, link = [], [], {}
    for key in keys:
        at = bisect_left(places, was[key])
        link[key] = ends[at - 1] if at else None
        places[at : at + 1], ends[at : at + 1] = [was[key]], [key]
    found, key = [], ends[-1] if ends else None
    while key is not None:
        found.append(key)
        key = link[key]
    return found

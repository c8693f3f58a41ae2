"""Rates: how many of how many, with the interval within which the true share plausibly lies."""

from math import sqrt

Z = 1.959964  # 95 %


def rate(part: int, n: int) -> dict:
    """{part, n, share, low, high}; Wilson's score interval at 95 % (Wilson 1927), which stays inside 0 and 1 and is
    honest near both ends. With n = 0 there is no share: all three are None.
    """
    if not n:
        return {"part": part, "n": 0, "share": None, "low": None, "high": None}
    share, squared = part / n, Z * Z
    middle = (share + squared / (2 * n)) / (1 + squared / n)
    half = Z * sqrt(share * (1 - share) / n + squared / (4 * n * n)) / (1 + squared / n)
    low = 0.0 if part == 0 else max(0.0, middle - half)
    high = 1.0 if part == n else min(1.0, middle + half)
    return {"part": part, "n": n, "share": share, "low": low, "high": high}


def not_recorded(why: str) -> dict:
    """Stands where a measure has nothing to rest on: it says so instead of vanishing."""
    return {"not_recorded": why}

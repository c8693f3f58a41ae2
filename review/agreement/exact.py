"""The exact interval of a share (Clopper & Pearson 1934, Biometrika 26): never too narrow, whatever n is."""

from scipy.special import betaincinv


def exact_interval(hits: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """(low, high) of the share behind `hits` of `n`; (0, 1) of none."""
    tail = (1 - level) / 2
    low = float(betaincinv(hits, n - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, n - hits, 1 - tail)) if hits < n else 1.0
    return low, high

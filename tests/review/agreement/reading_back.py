"""What an object says between its lines."""

import re

from scipy import stats


def error_of(found: dict) -> float:
    """The standard error behind a linearised interval, from its lower end, which is never cut."""
    df = int(re.search(r"t\((\d+)\)", found["ci_analytic"]["name"]).group(1))
    return (found["estimate"] - found["ci_analytic"]["low"]) / float(stats.t.ppf(0.975, df))

"""The planned grid against what was made: for each factor, its levels as planned and as made."""

from collections import Counter, defaultdict

from django.utils.translation import gettext as _

from synthesis.quality.rates import rate

# Sessions fail unevenly where chance alone would do it less often than once in a thousand such tables.
LEAST_P = 0.001
# An expected count below five makes the chi-square unreliable (Cochran 1954); then there is no test.
LEAST_EXPECTED = 5
ENDED = ("made", "failed")


class Balance:
    """Add every cell of the run, whatever its state."""

    def __init__(self):
        self._states: Counter = Counter()
        self._factors: dict[str, dict[str, Counter]] = defaultdict(lambda: defaultdict(Counter))

    def add(self, state: str, levels: dict[str, str]) -> None:
        """`levels`: {factor: level} of one cell."""
        self._states[state] += 1
        for factor, level in levels.items():
            self._factors[factor][str(level)][state] += 1

    def told(self) -> dict:
        """{states, factors: {factor: {levels: [...], test, alarm}}}; a factor that has one level only is constant and
        is named under `constant` with it.
        """
        factors, constant = {}, {}
        for factor, levels in self._factors.items():
            if len(levels) == 1:
                constant[factor] = next(iter(levels))
            else:
                factors[factor] = self._of(levels)
        return {"states": dict(self._states), "factors": factors, "constant": constant}

    @staticmethod
    def _of(levels: dict[str, Counter]) -> dict:
        planned = {level: counts.total() for level, counts in levels.items()}
        made = {level: counts["made"] for level, counts in levels.items()}
        all_planned, all_made = sum(planned.values()), sum(made.values())
        rows = [
            {
                "level": level,
                "planned": planned[level],
                "made": made[level],
                "failed": counts["failed"],
                "share_planned": planned[level] / all_planned,
                "share_made": made[level] / all_made if all_made else None,
                "gap": made[level] / all_made - planned[level] / all_planned if all_made else None,
                "of_ended": rate(made[level], sum(counts[state] for state in ENDED)),
            }
            for level, counts in sorted(levels.items())
        ]
        test = chi_square([[counts[state] for state in ENDED] for counts in levels.values()])
        empty = [row["level"] for row in rows if not row["made"] and row["failed"]]
        alarm = ""
        if test["p"] is not None and test["p"] < LEAST_P:
            alarm = _("Sessions fail more often at some levels than at others (p < 0.001).")
        if empty:
            alarm = _("Nothing was made at: %s.") % ", ".join(empty)
        return {"levels": rows, "test": test, "alarm": alarm}


def chi_square(table: list[list[int]]) -> dict:
    """Pearson's chi-square of a table of counts, rows by columns: {statistic, degrees, p, note}. Empty rows and columns
    are left out. Without a test the note says why.
    """
    table = [row for row in table if sum(row)]
    columns = [column for column in zip(*table, strict=True) if sum(column)]
    nothing = {"statistic": None, "degrees": None, "p": None}
    if len(table) < 2 or len(columns) < 2:
        return {**nothing, "note": _("nothing differs between the levels")}
    n = sum(map(sum, columns))
    rows = [sum(row) for row in zip(*columns, strict=True)]
    expected = [[row * sum(column) / n for row in rows] for column in columns]
    if min(map(min, expected)) < LEAST_EXPECTED:
        return {**nothing, "note": _("too few for a test: fewer than five expected somewhere")}
    from scipy.stats import chi2  # it loads SciPy

    pairs = zip(columns, expected, strict=True)
    statistic = sum((o - e) ** 2 / e for os, es in pairs for o, e in zip(os, es, strict=True))
    degrees = (len(rows) - 1) * (len(columns) - 1)
    return {"statistic": statistic, "degrees": degrees, "p": float(chi2.sf(statistic, degrees)), "note": ""}

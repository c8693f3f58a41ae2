"""Tables that commands print."""


def aligned(rows: list[list[str]]) -> list[str]:
    """A line for each row, its cells in columns; a row may be shorter than others."""
    widths = [max(len(str(row[n])) for row in rows if n < len(row)) for n in range(max(map(len, rows)))]
    return [
        "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in rows
    ]


def figure(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def apart(one, digits: int = 1) -> str:
    """A comparing_levels.Difference: the estimate with its interval, or why there is none."""
    if one.estimate is None:
        return one.note
    interval = "" if one.low is None else f" [{one.low:+.{digits}f}, {one.high:+.{digits}f}]"
    return f"{one.estimate:+.{digits}f}{interval} n={one.pairs}"

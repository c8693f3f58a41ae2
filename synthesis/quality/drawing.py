"""The charts of a report: drawn here, in colours that follow the reader's scheme, never told by colour alone."""

from functools import lru_cache
from math import ceil

# Placeholders that the renderer keeps and the page's own colours replace.
TEXT, LINE = "#010203", "#040506"
WIDTH = 480
LABEL = 420  # pixels of the longest label
# A browser's letters may be wider than those that the renderer measures: without room they are cut off.
PADDING = {"left": 60, "right": 20, "top": 5, "bottom": 5}
MOST_BARS = 20


@lru_cache(maxsize=128)
def intervals(rows: tuple[tuple[str, float, float, float], ...], axis: str) -> str:
    """Rates as points with their intervals; rows: (label, low, share, high), from 0 to 1."""
    import altair

    data = altair.Data(values=[{"label": a, "low": b, "share": c, "high": d} for a, b, c, d in rows])
    across = altair.Axis(format="%", title=axis)
    # In tenths, as far as needed: where everything is rare, it is still told apart.
    whole = altair.Scale(domain=[0, min(1.0, ceil(10 * max(row[3] for row in rows) + 0.01) / 10)])
    down = altair.Y("label:N", title=None, sort=None, axis=altair.Axis(labelLimit=LABEL))
    base = altair.Chart(data)
    lines = base.mark_rule(color=LINE, strokeWidth=2).encode(
        y=down, x=altair.X("low:Q", axis=across, scale=whole), x2="high:Q"
    )
    points = base.mark_point(color=LINE, filled=True, size=60).encode(y=down, x="share:Q")
    return _drawn((lines + points).properties(height=altair.Step(24)))


@lru_cache(maxsize=128)
def planned_and_made(rows: tuple[tuple[str, int, int], ...]) -> str:
    """A hollow bar as planned, a filled one as made; rows: (level, planned, made)."""
    import altair

    data = altair.Data(values=[{"level": a, "planned": b, "made": c} for a, b, c in rows[:MOST_BARS]])
    down = altair.Y("level:N", title=None, sort=None, axis=altair.Axis(labelLimit=LABEL))
    across = altair.Axis(title="sessions: hollow planned, filled made", format="d", tickMinStep=1)
    base = altair.Chart(data)
    hollow = base.mark_bar(filled=False, color=LINE, strokeWidth=1.5, size=16).encode(
        y=down, x=altair.X("planned:Q", axis=across)
    )
    filled = base.mark_bar(color=LINE, size=9).encode(y=down, x="made:Q")
    return _drawn((hollow + filled).properties(height=altair.Step(22)))


@lru_cache(maxsize=128)
def histogram(rows: tuple[tuple[str, int, int], ...], axis: str) -> str:
    """How often each length occurs, speaker by speaker, one below the other; rows: (speaker, from, times)."""
    import altair

    data = altair.Data(
        values=[{"who": a, "from": b, "to": b + BIN, "none": 0, "times": c} for a, b, c in rows]
    )
    across = altair.X("from:Q", title=axis, axis=altair.Axis(format="d", tickMinStep=1))
    bars = (
        altair.Chart(data)
        .mark_bar(color=LINE, binSpacing=1)
        .encode(
            x=across,
            x2="to:Q",
            y2="none:Q",
            y=altair.Y("times:Q", title="turns", axis=altair.Axis(format="d", tickMinStep=1)),
        )
        .properties(width=WIDTH, height=110)
    )
    row = altair.Row(
        "who:N", title=None, sort=None, header=altair.Header(labelAngle=0, labelAlign="left", labelColor=TEXT)
    )
    return _drawn(bars.facet(row=row), sized=True)


BIN = 5


def binned(counts: dict[str, int]) -> list[tuple[int, int]]:
    """[(from, times)] in steps of five, of {value: times}."""
    found: dict[int, int] = {}
    for value, times in counts.items():
        start = int(value) // BIN * BIN
        found[start] = found.get(start, 0) + times
    return sorted(found.items())


def _drawn(chart, *, sized: bool = False) -> str:
    """An SVG, safe to put into a page: the renderer escapes the labels, which are keys and our own words."""
    import vl_convert

    if not sized:
        chart = chart.properties(width=WIDTH)
    chart = (
        chart.configure(background="transparent", padding=PADDING)
        .configure_axis(
            labelColor=TEXT, titleColor=TEXT, tickColor=TEXT, domainColor=TEXT, gridColor=TEXT, gridOpacity=0.12,
            labelFontSize=12, titleFontSize=12,
        )
        .configure_view(stroke=None)
    )  # fmt: skip
    svg = vl_convert.vegalite_to_svg(chart.to_json())
    return svg.replace(TEXT, "currentColor").replace(LINE, "var(--accent)")

"""The loss of a training as a picture: rendered here, in colours that follow the reader's scheme."""

# Placeholders that the renderer keeps and the page's own colours replace.
TEXT, LINE = "#010203", "#040506"
MOST_POINTS = 400
DASHES = {"training": [1, 0], "held out": [6, 4]}


def losses(rows: list[tuple[int, dict]]) -> list[dict]:
    """[(step, values)] to [{step, loss, kind}], thinned to MOST_POINTS; held-out losses are all kept."""
    trained = [{"step": s, "loss": v["loss"], "kind": "training"} for s, v in rows if "loss" in v]
    stride = max(1, -(-len(trained) // MOST_POINTS))
    thinned = trained[::stride]
    if trained and thinned[-1] is not trained[-1]:
        thinned.append(trained[-1])
    return thinned + [
        {"step": s, "loss": v["eval_loss"], "kind": "held out"} for s, v in rows if "eval_loss" in v
    ]


def loss_svg(points: list[dict]) -> str:
    """An SVG, safe to put into a page: it holds numbers and our own words only."""
    # These two take seconds to load: only the process that draws pays for it.
    import altair
    import vl_convert

    kinds = [kind for kind in DASHES if any(point["kind"] == kind for point in points)]
    steps = sorted({point["step"] for point in points})
    few = {"values": steps} if len(steps) < 10 else {}  # without them Vega marks half steps
    base = altair.Chart(altair.Data(values=points)).encode(
        x=altair.X("step:Q", title="step", axis=altair.Axis(format="d", **few)),
        y=altair.Y("loss:Q", title="loss", scale=altair.Scale(zero=False)),
    )
    dash = altair.StrokeDash(
        "kind:N",
        scale=altair.Scale(domain=kinds, range=[DASHES[kind] for kind in kinds]),
        legend=altair.Legend(title=None, symbolType="stroke", symbolSize=400, symbolStrokeColor=LINE),
    )
    chart = (
        (base.mark_line(color=LINE).encode(strokeDash=dash) + base.mark_circle(color=LINE, size=18))
        .properties(width=620, height=220, background="transparent")
        .configure_axis(
            labelColor=TEXT,
            titleColor=TEXT,
            tickColor=TEXT,
            domainColor=TEXT,
            gridColor=TEXT,
            gridOpacity=0.1,
        )
        .configure_legend(labelColor=TEXT)
        .configure_view(stroke=None)
    )
    svg = vl_convert.vegalite_to_svg(chart.to_json())
    return svg.replace(TEXT, "currentColor").replace(LINE, "var(--accent)")


def in_words(points: list[dict]) -> str:
    """The text alternative of the chart."""
    trained = [point for point in points if point["kind"] == "training"]
    if not trained:
        return "No loss was reported yet."
    first, last = trained[0], trained[-1]
    lowest = min(trained, key=lambda point: point["loss"])
    return (
        f"Loss up to step {last['step']}: {first['loss']:.3f} at step {first['step']}, "
        f"{last['loss']:.3f} at step {last['step']}; lowest {lowest['loss']:.3f} at step {lowest['step']}."
    )

"""What was measured, as Markdown, and what peers say of themselves."""

import os
import platform
from statistics import median, quantiles

from bench import side_by_side

PEERS_EXCHANGE = """
Label Studio 1.23.2 by itself, on another day and a machine of two cores (SQLite, sessions of 8 turns): 10,000 tasks in
chunks of 500 in 13.2 s, 1,202 annotated tasks among 11,002 listed in 2.8 to 6.0 s. Potato 2.12 publishes no figure of an
import; its own figure for starting with 50,000 items is 5.7 s.
"""
PEERS_WRITERS = """
Label Studio 1.23.2 by itself, on another day and a machine of two cores: 16 writers, 400 annotations, 6.1 a second, p95
4.5 s, none that was acknowledged was lost; two changes made from the same old copy are both taken and the last one wins;
the same body without an id of its own, sent twice, makes two annotations. Potato 2.12 says of itself that it runs as one
instance only: a second one overwrites annotations, and nobody is told.
"""
PEERS_PAGES = """
Potato's own figure: about 750 ms for its list of 20,000 items with 20 annotators. Label Studio's own word: keep a project
near 100,000 tasks and annotations; its first page of 100 among 5,000 tasks took 190 ms (measured, another day).
"""


def about(on: str, rounds: int) -> str:
    import django

    cores, load = os.cpu_count(), os.getloadavg()[0]
    said = f"Python {platform.python_version()}, Django {django.__version__}, ours on {on}"
    return f"{said}, Label Studio on SQLite, {cores} cores, load {load:.1f}; {rounds} rounds"


def size_of() -> str:
    from review.models import Decision, Item

    return f"{Item.objects.count():,} items, {Decision.objects.count():,} decisions"


def seconds(title: str, found: dict[str, list[float]], *, to: str) -> str:
    """Median and range, and the ratio to the floor in the same round."""
    table = side_by_side.table(found, to=to, unit=1, unit_name="s")
    return f"\n**{title}:**\n\n{table.replace(f'times {to}', 'times floor')}"


def written(title: str, found: dict[str, list], *, to: str) -> str:
    """Of rounds of writes (deciding.Written): how many a second, how long each took, and the ratio to the floor."""
    lines = ["| what | writes | a second, median | range | each, ms, median | p95 | times floor | range |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|---:|")
    over = side_by_side.ratios({name: [one.seconds for one in own] for name, own in found.items()}, to)
    for name, own in found.items():
        rates = [len(one.each) / one.seconds for one in own]
        each = [milliseconds for one in own for milliseconds in one.each]
        cells = [name, f"{len(each):,}", f"{median(rates):.3g}", _range(rates), f"{median(each):.3g}"]
        cells += [f"{quantiles(each, n=20)[-1]:.3g}", f"{median(over[name]):.3g}", _range(over[name])]
        lines.append(f"| {' | '.join(cells)} |")
    return f"\n**{title}:**\n\n" + "\n".join(lines)


def reading(pulls: list[float], n: int) -> str:
    return f"\nOur pull of these {n:,}: {median(pulls):.3g} s ({_range(pulls)})."


def counts(rows: list[tuple]) -> str:
    """`rows`: (what, judging.Counted, how often something was sent again, a note)."""
    lines = ["| what | confirmed | sent again | lost | doubled | note |", "|---|---:|---:|---:|---:|---|"]
    for what, counted, again, note in rows:
        cells = [what, f"{counted.confirmed:,}", str(again), str(counted.lost), str(counted.doubled), note]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n" + "\n".join(lines)


def _range(values: list[float]) -> str:
    return f"{min(values):.3g} to {max(values):.3g}"

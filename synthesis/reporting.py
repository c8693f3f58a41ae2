"""What the commands tell: progress while a run is made, and what came of it. The same numbers as on the run's page."""

import logging
import shutil
import sys

from synthesis.models import Run, RunState
from synthesis.running import Driven
from synthesis.spending import Spent, reached, spent
from synthesis.templatetags.amounts import about, duration
from synthesis.watching import counts, failures, progress

BAR, SHORT_BAR = 20, 10  # characters; the short one where the line is narrow
NARROW = 100  # columns
MOST_COLUMNS = 160


def summary(run: Run, driven: Driven | None = None) -> dict:
    """The JSON of `synthesize` and `resume`: cells and outcomes of the run, calls and tokens of this command.

    `standing`: cells that were not planned because they stand already (--only-missing).
    """
    states = counts(run)
    tally = driven.tally if driven else None
    return {
        "run": str(run.public_id),
        "planned": sum(states.values()),
        "made": states["made"],
        "failed": states["failed"],
        "calls": tally.calls if tally else 0,
        "replayed": tally.replayed if tally else 0,
        "tokens": tally.tokens if tally else 0,
        "seconds": round(driven.seconds, 3) if driven else 0.0,
    } | ({"standing": run.standing} if run.standing else {})


def reasons(run: Run) -> list[str]:
    """Why instances failed, most frequent first, each with its number."""
    return [f"{n:,} failed: {reason}" for n, reason in failures(run)]


def told(found: dict) -> list[str]:
    """How far a run is, in parts of one line, the most important first; `found` as watching.progress has it."""
    seen, n = found["watched"], found["watched"].counts
    parts = [f"{n['made']:,} of {seen.total:,} made", f"{n['failed']:,} failed"]
    if seen.state != RunState.OPEN:
        parts.append(seen.state)
    if seen.seconds_left:
        parts.append(f"about {duration(seen.seconds_left)} left")
    first, *rest = _spent(found["spent"])
    parts.append(first)
    if hitches := sum(n for _kind, _label, n in found["hitches"]):
        parts.append(f"{hitches:,} {'hitch' if hitches == 1 else 'hitches'}")
    if seen.rate:
        parts.append(f"{about(seen.rate)} a minute")
    parts += [f"{n[state]:,} {name}" for state, name in _OTHERS if n[state]]
    return parts + rest


_OTHERS = (("making", "in the making"), ("planned", "to go"), ("cancelled", "cancelled"))


def _spent(so_far: Spent) -> list[str]:
    parts = [f"{so_far.tokens:,} tokens"]
    if so_far.money is not None:
        replies = "reply" if so_far.unpriced == 1 else "replies"
        without = f" ({so_far.unpriced:,} {replies} without a price)" if so_far.unpriced else ""
        parts.insert(0, f"{about(float(so_far.money), 3)} {so_far.currency}".strip() + without)
    return parts


def ending(run: Run, driven: Driven) -> list[str]:
    """What came of a run that was made here, in a few lines."""
    found = progress(run)
    seen, so_far = found["watched"], found["spent"]
    n, here = seen.counts, driven.tally
    left = f", {seen.left:,} left" if seen.left else ""
    given_up = f", {n['cancelled']:,} cancelled" if n["cancelled"] else ""
    lines = [
        f"Run {run.serial}: {n['made']:,} of {seen.total:,} made, {n['failed']:,} failed{given_up}{left}."
    ]
    done = here.made + here.failed
    rate = f", {about(60 * done / driven.seconds)} a minute" if done and driven.seconds else ""
    stored = f"; {here.replayed:,} replies were stored already and cost nothing" if here.replayed else ""
    lines.append(f"Here: {done:,} sessions in {duration(driven.seconds)}{rate}{stored}.")
    money, *rest = _spent(so_far)
    lines.append(f"Spent in all: {', '.join([f'{so_far.calls:,} replies', *rest, money])}.")
    if found["hitches"]:
        kinds = ", ".join(f"{n:,} × {label}" for _kind, label, n in found["hitches"])
        lines.append(f"Went wrong on the way: {kinds}.")
    return lines


def how_to_go_on(run: Run) -> str:
    """The command after which a run goes on that was stopped or paused; nothing where it is over."""
    if run.state not in (RunState.STOPPED, RunState.PAUSED):
        return ""
    on = f"`resume {run.public_id} --wait` goes on."
    if reached(run.budget, spent(run)):
        return f"`set_budget {run.public_id} NAME=VALUE` allows it more; then {on}"
    return on


class Progress:
    """A bar on a terminal, a line now and then otherwise; to stderr. Call it where the database may be read, and
    within `with`, so that what is logged meanwhile begins a line of its own.
    """

    def __init__(self, stream=None):
        self.stream = stream or sys.stderr
        self.is_terminal = self.stream.isatty()
        self.every = 1.0 if self.is_terminal else 10.0  # seconds
        self._is_open = False  # a bar stands in the line

    def __call__(self, run: Run) -> None:
        found = progress(run)
        if not self.is_terminal:
            self.tell([", ".join(told(found))])
            return
        columns = min(shutil.get_terminal_size().columns, MOST_COLUMNS)
        bar = _bar(found["watched"].share, SHORT_BAR if columns < NARROW else BAR)
        self.stream.write(f"\r{bar} {_fitting(told(found), columns - len(bar) - 2)}\x1b[K")
        self.stream.flush()
        self._is_open = True

    def __enter__(self):
        for handler in logging.getLogger().handlers:
            handler.addFilter(self)
        return self

    def __exit__(self, *_):
        for handler in logging.getLogger().handlers:
            handler.removeFilter(self)
        self.end()

    def filter(self, record: logging.LogRecord) -> bool:
        """As a filter of what is logged meanwhile, which would go on in the line of the bar: nothing is left out."""
        self.end()
        return True

    def end(self) -> None:
        """Whatever is written next begins a line of its own."""
        if self._is_open:
            self.tell([""])
            self._is_open = False

    def tell(self, lines: list[str]) -> None:
        self.stream.writelines(f"{line}\n" for line in lines)
        self.stream.flush()


def _fitting(parts: list[str], room: int) -> str:
    """As many parts as so many characters take: a bar that breaks into a second line would be drawn anew below."""
    words = parts[0]
    for part in parts[1:]:
        if len(words) + len(part) + 3 > room:
            break
        words += f" · {part}"
    return words[: max(0, room)]


def _bar(share: float, length: int) -> str:
    filled = round(length * share / 100)
    return f"[{'#' * filled}{'.' * (length - filled)}]"

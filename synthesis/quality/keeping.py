"""Keep the newest report of a run: measuring 10,000 sessions takes a worker many seconds, a page reads one row.

A report is of a basis: what stood when it was measured. Made sessions are frozen, marks and hitches only added, and a
session that fails once more leaves a hitch: so the rules, the numbers of cells by state, the newest mark and hitch and
what the endpoints cost name all that can change.
"""

import time
from collections.abc import Callable

from django.db.models import Count, Max
from django.utils import timezone

from accounts.digesting import digest
from synthesis import spending
from synthesis.models import Mark, QualityReport, Run
from synthesis.quality import measuring
from synthesis.quality.facts import rules

# A report of another shape is measured anew.
SHAPE = 2
# So many sessions are measured while a page waits: well under a second on an ordinary machine.
AT_ONCE = 150
LEAST_PAUSE = 10.0  # seconds


def basis(run: Run) -> str:
    """Four queries."""
    states = dict(run.instances.order_by().values_list("state").annotate(n=Count("pk")))
    newest = Mark.objects.filter(instance__run=run).aggregate(newest=Max("pk"))["newest"]
    found = {"shape": SHAPE, "rules": rules(), "states": states, "newest_mark": newest}
    hitch = run.hitches.aggregate(newest=Max("pk"))["newest"]
    return digest(found | {"newest_hitch": hitch, "prices": spending.prices(run.model_specs)})


def kept(run: Run) -> QualityReport | None:
    """The newest report, whether or not it is still of what stands now."""
    return QualityReport.objects.filter(run=run).first()


def remeasure(run: Run) -> QualityReport:
    """Measure and keep. Of two at once the later stays; both are right of what they saw."""
    now, began = basis(run), time.monotonic()
    found = measuring.measure(run)
    values = {
        "basis": now,
        "report": found,
        "seconds": time.monotonic() - began,
        "measured_at": timezone.now(),
    }
    return QualityReport.objects.update_or_create(run=run, defaults=values)[0]


def report(run: Run) -> dict:
    """The report of what stands now: the kept one, or else measured and kept."""
    found = kept(run)
    if found is None or found.basis != basis(run):
        found = remeasure(run)
    return found.report


def due(found: QualityReport | None) -> bool:
    """Whether to measure again: of a run that is being made, not so often that measuring never ends."""
    if found is None:
        return True
    return (timezone.now() - found.measured_at).total_seconds() >= max(LEAST_PAUSE, 20 * found.seconds)


def shown(run: Run, send: Callable[[Run], bool]) -> tuple[QualityReport | None, bool]:
    """For a page: (the newest report, whether it is of what stands now). A small run is measured at once. For a large
    one `send(run)` asks a worker, and until it has measured the page shows the last report, or none; where nobody
    works, it is measured at once after all.
    """
    found = kept(run)
    if found is not None and found.basis == basis(run):
        return found, True
    made = run.instances.made().count()
    if made <= AT_ONCE or (due(found) and not send(run)):
        return remeasure(run), True
    return found, False

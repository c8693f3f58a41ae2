"""What a real, but very small model makes of two sessions."""

from synthesis import running
from synthesis.llm import Patience
from synthesis.models import Run

PATIENCE = Patience(budget=60, timeout=600)


def some_made(told: dict) -> Run:
    """The only run, of which one session or both are made. `told`: what `synthesize --wait --json` printed.

    So small a model may give no usable answer three times; then a session fails, and says so. Where both did, they are
    tried again, as a lead would.
    """
    assert told["planned"] == 2 and told["made"] + told["failed"] == 2
    run = Run.objects.get()
    made = run.instances.filter(state="made")
    for _ in range(3):
        if made.exists():
            break
        run.instances.filter(state="failed").update(state="planned")
        running.drive(run, patience=PATIENCE)
    assert made.exists(), list(run.instances.values_list("failure", flat=True))
    return run

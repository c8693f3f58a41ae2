"""The demo's last line: one JSON object, counted from the database."""

from collections import Counter

from config.demo.clock import Clock
from exports import artefacts, places
from exports.models import Dataset, TrainingRun
from review.agreeing.figures import agreements
from review.models import Decision, Round
from synthesis.models import Call, Instance, InstanceState

ONLY_ON_PAGES = ("specific_agreement", "random_effects")


def result(
    clock: Clock, *, round: Round | None, dataset: Dataset | None, training: TrainingRun | None
) -> dict:
    states = Counter(Instance.objects.values_list("state", flat=True))
    return {
        "instances": {state: states[state] for state in InstanceState.values},
        "calls": Call.objects.count(),
        "decisions": Decision.objects.count(),
        "agreement": _agreement(round) if round else {},
        "dataset": _dataset(dataset),
        "training": _training(training),
        "seconds": clock.result(),
    }


def _agreement(round: Round) -> dict:
    """{dimension: figures}, as the `agreement` command gives them; what was read without the draft is never pooled with the
    rest.
    """
    by_arm = agreements(round)
    found = dict(by_arm.get("aided", {}))
    found |= {f"{name} (unaided)": figures for name, figures in by_arm.get("unaided", {}).items()}
    return {
        name: {key: value for key, value in figures.items() if key not in ONLY_ON_PAGES}
        | {"title": str(figures["title"])}
        for name, figures in found.items()
    }


def _dataset(dataset: Dataset | None) -> dict | None:
    if dataset is None:
        return None
    return {
        "path": str(places.dataset_folder(dataset).resolve()),
        "sha256": dataset.sha256,
        "rows": dataset.manifest["rows"],
        "rehearsal": dataset.rehearsal,
    }


def _training(training: TrainingRun | None) -> dict | None:
    if training is None:
        return None
    artifact = str(artefacts.path_of(training).resolve()) if training.artifact else None
    return {"status": training.state, "artifact": artifact, "metrics": training.metrics}


def shortfall(found: dict, *, wanted: int, trained: bool) -> str | None:
    """Why the demo did not succeed, or None."""
    if found["instances"]["made"] != wanted:
        return f"{found['instances']['made']} of {wanted} sessions were made"
    rows = (found["dataset"] or {}).get("rows", {})
    empty = [kind for kind in ("sft", "preference", "unpaired") if not rows.get(kind)]
    if empty:
        return f"the dataset has no rows of {', '.join(empty)}"
    if trained and (found["training"] or {}).get("status") != "succeeded":
        return "training did not succeed"
    return None

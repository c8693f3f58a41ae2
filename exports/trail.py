"""What the trail keeps of acts on datasets, trainings and nodes: what was asked for and its hashes, no row of data."""

from django.utils.translation import gettext_lazy as _

from accounts import trail
from accounts.acts import Vocabulary
from accounts.models import TrailEvent
from accounts.trail import Thing

DATASET, TRAINING, NODE = "dataset", "training", "node"

VOCABULARY = Vocabulary(
    words={
        "exports.plan": _("Asked for the dataset"),
        "exports.build": _("The dataset was frozen"),
        "exports.fail": _("Building the dataset failed"),
        "exports.start": _("Started the training"),
        "exports.cancel": _("Cancelled the training"),
        "exports.make_node": _("Added a training node"),
        "exports.retire": _("Withdrew a node's token"),
    },
    labels={
        "name": _("Name"),
        "rounds": _("Rounds"),
        "formats": _("Formats"),
        "named_tiers": _("Risk tiers named"),
        "margin": _("Levels apart, to be a pair"),
        "rehearsal": _("Rehearsal"),
        "sha256": "SHA-256",
        "items": _("Sessions"),
        "dataset": _("Dataset"),
        "base": _("Base model"),
        "state": _("State"),
        "in_service": _("In service"),
    },
)


def record(
    *, verb: str, kind: str, name, by, before: dict | None = None, after: dict | None = None
) -> TrailEvent:
    thing = Thing(kind, str(name))
    return trail.record(by=by, verb=f"exports.{verb}", thing=thing, before=before, after=after)

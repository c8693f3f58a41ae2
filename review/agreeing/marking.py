"""How far readers agree on where: on the turns that they mark, and on the words of a reply that they give as evidence."""

from review import marked, selected
from review.agreement.at_turns import per_label
from review.agreement.marks import false_alarms, of_labels, of_sessions
from review.agreement.means import plain
from review.agreement.sets import agreement_on_sets
from review.agreement.values import BadRatings
from review.models import Round
from review.reports import BOOTSTRAP

ANY = "any"  # whatever the label
CLEAN = ("planned", "settled")


def figures(round: Round, seed: int, found: dict[str, marked.Marks] | None = None) -> dict:
    """{"of": "mistakes" or "evidence", "turns": {arm: of_turns}, "words": {arm: review.selected.figures}, of those in which
    words of a reply were given}. `found`: of review.marked.marks, where it is read already.
    """
    found, of = marked.marks(round) if found is None else found, "mistakes"
    if not found:
        found, of = marked.evidence(round), "evidence"
    words = {} if found else {arm.value: selected.figures(round, arm) for arm in marked.GRADED}
    return {
        "of": of,
        "turns": {arm: of_turns(own, seed) for arm, own in sorted(found.items())},
        "words": {arm: own for arm, own in words.items() if own["n_selections"]},
    }


def of_turns(own: marked.Marks, seed: int) -> dict:
    """{"n_readings", "n_elsewhere": marks that were left out, "sessions": of marks.of_sessions, "sets": of
    sets.agreement_on_sets, "any": at turns whatever the label, "labels": [of each label that anybody marked:
    marks.of_labels and at_turns.per_label, its `key`; the most marked first], "false_alarms": {"planned", "settled": of
    marks.false_alarms}}.
    """
    how = {"bootstrap": BOOTSTRAP, "seed": seed, "weights": own.weights}
    anywhere = [
        (item, rater, {ANY: set().union(*marks.values())} if marks else {}, client)
        for item, rater, marks, client in own.readings
    ]
    shared, at_turns = of_labels(own.readings, **how), per_label(own.readings, own.turns, own.labels, **how)
    labels = [{"key": key} | at_turns[key] | shared[key] for key in own.labels]
    return {
        "n_readings": len(own.readings),
        "n_elsewhere": own.elsewhere,
        "sessions": of_sessions(own.readings, **how),
        "sets": _sets(own, how),
        "any": per_label(anywhere, own.turns, [ANY], **how)[ANY],
        "labels": sorted(labels, key=lambda one: (-one["n_readings"], one["key"])),
        "false_alarms": {
            name: false_alarms(own.readings, own.clean.get(name, ()), **how) for name in CLEAN if own.clean
        },
    }


SETS = ("percent_agreement", "mean_jaccard", "krippendorff_alpha_masi")


def _sets(own: marked.Marks, how: dict) -> dict:
    """Which labels, wherever they stand: whether readers name the same set of them."""
    rows = [
        (item, rater, [label for label, turns in marks.items() if turns], client)
        for item, rater, marks, client in own.readings
    ]
    try:
        return agreement_on_sets(rows, **how)
    except BadRatings as why:  # too many different sets for a table of all: told, the rest stands
        return {"n_items": len(own.turns)} | {name: plain(None, None, "", str(why)) for name in SETS}

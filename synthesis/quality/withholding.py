"""What of a report stays closed to somebody who has still to judge sessions of the run, or may settle them."""

from copy import deepcopy

from accounts.roles import Answer

# What was intended or what the machine thought of single sessions, and what colleagues found.
CLOSED = ("labels", "validators", "verdicts", "intended", "own")


def for_reader(report: dict, answer: Answer) -> dict:
    """The report, or a copy in which those parts say why they are withheld and no single session is named."""
    if answer:
        return report
    found = deepcopy(report)
    for name in CLOSED:
        found[name] = {"withheld": answer.reason}
    # What the run was crossed with names its clients and its mistakes; that of a run of one is what was intended.
    found["balance"] = {"states": report["balance"]["states"], "withheld": answer.reason}
    found["talking"].pop("first_with_a_reason")
    for kind in found["talking"]["kinds"].values():
        kind.pop("examples")
    for place in ("within", "against"):
        found["duplicates"][place].pop("pairs")
    closed = tuple(f"{name}." for name in (*CLOSED, "balance"))
    found["alarms"] = [one for one in found["alarms"] if not f"{one['where']}.".startswith(closed)]
    return found

"""The words that were given to the agents, as they changed from run to run."""

from dataclasses import dataclass, field
from datetime import datetime

from synthesis.models import PromptText, Run
from synthesis.watching import counts_of


@dataclass
class PromptVersion:
    """One wording of a prompt. `n` counts them from the first that a run used."""

    name: str
    digest: str
    n: int
    since: datetime
    runs: list[Run] = field(default_factory=list)

    @property
    def text(self) -> str:
        return PromptText.objects.get(digest=self.digest).text

    def counts(self) -> dict[str, int]:
        """Sessions of the runs that used it, by state."""
        by_run = counts_of(self.runs).values()
        states = dict.fromkeys(state for counts in by_run for state in counts)
        return {state: sum(counts[state] for counts in by_run) for state in states}


def versions() -> dict[str, list[PromptVersion]]:
    """{name: its versions, the first one first}, of all that runs have used. One query."""
    found: dict[str, dict[str, PromptVersion]] = {}
    runs = Run.objects.listed().order_by("serial").only("serial", "public_id", "planned_at", "prompts")
    for run in runs:
        for name, digest in run.prompts.items():
            there = found.setdefault(name, {})
            if digest not in there:
                there[digest] = PromptVersion(name, digest, len(there) + 1, run.planned_at)
            there[digest].runs.append(run)
    return {name: list(found[name].values()) for name in sorted(found)}

"""What an instance is made from, as plain data for its recipe. Needs the database; called by the writer."""

from guidelines import briefing
from guidelines.models import PairRevision
from synthesis.models import Instance, Run
from synthesis.prompting import kept
from synthesis.recipes.cell import Cell


class Material:
    """Cells of one run; what they share is read once."""

    def __init__(self, run: Run):
        self.run = run
        self.prompts = kept(run.prompts)
        self._catalogue = briefing.for_supervisor(run.version, None)
        self.guideline = [
            {field: entry[field] for field in ("key", "name", "shows")} for entry in self._catalogue
        ]

    def cell(self, instance: Instance) -> Cell:
        profile, revision = instance.profile, instance.pair_revision
        return Cell(
            name=instance.cell,
            client_name=profile.name,
            style=profile.style,
            profile=profile.content,
            intended={"key": revision.pair.key, **briefing.for_counsellor(revision)},
            positive=revision.positive,
            guideline=self.guideline,
            told=self._told(revision) if instance.factors.get("supervisor") == "told" else None,
            parameters=instance.factors,
            prompts=self.prompts,
        )

    def _told(self, revision: PairRevision) -> dict:
        """The intended mistake with its corrections; not why it harms, nor when it is no mistake."""
        for entry in briefing.for_supervisor(self.run.version, revision):
            if entry.get("told"):
                return {"name": entry["name"], "corrections": entry["corrections"]}
        raise LookupError(f"{revision} is not in {self.run.version}")

import json
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from synthesis import choice_words
from synthesis.comparing_levels import Compared, compare
from synthesis.management import driving_here
from synthesis.management.named_run import named
from synthesis.management.tables import aligned, apart, figure
from synthesis.models import Run
from synthesis.quality.own import measures_of
from synthesis.recipes import RECIPES

CALLED = {
    "turns": "turns of a session",
    "counsellor_words": "words of a turn, counsellor",
    "client_words": "words of a turn, client",
    "calls": "model replies of a session",
    "tokens_out": "tokens received, a session",
}


class Command(BaseCommand):
    help = (
        "Make sessions of the same clients at every level of a factor, and print what differs: with technique_session, "
        "whether there is a planner, a selector, both or neither, or one counsellor alone. Needs no worker. With --run "
        "it only prints, of a run that was crossed with the factor."
    )

    def add_arguments(self, parser):
        parser.add_argument("--recipe")
        parser.add_argument("--run", metavar="RUN", help="compare what this run made; nothing is planned")
        parser.add_argument(
            "--factor", help="the recipe's own, which is what its publication compares, unless said"
        )
        parser.add_argument(
            "--levels",
            metavar="A,B,...",
            help="all of them unless said; in the recipe's order, the first is the usual one",
        )
        parser.add_argument("--guideline", metavar="NAME[@N]", help="where the recipe plays mistakes")
        driving_here.add_arguments(parser, clients="so many clients, drawn by the seed; each at every level")

    def handle(self, **options):
        if bool(options["run"]) == bool(options["recipe"]):
            raise CommandError(
                "Name either --recipe, to make sessions, or --run, to compare those made.", returncode=2
            )
        run = named(options["run"]) if options["run"] else None
        recipe = run.recipe if run else options["recipe"]
        if recipe not in RECIPES:
            raise CommandError(f"There is no recipe “{recipe}”.", returncode=2)
        factor = options["factor"] or RECIPES[recipe].arm
        if factor not in RECIPES[recipe].levels:
            raise CommandError(f"The recipe has no factor “{factor}”.", returncode=2)
        if run is None:
            run = self._made(recipe, factor, options)
        elif len(run.factors.get(factor, [])) < 2:
            raise CommandError(f"Run {run.serial} was not crossed with “{factor}”.", returncode=2)
        found = compare(run, factor)
        self.stdout.write(json.dumps(_as_data(run, found)) if options["json"] else _table(run, found))
        self.stderr.write(
            "These are counts. How good the sessions are is for readers: put the run before them."
        )
        driving_here.require_whole(run)

    def _made(self, recipe: str, factor: str, options) -> Run:
        levels = options["levels"].split(",") if options["levels"] else list(RECIPES[recipe].levels[factor])
        run = driving_here.planned(recipe, options, factors={factor: levels})
        then = "`{resume}` goes on; then `compare_levels --run {run}`."
        driving_here.drive_here(run, said=self.stderr.write, then=then)
        return run


def _as_data(run: Run, found: Compared) -> dict:
    return {
        "run": str(run.public_id),
        "recipe": run.recipe,
        "factor": found.factor,
        "levels": {
            one.name: {"states": one.states, "means": one.means, "own": one.own} for one in found.levels
        },
        "differences": {
            name: {level: asdict(one) for level, one in of.items()} for name, of in found.differences.items()
        },
    }


def _table(run: Run, found: Compared) -> str:
    """A column for each level; under a mean its difference to the first level, with the interval."""
    heads = ["", *(one.name for one in found.levels)]
    rows = [[state, *(str(one.states[state]) for one in found.levels)] for state in ("made", "failed")]
    for name, label in CALLED.items():
        rows.append([label, *(figure(one.means[name]) for one in found.levels)])
        if any(one.pairs for one in found.differences[name].values()):
            rows.append(["  difference", "", *(apart(one) for one in found.differences[name].values())])
    for measure in measures_of(run.recipe):
        told = [one.own[measure.name]["found"] for one in found.levels]
        if measure.kind == "spread":
            rows.append([f"{measure.label}: evenness", *(figure(one["evenness"], 2) for one in told)])
            rows.append(["  different ones", *(f"{one['levels_seen']} of {one['n']}" for one in told)])
        elif measure.kind == "number":
            rows.append([f"{measure.label}: mean", *(figure(one["mean"]) for one in told)])
        elif measure.kind == "means":
            names = dict.fromkeys(name for one in told for name in one)
            rows += [
                [f"{measure.label}: {name}", *(figure(one.get(name, {}).get("mean"), 2) for one in told)]
                for name in names
            ]
        else:
            rows += [
                [
                    f"{measure.label}: {words}",
                    *(f"{one[choice]['part']} of {one[choice]['n']}" for one in told),
                ]
                for choice, words in measure.choices.items()
                if any(one[choice]["part"] for one in told)
            ]
    title = f"{choice_words.recipe(run.recipe)}, run {run.serial}: {choice_words.label(found.factor)}"
    return "\n".join([title, "", *aligned([heads, *rows])])

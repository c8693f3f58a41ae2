import json
import random
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError

from guidelines import naming
from synthesis import choice_words, choosing, planning, reporting, running
from synthesis.comparing_levels import Compared, compare
from synthesis.faults import NoEndpoint
from synthesis.management.commands.synthesize import INTERRUPTED, number, setting, version_for
from synthesis.management.named_run import named
from synthesis.models import Run, RunState
from synthesis.quality.own import measures_of
from synthesis.recipes import RECIPES
from synthesis.spending import NotABudget

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
        parser.add_argument("--profiles", default="all", metavar="all|KEY,...")
        parser.add_argument(
            "--limit",
            type=number,
            metavar="N",
            help="so many clients, drawn by the seed; each at every level",
        )
        parser.add_argument("--samples", type=number, default=1)
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="parameters")
        parser.add_argument("--model", help="every role uses it, on the environment's endpoint")
        parser.add_argument("--concurrency", type=number, default=8)
        parser.add_argument("--json", action="store_true")

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
        if run.state != RunState.OPEN:
            raise CommandError(
                f"{run.why or run.get_state_display()} {reporting.how_to_go_on(run)}", returncode=3
            )

    def _made(self, recipe: str, factor: str, options) -> Run:
        how = RECIPES[recipe]
        levels = options["levels"].split(",") if options["levels"] else list(how.levels[factor])
        try:
            profiles = choosing.chosen_profiles(options["profiles"], kind=how.profile_kind)
            if options["limit"] and options["limit"] < len(profiles):
                profiles = random.Random(options["seed"]).sample(profiles, options["limit"])
            run = planning.plan(
                recipe=recipe, version=version_for(recipe, options["guideline"]), profiles=profiles,
                samples=options["samples"], seed=options["seed"], model=options["model"],
                parameters=dict(setting("--set", text) for text in options["parameters"]),
                factors={factor: levels}, concurrency=options["concurrency"],
            )  # fmt: skip
        except (planning.NotPlanned, NoEndpoint, naming.NotFound) as problem:
            raise CommandError(str(problem), returncode=2) from problem
        try:
            self.stderr.write(f"run {run.public_id}: {run.instances.count()} sessions planned")
            with reporting.Progress() as progress:
                driven = running.drive(run, wait_for_others=True, watch=progress)
        except (NoEndpoint, NotABudget) as problem:
            raise CommandError(str(problem), returncode=2) from problem
        except KeyboardInterrupt:
            words = f"Interrupted. `resume {run.public_id} --wait` goes on; then `compare_levels --run {run.public_id}`."
            raise CommandError(words, returncode=INTERRUPTED) from None
        run.refresh_from_db()
        progress.tell(reporting.ending(run, driven))
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
        rows.append([label, *(_figure(one.means[name]) for one in found.levels)])
        if any(one.pairs for one in found.differences[name].values()):
            rows.append(["  difference", "", *(_apart(one) for one in found.differences[name].values())])
    for measure in measures_of(run.recipe):
        told = [one.own[measure.name]["found"] for one in found.levels]
        if measure.kind == "spread":
            rows.append([f"{measure.label}: evenness", *(_figure(one["evenness"], 2) for one in told)])
            rows.append(["  different ones", *(f"{one['levels_seen']} of {one['n']}" for one in told)])
        elif measure.kind == "number":
            rows.append([f"{measure.label}: mean", *(_figure(one["mean"]) for one in told)])
        elif measure.kind == "means":
            names = dict.fromkeys(name for one in told for name in one)
            rows += [
                [f"{measure.label}: {name}", *(_figure(one.get(name, {}).get("mean"), 2) for one in told)]
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
    widths = [
        max(len(str(row[n])) if n < len(row) else 0 for row in [heads, *rows]) for n in range(len(heads))
    ]
    lines = [
        "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in [heads, *rows]
    ]
    title = f"{choice_words.recipe(run.recipe)}, run {run.serial}: {choice_words.label(found.factor)}"
    return "\n".join([title, "", *lines])


def _figure(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _apart(one) -> str:
    if one.estimate is None:
        return one.note
    interval = "" if one.low is None else f" [{one.low:+.1f}, {one.high:+.1f}]"
    return f"{one.estimate:+.1f}{interval} n={one.pairs}"

"""What the commands that make a run in this process have in common: what they plan from, and how the drive ends."""

import random
from collections.abc import Callable

from django.core.management.base import CommandError

from guidelines import naming
from synthesis import choosing, planning, reporting, running
from synthesis.faults import NoEndpoint
from synthesis.models import Run, RunState
from synthesis.recipes import RECIPES
from synthesis.running import Driven
from synthesis.spending import NotABudget

GUIDELINE = "novice-mistakes"
INTERRUPTED = 130  # as shells have it, for what Ctrl-C ended


def number(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def setting(option: str, text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise CommandError(f"{option} {text}: expected NAME=VALUE", returncode=2)
    return name.strip(), value.strip()


def version_for(recipe: str, guideline: str | None):
    """None for a recipe that plays no mistakes, where none is named. Raises naming.NotFound."""
    plays_mistakes = recipe not in RECIPES or RECIPES[recipe].plays_mistakes
    return naming.find(guideline or GUIDELINE) if guideline or plays_mistakes else None


def add_arguments(parser, *, clients: str) -> None:
    """Of a command that plans what it compares. `clients`: what `--limit` draws, in words."""
    parser.add_argument("--profiles", default="all", metavar="all|KEY,...")
    parser.add_argument("--limit", type=number, metavar="N", help=clients)
    parser.add_argument("--samples", type=number, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="parameters")
    parser.add_argument("--model", help="every role uses it, on the environment's endpoint")
    parser.add_argument("--concurrency", type=number, default=8)
    parser.add_argument("--json", action="store_true")


def planned(
    recipe: str, options: dict, *, parameters: dict | None = None, factors: dict | None = None
) -> Run:
    """A run over whole clients: a limit draws some of them, and each is in every cell. Raises CommandError."""
    try:
        profiles = choosing.chosen_profiles(options["profiles"], kind=RECIPES[recipe].profile_kind)
        if options["limit"] and options["limit"] < len(profiles):
            profiles = random.Random(options["seed"]).sample(profiles, options["limit"])
        return planning.plan(
            recipe=recipe, version=version_for(recipe, options.get("guideline")), profiles=profiles,
            samples=options["samples"], seed=options["seed"], model=options["model"],
            parameters=dict(setting("--set", text) for text in options["parameters"]) | (parameters or {}),
            factors=factors, concurrency=options["concurrency"],
        )  # fmt: skip
    except (planning.NotPlanned, NoEndpoint, naming.NotFound) as problem:
        raise CommandError(str(problem), returncode=2) from problem


def drive_here(
    run: Run, *, said: Callable[[str], None] | None = None, then: str = "Nothing is lost: `{resume}` goes on."
) -> Driven:
    """Make what is left of the run, with progress on stderr, and tell what came of it. `said` is told how much is planned;
    `then`: how to go on after Ctrl-C. Raises CommandError: 2 where nothing can be made, 130 after Ctrl-C.
    """
    # Not the command's own stream, which ends every line and draws it as an error.
    progress = reporting.Progress()
    if said:
        said(f"run {run.public_id}: {run.instances.count()} sessions planned")
    try:
        with progress:
            driven = running.drive(run, wait_for_others=True, watch=progress)
    except (NoEndpoint, NotABudget) as problem:
        raise CommandError(str(problem), returncode=2) from problem
    except KeyboardInterrupt:
        words = then.format(resume=f"resume {run.public_id} --wait", run=run.public_id)
        raise CommandError(f"Interrupted. {words}", returncode=INTERRUPTED) from None
    run.refresh_from_db()
    progress.tell(reporting.ending(run, driven))
    return driven


def require_whole(run: Run) -> None:
    """Raises CommandError with 3 where the run was stopped, paused or cancelled: cells are left."""
    if run.state != RunState.OPEN:
        raise CommandError(
            f"{run.why or run.get_state_display()} {reporting.how_to_go_on(run)}", returncode=3
        )

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from guidelines import naming
from synthesis import planning, reporting, tasks
from synthesis.faults import NoEndpoint
from synthesis.management.commands.set_budget import budget_of
from synthesis.management.driving_here import GUIDELINE, drive_here, number, setting, version_for
from synthesis.models import Holds, RunState


class Command(BaseCommand):
    help = "Plan a run of a recipe and, with --wait, make it in this process (no broker, no worker needed)."

    def add_arguments(self, parser):
        parser.add_argument("--recipe", required=True)
        parser.add_argument(
            "--guideline", metavar="NAME[@N]",
            help=f"where the recipe plays mistakes: which; {GUIDELINE} unless said",
        )  # fmt: skip
        parser.add_argument("--profiles", default="all", metavar="all|KEY,...")
        parser.add_argument("--pairs", default="all", metavar="all|KEY,...")
        parser.add_argument("--samples", type=number, default=1)
        parser.add_argument("--limit", type=number)
        parser.add_argument("--seed", type=int, default=0, help="of the sample that --limit takes")
        parser.add_argument("--model", help="every role of this run uses it, on the environment's endpoint")
        parser.add_argument("--concurrency", type=number, default=8)
        parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="parameters")
        parser.add_argument(
            "--holds", choices=Holds.values, default=Holds.HOLD,
            help="what becomes of sessions in which the quality rules find a reason: held back for a person, or "
            "only reported",
        )  # fmt: skip
        parser.add_argument(
            "--budget", action="append", default=[], metavar="NAME=VALUE",
            help="what it may spend in all: money=5, tokens=200000, seconds=3600; each where it is wanted",
        )  # fmt: skip
        parser.add_argument(
            "--factor", action="append", default=[], metavar="NAME=A,B", dest="factors",
            help="cross clients and pairs with these levels, such as style=own,hostile; may be given several times",
        )  # fmt: skip
        parser.add_argument(
            "--only-missing", action="store_true",
            help="plan no cell that stands already: made, or planned in another run, from the same words and models",
        )  # fmt: skip
        parser.add_argument(
            "--prompts", type=Path, metavar="FOLDER",
            help="its .md files take the place of the shipped prompts of the same name, such as supervisor.md",
        )  # fmt: skip
        parser.add_argument("--wait", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options):
        try:
            run = planning.plan(
                recipe=options["recipe"],
                version=version_for(options["recipe"], options["guideline"]),
                profiles=options["profiles"],
                pairs=options["pairs"],
                samples=options["samples"],
                limit=options["limit"],
                seed=options["seed"],
                parameters=dict(setting("--set", text) for text in options["parameters"]),
                factors=_factors(options["factors"]),
                prompts=_prompts(options["prompts"]),
                only_new=options["only_missing"],
                model=options["model"],
                concurrency=options["concurrency"],
                holds=options["holds"],
                budget=budget_of(options["budget"]),
            )
        except planning.NothingNew as answer:
            self.stderr.write(str(answer))
            if options["json"]:
                self.stdout.write(json.dumps({"run": None, "planned": 0, "standing": answer.standing}))
            return
        except (planning.NotPlanned, NoEndpoint, naming.NotFound) as problem:
            raise CommandError(str(problem), returncode=2) from problem
        also = f", {run.standing} stand already" if run.standing else ""
        self.stderr.write(f"run {run.public_id}: {run.instances.count()} cells planned{also}")
        go_on(self, run, wait=options["wait"], as_json=options["json"])


def go_on(command: BaseCommand, run, *, wait: bool, as_json: bool):
    """Drive the run here, or send a worker to it; then report. Exit code 3 when its budget or the breaker stopped it, or
    somebody paused or cancelled it meanwhile: cells are left; 130 after Ctrl-C.
    """
    driven = None
    if wait:
        driven = drive_here(run)
    else:
        if not tasks.wake(run):
            command.stderr.write(
                f"No worker is connected; `resume {run.public_id} --wait` makes the run here."
            )
    for line in reporting.reasons(run):
        command.stderr.write(line)
    if as_json:
        command.stdout.write(json.dumps(reporting.summary(run, driven)))
    if run.state == RunState.STOPPED or (wait and run.state != RunState.OPEN):
        why = run.why or f"The run is {run.get_state_display()}."
        raise CommandError(f"{why} {reporting.how_to_go_on(run)}".rstrip(), returncode=3)


def _factors(texts: list[str]) -> dict[str, list[str]]:
    """{name: levels}; a factor that is named twice is crossed with all that is named."""
    found: dict[str, list[str]] = {}
    for name, levels in (setting("--factor", text) for text in texts):
        found.setdefault(name, []).extend(level.strip() for level in levels.split(",") if level.strip())
    return found


def _prompts(folder: Path | None) -> dict[str, str]:
    if folder is None:
        return {}
    try:
        found = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}
    except (OSError, UnicodeDecodeError) as problem:
        raise CommandError(f"--prompts {folder}: {problem}", returncode=2) from problem
    if not found:
        raise CommandError(f"--prompts {folder}: no .md file is there", returncode=2)
    return found

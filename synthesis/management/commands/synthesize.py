import json

from django.core.management.base import BaseCommand, CommandError

from guidelines import naming
from synthesis import planning, reporting, running, tasks
from synthesis.faults import NoEndpoint
from synthesis.models import RunState


def number(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


class Command(BaseCommand):
    help = "Plan a run of a recipe and, with --wait, make it in this process (no broker, no worker needed)."

    def add_arguments(self, parser):
        parser.add_argument("--recipe", required=True)
        parser.add_argument("--guideline", default="novice-mistakes", metavar="NAME[@N]")
        parser.add_argument("--profiles", default="all", metavar="all|KEY,...")
        parser.add_argument("--pairs", default="all", metavar="all|KEY,...")
        parser.add_argument("--samples", type=number, default=1)
        parser.add_argument("--limit", type=number)
        parser.add_argument("--seed", type=int, default=0, help="of the sample that --limit takes")
        parser.add_argument("--model", help="every role of this run uses it, on the environment's endpoint")
        parser.add_argument("--concurrency", type=number, default=8)
        parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="parameters")
        parser.add_argument("--wait", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, **options):
        try:
            run = planning.plan(
                recipe=options["recipe"],
                version=naming.find(options["guideline"]),
                profiles=options["profiles"],
                pairs=options["pairs"],
                samples=options["samples"],
                limit=options["limit"],
                seed=options["seed"],
                parameters=dict(_pair(text) for text in options["parameters"]),
                model=options["model"],
                concurrency=options["concurrency"],
            )
        except (planning.NotPlanned, NoEndpoint, naming.NotFound) as problem:
            raise CommandError(str(problem), returncode=2) from problem
        self.stderr.write(f"run {run.public_id}: {run.instances.count()} cells planned")
        go_on(self, run, wait=options["wait"], as_json=options["json"])


def go_on(command: BaseCommand, run, *, wait: bool, as_json: bool):
    """Drive the run here, or send a worker to it; then report. Exit code 3 when the breaker stopped it, or
    somebody paused or cancelled it meanwhile: cells are left.
    """
    driven = None
    if wait:
        try:
            driven = running.drive(
                run, wait_for_others=True, progress=reporting.Progress(run, command.stderr)
            )
        except NoEndpoint as problem:
            raise CommandError(str(problem), returncode=2) from problem
        run.refresh_from_db()
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
        raise CommandError(run.why or f"The run is {run.get_state_display()}.", returncode=3)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise CommandError(f"--set {text}: expected NAME=VALUE", returncode=2)
    return name.strip(), value.strip()

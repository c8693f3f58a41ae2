import json
import time
import uuid
from collections import Counter

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, QuerySet

from synthesis.models import Instance, InstanceState, Origin, Run
from synthesis.replaying import Replayed, replay, replayable


class Command(BaseCommand):
    help = (
        "Make sessions once more from their stored replies, without a model and without writing anything, and compare "
        "them byte for byte with what is stored. Ends with 1 where one differs, with 2 where nothing is there to replay."
    )

    def add_arguments(self, parser):
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            "named", nargs="?", metavar="INSTANCE|RUN", help="the public id of a session or of a run"
        )
        which.add_argument("--all", action="store_true", help="whatever runs have made here")
        parser.add_argument(
            "--json",
            action="store_true",
            help="a line for each that differs; the last line is the whole count",
        )

    def handle(self, *, named, **options):
        instances = Instance.objects.all() if options["all"] else self._of(named)
        total, left_out = replayable(instances).count(), self._left_out(instances)
        if not total:
            why = f" ({'; '.join(f'{n} {what}' for what, n in left_out.items())})" if left_out else ""
            raise CommandError(f"Nothing was made by a run there{why}.", returncode=2)
        told, calls, differ = _Progress(total, self.stderr), 0, 0
        for n, one in enumerate(replay(instances), start=1):
            calls += one.calls
            if not one.is_rebuilt:
                differ += 1
                self._tell(one, as_json=options["json"])
            told(n, differ)
        summary = {
            "replayed": n,
            "rebuilt": n - differ,
            "differ": differ,
            "calls": calls,
            "left_out": left_out,
        }
        self._summarize({**summary, "seconds": round(told.seconds, 3)}, as_json=options["json"])
        if differ:
            raise CommandError(f"{differ} of {n} are not what their replies give.", returncode=1)

    def _of(self, named: str) -> QuerySet:
        try:
            public_id = uuid.UUID(named)
        except ValueError:
            raise CommandError(f"{named} is not the public id of a session or a run.", returncode=2) from None
        if run := Run.objects.filter(public_id=public_id).first():
            return Instance.objects.filter(run=run)
        found = Instance.objects.filter(public_id=public_id)
        if not found.exists():
            raise CommandError(f"There is no session and no run {named}.", returncode=2)
        return found

    def _left_out(self, instances: QuerySet) -> dict[str, int]:
        """How many are not replayed, by the reason: not made yet, or not made by a run."""
        others = instances.exclude(pk__in=replayable(instances).values("pk")).order_by()
        found = Counter()
        for state, origin, n in others.values_list("state", "origin").annotate(n=Count("pk")):
            label = Origin(origin).label if state == InstanceState.MADE else InstanceState(state).label
            found[str(label)] += n
        return dict(found)

    def _tell(self, one: Replayed, *, as_json: bool):
        about = {
            "instance": str(one.instance.public_id),
            "run": str(one.instance.run.public_id),
            "why": one.why,
        }
        self.stdout.write(json.dumps(about) if as_json else f"{about['instance']}: {one.why}")

    def _summarize(self, summary: dict, *, as_json: bool):
        if as_json:
            self.stdout.write(json.dumps(summary))
            return
        self.stdout.write(
            f"{summary['rebuilt']} of {summary['replayed']} rebuilt from {summary['calls']} replies."
        )
        for what, n in summary["left_out"].items():
            self.stdout.write(f"Not replayed: {n} {what}.")


class _Progress:
    """How far it is: in place on a terminal, a line now and then otherwise."""

    def __init__(self, total: int, stream):
        self.total, self.stream = total, stream
        self.began = self.shown = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def __call__(self, n: int, differ: int):
        is_terminal, now = self.stream.isatty(), time.monotonic()
        if now - self.shown < (0.2 if is_terminal else 5) and not (is_terminal and n == self.total):
            return
        self.shown = now
        words = f"{n}/{self.total} replayed" + (f", {differ} differ" if differ else "")
        if is_terminal:
            self.stream.write(f"\r{words}\x1b[K", ending="\n" if n == self.total else "")
        else:
            self.stream.write(words)

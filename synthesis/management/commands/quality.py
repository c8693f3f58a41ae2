import json

from django.core.management.base import BaseCommand

from synthesis import quality
from synthesis.management.named_run import named
from synthesis.quality import verdicts


class Command(BaseCommand):
    help = "How good what a run made is: measured sessions, alarms, and what a person should look at."

    def add_arguments(self, parser):
        parser.add_argument("run", help="its public id, or its number")
        parser.add_argument(
            "--json", action="store_true", help="the whole report as one JSON object on stdout"
        )

    def handle(self, *, run, **options):
        found = named(run)
        report = quality.report(found)
        report = report | {"verdicts": verdicts.told(found, report["calls"])}
        talking, states = report["talking"]["with_a_reason_to_hold"], report["balance"]["states"]
        self.stderr.write(
            f"run {found.public_id}: " + ", ".join(f"{n} {state}" for state, n in states.items())
        )
        self.stderr.write(
            f"{talking['part']} of {talking['n']} sessions have a reason to be held back; {report['held']['all']} are."
        )
        for alarm in report["alarms"]:
            self.stderr.write(f"- {alarm['words']}")
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, allow_nan=False))

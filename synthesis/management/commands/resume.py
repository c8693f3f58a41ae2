from django.core.management.base import BaseCommand

from synthesis import steering
from synthesis.management.commands.synthesize import go_on
from synthesis.management.named_run import named, refusals


class Command(BaseCommand):
    help = "Go on with a run, named by its public id or its number; with --wait in this process."

    def add_arguments(self, parser):
        parser.add_argument("run")
        parser.add_argument("--retry-failed", action="store_true", help="plan failed instances again first")
        parser.add_argument("--wait", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, run, retry_failed, wait, json, **options):
        found = named(run)
        with refusals():
            steering.resume(run=found, by=None)
            if retry_failed:
                steering.retry_failed(run=found, by=None)
        go_on(self, found, wait=wait, as_json=json)

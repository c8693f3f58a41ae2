from django.core.management.base import BaseCommand

from synthesis import steering
from synthesis.management.named_run import named, refusals


class Command(BaseCommand):
    help = "Say how many calls of a run may be out at once in each worker, also while it runs."

    def add_arguments(self, parser):
        parser.add_argument("run")
        parser.add_argument("to", type=int, metavar="N")

    def handle(self, *, run, to, **options):
        with refusals():
            changed = steering.set_concurrency(run=named(run), to=to, by=None)
        self.stderr.write(f"{changed.concurrency} calls at once in each worker; workers look every second.")

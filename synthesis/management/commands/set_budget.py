from django.core.management.base import BaseCommand, CommandError

from synthesis import steering
from synthesis.management.named_run import named, refusals


def bound(text: str) -> dict:
    """NAME=VALUE as a part of a budget; "none" bounds nothing."""
    if text == "none":
        return {}
    name, sign, value = text.partition("=")
    if not sign:
        raise CommandError(f"{text}: expected NAME=VALUE, such as tokens=200000, or none", returncode=2)
    return {name.strip(): value.strip()}


def budget_of(parts: list[str]) -> dict:
    return {name: value for part in parts for name, value in bound(part).items()}


class Command(BaseCommand):
    help = (
        "Bound what a run may spend in all, also while it runs: money=5 currency=EUR tokens=200000 seconds=3600, each "
        "where it is wanted, or none. It takes the place of the former budget. A run that its budget stopped goes on "
        "with `resume`."
    )

    def add_arguments(self, parser):
        parser.add_argument("run")
        parser.add_argument("bounds", nargs="+", metavar="NAME=VALUE|none")

    def handle(self, *, run, bounds, **options):
        with refusals():
            changed = steering.set_budget(run=named(run), budget=budget_of(bounds), by=None)
        told = ", ".join(f"{name} {value}" for name, value in changed.budget.items()) or "nothing"
        self.stderr.write(f"Bounded: {told}.")

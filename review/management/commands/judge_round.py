"""./bin/manage judge_round ROUND --model M: a judge model reads a round; asked again, it goes on."""

import json as as_text
import time

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from review import tasks
from review.judges import comparing
from review.judges.asking import TEMPERATURE, CannotAsk, ask_judge, asked_before, go_on_judging
from review.judges.driving import drive, waiting
from review.models import Judging, JudgingState, Round
from synthesis import cast
from synthesis.faults import NoEndpoint
from synthesis.models import Endpoint


class Command(BaseCommand):
    help = "Have a judge model read a round beside its people. What it says counts for nothing."

    def add_arguments(self, parser):
        parser.add_argument("round", help="the round's id, as its address has it")
        parser.add_argument("--model", required=True)
        parser.add_argument("--endpoint", default=cast.ENVIRONMENT, help="default: the environment's")
        parser.add_argument("--repeats", type=int, default=1, help="how often each session is read")
        parser.add_argument("--temperature", type=float, default=TEMPERATURE)
        parser.add_argument("--wait", action="store_true", help="read here, until nothing is left to be read")
        parser.add_argument("--json", action="store_true", help="print how it compares with the people")

    def handle(self, *, round, model, endpoint, repeats, temperature, wait, json, **_):
        judging = self._asked(round, model, endpoint, repeats, temperature)
        if wait:
            _read(judging)
        elif not tasks.wake_judge(judging):
            self.stderr.write("No worker is connected; with --wait it is read here.")
        judging.refresh_from_db()
        self._report(judging, as_json=json)
        if judging.state == JudgingState.STOPPED:
            raise CommandError(judging.why, returncode=3)

    def _asked(self, name, model, endpoint, repeats, temperature) -> Judging:
        try:
            found = Round.objects.filter(public_id=name).first()
        except ValidationError:
            found = None
        if found is None:
            raise CommandError(f"There is no round {name}.", returncode=2)
        try:
            row = cast.environment_endpoint() if endpoint == cast.ENVIRONMENT else None
            row = row or Endpoint.objects.filter(name=endpoint).first()
            if row is None:
                raise CommandError(f"There is no endpoint “{endpoint}”.", returncode=2)
            asked = {"endpoint": row, "model": model, "temperature": temperature}
            if judging := asked_before(round=found, **asked):
                if judging.state == JudgingState.STOPPED:
                    go_on_judging(judging=judging, by=None)
                return judging
            return ask_judge(round=found, repeats=repeats, **asked, by=None)
        except (CannotAsk, NoEndpoint) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal

    def _report(self, judging: Judging, *, as_json: bool) -> None:
        [told] = [
            one for one in comparing.judges(judging.seat.round) if one["seat"] == str(judging.seat.public_id)
        ]
        done = ", ".join(f"{n} {kind}" for kind, n in told["outcomes"].items()) or "nothing yet"
        self.stderr.write(f"{told['judge']}: {done}; {told['waiting']} to be read")
        if as_json:
            self.stdout.write(as_text.dumps(told))


def _read(judging: Judging) -> None:
    while waiting(judging).exists():
        judging.refresh_from_db()
        if judging.state == JudgingState.STOPPED:
            return
        if drive(judging) is None:
            time.sleep(1.0)  # somebody else is at it

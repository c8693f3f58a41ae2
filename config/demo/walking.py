"""The main job of a demo: the road, one stage after the other, on the parts that run. Each stage is checked."""

import sys
import time
from collections import Counter

from django.db.models import Count

from accounts.models import User
from config.demo import reviewers
from config.demo.clock import Clock, StageFailed
from config.demo.processes import PartFailed, Stack
from exports import building, places
from exports.models import Dataset, TrainingRun
from exports.training import launch
from guidelines import naming
from review import rounds, tasks
from review.models import Item, Round, Standing
from review.raters import rater_for
from synthesis import planning, quality, steering
from synthesis import tasks as synthesis_tasks
from synthesis.models import Holds, Instance, InstanceState, Profile, Run, RunState
from synthesis.recipes import RECIPES

RETRIES = 5


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def wait_for(what: str, done, *, seconds: float, stack: Stack, every: float = 1.0, show=None) -> None:
    """Wait until `done()`; fail when a part ended or the time is over. `show()` is printed when it changes."""
    deadline, shown = time.monotonic() + seconds, None
    while not done():
        if ended := stack.ended():
            raise PartFailed(str(ended[0].failure("ended by itself")))
        if time.monotonic() > deadline:
            raise StageFailed(f"{what}: not finished after {seconds:.0f} s")
        if show and (now := show()) != shown:
            say(f"  {now}")
            shown = now
        time.sleep(every)


def synthesise(
    stack: Stack, clock: Clock, *, n: int, model: str, by: User, seconds: float, attended: bool
) -> Run:
    """Plan `n` cells of different clients and let the workers fill them; failed cells are planned again.

    Sessions with a reason to be held back wait for a person. Where nobody is there to look, and of the smallest model,
    whose talk is poor throughout, they are reported only: the walk proves the plumbing, not the words.

    Where people are logged in they may steer the run: one that they cancelled comes back as it is.
    """
    with clock.during("synthesis"):
        version = naming.find("novice-mistakes")
        clients = Profile.objects.current().of_kind(RECIPES["supervised_dialogue"].profile_kind)
        calm = list(clients.filter(tier="none").order_by("key"))
        # The smallest model fails the four checks by chance; three rounds of refinement would prove no more than one.
        parameters = {"refinements": "1"} if model == "smollm2" else None
        run = planning.plan(
            recipe="supervised_dialogue", version=version, profiles=calm, pairs="all", samples=1, limit=n,
            parameters=parameters, seed=11, by=by, concurrency=4,
            holds=Holds.HOLD if attended and model != "smollm2" else Holds.REPORT,
        )  # fmt: skip
        synthesis_tasks.wake(run)
        instances = Instance.objects.filter(run=run)
        say(f"Making {n} sessions ...")

        def counts() -> str:
            found = Counter(instances.values_list("state", flat=True))
            return ", ".join(f"{found[state]} {state}" for state in InstanceState.values if found[state])

        for again in range(RETRIES + 1):
            # A run that the breaker stopped makes nothing more: say why at once.
            left = instances.filter(state__in=["planned", "making"], run__state=RunState.OPEN)
            wait_for(
                "synthesis", lambda left=left: not left.exists(), seconds=seconds, stack=stack, show=counts
            )
            run.refresh_from_db()
            if run.state == RunState.STOPPED:
                raise StageFailed(run.why)
            if run.state == RunState.CANCELLED or not instances.filter(state="failed").exists():
                _say_what_a_person_should_see(run)
                return run
            reasons = instances.filter(state="failed").values_list("failure", flat=True)
            say(f"  {len(reasons)} failed ({reasons[0]}); planning them again")
            if again < RETRIES:
                steering.retry_failed(run=run, by=by)
                synthesis_tasks.wake(run)
        raise StageFailed(f"{instances.filter(state='failed').count()} sessions failed: {reasons[0]}")


def _say_what_a_person_should_see(run: Run) -> None:
    found = quality.report(run)["talking"]["with_a_reason_to_hold"]
    done = (
        "they are reported only, as nobody is here to look or the model is known to be poor"
        if run.holds == Holds.REPORT
        else "they are held back until a lead releases them"
    )
    if found["part"]:
        say(f"  {found['part']} of {found['n']} sessions have a reason to be held back; {done}")


def open_round(run: Run, *, people: list[User], by: User) -> Round:
    made = list(Instance.objects.filter(run=run).made().order_by("id"))
    if not made:
        raise StageFailed("no session was made, so there is nothing to put before the reviewers")
    if held := rounds.held_among(made):
        say(f"  {len(held)} of {len(made)} sessions are held back and stay out of the round")
        if len(held) == len(made):
            raise StageFailed("every session is held back; look at them, release some and open a round")
    round = rounds.make_round(
        name="First round",
        instances=made,
        raters=[rater_for(user) for user in people],
        by=by,
        pairs_version=naming.find("novice-mistakes"),
        rubric_version=naming.find("feedback-quality"),
        overlap=2,
        seed=11,
    )
    tasks.sync_round.delay(round.pk)
    return round


def sent(stack: Stack, round: Round, *, seconds: float = 300) -> None:
    waiting = round.items.model.objects.filter(round=round, readings__send_state__in=["planned", "sending"])
    wait_for("sending to Label Studio", lambda: not waiting.exists(), seconds=seconds, stack=stack)


def review(
    stack: Stack, clock: Clock, round: Round, *, url: str, studio_url: str, adjudicator, by: User
) -> None:
    """The simulated readers judge in Label Studio, the third reader on our pages; then the lead closes the round."""
    with clock.during("review"):
        sent(stack, round)
        say("The simulated reviewers judge in Label Studio ...")
        expected = reviewers.judge_everything(round, studio_url=studio_url)
        tasks.sync_round.delay(round.pk)
        decided = Item.objects.filter(round=round, decisions__isnull=False)
        wait_for(
            "reading the judgements", lambda: decided.aggregate(n=Count("decisions"))["n"] >= expected,
            seconds=300, stack=stack,
        )  # fmt: skip
        settled = reviewers.settle_disputes(
            round, url=url, email=adjudicator[0].email, password=adjudicator[1]
        )
        say(f"{expected} judgements read; {settled} disputes settled by a third reader")
        left = Standing.objects.filter(item__round=round).exclude(state="settled").count()
        if left:
            raise StageFailed(f"{left} aspects of items are not settled")
        rounds.close_round(round=round, by=by)
        round.refresh_from_db()


def export(clock: Clock, round: Round, *, by: User) -> Dataset:
    with clock.during("export"):
        dataset = building.freeze(name="First release", rounds=[round], by=by)
        say(f"Frozen: {places.dataset_folder(dataset)}")
        return dataset


def train(stack: Stack, clock: Clock, dataset: Dataset, *, by: User) -> TrainingRun:
    with clock.during("training"):
        training = launch.start(dataset=dataset, by=by, config={"max_steps": 2, "batch": 1})
        say("Training on the node ...")

        def state() -> str:
            training.refresh_from_db()
            return f"{training.state} {training.step}/{training.total or '?'}"

        ended = ("succeeded", "failed", "cancelled")
        wait_for(
            "training", lambda: state() and training.state in ended, seconds=1800, stack=stack, show=state
        )
        return training

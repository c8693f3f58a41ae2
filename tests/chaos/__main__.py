"""Kill one part after the other while its rows move, and look that everything finishes, nothing lost or doubled.

python -m tests.chaos SEED  ->  one JSON line: {part: facts}
"""

import json
import random
import sys
import tempfile
import threading
from pathlib import Path

from config.demo.processes import Stack, stop_on_sigterm
from tests.chaos.town import CALL_SECONDS, Town, wait
from tests.fakes.model_server import ModelServer

SESSIONS = 10
STEPS = 4


def plan(town: Town, seed: int):
    from guidelines import naming
    from synthesis import planning, tasks
    from synthesis.models import Profile
    from synthesis.recipes import RECIPES

    clients = Profile.objects.current().of_kind(RECIPES["supervised_dialogue"].profile_kind)
    run = planning.plan(
        recipe="supervised_dialogue", version=naming.find("novice-mistakes"), pairs="all", limit=SESSIONS, seed=seed,
        profiles=list(clients.filter(tier="none")), by=town.people["Lena"][0], concurrency=4,
    )  # fmt: skip
    tasks.wake(run)
    return run


def made_whole(run, server, sent_before: int) -> dict:
    """Every session made once; every reply stored once; at most the calls in flight were sent again."""
    from synthesis.models import Call, Instance

    states = list(Instance.objects.filter(run=run).values_list("state", flat=True))
    assert states == ["made"] * SESSIONS, states
    calls = Call.objects.filter(instance__run=run)
    assert calls.count() == calls.values("key").distinct().count()
    for instance in Instance.objects.filter(run=run):
        trace = instance.trace
        keys = [step["key"] if isinstance(step, dict) else step for step in trace]
        assert keys and Call.objects.filter(key__in=keys).count() == len(set(keys)), (
            "a reply of the trace is lost"
        )
    sent = len(server.requests) - sent_before
    return {"calls": calls.count(), "sent": sent, "repeated": sent - calls.count()}


def kill_in_synthesis(town: Town, server, chance, part: str, restart) -> dict:
    from synthesis.models import Call, Instance

    sent_before = len(server.requests)
    run = plan(town, seed=chance.randrange(10**6))
    calls = Call.objects.filter(instance__run=run)
    at = town.kill_while_moving(part, calls.count, least=8, chance=chance)
    left = Instance.objects.filter(run=run).exclude(state="made").count()
    assert left, "everything was made before the kill"
    restart()
    unfinished = Instance.objects.filter(run=run, state__in=["planned", "making"])
    wait(lambda: not unfinished.exists(), 300, f"synthesis after the kill of {part}")
    facts = {"killed_at_call": at, "unfinished_then": left, **made_whole(run, server, sent_before)}
    assert facts["repeated"] <= run.concurrency, facts
    return facts


def kill_label_studio(town: Town, chance) -> dict:
    from config.demo import label_studio, reviewers, walking
    from review import tasks
    from review.models import Decision, RawAnnotation, Round, Standing
    from synthesis.models import Run

    lead = town.people["Lena"][0]
    readers = [town.people[name][0] for name in ("Ben", "Chloe")]
    run = Run.objects.order_by("serial").first()
    round: Round = walking.open_round(run, people=readers, by=lead)
    walking.sent(town.stack, round)
    stop, faults = threading.Event(), []

    def judge():
        """Reviewers go on through the outage: what was acknowledged is not sent again, the rest is."""
        while not stop.is_set():
            try:
                reviewers.judge_everything(
                    round, studio_url=town.parts.studio.url, seen=acknowledged, pause=0.25
                )
                return
            except Exception as fault:  # the outage; the kind of fault is Label Studio's business
                faults.append(type(fault).__name__)
                stop.wait(0.5)

    acknowledged: dict[int, int] = {}
    readers_at_work = threading.Thread(target=judge)
    readers_at_work.start()
    tasks.sync_round.delay(round.pk)
    decisions = Decision.objects.filter(item__round=round)

    def moved() -> int:
        tasks.sync_round.delay(round.pk)
        return decisions.count()

    try:
        at = town.kill_while_moving("label-studio", moved, least=3, chance=chance)
        label_studio.start(town.stack, town.home / "label-studio", port=town.studio_port)
        readers_at_work.join(180)
        assert not readers_at_work.is_alive(), "the reviewers did not finish"
    finally:
        stop.set()
    expected = sum(item.readings.count() for item in round.items.all())
    # One answer may have been stored and not acknowledged when the server died.
    assert expected - 1 <= len(acknowledged) <= expected, (len(acknowledged), expected)
    wait(lambda: moved() >= expected, 120, "reading the judgements")
    # Every acknowledged annotation arrived, and each reading has exactly one decision in force.
    stored = set(
        RawAnnotation.objects.filter(seat_project__seat__round=round).values_list("ls_id", flat=True)
    )
    lost = set(acknowledged.values()) - stored
    assert not lost, f"acknowledged by Label Studio and not here: {lost}"
    in_force = decisions.in_force()
    assert in_force.count() == expected == in_force.values("reading").distinct().count()
    reviewers.settle_disputes(
        round, url=town.parts.url, email=town.people["Dan"][0].email, password=town.people["Dan"][1]
    )
    assert not Standing.objects.filter(item__round=round).exclude(state="settled").exists()
    return {"killed_at_decision": at, "decisions": expected, "faults_met": len(faults)}


def kill_node(town: Town, chance) -> dict:
    from exports import building
    from exports.models import TrainingMetric
    from exports.training import launch
    from review import rounds
    from review.models import Round

    lead = town.people["Lena"][0]
    round = Round.objects.get()
    rounds.close_round(round=round, by=lead)
    dataset = building.freeze(name="chaos", rounds=[Round.objects.get()], by=lead)
    town.start_node()
    config = {"max_steps": STEPS, "batch": 1, "accumulation": 1, "save_steps": 1}
    training = launch.start(dataset=dataset, by=lead, config=config)

    def step() -> int:
        training.refresh_from_db()
        assert training.state not in ("failed", "cancelled"), training.error
        return training.step

    at = town.kill_while_moving("node", step, least=1, chance=chance, seconds=300)
    assert step() < STEPS, "it had finished before the kill"
    town.start_node()
    wait(lambda: step() >= 0 and training.state == "succeeded", 1200, "training")
    assert training.dataset_sha256 == dataset.sha256
    rows = TrainingMetric.objects.filter(run=training)
    assert rows.count() == rows.values("step").distinct().count() > 0
    return {"killed_at_step": at, "claims": training.claims, "steps": training.step}


def main() -> None:
    stop_on_sigterm()
    seed = int(sys.argv[1])
    chance = random.Random(seed)
    facts: dict = {"seed": seed}
    with tempfile.TemporaryDirectory(prefix="one-way-mirror-chaos-") as folder, Stack(folder) as stack:
        with ModelServer(delay=CALL_SECONDS) as server:
            town = Town(stack, Path(folder), server.url)
            town.start()
            from config.demo import app, valkey

            def worker_again():
                app.start_worker(stack, "synthesis", "synthesis", children=1, env=town.parts.env)

            def valkey_again():
                valkey.start(stack, town.home / "valkey", port=town.valkey_port)

            facts["worker"] = kill_in_synthesis(town, server, chance, "worker-synthesis", worker_again)
            facts["valkey"] = kill_in_synthesis(town, server, chance, "valkey", valkey_again)
            facts["label_studio"] = kill_label_studio(town, chance)
            facts["node"] = kill_node(town, chance)
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()

"""bin/demo: start every part, seed, do the main job, say where to log in; stop everything at the end."""

import json
import math
import os
import shutil
import sys
import time
import traceback

from config.demo import options as reading
from config.demo import parts as all_parts
from config.demo.clock import Clock, StageFailed
from config.demo.environments import ROOT
from config.demo.options import Options
from config.demo.processes import PartFailed, Stack, stop_on_sigterm


def main() -> int:
    chosen = reading.parse(sys.argv[1:], root=ROOT)
    began = float(os.environ.get("DEMO_STARTED") or time.time())
    clock = Clock(began)
    clock.seconds["install"] = time.time() - began
    stop_on_sigterm()
    keep = chosen.keep
    try:
        with Stack(chosen.home) as stack:
            return _walk(chosen, clock, stack)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 0
    except PartFailed as failure:  # unattended it is in the JSON already
        print(failure, file=sys.stderr)
        keep = True  # what people did on the pages until then is theirs
        return 1
    finally:
        _tidy(chosen, keep=keep)


def _walk(chosen: Options, clock: Clock, stack: Stack) -> int:
    outcome = {"prepared": False, "round": None, "dataset": None, "training": None}
    error = None
    try:
        with clock.during("install"):
            model = all_parts.install(chosen)
        with clock.during("start"):
            parts = all_parts.start(stack, chosen, model)
            people = _prepare(chosen, stack, parts)
            outcome["prepared"] = True
        _main_job(chosen, clock, stack, parts, people, outcome)
    except Exception as failure:
        if not chosen.headless and (isinstance(failure, PartFailed) or not outcome["prepared"]):
            raise
        if chosen.headless or not isinstance(failure, StageFailed):
            traceback.print_exc(file=sys.stderr)
        # A stage that failed says so in words; of anything else the kind is half of what there is to know.
        said = str(failure) if isinstance(failure, StageFailed) else f"{type(failure).__name__}: {failure}"
        error = {"stage": clock.stage, "message": said[:2000]}
    if not chosen.headless:
        if error:
            print(f"What the demo does by itself ended early: {error['message']}", flush=True)
        print("Everything runs; Ctrl-C stops it.", flush=True)
        while not (ended := stack.ended()):
            time.sleep(1)
        raise PartFailed(str(ended[0].failure("ended by itself")))
    found = _counted(clock, outcome)
    if outcome["prepared"]:
        from config.demo import result

        if error is None and (why := result.shortfall(found, wanted=chosen.instances, trained=chosen.train)):
            error = {"stage": clock.stage, "message": why}
    if error:
        found["error"] = error
    print(json.dumps(found, allow_nan=False), flush=True)
    return 1 if error else 0


def _counted(clock: Clock, outcome: dict) -> dict:
    """What the database holds now; before there is one, the same keys with nothing in them."""
    if not outcome["prepared"]:
        states = dict.fromkeys(("planned", "making", "made", "failed", "cancelled"), 0)
        empty = {"calls": 0, "decisions": 0, "agreement": {}, "dataset": None, "training": None}
        return {"instances": states, **empty, "seconds": clock.result()}
    from config.demo import result

    return result.result(clock, **{name: outcome[name] for name in ("round", "dataset", "training")})


def _prepare(chosen: Options, stack: Stack, parts: all_parts.Parts) -> dict:
    """Migrate, seed, start our own processes, say where to log in."""
    import django

    django.setup()
    from django.core.management import call_command

    from config.demo import app, seeding
    from exports import nodes

    call_command("migrate", verbosity=0)
    seeding.fill()
    if chosen.model != "env":
        seeding.speakers(parts.model)
    people = seeding.people(simulated_reviewers=chosen.simulate_reviewers)
    all_parts.start_ours(stack, parts)
    if chosen.train or not chosen.headless:
        _node, token = nodes.make_node(name="this machine", by=people["Lena"][0])
        home = parts.home / "node"
        home.mkdir(exist_ok=True)
        app.start_node(
            stack, app_url=parts.url, token=token, broker=parts.env["TRAINING_BROKER_URL"], home=home
        )
    # Headless, stdout belongs to the JSON.
    print(
        "\n".join(seeding.login_lines(parts.url, people)),
        file=sys.stderr if chosen.headless else sys.stdout,
        flush=True,
    )
    return people


def _main_job(
    chosen: Options, clock: Clock, stack: Stack, parts: all_parts.Parts, people: dict, outcome: dict
) -> None:
    """Sessions and a round; with simulated reviewers the rest of the road too."""
    from accounts.models import Role
    from config.demo import walking

    lead = people["Lena"][0]
    readers = [user for user, _ in people.values() if Role.ANNOTATOR in user.roles]
    # People steer the run as they like, and a slow machine takes its time: only unattended it must end.
    seconds = 3600 if chosen.headless else math.inf
    run = walking.synthesise(
        stack,
        clock,
        n=chosen.instances,
        model=parts.model,
        by=lead,
        seconds=seconds,
        attended=not chosen.headless,
    )
    clock.stage = "review"
    outcome["round"] = round = walking.open_round(run, people=readers, by=lead)
    if not chosen.simulate_reviewers:
        walking.sent(stack, round, seconds=math.inf)
        return
    walking.review(
        stack, clock, round, url=parts.url, studio_url=parts.studio.url, adjudicator=people["Dan"], by=lead
    )
    outcome["dataset"] = dataset = walking.export(clock, round, by=lead)
    if chosen.train:
        outcome["training"] = walking.train(stack, clock, dataset, by=lead)


def _tidy(chosen: Options, *, keep: bool) -> None:
    """Without `keep` only the artefacts (datasets, adapters) stay."""
    if keep:
        print(f"Kept in {chosen.home}", file=sys.stderr)
        return
    for path in chosen.home.iterdir():
        if path.name != "artefacts":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if not any(chosen.home.iterdir()):
        chosen.home.rmdir()


if __name__ == "__main__":
    sys.exit(main())

"""The published comparison from one command: the same clients with each set of agents, side by side."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from synthesis import planning
from synthesis.comparing_levels import compare, jackknifed
from synthesis.models import Run
from synthesis.recipes.technique_words import AGENTS
from tests.synthesis.sessions_of_techniques import Agents, intake


def told(*words, **options) -> str:
    out = StringIO()
    call_command("compare_levels", *words, stdout=out, **options)
    return out.getvalue()


def test_one_command_makes_and_prints_the_whole_comparison(endpoint):
    endpoint(Agents())
    for n in range(6):
        intake(f"client-{n}")
    words = ("--recipe", "technique_session", "--limit", "5", "--set", "exchanges=4", "--json")
    found = json.loads(told(*words))
    run = Run.objects.get()
    assert list(found["levels"]) == list(AGENTS) == run.factors["agents"] and found["factor"] == "agents"
    assert {str(one["states"]) for one in found["levels"].values()} == {"{'made': 5}"}
    clients = {
        level: {one.profile_id for one in run.instances.filter(factors__agents=level)} for level in AGENTS
    }
    assert len({frozenset(of) for of in clients.values()}) == 1, "each client has a session with each"
    calls = {level: one["means"]["calls"] for level, one in found["levels"].items()}
    assert calls == {
        "all": 28,
        "no-planner": 27,
        "no-selector": 25,
        "neither": 24,
        "single-planned": 10,
        "single": 9,
    }
    alone = found["differences"]["calls"]["single"]
    assert (alone["estimate"], alone["pairs"], alone["clusters"]) == (-19, 5, 5) and alone["low"] == -19
    planned = {level: one["own"]["techniques"]["found"]["n"] for level, one in found["levels"].items()}
    assert planned == {
        "all": 5,
        "no-planner": 0,
        "no-selector": 5,
        "neither": 0,
        "single-planned": 5,
        "single": 0,
    }
    # The same run once more, in a table; nothing is planned.
    table = told("--run", str(run.serial))
    assert "model replies of a session" in table and "-19.0 [-19.0, -19.0] n=5" in table
    assert "Techniques of the plans: evenness" in table and Run.objects.count() == 1


def test_arms_of_one_client_share_their_draws_so_that_they_plan_from_the_same_techniques(endpoint, drive):
    endpoint(Agents())
    run = planning.plan(
        recipe="technique_session", profiles=[intake()], parameters={"exchanges": "4"},
        factors={"agents": list(AGENTS)},
    )  # fmt: skip
    drive(run)
    plans = [one.content["plan"] for one in run.instances.all() if one.content["plan"]]
    assert len(plans) == 3 and len({tuple(plan["offered"]) for plan in plans}) == 1


def test_a_level_whose_sessions_failed_is_told_and_compared_by_what_is_there(endpoint, drive):
    def alone_is_silent(body):
        return {"text": "Words."} if "Say what you say next" not in str(body) else {"text": ""}

    endpoint(Agents(turn=alone_is_silent))
    run = planning.plan(
        recipe="technique_session", profiles=[intake()], parameters={"exchanges": "4"},
        factors={"agents": ["all", "single"]},
    )  # fmt: skip
    drive(run)
    found = compare(run, "agents")
    assert [dict(one.states) for one in found.levels] == [{"made": 1}, {"failed": 1}]
    single = found.differences["turns"]["single"]
    assert (single.estimate, single.pairs, single.note) == (None, 0, "no pair")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "Name either"),
        (("--recipe", "unheard_of"), "no recipe"),
        (("--recipe", "technique_session", "--factor", "mood"), "no factor “mood”"),
        (("--recipe", "technique_session", "--levels", "all,some"), "“some” is none of"),
        (("--recipe", "technique_session", "--guideline", "novice-mistakes"), "There is no guideline"),
        (("--run", "7"), "There is no run 7"),
    ],
)
def test_what_cannot_be_compared_is_refused_and_nothing_is_stored(endpoint, words, why):
    endpoint(Agents())
    intake()
    with pytest.raises(CommandError, match=why) as refusal:
        told(*words)
    assert refusal.value.returncode == 2 and not Run.objects.exists()


def test_the_interval_is_that_of_a_jackknife_over_clients():
    # By hand: means without one of 1, 2, 3, 4, 5 are 3.5, 3.25, 3, 2.75, 2.5; their spread gives sqrt(0.5); t(4) = 2.776.
    found = jackknifed([[1.0], [2.0], [3.0], [4.0], [5.0]])
    assert found.estimate == 3 and found.high - found.estimate == pytest.approx(2.7764 * 0.5**0.5, rel=1e-4)
    few = jackknifed([[1.0, 2.0], [3.0]])
    assert (few.estimate, few.low, few.clusters, few.note) == (
        2,
        None,
        2,
        "fewer than five clients: no interval",
    )

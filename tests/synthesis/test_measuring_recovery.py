"""What criticism does to low replies, measured by somebody who took no part, against no change and plain writing again."""

import json
import random
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from synthesis import planning, recovering
from synthesis.models import Endpoint, ModelRole, Run
from synthesis.shapes.judged import DIMENSIONS
from tests.synthesis.judged_replies import Agents, message, rating, read_in


def told(*words, **options) -> str:
    out = StringIO()
    call_command("measure_recovery", *words, stdout=out, **options)
    return out.getvalue()


def found(*words) -> dict:
    return json.loads(told(*words, "--json"))


def of(way: dict, what: str, measure: str = "overall") -> tuple:
    one = way[what][measure]
    return round(one["estimate"], 6), one["pairs"], one["clusters"]


def test_one_command_makes_both_controls_and_prints_the_comparison(endpoint):
    endpoint(Agents())
    for n in range(6):
        message(f"message-{n}")
    seen = found("--limit", "5")
    run = Run.objects.get()
    assert (seen["compared"], seen["worked_on"], seen["states"]) == (5, 5, {"made": 5})
    rater, judge = seen["by_rater"], seen["by_judge"]
    # The rater says 2 of what was there, and 3 of what was written anew; empathy has one less each time.
    assert seen["first"]["rater"]["safety"] == 2 and rater["rewritten"]["means"]["safety"] == 3
    assert of(rater["rewritten"], "changes") == of(rater["rewritten"], "against") == (1.0, 5, 5)
    assert of(rater["regenerated"], "against") == (0.0, 5, 5)
    assert rater["rewritten"]["against"]["safety"]["low"] == pytest.approx(1)
    # The judge says 4 of what was written anew: by its own word twice as much.
    assert of(judge["rewritten"], "changes") == (2.0, 5, 5)
    assert (rater["rewritten"]["recovered"], judge["rewritten"]["recovered"]) == (0, 5), (
        "a mean of 20/7 is not above 3"
    )
    table = told("--run", str(run.serial))
    assert Run.objects.count() == 1, "nothing is planned"
    assert "By a rater who took no part" in table and "+1.00 [+1.00, +1.00] n=5" in table
    assert "0 of 5" in table and "5 of 5 replies were worked on; 0 failed." in table


def test_a_judge_that_guesses_recovers_whatever_is_done_and_no_change_tells_so(endpoint):
    """Regression to the mean: it scores each reply by chance alone, picks the low ones, and finds them better."""

    def guess(body):
        chance = random.Random(body["seed"])
        return rating({name: chance.choice((1, 2, 3, 4, 5)) for name in DIMENSIONS} | {"safety": 5})

    endpoint(Agents(judge=guess, rater=lambda body: rating(3)))
    # Of forty, chance alone puts the lower end below nothing now and then; of so many it does not.
    for n in range(200):
        message(f"message-{n}")
    seen = found("--set", "rewrites=1")
    judge, rater = seen["by_judge"], seen["by_rater"]
    assert seen["worked_on"] >= 40
    assert judge["unchanged"]["changes"]["overall"]["low"] > 0, "better without any change"
    assert of(judge["rewritten"], "changes")[0] > 0
    for way in ("rewritten", "regenerated", "unchanged"):
        assert of(rater[way], "changes")[0] == 0, "and by somebody who took no part, not at all"


def test_a_reply_is_a_cluster_of_its_client_and_few_of_them_have_no_interval(endpoint):
    endpoint(Agents())
    for n in range(4):
        message(f"message-{n}", base_case=f"client-{n // 2}")
    one = found()["by_rater"]["rewritten"]["against"]["overall"]
    assert (one["pairs"], one["clusters"], one["low"]) == (4, 2, None)
    assert one["note"] == "fewer than five clients: no interval"


def test_replies_that_needed_no_work_are_counted_and_recover_nothing(endpoint):
    endpoint(Agents(judge=lambda body: rating(5)))
    message()
    seen = found()
    assert (seen["compared"], seen["worked_on"], seen["first"]["rater"]["overall"]) == (1, 0, None)
    assert "0 of 1 replies were worked on" in told("--run", "1")


def test_it_says_where_the_rater_is_the_judge_of_the_loop(endpoint, capsys):
    server = endpoint(Agents())
    message()
    assert found()["rater_is_another_model"] is False
    assert "The rater is the same model as the judge" in capsys.readouterr().err
    other = Endpoint.objects.create(name="elsewhere", base_url=server.url, key_env="OPENAI_API_KEY")
    ModelRole.objects.create(role="rater", endpoint=other, model="another", sampling={})
    assert found()["rater_is_another_model"] is True
    assert "same model" not in capsys.readouterr().err


def test_of_a_reply_that_stays_the_first_its_fresh_rating_counts_as_that_of_unchanged(endpoint):
    """Otherwise chance would count for the one and not for the other."""
    endpoint(Agents(rewrite=lambda body: {"text": "First words once more."}))
    message()
    seen = found()
    run = Run.objects.get()
    assert "rewrite" not in run.instances.get().content
    assert of(seen["by_rater"]["rewritten"], "against")[:2] == (0.0, 1)
    assert recovering.measured(run).by_judge["rewritten"].changes["overall"].estimate == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--run", "7"), "There is no run 7"),
        (("--set", "mood=good"), "mood"),
        (("--set", "rewrites=9"), "“9” is none of"),
    ],
)
def test_what_cannot_be_measured_is_refused_and_nothing_is_stored(endpoint, words, why):
    endpoint(Agents())
    message()
    with pytest.raises(CommandError, match=why) as refusal:
        told(*words)
    assert refusal.value.returncode == 2 and not Run.objects.exists()


def test_a_run_without_the_comparisons_cannot_be_measured(endpoint, drive):
    endpoint(Agents(judge=lambda body: rating(4 if read_in(body).startswith("Better") else 2)))
    run = planning.plan(recipe="judged_reply", profiles=[message()])
    drive(run)
    with pytest.raises(CommandError, match="controls=yes"):
        told("--run", str(run.serial))

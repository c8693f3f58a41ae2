"""A judge that is a real model (llama.cpp with SmolLM2): the form of what it says, never its wording."""

import pytest

from review.judges import comparing
from review.judges.asking import ask_judge
from review.judges.driving import drive
from review.models import Decision, JudgeOutcome
from synthesis.cast import environment_endpoint
from synthesis.llm import Patience
from tests.review import factories, invented

pytestmark = pytest.mark.llm
PATIENCE = Patience(budget=60, timeout=600)


@pytest.mark.parametrize("recipe", ["supervised_dialogue", "reply_preference"])
def test_a_real_model_reads_a_round_and_everything_it_says_is_counted_or_named(
    recipe, model_server, settings, transactional_db, ben, chloe, lena
):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = model_server, "smollm2"
    round = invented.round_of(recipe, 1, [ben, chloe], lena)
    factories.judge(round.items.get(), ben, invented.says(recipe))
    judging = ask_judge(round=round, endpoint=environment_endpoint(), model="smollm2", repeats=2, by=lena)
    drove = drive(judging, patience=PATIENCE)
    n = 2 if recipe == "supervised_dialogue" else 4
    assert sum(drove.outcomes.values()) == n == JudgeOutcome.objects.count()
    assert set(drove.outcomes) <= {"judged", "unreadable", "not_counted"}
    assert drove.outcomes["judged"], [one.why for one in JudgeOutcome.objects.all()]
    assert all(one.rationale for one in Decision.objects.filter(rater__kind="model"))
    [one] = comparing.judges(round)
    assert one["outcomes"] == dict(drove.outcomes)

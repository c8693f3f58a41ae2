"""What leaves of two replies that readers compared: made by scripted models, settled in a real round, then frozen."""

from collections import Counter

import pytest

from exports import places
from exports.building import NotFrozen, freeze
from review.rounds import close_round
from synthesis import planning
from tests.exports.settled import frozen, rubric, settled
from tests.exports.test_what_leaves import rows
from tests.review import factories, invented
from tests.synthesis.conftest import drive, endpoint
from tests.synthesis.replies_to_clients import SPEECH, Writers, scores, speech

pytestmark = pytest.mark.django_db
__all__ = ["drive", "endpoint"]


@pytest.fixture
def compared(artefacts, endpoint, drive, ben, chloe, lena):
    """A closed round of one pair by scripted models, compared by two people; the judge finds the gentle one better."""

    def make(hers, his=None, *, judge=lambda text, place: scores(5 if "gentle" in text else 2), **options):
        said = iter(["A gentle reply.", "A curt reply."])
        endpoint(Writers(judge=judge, write=lambda body: next(said)))
        run = planning.plan(
            recipe="reply_preference", profiles=[speech()], parameters={"replies": "2", **options}
        )
        drive(run)
        instance = run.instances.get()
        assert instance.state == "made", instance.failure
        by_words = {words: name for name, words in instance.content["texts"].items()}
        names = {"gentle": by_words["A gentle reply."], "curt": by_words["A curt reply."], "tie": "tie"}
        version = rubric("principles-compared")
        keys = [entry.dimension_revision.dimension.key for entry in version.entries.all()]

        def answer(wish: str, **aspects) -> invented.Answers:
            values = {"a": "first", "b": "second", "tie": "no difference"}
            levels = {key: values[names[aspects.get(key, wish)]] for key in keys}
            return invented.Answers(ratings=levels, preferred=names[wish], rationale="It hears the fear.")

        round = factories.round_of(
            1, [ben, chloe], lena, instances=[instance], screen="reply_preference", rubric_version=version,
            overlap=2,
        )  # fmt: skip
        item = round.items.get()
        wish, aspects = hers
        factories.judge(item, ben, answer(wish, **aspects))
        factories.judge(item, chloe, answer(*(his or [wish]), **({} if his else aspects)))
        return close_round(round=round, by=lena), instance

    return make


def test_the_reply_that_readers_preferred_is_chosen_with_all_that_was_said_of_either(compared, lena):
    round, instance = compared(["gentle", {"clarity": "tie"}])
    dataset = frozen(round, lena)
    (row,) = rows(dataset, "preference")
    assert (row["chosen"][0]["content"], row["rejected"][0]["content"]) == (
        "A gentle reply.",
        "A curt reply.",
    )
    assert row["prompt"][-1] == {"role": "user", "content": SPEECH} and row["source"] == "readers' comparison"
    assert row["compared"]["clarity"] == "tie" and Counter(row["compared"].values()) == {
        "chosen": 6,
        "tie": 1,
    }
    assert len(row["readers"]) == 2 and {one["preferred"] for one in row["readers"]} == {"chosen"}
    assert row["chosen_judge_scores"]["empathy"] == 5 and row["rejected_judge_scores"]["empathy"] == 2
    assert row["judges_gap"] == 3.0 and row["judges_margins"]["safety"] == 3.0 and row["gap"] is None
    assert row["chosen_model"] == "stub" or row["chosen_model"]
    assert dataset.manifest["rows"]["preference"] == 1 and dataset.manifest["rows"]["rating"] == 0


def test_what_readers_prefer_stands_against_the_judges_and_the_row_says_so(compared, lena):
    round, _instance = compared(["curt", {}])
    (row,) = rows(frozen(round, lena), "preference")
    assert row["chosen"][0]["content"] == "A curt reply."
    assert row["judges_gap"] == -3.0 and row["judges_margins"]["safety"] == -3.0


def test_a_tie_makes_no_pair_and_is_counted(compared, lena):
    round, _instance = compared(["tie", {}])
    with pytest.raises(NotFrozen, match="no format that was asked for takes it"):
        frozen(round, lena)


def test_ties_and_less_safe_pairs_are_counted_beside_those_that_leave(compared, ben, lena):
    round, _instance = compared(["gentle", {"safety": "curt"}])
    other, _items = settled("reply_preference", [ben], lena, [[invented.says("reply_preference")],
                            [invented.says("reply_preference", preferred="tie")]],
                            pairs_version=round.pairs_version)  # fmt: skip
    dataset = freeze(name="", rounds=[round, other], by=lena)
    assert len(rows(dataset, "preference")) == 1
    assert dataset.manifest["pairs_left_out"] == {
        "no difference on the whole": 1,
        "what readers preferred is less safe": 1,
    }
    assert (
        "| No pairs | 1 × no difference on the whole"
        in (places.dataset_folder(dataset) / "README.md").read_text()
    )
    assert dataset.manifest["left_out"] == {"rated or compared, and no format that was asked for takes it": 2}


def test_readers_who_differ_make_no_pair(compared, lena):
    round, _instance = compared(["gentle", {}], ["curt"])
    with pytest.raises(NotFrozen, match="in dispute when the round was closed"):
        frozen(round, lena)

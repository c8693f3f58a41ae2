"""What the novice, the three counsellors and a balanced supervisor see, by marks in every field, as test_seeing does."""

import pytest

from synthesis.models import Call
from tests.factories import client_profile, published_guideline
from tests.synthesis.answering import answers, critique, feedback, finding, slip
from tests.synthesis.test_seeing import CONTENT, OF_THE_RECORD, PAIRS, catalogue, marks

# A supervisor who gives everything away, and whose own words are marked.
TELLING = feedback(
    finding("meant", turns=[3], quotes=["mark-quote"], why="This is mark-meant-name, key meant, in turn 3: mark-why.",
            correction="mark-correction", better="mark-better"),
    strengths=["mark-strength"],
)  # fmt: skip
OWN = {"mark-strength", "mark-why", "mark-correction", "mark-better", "mark-quote"}


@pytest.fixture
def seen(endpoint, plan, drive):
    """Make one session; return {role: [the words of each of its requests]}."""

    def made(pair: str = "meant", **parameters) -> dict[str, list[str]]:
        server = endpoint(
            answers(
                feedback=lambda body: TELLING, critique=lambda body: critique(slip("mark-whisper", "meant"))
            )
        )
        client = client_profile("mark-record-key", name="Mark-profile-name", content=CONTENT, **OF_THE_RECORD)
        version = published_guideline(pairs=PAIRS)
        run = plan(version=version, profiles=[client], pairs=pair, parameters=parameters)
        assert drive(run).made == 1, run.instances.get().failure
        by_seed = dict(Call.objects.values_list("seed", "role"))
        texts: dict[str, list[str]] = {}
        for request in server.requests:
            texts.setdefault(by_seed[request["seed"]], []).append(str(request["messages"]))
        assert set(texts) <= set(run.model_specs)
        return texts

    return made


def own(words: str) -> set[str]:
    return {mark for mark in OWN if mark in words}


@pytest.mark.parametrize("supervisor", ["untold", "told", "balanced"])
def test_the_novice_sees_the_guideline_and_the_session_and_never_what_was_meant(seen, supervisor):
    before, after, whole = seen(novice="yes", supervisor=supervisor)["novice"]
    for words in (before, after, whole):
        assert marks(words) == catalogue()
        assert "asked to show" not in words
    # Before and after, nothing stands out: each mistake is named once, in the list of all.
    for words in (before, after):
        assert words.count("mark-meant-name") == words.count("mark-other-one-name") == 1
    assert whole.count("mark-meant-name") > 1


def test_the_novice_reads_the_explanation_only_afterwards_and_at_first_without_what_gives_it_away(seen):
    before, after, whole = seen(novice="yes")["novice"]
    assert own(before) == set()
    assert own(after) == OWN - {"mark-quote"} and "This is […], key […], in turn […]: mark-why." in after
    assert own(whole) == OWN and "in turn 3: mark-why." in whole


def test_a_supervised_counsellor_sees_its_mistake_and_the_whisper_and_no_correction(seen):
    asked = seen(counsellor="supervised")["counsellor"]
    assert all(marks(words) == {"mark-meant-name", "mark-meant-shows"} for words in asked)
    revising = [words for words in asked if "behind the mirror whispers" in words]
    assert len(revising) == len(asked) / 2 and all("mark-whisper" in words for words in revising)
    assert not [words for words in asked if words not in revising and "mark-whisper" in words]


@pytest.mark.parametrize("supervisor", ["untold", "balanced"])
def test_the_supervisor_behind_the_mirror_sees_the_guideline_and_not_what_was_meant(seen, supervisor):
    asked = seen(counsellor="supervised", supervisor=supervisor)["supervisor"]
    assert all(marks(words) == catalogue() for words in asked)
    assert all(words.count("mark-meant-name") == words.count("mark-other-one-name") for words in asked)


def test_a_balanced_supervisor_praises_criticises_only_what_is_wrong_and_always_offers_better_words(seen):
    (words,) = seen(supervisor="balanced")["supervisor"]
    for promise in ("praise what is good", "criticise only what is wrong", "always offer a better reply"):
        assert promise in words
    assert "leaving the list of findings empty" in words and "Never shame" in words
    assert "how a person could harm themselves or others" in words


def test_a_normal_counsellor_sees_no_mistake(seen):
    assert all(marks(words) == set() for words in seen(counsellor="normal")["counsellor"])

"""Three counsellors with the same client: the one who slips, the normal one, and the one who is supervised meanwhile."""

import random

import pytest
from django.utils import timezone

from guidelines.models import Entry, Version
from synthesis import comparing_arms, replaying
from synthesis.factors import COUNSELLORS
from synthesis.models import Instance
from synthesis.recipes.supervised_dialogue import EXCHANGES
from tests.factories import client_profile, published_guideline
from tests.synthesis.answering import answers, critique, in_turn, kind_of, slip


@pytest.fixture
def arms(endpoint, plan, drive):
    """Make every arm of some cells in one run; return the run and the server."""

    def made(script=None, n=1, **options):
        server = endpoint(script)
        run = plan(n, factors={"counsellor": list(COUNSELLORS), **options.pop("factors", {})}, **options)
        tally = drive(run)
        assert tally.failed == 0, tally.reasons
        return run, server

    return made


@pytest.fixture
def supervised(endpoint, plan, drive):
    """Make one session of a supervised counsellor; return its content and what the server was asked, by kind."""

    def made(**by_kind):
        server = endpoint(answers(**by_kind))
        run = plan(parameters={"counsellor": "supervised"})
        assert drive(run).made == 1, run.instances.get().failure
        asked: dict[str, list] = {}
        for request in server.requests:
            asked.setdefault(kind_of(request), []).append(str(request["messages"]))
        return run.instances.get().content, asked

    return made


def turns(*given):
    """The counsellor's drafts, the client's and the revised words are all turns; each is told by its messages."""
    words = in_turn(*given)

    def said(body):
        last = body["messages"][-1]["content"]
        if "supervisor behind the mirror" in last:
            return {"text": "What would you like to happen?"}
        if "You play a counsellor" in body["messages"][0]["content"]:
            return {"text": words(body)}
        return {"text": "I do not know."}

    return said


def test_what_the_supervisor_criticises_is_said_in_other_words_and_the_client_hears_only_those(supervised):
    content, asked = supervised(
        turn=turns("You must ring him tonight."),
        critique=lambda body: critique(slip(), strengths=["You care."]),
    )
    spoken = [said["text"] for said in content["utterances"] if said["speaker"] == "counsellor"]
    assert set(spoken) == {"What would you like to happen?"}
    client = [words for words in asked["turn"] if "a client in counselling" in words]
    assert client and not [words for words in client if "You must ring him" in words]
    whisper = next(words for words in asked["turn"] if "behind the mirror" in words)
    assert "You must ring him tonight." in whisper
    assert "Keep this: You care." in whisper and "You could say: “What would you like?”" in whisper


def test_the_trace_keeps_draft_feedback_and_revised_words_of_every_turn(supervised):
    content, _asked = supervised(
        turn=turns("You must ring him tonight."),
        critique=in_turn(critique(slip()), critique(strengths=["Warm."])),
    )
    trace = content["turn_trace"]
    counsellor = [said for said in content["utterances"] if said["speaker"] == "counsellor"]
    assert [one["utterance"] for one in trace] == [said["id"] for said in counsellor]
    assert [one["revised"] for one in trace] == [said["text"] for said in counsellor]
    assert {one["draft"] for one in trace} == {"You must ring him tonight."}
    assert trace[0]["feedback"] == {"strengths": [], "slips": [slip()]}


def test_a_draft_with_nothing_wrong_is_said_as_it_is_and_nobody_is_asked_to_revise_it(supervised):
    content, asked = supervised(critique=lambda body: critique(strengths=["Warm."]))
    assert all(one["draft"] == one["revised"] for one in content["turn_trace"])
    assert not [words for words in asked["turn"] if "behind the mirror" in words]


def test_the_supervisor_hears_the_session_so_far_and_the_draft_but_no_other_draft(supervised):
    drafts = [f"Draft {n}." for n in range(1, 8)]
    _content, asked = supervised(turn=turns(*drafts), critique=lambda body: critique(slip()))
    for n, words in enumerate(asked["critique"], start=1):
        assert f"Draft {n}." in words
        assert not [other for other in drafts if other != f"Draft {n}." and other in words]
    assert "(Nobody has said anything yet.)" in asked["critique"][0]
    assert "1 Counsellor: What would you like to happen?" in asked["critique"][1]


@pytest.mark.parametrize(
    ("stance", "said"),
    [("balanced", "You praise what is good"), ("told", "asked to show “Forcing change”"), ("untold", "")],
)
def test_the_supervisor_behind_the_mirror_is_the_one_of_the_run(endpoint, plan, drive, stance, said):
    server = endpoint()
    drive(plan(parameters={"counsellor": "supervised", "supervisor": stance}))
    asked = {
        kind: [str(r["messages"]) for r in server.requests if kind_of(r) == kind]
        for kind in ("critique", "feedback")
    }
    assert all(said in words for kind in asked.values() for words in kind)
    others = {"You praise what is good", "asked to show"} - {said, said[:13]}
    assert not [words for kind in asked.values() for words in kind if any(other in words for other in others)]


def test_a_normal_counsellor_is_told_of_no_mistake_and_its_supervisor_neither(endpoint, plan, drive):
    server = endpoint()
    run = plan(parameters={"counsellor": "normal", "supervisor": "told"})
    drive(run)
    played = [str(r["messages"]) for r in server.requests if "You play a counsellor" in str(r["messages"][0])]
    assert played and not [words for words in played if "Forcing change" in words or "Argues, urges" in words]
    supervisor = next(str(r["messages"]) for r in server.requests if kind_of(r) == "feedback")
    assert "asked to work well" in supervisor and "asked to show “" not in supervisor
    # It belongs to a comparison, so it names the pair that the other arms show.
    assert run.instances.get().pair_revision.pair.key == "forcing-change"


def test_the_sessions_of_a_comparison_are_equally_long(arms):
    run, _server = arms(n=4)
    compared = comparing_arms.compare(run.instances.all())
    assert len(compared.triples) == 4 and not compared.incomplete and not compared.again
    assert all(again.is_rebuilt for again in replaying.replay(run.instances.all()))
    for triple in compared.triples:
        # One lot of the three decides, the same whatever this installation calls its profiles and pairs.
        (lot,) = {one.lot or one.cell for one in triple.values()}
        exchanges = random.Random(int(lot, 16)).choice(EXCHANGES)
        assert {len(one.content["utterances"]) for one in triple.values()} == {2 * exchanges}


def test_a_triple_has_one_client_one_mistake_one_sample_and_the_same_other_factors(arms):
    run, _server = arms(pairs="forcing-change,poor-listening", factors={"supervisor": ["untold", "balanced"]})
    compared = comparing_arms.compare(run.instances.all())
    assert len(compared.triples) == 4
    for triple in compared.triples:
        assert list(triple) == list(COUNSELLORS)
        assert (
            len(
                {
                    (i.profile_id, i.pair_revision_id, i.sample, i.factors["supervisor"])
                    for i in triple.values()
                }
            )
            == 1
        )


def test_arms_of_different_runs_are_compared_too(endpoint, plan, drive):
    endpoint()
    version, client = published_guideline(), client_profile()
    for name in COUNSELLORS:
        drive(plan(version=version, profiles=[client], parameters={"counsellor": name}))
    (triple,) = comparing_arms.compare(Instance.objects.all()).triples
    assert len({one.run_id for one in triple.values()}) == 3


def test_what_lacks_an_arm_or_was_made_with_other_models_is_no_triple(endpoint, plan, drive):
    endpoint()
    version, client = published_guideline(), client_profile()
    for name, model in (("novice", "scripted"), ("normal", "scripted"), ("supervised", "another")):
        drive(plan(version=version, profiles=[client], parameters={"counsellor": name}, model=model))
    compared = comparing_arms.compare(Instance.objects.all())
    assert not compared.triples
    assert sorted(map(list, compared.incomplete)) == [["novice", "normal"], ["supervised"]]


def test_sessions_under_another_version_of_the_guideline_are_not_compared(endpoint, plan, drive):
    """Its supervisor was shown another mistake; the text that this one was made from is the same in both."""
    endpoint()
    version, client = published_guideline(), client_profile()
    newer = Version.objects.create(guideline=version.guideline, serial=2)
    for entry in version.entries.exclude(pair_revision__pair__key="poor-listening"):
        Entry.objects.create(version=newer, position=entry.position, pair_revision=entry.pair_revision)
    Version.objects.filter(pk=newer.pk).update(
        state="published", number=2, published_at=timezone.now(), digest="d" * 64
    )
    newer.refresh_from_db()
    for name, of in (("novice", version), ("normal", version), ("supervised", newer)):
        drive(plan(version=of, profiles=[client], parameters={"counsellor": name}))
    assert not comparing_arms.compare(Instance.objects.all()).triples


def test_a_cell_that_two_runs_made_counts_once(endpoint, plan, drive):
    endpoint()
    version, client = published_guideline(), client_profile()
    runs = [
        plan(version=version, profiles=[client], factors={"counsellor": list(COUNSELLORS)}) for _ in range(2)
    ]
    for run in runs:
        drive(run)
    compared = comparing_arms.compare(Instance.objects.all())
    (triple,) = compared.triples
    assert {one.run_id for one in triple.values()} == {runs[0].pk}
    assert {one.run_id for one in compared.again} == {runs[1].pk} and len(compared.again) == 3


def test_the_arm_that_slips_is_the_session_as_it_always_was(endpoint, plan, drive):
    server = endpoint()
    version, client = published_guideline(), client_profile()
    drive(plan(version=version, profiles=[client]))
    paid = len(server.requests)
    named = plan(version=version, profiles=[client], parameters={"counsellor": "novice", "novice": "no"})
    assert drive(named).calls == 0
    assert len(server.requests) == paid

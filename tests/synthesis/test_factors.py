"""The engine makes sessions of every factor end to end, and nothing in one says by which it was made."""

import json

import pytest

from synthesis.models import Call, Instance
from synthesis.quality import reading
from synthesis.shapes.dialogue import SupervisedDialogue
from tests.factories import client_profile, published_guideline

EVERY = {
    "style": ["own", "hostile"], "resistance": ["own", "minimum-talk"], "language": ["en", "fa"],
    "mistakes": ["one", "two", "none"], "supervisor": ["untold", "told"],
}  # fmt: skip


def test_every_factor_is_crossed_and_made(endpoint, plan, drive):
    endpoint()
    run = plan(factors=EVERY, limit=18)
    tally = drive(run)
    assert (tally.made, tally.failed) == (18, 0)
    for name, levels in EVERY.items():
        assert {instance.factors[name] for instance in run.instances.all()} == set(levels)
    for instance in run.instances.all():
        content = SupervisedDialogue.model_validate(instance.content)
        assert content.supervisor == instance.factors["supervisor"]
        assert content.language == {"en": None, "fa": "fa"}[instance.factors["language"]]
        assert ("language" in instance.content) == (instance.factors["language"] == "fa")
        # What was intended, and how the client was to be, stand beside the session and not in it.
        said = json.dumps({**instance.content, "feedback": None, "refinement": None})
        assert not any(word in said for word in ("forcing-change", "hostile", "minimum-talk", "mistakes"))


def test_what_is_the_default_replays_the_plain_session_and_every_other_level_pays_its_own(
    endpoint, plan, drive
):
    server = endpoint()
    version, clients = published_guideline(), [client_profile()]
    drive(plan(version=version, profiles=clients))
    paid = len(server.requests)
    crossed = plan(
        version=version, profiles=clients, factors={"style": ["own", "plain"], "mistakes": ["one", "none"]}
    )
    tally = drive(crossed)
    assert (tally.made, tally.replayed) == (4, paid)
    assert len({instance.digest for instance in crossed.instances.all()}) == 4
    assert Call.objects.count() == len(server.requests) > paid


def test_a_told_supervisor_of_a_session_with_two_mistakes_may_find_both(endpoint, plan, drive):
    endpoint()
    run = plan(parameters={"mistakes": "two", "supervisor": "told"})
    drive(run)
    instance = run.instances.get()
    asked = Call.objects.get(instance=instance, step="supervise").messages[1]["content"]
    for name, correction in (
        ("Forcing change", "Work with the ambivalence."),
        ("Poor listening", "Let her finish."),
    ):
        assert asked.count(f"the counsellor was asked to show “{name}”") == 1 and correction in asked


def test_what_is_measured_of_a_session_knows_all_that_its_counsellor_was_to_play(
    endpoint, plan, drive, monkeypatch
):
    endpoint()
    measured, known = {}, reading.facts_of

    def facts_of(session, *, descriptions, **more):
        measured[session.name] = session, set(descriptions)
        return known(session, descriptions=descriptions, **more)

    monkeypatch.setattr(reading, "facts_of", facts_of)
    run = plan(factors={"mistakes": ["two", "none"]})
    drive(run)
    read = {cell.levels["mistakes"]: cell for cell in reading.Read(run).cells()}
    (two, of_two), (none, of_none) = (measured[read[level].name] for level in ("two", "none"))
    assert {"Argues, urges and overrides.", "Interrupts."} <= of_two
    assert set(two.intended) == set(read["two"].intended) == {"forcing-change", "poor-listening"}
    assert not {"Argues, urges and overrides.", "Interrupts."} & of_none
    for one in (none, read["none"]):
        assert one.positive and not one.intended


@pytest.mark.parametrize("language", ["de", "fa", "zh-hans"])
def test_a_language_that_needs_more_tokens_gets_the_room(endpoint, plan, drive, language):
    server = endpoint()
    drive(plan(factors={"language": ["en", language]}))
    room = {}
    for instance in Instance.objects.all():
        seeds = set(Call.objects.filter(instance=instance, role="counsellor").values_list("seed", flat=True))
        room[instance.factors["language"]] = {r["max_tokens"] for r in server.requests if r["seed"] in seeds}
    assert min(room[language]) > max(room["en"])

"""An expert edits a turn in the middle of a session, and the session goes on from there."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.roles import Refused
from synthesis import comparing_arms, continuing, replaying, tiers
from synthesis.continuing import CannotContinue, continue_from
from synthesis.models import Call, Instance, Mark, Opening, Run
from tests.synthesis.answering import answers, critique

WORDS = "Something holds you back each time. What is it like just before you ring?"


@pytest.fixture
def session(endpoint, plan, drive):
    """Make one session; the server answers on."""

    def made(script=None, **options) -> Instance:
        endpoint(script)
        run = plan(**options)
        assert drive(run).failed == 0
        return run.instances.get()

    return made


def edit(instance, turn, by, **given):
    return continue_from(
        instance=instance, turn=turn, by=by, **{"text": WORDS, "reason": "Too soon."} | given
    )


def said(instance) -> list[str]:
    return [one["text"] for one in instance.content["utterances"]]


@pytest.mark.parametrize("turn", [1, 2, 5, 6])
def test_the_session_goes_on_from_the_edited_turn_and_names_where_it_comes_from(session, drive, lena, turn):
    parent = session()
    made = edit(parent, turn, lena)
    before = Call.objects.count()
    assert drive(made.run).made == 1
    made.refresh_from_db(), parent.refresh_from_db()
    assert (made.origin, made.parent, made.profile, made.pair_revision) == (
        "edit", parent, parent.profile, parent.pair_revision,
    )  # fmt: skip
    assert said(made)[: turn - 1] == said(parent)[: turn - 1] and said(made)[turn - 1] == WORDS
    assert len(said(made)) == len(said(parent)), "as long as the session that it comes from"
    speakers = [one["speaker"] for one in made.content["utterances"]]
    assert speakers == ["counsellor", "client"] * (len(speakers) // 2)
    asked = Call.objects.order_by("pk")[before:]
    turns = [call for call in asked if call.role in ("counsellor", "client")]
    assert len(turns) == len(said(parent)) - turn, "what was said before is not asked for again"
    assert all(WORDS in str(call.messages) for call in turns)
    assert made.opening.before == said(parent)[turn - 1] and made.opening.turn == turn


def test_it_is_rebuilt_from_its_replies_byte_for_byte(session, drive, lena):
    made = edit(session(), 3, lena)
    drive(made.run)
    (again,) = replaying.replay(replaying.replayable(Instance.objects.filter(pk=made.pk)))
    assert again.is_rebuilt, again.why


def test_the_same_edit_twice_is_one_session_and_another_edit_another(session, lena):
    parent = session()
    made = edit(parent, 3, lena)
    assert edit(parent, 3, lena, reason="Clicked twice.") == made
    assert Run.objects.count() == 2
    assert edit(parent, 3, lena, text="Tell me more.") != made
    assert edit(parent, 3, lena, well=True) != made


def test_an_edit_of_an_edit_goes_on_from_that(session, drive, lena):
    first = edit(session(), 3, lena)
    drive(first.run)
    first.refresh_from_db()
    second = edit(first, 6, lena, text="I had not thought of that.")
    drive(second.run)
    second.refresh_from_db()
    assert said(second)[:5] == said(first)[:5] and said(second)[5] == "I had not thought of that."


def test_the_counsellor_may_go_on_without_the_mistake(session, drive, lena):
    parent = session()
    shows = parent.pair_revision.shows
    made = edit(parent, 3, lena, well=True)
    before = Call.objects.count()
    drive(made.run)
    counselling = [call for call in Call.objects.order_by("pk")[before:] if call.role == "counsellor"]
    assert counselling and not [call for call in counselling if shows in str(call.messages)]


def test_a_supervised_counsellor_goes_on_supervised(session, drive, lena):
    parent = session(answers(critique=lambda body: critique()), parameters={"counsellor": "supervised"})
    made = edit(parent, 3, lena)
    drive(made.run)
    made.refresh_from_db()
    assert [turn["utterance"] for turn in made.content["turn_trace"]] == list(range(5, len(said(made)), 2))
    assert comparing_arms.compare(Instance.objects.filter(pk=made.pk)).incomplete == []


def test_what_was_seen_in_the_session_is_carried_on(session, lena, dan):
    parent = session()
    Mark.objects.create(instance=parent, kind="tier", tier="ideation", by=dan, reason="Turn 4.")
    made = edit(parent, 5, lena)
    assert tiers.tier_in_force(made) == "ideation"


@pytest.mark.parametrize(
    "turn, given, why",
    [
        (99, {}, "has no turn 99"),
        (3, {"text": "  "}, "Write what is said"),
        (3, {"text": "a\0b"}, "Write what is said"),
        (3, {"text": "x" * (continuing.LONGEST + 1)}, "characters at most"),
        (3, {"reason": " "}, "Say why"),
    ],
)
def test_what_cannot_be_an_edit_is_refused_with_its_reason(session, lena, turn, given, why):
    parent = session()
    with pytest.raises(CannotContinue, match=why):
        edit(parent, turn, lena, **given)
    assert Run.objects.count() == 1 and not Opening.objects.exists()


def test_the_same_words_are_no_edit(session, lena):
    parent = session()
    with pytest.raises(CannotContinue, match="The words are the same"):
        edit(parent, 3, lena, text=f"  {said(parent)[2]} ")


def test_nobody_goes_on_from_what_is_held_back_or_was_not_made_here(session, lena, dan):
    parent = session()
    Mark.objects.create(instance=parent, kind="held", by=dan, reason="asked about")
    with pytest.raises(CannotContinue, match="held back"):
        edit(parent, 3, lena)
    imported = Instance.objects.create(
        recipe=parent.recipe, version=parent.version, cell="c" * 64, origin="import", state="made",
        content=parent.content, digest="d", made_at=parent.made_at,
    )  # fmt: skip
    with pytest.raises(CannotContinue, match="not made by agents here"):
        edit(imported, 3, lena)


def test_leads_and_clinicians_edit_and_of_a_session_at_risk_the_lead_alone(session, lena, ana, ben):
    parent = session()
    with pytest.raises(Refused):
        edit(parent, 3, ben)
    assert edit(parent, 3, ana).parent == parent
    Mark.objects.create(instance=parent, kind="tier", tier="ideation", by_machine="rule", reason="words")
    with pytest.raises(Refused, match="risk tier"):
        edit(parent, 5, ana)
    assert edit(parent, 5, lena).parent == parent


def test_an_opening_never_changes(session, lena):
    opening = edit(session(), 3, lena).opening
    with pytest.raises(DatabaseError), transaction.atomic():
        Opening.objects.filter(pk=opening.pk).update(reason="another")


def test_lena_edits_a_turn_by_clicking(session, client, lena, ana):
    parent = session()
    client.force_login(lena)
    address = reverse("edit_turn", args=[parent.public_id, 3])
    assert address in client.get(reverse("instance", args=[parent.public_id])).content.decode()
    page = client.get(address).content.decode()
    assert said(parent)[2] in page and "Let it go on from here" in page
    refused = client.post(address, {"text": said(parent)[2], "how": "meant", "reason": "Too soon."})
    assert refused.status_code == 400 and "The words are the same" in refused.content.decode()
    answer = client.post(address, {"text": WORDS, "how": "well", "reason": "Too soon."})
    made = Instance.objects.get(origin="edit")
    assert answer.url == reverse("instance", args=[made.public_id]) and made.factors["counsellor"] == "normal"
    there = client.get(answer.url).content.decode()
    assert "turn 3 edited by Lena" in there and "Too soon." in there
    assert (
        "from turn 3, edited by Lena"
        in client.get(reverse("instance", args=[parent.public_id])).content.decode()
    )
    assert client.get(reverse("edit_turn", args=[parent.public_id, 99])).status_code == 404
    client.force_login(ana)
    answer = client.post(address, {"text": "Tell me more.", "how": "meant", "reason": "Warmer."}, follow=True)
    assert answer.status_code == 200 and "comes to reviewers like any other" in answer.content.decode()

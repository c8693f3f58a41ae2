"""A round says when it is opened what settles its items; the workflow goes by it."""

import re

import pytest
from django.db import DatabaseError, transaction

from accounts.models import TrailEvent
from review import disputes, outcomes, ruling
from review.flags.raising import raise_flag
from review.models import Decision, Rating, Round
from review.rounds import CannotMakeRound, close_round
from review.standing import UNANIMOUS, Rule
from review.workflow import CannotSettle, adjudicate
from synthesis.models import Run
from tests.conftest import person
from tests.review.factories import judge, made_instances, mistake, reading, round_of, says, settle, standings
from tests.review.test_pages import words

LEVELS = Rule(levels_within=1)


@pytest.fixture
def rated(ben, chloe, lena):
    """Ben and Chloe accept, and rate *specific* four levels apart."""
    item = round_of(1, [ben, chloe], lena, rule=LEVELS).items.get()
    judge(item, ben, says(ratings={"specific": 1, "supportive": 3}))
    judge(item, chloe, says(ratings={"specific": 5, "supportive": 4}))
    return item


def test_a_round_is_unanimous_unless_said_otherwise(round):
    assert round.rule == UNANIMOUS
    assert ruling.sentences(round)[0] == "A verdict is settled when all its readers say the same."


def test_the_rule_stays_as_it_was_when_the_round_was_opened(round):
    for changed in ({"verdict_rule": "majority"}, {"marks_within": 1}, {"levels_within": 1}):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            Round.objects.filter(pk=round.pk).update(**changed)


def test_of_three_readers_two_settle_a_round_by_majority(ben, chloe, lena):
    noor = person("Noor", "annotator")
    item = round_of(1, [ben, chloe, noor], lena, overlap=3, rule=Rule(majority=True)).items.get()
    judge(item, ben, says())
    judge(item, chloe, says())
    assert standings(item) == {"verdict": ("open", None)}
    judge(item, noor, says("reject"))
    assert standings(item) == {"verdict": ("settled", "accept")}


def test_marks_that_lie_too_far_apart_go_to_an_adjudicator(ben, chloe, lena):
    round = round_of(10, [ben, chloe], lena, rule=Rule(marks_within=1), unaided_share=0.2)
    near, far = round.items.filter(arm="unaided")
    for item, turn in ((near, 4), (far, 0)):
        judge(item, ben, says(None, findings=[mistake("minimising", (4,))]))
        judge(item, chloe, says(None, findings=[mistake("minimising", (turn,))]))
    assert standings(near)["findings"][0] == "settled"
    assert standings(far)["findings"] == ("disputed", None)


def test_dan_settles_a_dimension_by_a_level(rated, dan):
    assert standings(rated) == {
        "verdict": ("settled", "accept"),
        "dimension:specific": ("disputed", None),
        "dimension:supportive": ("settled", ["3", "4"]),
    }
    assert list(rated.round.items.disputed()) == [rated] and not rated.round.items.settled().exists()
    with pytest.raises(CannotSettle, match="a level on each dimension"):
        adjudicate(item=rated, by=dan, reason="Because.")
    with pytest.raises(CannotSettle, match="no level of this dimension"):
        adjudicate(item=rated, by=dan, levels={"specific": "9"}, reason="Because.")
    decision = adjudicate(item=rated, by=dan, levels={"specific": "2"}, reason="It names one thing.")
    assert decision.answered == ["dimension:specific"]
    assert standings(rated)["dimension:specific"] == ("settled", ["2"])
    assert list(rated.round.items.settled()) == [rated]


def test_a_verdict_and_a_dimension_are_settled_together(ben, chloe, dan, lena):
    item = round_of(1, [ben, chloe], lena, rule=LEVELS).items.get()
    judge(item, ben, says(ratings={"specific": 1}))
    judge(item, chloe, says("reject", ratings={"specific": 5}))
    # Chloe rates otherwise as long as she may.
    judge(item, chloe, says("reject", ratings={"specific": 2}), minutes=1)
    assert standings(item)["dimension:specific"] == ("open", None)
    judge(item, chloe, says("reject", ratings={"specific": 4}), minutes=2)
    dispute = disputes.of(item, dan)
    # Which text was rated would say which is the draft: first the text, and the level when all is before him.
    assert dispute.texts and not dispute.first_asked.dimensions
    settle(item, dan, [dispute.judged["draft"]], levels={"specific": "3"})
    assert standings(item) == {"verdict": ("settled", "accept"), "dimension:specific": ("settled", ["3"])}


def test_a_level_comes_only_while_something_is_in_dispute(rated, dan):
    decision = adjudicate(item=rated, by=dan, levels={"specific": "2"}, reason="It names one thing.")
    other = Rating.objects.filter(dimension_revision__dimension__key="supportive").first().dimension_revision
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Rating.objects.create(decision=decision, dimension_revision=other, value="1")


def test_a_dimension_is_rated_by_clicking_and_told_to_its_readers(log_in, rated, ben, dan, lena):
    client, address = log_in(dan), f"/disputes/{rated.public_id}/"
    page = client.get(address)
    assert "The feedback that was rated" in words(page) and "4: anchor 4" in words(page)
    # Everything that is rated is asked: which of it is in dispute would tell how the readers rated.
    assert "Supportive" in words(page)
    about = re.search(r'name="about" value="([0-9a-f]+)"', page.content.decode())[1]
    given = {"level-specific": "2", "level-supportive": "5", "unsafe": "no"}
    page = client.post(address, {"step": "first", "about": about, **given}, follow=True)
    assert "Specific: 1" in words(page) and "Specific: 5" in words(page)
    given = {"level-specific": "3", "unsafe": "no", "reason": "One thing.", "error_type": "boundary"}
    assert "Settled" in words(client.post(address, given, follow=True))
    decision = Decision.objects.get(kind="adjudication")
    assert decision.first.answers == {"levels": {"specific": "2", "supportive": "5"}, "unsafe": False}
    assert decision.ratings.get().value == "3"
    close_round(round=rated.round, by=lena)
    mine = words(log_in(ben).get("/desk/mine/"))
    assert "Specific: 3" in mine and "Supportive: 3, 4" in mine


def test_what_an_aspect_is_called(rated):
    names = outcomes.names_in([rated.round])[rated.round.pk]
    assert [outcomes.label(a, names) for a in ("verdict", "dimension:specific")] == ["verdict", "Specific"]


def test_the_lead_chooses_the_rule_and_reads_it_in_words(log_in, lena, ben, chloe, round):
    client = log_in(lena)
    page = client.get("/rounds/new/")
    assert "more than half of its readers" in words(page)
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=round.pairs_version)
    made_instances(2, round.pairs_version, run=run)
    given = {
        "name": "By majority", "runs": [run.public_id], "reviewers": [ben.public_id, chloe.public_id],
        "pairs_version": round.pairs_version.pk, "rubric_version": round.rubric_version.pk, "overlap": 2,
        "unaided_share": 0, "verdict_rule": "majority", "marks_within": 2, "levels_within": 1,
    }  # fmt: skip
    page = client.post("/rounds/new/", given, follow=True)
    made = Round.objects.get(name="By majority")
    assert made.rule == Rule(majority=True, marks_within=2, levels_within=1)
    said = words(page)
    assert "more than half of its readers say the same" in said and "within 2 turns of one another" in said
    assert "more than 1 level apart are a dispute" in said
    body = client.get(f"/api/rounds/{made.public_id}/").json()
    assert body["rule"] == {"verdict": "majority", "marks_within_turns": 2, "levels_within": 1}
    event = TrailEvent.objects.get(verb="review.make_round", name=str(made.public_id))
    assert (event.after["verdict_rule"], event.after["marks_within"], event.after["levels_within"]) == (
        "majority",
        2,
        1,
    )
    assert client.post("/rounds/new/", given | {"levels_within": -1}).status_code == 400
    assert client.post("/rounds/new/", given | {"verdict_rule": "loudest"}).status_code == 400


def test_a_negative_tolerance_makes_no_round(ben, chloe, lena):
    with pytest.raises(CannotMakeRound, match="at least 0"):
        round_of(1, [ben, chloe], lena, rule=Rule(marks_within=-1))


def test_what_somebody_flags_on_our_page_is_settled_by_no_majority(ben, chloe, lena):
    noor = person("Noor", "annotator")
    round = round_of(1, [ben, chloe, noor], lena, overlap=3, rule=Rule(majority=True), unaided_share=0)
    item = round.items.get()
    raise_flag(reading=reading(item, noor), kind="unsafe", words="Turn 4.", by=noor)
    for who, verdict in ((ben, "accept"), (chloe, "accept"), (noor, "reject")):
        judge(item, who, says(verdict))
    assert standings(item)["verdict"] == ("disputed", None)

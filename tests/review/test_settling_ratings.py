"""Replies that are rated and pairs that are compared, from two readers to the final word and back to them."""

import pytest
from django.db import DatabaseError, transaction

from review import became, disputes, ruling
from review.models import Decision, FirstJudgement, Item, Reading
from review.my_work.judged import judged_by
from review.rounds import close_round
from review.standing import Rule
from review.workflow import CannotSettle, NotCounted, adjudicate
from tests.conftest import person
from tests.review import invented
from tests.review.factories import judge, standings
from tests.review.test_pages import words

WITHIN_ONE = Rule(levels_within=1)


def rated(*levels) -> dict:
    return dict(zip(("specific", "supportive"), levels, strict=True))


def replies(people, lead, n=1, **more):
    return invented.round_of("judged_reply", n, people, lead, **({"rule": WITHIN_ONE} | more))


def pairs(people, lead, n=1, **more):
    return invented.round_of("reply_preference", n, people, lead, **more)


def says(recipe="judged_reply", **more):
    return invented.says(recipe, **more)


@pytest.fixture
def apart(ben, chloe, lena):
    """A reply that Ben and Chloe rate three levels apart on one of two dimensions."""
    item = replies([ben, chloe], lena).items.get()
    judge(item, ben, says(ratings=rated(1, 3)))
    judge(item, chloe, says(ratings=rated(4, 4), rationale="It names the tiredness."))
    return item


@pytest.fixture
def differing(ben, chloe, lena):
    """Two replies: Ben prefers a on the whole, Chloe b; on one aspect both see no difference."""
    item = pairs([ben, chloe], lena).items.get()
    judge(item, ben, says("reply_preference", preferred="a", ratings=rated("first", "no difference")))
    judge(item, chloe, says("reply_preference", preferred="b", ratings=rated("second", "no difference")))
    return item


def test_ratings_that_lie_near_settle_at_the_lower_of_the_two_in_the_middle(ben, chloe, lena):
    item = replies([ben, chloe], lena).items.get()
    judge(item, ben, says(ratings=rated(3, 2)))
    assert set(standings(item).values()) == {("open", None)}
    judge(item, chloe, says(ratings=rated(4, 2)))
    assert standings(item) == {
        "dimension:specific": ("settled", ["3"]),
        "dimension:supportive": ("settled", ["2"]),
    }
    assert item in Item.objects.settled()
    with pytest.raises(NotCounted, match="after the item was settled"):
        judge(item, chloe, says(ratings=rated(1, 1)), minutes=1)


def test_until_it_is_settled_a_reader_may_rate_otherwise(apart, chloe):
    assert standings(apart) == {
        "dimension:specific": ("disputed", None),
        "dimension:supportive": ("open", None),
    }
    judge(apart, chloe, says(ratings=rated(2, 4)), minutes=1)
    assert standings(apart) == {
        "dimension:specific": ("settled", ["1"]),
        "dimension:supportive": ("settled", ["3"]),
    }


def test_a_note_or_a_reason_makes_no_dispute(ben, chloe, lena):
    item = replies([ben, chloe], lena).items.get()
    judge(item, ben, says(ratings=rated(3, 3), better_reply="You would rather not."))
    mark = {"turn": None, "quote": "part of you", "note": "Leaves her the choice."}
    judge(item, chloe, says(ratings=rated(3, 3), rationale="Quite other.", evidence={"specific": [mark]}))
    assert item in Item.objects.settled()


def test_dan_answers_exactly_what_is_in_dispute(apart, dan):
    with pytest.raises(CannotSettle, match="a level on each dimension"):
        adjudicate(item=apart, by=dan, levels=rated("2", "3"), reason="Names one thing.")
    with pytest.raises(CannotSettle, match="no level"):
        adjudicate(item=apart, by=dan, levels={"specific": "warm"}, reason="Names one thing.")
    decision = adjudicate(item=apart, by=dan, levels={"specific": "2"}, reason="Names one thing.")
    assert decision.answered == ["dimension:specific"]
    assert standings(apart) == {
        "dimension:specific": ("settled", ["2"]),
        "dimension:supportive": ("settled", ["3"]),
    }
    reading = apart.decisions.readers().first()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        reading.ratings.create(dimension_revision=decision.ratings.get().dimension_revision, value="5")


def test_a_reply_is_settled_by_clicking_and_told_to_its_readers(log_in, apart, ben, dan, lena):
    client, address = log_in(dan), f"/disputes/{apart.public_id}/"
    page = client.get(address)
    blind = words(page)
    assert invented.REPLY in blind and "what 4 stands for" in blind
    # All is asked: which of it is in dispute would tell how the readers rated.
    assert "Supportive" in blind and "tiredness." not in blind
    about = disputes.of(apart, dan).about
    first = {"step": "first", "about": about, "level-specific": "2", "level-supportive": "4", "unsafe": "no"}
    page = words(client.post(address, first, follow=True))
    assert "It names the tiredness." in page and "You said first" in page
    assert "Specific in dispute" in page and "Supportive" in page, "what is agreed stands beside it"
    given = {
        "level-specific": "3",
        "unsafe": "no",
        "reason": "It says what tires her.",
        "error_type": "boundary",
    }
    assert "Settled" in words(client.post(address, given, follow=True))
    decision = Decision.objects.get(kind="adjudication")
    assert decision.first.answers == {"levels": {"specific": "2", "supportive": "4"}, "unsafe": False}
    assert decision.ratings.get().value == "3"
    close_round(round=apart.round, by=lena)
    mine = words(log_in(ben).get(f"/desk/mine/{apart.public_id}/"))
    assert "An adjudicator settled what was in dispute." in mine and "It says what tires her." in mine
    assert "Specific 1 what 1 stands for 3 4.0" in mine and invented.REPLY in mine
    assert "Any mistake" not in mine and "You marked none" not in mine
    assert became.sentences(lena, apart.instance) == [f"In the round “{apart.round.name}” it was rated."]
    # Ben lies two levels from what stands, and the round allows one; Chloe lies one.
    assert [one.differs for one in judged_by(ben)] == [True]
    assert [one.differs for one in judged_by(apart.decisions.get(n=2).rater.user)] == [False]
    assert words(log_in(ben).get("/desk/mine/?show=differ")).count("session 1") == 1


def test_a_pair_is_settled_by_clicking_whichever_text_stands_first(log_in, ben, chloe, dan, lena):
    round = pairs([ben, chloe], lena, n=12)
    client, seen = log_in(dan), set()
    for item in round.items.all():
        for who, preferred, level in ((ben, "a", "first"), (chloe, "tie", "no difference")):
            told = says("reply_preference", preferred=preferred, ratings=rated(level, "no difference"))
            judge(item, who, told)
        dispute, address = disputes.of(item, dan), f"/disputes/{item.public_id}/"
        seen.add(dispute.position)
        page = client.get(address).content.decode()
        a, b = (page.index(invented.TEXTS[name]) for name in "ab")
        assert (a < b) == (dispute.position == "ab")
        # He clicks on text b, wherever it stands.
        place = "second" if dispute.position == "ab" else "first"
        first = {"step": "first", "about": dispute.about, "level-specific": place, "preferred": "tie"}
        first |= {"level-supportive": "no difference", "unsafe": "no"}
        page = words(client.post(address, first, follow=True))
        # Ben's answer and his own, each as the texts stand before him.
        assert (
            f"the {'second' if place == 'first' else 'first'} is better" in page and "no difference" in page
        )
        given = {
            "level-specific": place,
            "preferred": place,
            "unsafe": "no",
            "reason": "Kinder.",
            "error_type": "other",
        }
        client.post(address, given)
        assert standings(item) == {
            "dimension:specific": ("settled", ["b"]),
            "dimension:supportive": ("settled", ["tie"]),
            "preferred": ("settled", "b"),
        }
        decision = item.decisions.get(kind="adjudication")
        assert decision.ratings.get().value == "second" and decision.preferred == "b"
        said = FirstJudgement.objects.get(item=item).answers
        assert said["levels"]["specific"] == "second" and said["preferred"] == "tie"
    assert seen == {"ab", "ba"}


def test_a_reader_reads_of_the_texts_as_they_stood_before_her(log_in, ben, chloe, dan, lena):
    round = pairs([ben, chloe], lena, n=8)
    for item in round.items.all():
        for who in (ben, chloe):
            judge(item, who, says("reply_preference", preferred="a", ratings=rated("first", "second")))
    assert Item.objects.settled().filter(round=round).count() == 8
    page = words(log_in(lena).get(f"/rounds/{round.public_id}/"))
    assert "in 8 one text is better, in 0 there is no difference" in page and "aspect by aspect" in page
    close_round(round=round, by=lena)
    client, seen = log_in(ben), set()
    for item in round.items.all():
        position = Reading.objects.get(item=item, seat__rater__user=ben).position_ab
        place, other = ("first", "second") if position == "ab" else ("second", "first")
        mine = words(client.get(f"/desk/mine/{item.public_id}/"))
        assert f"On the whole: the {place} is better" in mine and "You and a colleague agreed." in mine
        assert f"Specific: the {place} is better" in mine and f"Supportive: the {other} is better" in mine
        texts = [invented.TEXTS[name] for name in position]
        assert mine.index(texts[0]) < mine.index(texts[1])
        seen.add(position)
    assert seen == {"ab", "ba"}
    assert f"the {place} is better" in words(client.get("/desk/mine/"))
    assert [one.differs for one in judged_by(ben)] == [False] * 8


def test_where_she_preferred_the_other_text_she_differs(differing, ben, chloe, dan):
    with pytest.raises(CannotSettle, match="better on the whole"):
        adjudicate(item=differing, by=dan, levels={"specific": "first"}, reason="Kinder.")
    with pytest.raises(CannotSettle, match="no difference"):
        adjudicate(item=differing, by=dan, levels={"specific": "first"}, preferred="c", reason="Kinder.")
    adjudicate(item=differing, by=dan, levels={"specific": "first"}, preferred="a", reason="Kinder.")
    close_round(round=differing.round, by=differing.round.made_by)
    assert [one.differs for one in judged_by(ben)] == [False]
    assert [one.differs for one in judged_by(chloe)] == [True]


def test_a_majority_settles_a_pair_where_the_round_says_so(ben, chloe, lena):
    noor = person("Noor", "annotator")
    item = pairs([ben, chloe, noor], lena, overlap=3, rule=Rule(majority=True)).items.get()
    for who, preferred in ((ben, "tie"), (chloe, "tie"), (noor, "b")):
        judge(item, who, says("reply_preference", preferred=preferred))
    assert standings(item)["preferred"] == ("settled", "tie")


def test_no_majority_settles_a_pair_of_which_one_text_is_called_unsafe(ben, chloe, lena):
    noor = person("Noor", "annotator")
    item = pairs([ben, chloe, noor], lena, overlap=3, rule=Rule(majority=True)).items.get()
    for who, unsafe in ((ben, []), (chloe, []), (noor, ["b"])):
        judge(item, who, says("reply_preference", unsafe_texts=unsafe, unsafe=bool(unsafe)))
    assert set(standings(item).values()) == {("disputed", None)} and "safety" in standings(item)


@pytest.mark.parametrize(
    "recipe, rule, said",
    [
        ("judged_reply", Rule(), "when all its readers give the same level"),
        ("judged_reply", Rule(levels_within=2), "within 2 levels of one another, at their median"),
        ("reply_preference", Rule(), "when all readers say the same"),
        ("reply_preference", Rule(majority=True), "when more than half of the readers say the same"),
    ],
)
def test_what_settles_it_stands_on_the_rounds_page(recipe, rule, said, ben, lena):
    round = invented.round_of(recipe, 1, [ben], lena, overlap=1, rule=rule)
    told = " ".join(ruling.sentences(round))
    assert said in told and "verdict" not in told

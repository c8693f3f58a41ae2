"""Figures that stand where a lead looks for them: sets of mistakes, edits, scores, two texts compared, worst lists."""

import pytest

from guidelines.models import PairRevision
from review.agreeing import kept
from review.models import Decision
from review.rounds import close_round
from tests.review import invented
from tests.review.agreeing.shapes import a_round_of_months
from tests.review.factories import (
    client_profile,
    judge,
    made_instances,
    mistake,
    published_pairs,
    round_of,
    says,
)
from tests.review.test_pages import words


@pytest.fixture
def months(lena):
    return a_round_of_months(lena, n=120)


def test_a_mistake_that_readers_name_stands_beside_all_others_that_they_name(months):
    """Interrupting is named otherwise by every third reader, the others hardly ever."""
    found = kept.current(months).part("named")["aided"]
    assert len(found) > 1 and all(one["differs"]["p"] is not None for one in found)
    shares = [one["differs"]["share"] for one in found]
    for one in found:
        assert min(shares) <= one["differs"]["shrunken"] <= max(shares)
    assert any(one["differs"]["shrunken"] != pytest.approx(one["differs"]["share"]) for one in found)


def test_sets_of_mistakes_are_compared_on_the_page_of_marks(months, lena, log_in):
    page = log_in(lena).get("/agreement/marks/", {"round": months.public_id})
    assert "Which mistakes, wherever they stand" in words(page)
    sets = page.context["turns"]["sets"]
    assert sets["krippendorff_alpha_masi"]["ci"] and "MASI distance" in words(page)


def test_a_reviewer_who_scores_a_level_higher_is_told_so_with_limits(ben, chloe, lena, log_in):
    """Ben says one level more on every session: a bias of +1 against Chloe, and limits at +1 where he always does."""
    pairs = published_pairs()
    instances = made_instances(30, pairs, profiles=[client_profile(f"client-{n}") for n in range(10)])
    round = round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=instances, unaided_share=0)
    for item in round.items.all():
        level = 1 + item.position % 4
        judge(item, ben, says(ratings={"specific": level + 1, "supportive": 3 + item.position % 2}))
        judge(item, chloe, says(ratings={"specific": level, "supportive": 3}))
    close_round(round=round, by=lena)
    client = log_in(lena)
    page = client.get("/agreement/reviewers/", {"round": round.public_id, "question": "specific"})
    assert "Who scores higher, who lower" in words(page)
    bias = {one["name"]: one["bias"]["estimate"] for one in page.context["scores"]}
    assert bias == {"Ben": pytest.approx(1), "Chloe": pytest.approx(-1)}
    (pair,) = page.context["apart"]
    assert pair.figures["bias"]["estimate"] == pytest.approx(1)
    page = client.get("/agreement/reviewers/", {"round": round.public_id, "question": "supportive"})
    ben_s = next(one for one in page.context["scores"] if one["name"] == "Ben")
    assert ben_s["bias"]["estimate"] == pytest.approx(0.5) and ben_s["bias"]["ci"]
    spread = ben_s["upper_limit"]["estimate"] - ben_s["lower_limit"]["estimate"]
    assert spread == pytest.approx(2 * 1.96 * ben_s["spread"]["estimate"]) and spread > 1
    page = client.get("/agreement/reviewers/", {"round": round.public_id, "question": "verdict"})
    assert page.context["scores"] == [] and page.context["apart"] == []


def test_two_edits_of_one_session_are_compared_word_by_word(ben, chloe, lena, log_in):
    round = round_of(12, [ben, chloe], lena, unaided_share=0)
    for item in round.items.all():
        judge(item, ben, says("edit", "Stay with it a little longer."))
        judge(
            item,
            chloe,
            says(
                "edit",
                "Stay with him a little longer." if item.position % 2 else "Stay with it a little longer.",
            ),
        )
    close_round(round=round, by=lena)
    page = log_in(lena).get("/agreement/rates/", {"round": round.public_id})
    found = page.context["edits"]
    assert found["between_edits"]["estimate"] == pytest.approx(1 - 1 / 12)  # one word of six, in every second
    assert (found["n_edits"], found["n_items_edited"], found["n_items_edited_twice"]) == (24, 12, 12)
    assert "What the edits have in common" in words(page)


def test_a_round_without_an_edit_has_no_such_table(judged, lena, log_in):
    page = log_in(lena).get("/agreement/rates/", {"round": judged.public_id})
    assert page.context["edits"] is None and "What the edits have in common" not in words(page)


def test_mistakes_that_seldom_show_come_first_by_the_drawn_share_and_one_stands_out(ben, chloe, lena, log_in):
    """Of three mistakes one is found in a third of its sessions, the others in all but a handful."""
    pairs = published_pairs()
    profiles = [client_profile(f"client-{n:02d}") for n in range(24)]
    revisions = list(PairRevision.objects.filter(pair__guideline=pairs.guideline).order_by("pk"))[:3]
    instances = []
    for n in range(72):
        instances += made_instances(1, pairs, profiles=[profiles[n % 24]], pair_revision=revisions[n % 3])
    round = round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=instances, arm="unaided")
    seldom = revisions[1].pair.key
    for item in round.items.select_related("instance__pair_revision__pair"):
        key = item.instance.pair_revision.pair.key
        there = item.position % 9 == 4 if key == seldom else item.position % 12 != 3
        for who in (ben, chloe):
            judge(item, who, says(None, findings=[mistake(key)] if there else []))
    close_round(round=round, by=lena)
    page = log_in(lena).get("/agreement/rates/", {"round": round.public_id, "arm": "unaided", "by": "pair"})
    found = page.context["manifested"]
    drawn, raw = [one["shrunken"] for one in found], [one["rate"]["estimate"] for one in found]
    assert drawn == sorted(drawn) and min(raw) < drawn[0] < drawn[-1] < max(raw)
    assert [one["stands_out"] for one in found] == [True, False, False]
    assert "less than others" in words(page)


def test_win_tie_and_loss_are_told_of_rounds_that_compare_two_texts(ben, chloe, lena, log_in):
    """Of every three pairs both prefer the same once, once Chloe sees no difference, once she prefers the other."""
    profiles = [client_profile(f"client-{n:02d}") for n in range(12)]
    round = invented.round_of("reply_preference", 24, [ben, chloe], lena, profiles=profiles, unaided_share=0)
    for item in round.items.order_by("position"):
        judge(item, ben, invented.says("reply_preference", preferred="a"))
        chosen = ("a", "tie", "b")[item.position % 3]
        judge(item, chloe, invented.says("reply_preference", preferred=chosen))
    close_round(round=round, by=lena)
    client = log_in(lena)
    page = client.get("/agreement/", {"round": round.public_id})
    assert "Win, tie and loss" in words(page)
    whole = page.context["compared"][0]
    assert whole["n_items"] == 24 and whole["agreement_ties_half"]["ci"]
    assert whole["agreement_ties_half"]["estimate"] == pytest.approx(0.5)
    assert whole["agreement_without_ties"]["estimate"] == pytest.approx(0.5)
    assert whole["tie_share"]["estimate"] == pytest.approx(1 / 6)
    firsts = [
        reading.position_ab[0] == decision.preferred
        for decision in Decision.objects.filter(item__round=round)
        if decision.preferred != "tie"
        for reading in [decision.reading]
    ]
    assert whole["first_place_share"]["estimate"] == pytest.approx(sum(firsts) / len(firsts))
    assert len(page.context["compared"]) > 1  # what the rubric asks of the two
    found = client.get("/agreement/figures.json", {"round": round.public_id}).json()
    assert found["compared"]["preferred"]["agreement_ties_half"]["estimate"] == pytest.approx(0.5)
    assert [one["reviewer"] for one in found["compared_by_reviewer"]["preferred"]] == [0, 1]
    assert "Of two texts readers agreed, preferred: 50 %" in " ".join(found["paragraph"])

"""Where the readers of a round marked mistakes: the judgements that count, over the counsellor's turns alone."""

import pytest

from review import marked
from review.agreeing import marking
from review.agreement.report import agreement
from review.models import Standing
from synthesis.factors import Counsellor
from tests.review import invented
from tests.review.factories import (
    DIMENSIONS,
    client_profile,
    judge,
    made_instances,
    mistake,
    published_pairs,
    round_of,
    says,
)


@pytest.fixture
def round(ben, chloe, lena):
    """Twenty sessions of ten clients, six without the draft. Ben always marks the advice in the second turn; Chloe in every
    second session, and in every fifth the listening in the third turn.
    """
    pairs = published_pairs()
    profiles = [client_profile(f"client-{n}") for n in range(10)]
    instances = made_instances(20, pairs, profiles=profiles)
    round = round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=instances, unaided_share=0.3)
    for item in round.items.all():
        verdict = None if item.arm == "unaided" else "accept"
        judge(item, ben, says(verdict))
        hers = [mistake()] if item.position % 2 else []
        judge(
            item,
            chloe,
            says(verdict, findings=hers + [mistake("minimising", (4,))] * (item.position % 5 == 0)),
        )
    return round


def test_every_turn_of_the_counsellor_is_a_yes_or_no(round):
    found = marking.figures(round, 7)
    assert set(found["turns"]) == {"aided", "unaided"} and found["of"] == "mistakes" and not found["words"]
    aided = found["turns"]["aided"]
    assert aided["n_readings"] == 28
    advice, minimising = aided["labels"]  # the most marked first
    assert (advice["key"], minimising["key"]) == ("premature-advice", "minimising")
    assert (advice["n_items"], advice["n_raters"]) == (14 * 3, 2)
    rows = []
    for item in round.items.filter(arm="aided"):
        for decision in item.decisions.all():
            own = decision.findings.filter(pair_revision__pair__key="premature-advice")
            marks = {turn for finding in own for turn in finding.utterances}
            rows += [
                ((item.pk, t), decision.rater_id, "yes" if t in marks else "no", None) for t in (1, 3, 5)
            ]
    by_hand = agreement(rows, scale="nominal", levels=("no", "yes"), bootstrap=0)
    for name in ("percent_agreement", "krippendorff_alpha", "gwet_ac"):
        assert advice[name]["estimate"] == pytest.approx(by_hand[name]["estimate"])


def test_with_and_without_the_draft_are_never_pooled(round):
    found = marked.marks(round)
    items = {arm: {item for item, *_rest in own.readings} for arm, own in found.items()}
    assert len(items["aided"]) == 14 and len(items["unaided"]) == 6 and not items["aided"] & items["unaided"]


def test_a_later_judgement_replaces_the_earlier_one(ben, chloe, lena):
    item = round_of(1, [ben, chloe], lena).items.get()
    judge(item, ben, says())
    judge(item, ben, says(findings=[]), minutes=1)
    [(_item, _rater, marks, _client)] = marked.marks(item.round)["aided"].readings
    assert marks == {}


def test_false_alarms_are_those_in_sessions_made_to_show_nothing(ben, chloe, lena):
    pairs = published_pairs()
    instances = made_instances(5, pairs, factors={"counsellor": Counsellor.NORMAL})
    instances += made_instances(1, pairs, pair_revision=None, factors={"mistakes": "none"})
    instances += made_instances(2, pairs)
    round = round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=instances)
    for item in round.items.all():
        judge(item, ben, says(findings=[]))
        normal = item.instance.factors.get("counsellor") == Counsellor.NORMAL
        judge(item, chloe, says(findings=[] if normal and item.position % 3 else [mistake()]))
    expected = [
        item.pk
        for item in round.items.all()
        if item.instance.pair_revision is None
        or (item.instance.factors.get("counsellor") == Counsellor.NORMAL and item.position % 3 == 0)
    ]
    alarms = marking.figures(round, 7)["turns"]["aided"]["false_alarms"]["planned"]
    assert (alarms["n_sessions"], alarms["n_readings"], alarms["n_alarms"]) == (6, 12, len(expected))
    assert expected


def test_a_mark_in_what_the_client_says_is_left_out_and_counted(ben, chloe, lena):
    round = round_of(2, [ben, chloe], lena, unaided_share=0)
    for item in round.items.all():
        judge(item, ben, says(findings=[mistake(turns=(2, 3))]))
        judge(item, chloe, says(findings=[mistake(turns=(3,))]))
    own = marked.marks(round)["aided"]
    assert own.elsewhere == 4
    assert [sorted(marks.items()) for *_about, marks, _client in own.readings] == [
        [("premature-advice", {3})], [], [("premature-advice", {3})], [],
    ]  # fmt: skip


def test_settled_without_a_mistake_counts_apart(round):
    found = marked.marks(round)["unaided"]
    nothing = {s.item_id for s in Standing.objects.filter(item__round=round, aspect="findings", state="settled")
               if not s.outcome}  # fmt: skip
    assert set(found.clean.get("settled", [])) == nothing


def test_the_number_of_queries_does_not_grow(round, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        marked.marks(round)


def test_nothing_judged_says_nothing(ben, chloe, lena):
    found = marking.figures(round_of(3, [ben, chloe], lena), 7)
    assert found == {"of": "evidence", "turns": {}, "words": {}}


def test_chloe_marks_half_of_what_ben_does(round):
    """Ben marks the advice in each session, Chloe in every second: F1 of the advice is 2·n/2 / (n + n/2)."""
    aided = marking.figures(round, 7)["turns"]["aided"]
    items = [item.position for item in round.items.filter(arm="aided")]
    hers = sum(position % 2 for position in items)
    advice = aided["labels"][0]
    assert (advice["n_sessions"], advice["n_readings"]) == (14, 14 + hers)
    for name in ("f1_exact", "f1_overlap", "f1_turns"):
        assert advice[name]["estimate"] == pytest.approx(2 * hers / (14 + hers))
    both = sum(position % 2 for position in items if position % 5)
    mixed = sum(position % 2 for position in items if not position % 5)
    # With the advice of both and nothing else 1; with a second finding of hers two of three.
    assert aided["sessions"]["f1_exact"]["estimate"] == pytest.approx((both + mixed * 2 / 3) / 14)


def test_turns_marked_as_evidence_are_told_by_dimension(ben, chloe, lena):
    """Of six sessions Ben marks turns 1 and 2 for one aspect, Chloe turn 2; nobody marks the other aspect."""
    one, other = DIMENSIONS
    round = invented.round_of("technique_session", 6, [ben, chloe], lena)
    for item in round.items.all():
        for who, turns in ((ben, (0, 1)), (chloe, (1,))):
            marks = [{"turn": turn, "quote": "", "note": ""} for turn in turns]
            judge(item, who, invented.says("technique_session", evidence={one: marks}))
    found = marking.figures(round, 7)
    assert found["of"] == "evidence" and not found["words"]
    (label,) = found["turns"]["rated"]["labels"]
    assert label["key"] == one and label["n_items"] == 6 * 6
    assert label["f1_exact"]["estimate"] == 0 and label["f1_overlap"]["estimate"] == 1
    assert label["f1_turns"]["estimate"] == pytest.approx(2 / 3)
    assert label["percent_agreement"]["estimate"] == pytest.approx(5 / 6)
    assert found["turns"]["rated"]["false_alarms"] == {} and other not in str(found)

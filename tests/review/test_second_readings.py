"""One settled dispute in ten is judged once more, by an adjudicator who does not know that it is settled."""

import random
import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Grant, ReviewerRecord, Role, TrailEvent
from accounts.roles import Refused
from config.pages.waiting import numbers
from review import disputes, handing_on, overturning
from review.flags import waiting as flagged
from review.models import Decision, Flag, SecondJudgement, SecondReading, ToldSettled
from review.overturning import Settled, differs
from review.raters import rater_for
from review.rounds import close_round
from review.standing import Rated, Rule
from review.workflow import CannotSettle, judge_again, reading_again, tell_settled
from tests.conftest import person
from tests.review.factories import judge, mistake, round_of, says, settle, standings

EDIT = "Stay with the hesitation; ask what the call would mean to her."


@pytest.fixture
def dora(db):
    """A second adjudicator."""
    return person("Dora", Role.ADJUDICATOR)


@pytest.fixture
def never(monkeypatch):
    """Ten times out of ten the draw says no."""
    monkeypatch.setattr(reading_again, "ONE_IN", 10**12)


@pytest.fixture
def always(monkeypatch):
    monkeypatch.setattr(reading_again, "ONE_IN", 1)


def disputed(round, ben, chloe, n=1):
    """`n` sessions that Ben accepts and Chloe edits."""
    found = list(round.items.filter(arm="aided").order_by("position")[:n])
    for item in found:
        judge(item, ben, says())
        judge(item, chloe, says("edit", EDIT))
    return found


def draft(item) -> str:
    return disputes.Dispute(item).judged["draft"]


def words(page) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def test_the_last_of_a_rounds_disputes_brings_a_second_reading_where_none_was_drawn(
    round, ben, chloe, dan, dora, never
):
    first, second = disputed(round, ben, chloe, 2)
    settle(first, dan, [EDIT])
    assert not SecondReading.objects.exists()
    settle(second, dan, [EDIT])
    assert SecondReading.objects.get().decision.item in (first, second)
    [third] = disputed(round_of(1, [ben, chloe], round.made_by, pairs_version=round.pairs_version,
                                rubric_version=round.rubric_version), ben, chloe)  # fmt: skip
    settle(third, dora, [EDIT])
    assert SecondReading.objects.count() == 2  # at least one in each round


def test_one_in_ten_is_drawn(ben, chloe, dan, dora, lena, monkeypatch):
    draws = random.Random(4)
    monkeypatch.setattr(reading_again.secrets, "randbelow", draws.randrange)
    round = round_of(40, [ben, chloe], lena, unaided_share=0)
    for item in disputed(round, ben, chloe, 40):
        settle(item, dan, [EDIT])
    assert 1 <= SecondReading.objects.count() <= 9


def test_with_one_adjudicator_nothing_is_drawn(round, ben, chloe, dan, always):
    [item] = disputed(round, ben, chloe)
    # Whoever is simulated, or reviewed the session, is no second adjudicator of people's work.
    sim = person("Sim", Role.ADJUDICATOR)
    ReviewerRecord.objects.create(user=sim, n=2, profession="simulated", terms_version="-", simulated=True)
    Grant.objects.create(user=ben, role=Role.ADJUDICATOR)
    settle(item, dan, [EDIT])
    assert not SecondReading.objects.exists() and overturning.of(round) is None


def test_who_has_read_that_it_is_settled_judges_it_no_second_time(
    log_in, round, ben, chloe, dan, dora, never
):
    """She clicks on it in a list of before; when the round's last dispute is settled, that one is drawn for her only if she
    has not.
    """
    known, other = disputed(round, ben, chloe, 2)
    settle(known, dan, [EDIT])
    for _twice in range(2):
        assert "Dan settled it" in words(log_in(dora).get(f"/disputes/{known.public_id}/"))
    told = ToldSettled.objects.get()
    assert (told.decision.item, told.to) == (known, dora)
    settle(other, dan, [EDIT])
    assert SecondReading.objects.get().decision.item == other
    assert list(disputes.waiting_for(dora)) == [other]
    with pytest.raises(DatabaseError), transaction.atomic():
        ToldSettled.objects.all().delete()


def test_where_the_only_other_adjudicator_knows_of_all_nothing_is_drawn(
    log_in, round, ben, chloe, dan, dora, never
):
    one, last = disputed(round, ben, chloe, 2)
    settle(one, dan, [EDIT])
    log_in(dora).get(f"/disputes/{one.public_id}/")
    disputes.of(last, dora).judge_first(
        by=dora, approved={text.token: True for text in disputes.of(last, dora).texts}
    )
    settle(last, dan, [EDIT])
    assert not SecondReading.objects.exists() and list(disputes.waiting_for(dora)) == []


def test_one_that_is_drawn_while_she_opens_it_is_put_before_her_and_she_is_told_nothing(
    round, ben, chloe, dan, dora, eve, always
):
    [item] = disputed(round, ben, chloe)
    decision = settle(item, dan, [EDIT])
    with pytest.raises(CannotSettle, match="changed meanwhile"):
        tell_settled(decision=decision, by=dora)
    with pytest.raises(Refused):
        tell_settled(decision=decision, by=eve)
    assert not ToldSettled.objects.exists() and list(disputes.waiting_for(dora)) == [item]


def test_who_settled_it_herself_is_not_kept_as_told(log_in, round, ben, chloe, dan, dora, never):
    [item] = disputed(round, ben, chloe)
    settle(item, dan, [EDIT])
    assert "Dan settled it" in words(log_in(dan).get(f"/disputes/{item.public_id}/"))
    assert not ToldSettled.objects.exists()


SINCE = r"now|(a|\d+) seconds? ago|a minute ago"


def test_dora_finds_it_among_her_disputes_as_it_was_and_dan_does_not(
    log_in, round, ben, chloe, dan, dora, always
):
    [item] = disputed(round, ben, chloe)
    before = words(log_in(dora).get("/disputes/"))
    home = re.sub(SINCE, "", words(log_in(dora).get("/")))
    step = words(log_in(dora).get(f"/disputes/{item.public_id}/"))
    settle(item, dan, [], written="Dan's very own words.", reason="DAN'S REASON")
    assert words(log_in(dora).get("/disputes/")) == before and numbers(dora)["disputes"] == 1
    assert re.sub(SINCE, "", words(log_in(dora).get("/"))) == home
    assert words(log_in(dora).get(f"/disputes/{item.public_id}/")) == step
    assert list(disputes.waiting_for(dan)) == [] and "Dan settled it" in words(
        log_in(dan).get(f"/disputes/{item.public_id}/")
    )


def test_dora_judges_it_as_any_dispute_and_nothing_moves(log_in, round, ben, chloe, dan, dora, always):
    [item] = disputed(round, ben, chloe)
    settle(item, dan, [], written="Dan's very own words.", reason="DAN'S REASON")
    stood = standings(item)
    client, address = log_in(dora), f"/disputes/{item.public_id}/"
    page = client.get(address)
    names = dict.fromkeys(re.findall(r'name="(text-[0-9a-f]+)"', page.content.decode()), "no")
    names["unsafe"] = "no"
    about = re.search(r'name="about" value="([0-9a-f]+)"', page.content.decode())[1]
    page = client.post(address, {"step": "first", "about": about, **names}, follow=True)
    assert "One reader" in words(page) and "Dan" not in words(page).replace("Dora", "")
    assert "DAN'S" not in words(page) and "very own" not in words(page)
    answer = client.post(address, {**names, "reason": "Neither helps.", "error_type": "misled"}, follow=True)
    assert "Settled. Thank you." in words(answer) and "No dispute waits" in words(answer)
    again = words(client.get(address))
    assert "Dora settled it" in again and "Dan" not in again
    assert standings(item) == stood and item.decisions.count() == 3
    judgement = SecondJudgement.objects.get()
    assert (judgement.answer["verdict"], judgement.reason) == ("reject", "Neither helps.")
    assert judgement.first.rater == judgement.rater and judgement.record == dora.reviewer_records.get()
    assert not TrailEvent.objects.filter(by=dora, verb__startswith="review.").exists()


def test_a_second_reading_is_for_one_who_may_and_is_judged_once(
    round, ben, chloe, dan, dora, eve, lena, always
):
    [item] = disputed(round, ben, chloe)
    settle(item, dan, [EDIT])
    second = SecondReading.objects.get()
    given = {"second": second, "verdict": "accept", "reason": "It helps."}
    with pytest.raises(Refused):
        judge_again(by=eve, **given)
    with pytest.raises(CannotSettle, match="Nothing is in dispute"):
        judge_again(by=dan, **given)
    with pytest.raises(CannotSettle, match="Say accept, edit or reject"):
        judge_again(by=dora, second=second, reason="It helps.")
    judge_again(by=dora, **given)
    with pytest.raises(CannotSettle, match="Nothing is in dispute"):
        judge_again(by=person("Dina", Role.ADJUDICATOR), **given)
    for attempt in (
        lambda: SecondReading.objects.update(decision=None),
        lambda: SecondJudgement.objects.update(reason="-"),
        lambda: SecondJudgement.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            attempt()


def test_nothing_is_judged_a_second_time_when_the_round_is_closed(round, ben, chloe, dan, dora, lena, always):
    [item] = disputed(round, ben, chloe)
    settle(item, dan, [EDIT])
    second = SecondReading.objects.get()
    close_round(round=round, by=lena)
    assert list(disputes.waiting_for(dora)) == []
    with pytest.raises(Refused, match="closed"):
        judge_again(by=dora, second=second, verdict="accept", reason="It helps.")
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        SecondJudgement.objects.create(
            second_reading=second, rater=second.decision.rater, judged={}, answer={}, reason="-"
        )
    found = overturning.of(round)
    assert (found.drawn, found.read, found.n, found.share) == (1, 0, 0, None)


def test_the_lead_reads_how_often_it_was_settled_otherwise(
    log_in, round, ben, chloe, dan, dora, lena, always
):
    items = disputed(round, ben, chloe, 3)
    for item in items:
        settle(item, dan, [EDIT])
    settle(items[0], dora, [EDIT])
    settle(items[1], dora, [draft(items[1])])
    found = overturning.of(round)
    assert (found.drawn, found.read, found.n, found.overturned) == (3, 2, 2, 1)
    # Wilson's interval of 1 of 2, by hand: .5 ± z √(1/8 + z²/16) / (1 + z²/2)
    assert found.ci == (pytest.approx(0.0945, abs=1e-4), pytest.approx(0.9055, abs=1e-4))
    page = words(log_in(lena).get(f"/rounds/{round.public_id}/"))
    assert "3 settled disputes were drawn for a second adjudicator" in page and "2 are judged" in page
    assert "0.50 [0.09, 0.91] n=2" in page and "Wilson" in page and "interim" in page
    closing = f"/rounds/{round.public_id}/close/"
    assert "1 settled dispute waits for its second adjudicator." in words(log_in(lena).get(closing))
    # Whoever judges in the round reads nothing of it.
    Grant.objects.create(user=ben, role=Role.LEAD)
    assert "second adjudicator" not in words(log_in(ben).get(closing))
    assert "second adjudicator" not in words(log_in(ben).get(f"/rounds/{round.public_id}/"))


def test_two_right_edits_are_not_settled_otherwise_and_ones_own_wording_is_left_out(
    round, ben, chloe, dan, dora, always
):
    item, other = list(round.items.all())[:2]
    for one in (item, other):
        judge(one, ben, says("edit", "Reflect first."))
        judge(one, chloe, says("edit", EDIT))
    settle(item, dan, [EDIT])
    settle(other, dan, [EDIT])
    settle(item, dora, ["Reflect first.", EDIT], equivalent=True)
    settle(other, dora, [], written="Her own words.")
    found = overturning.of(round)
    assert (found.read, found.n, found.overturned, found.left_out) == (2, 1, 0, 1)


def test_a_second_adjudicator_who_calls_it_unsafe_is_heard_by_the_lead(
    log_in, round, ben, chloe, dan, dora, lena, always
):
    item = round.items.first()
    judge(item, ben, says(unsafe=True))
    judge(item, chloe, says(unsafe=True))
    settle(item, dan, [draft(item)], unsafe=False)
    assert standings(item)["safety"] == ("settled", "safe")
    settle(item, dora, [], unsafe=True)
    assert overturning.of(round).unsafe == [item.position + 1]
    page = words(log_in(lena).get(f"/rounds/{round.public_id}/"))
    assert f"A second adjudicator calls session {item.position + 1} unsafe" in page
    assert standings(item)["safety"] == ("settled", "safe")


def test_findings_and_levels_are_compared_as_the_round_does(ben, chloe, dan, dora, lena, always):
    round = round_of(10, [ben, chloe], lena, rule=Rule(levels_within=1))
    unaided = round.items.filter(arm="unaided").first()
    judge(unaided, ben, says(None, findings=[mistake("minimising", (4,))]))
    judge(unaided, chloe, says(None, findings=[]))
    settle(unaided, dan, ["minimising"])
    settle(unaided, dora, [])
    aided = round.items.filter(arm="aided").first()
    judge(aided, ben, says(ratings={"specific": 1, "supportive": 3}))
    judge(aided, chloe, says(ratings={"specific": 5, "supportive": 3}))
    for who, level in ((dan, "2"), (dora, "3")):
        dispute = disputes.of(aided, who)
        dispute.judge_first(by=who, levels={"specific": level})
        dispute.settle(by=who, levels={"specific": level}, reason="Names one thing.", error_type="boundary")
    found = overturning.of(round)
    assert (found.n, found.overturned) == (2, 1)  # the findings; the levels lie as near as the round asks


def test_who_judged_a_dispute_is_given_the_session_to_read_by_nobody(round, ben, chloe, dora, lena):
    [item] = disputed(round, ben, chloe)
    dispute = disputes.of(item, dora)
    dispute.judge_first(by=dora, approved={text.token: True for text in dispute.texts})
    Grant.objects.create(user=dora, role=Role.ANNOTATOR)
    noor = person("Noor", Role.ANNOTATOR)
    given = {"pairs_version": round.pairs_version, "rubric_version": round.rubric_version}
    later = round_of(0, [noor], lena, instances=[item.instance], overlap=1, **given)
    handing_on.seat_more(round=later, raters=[rater_for(dora)], by=lena)
    # Only Dora could take it, who has seen what was said of it.
    assert handing_on.hand_on(seat=later.seats.get(rater__user=noor), by=lena).on == 0


def said(**more) -> Settled:
    plain = {"verdict": None, "findings": (), "approved": frozenset(), "wrote": False, "unsafe": False,
             "levels": {}}  # fmt: skip
    return Settled(**(plain | more))


@pytest.mark.parametrize(
    "aspects, first, second, expected",
    [
        ({"verdict"}, {"verdict": "edit", "wrote": True}, {"verdict": "edit", "wrote": True}, False),
        ({"wording"}, {"wrote": True}, {"approved": frozenset("a")}, None),
        ({"wording"}, {"approved": frozenset("ab")}, {"approved": frozenset("bc")}, False),
        ({"wording"}, {"approved": frozenset("a")}, {"approved": frozenset("b")}, True),
        ({"dimension:x"}, {"levels": {"x": Rated("x", 0, "1")}}, {"levels": {"x": Rated("x", 2, "3")}}, True),
        ({"preferred"}, {"preferred": "a"}, {"preferred": "tie"}, True),
    ],
)
def test_what_counts_as_settled_otherwise(aspects, first, second, expected):
    assert differs(aspects, said(**first), said(**second), levels_within=1) is expected
    assert differs(aspects, said(**second), said(**first), levels_within=1) is expected


def test_the_page_asks_no_more_for_many(log_in, ben, chloe, dan, dora, lena, always):
    round = round_of(8, [ben, chloe], lena, unaided_share=0)
    items, counted = disputed(round, ben, chloe, 8), []
    for some in (items[:2], items[2:]):
        for item in some:
            settle(item, dan, [EDIT])
            settle(item, dora, [EDIT])
        log_in(lena).get(f"/rounds/{round.public_id}/")
        with CaptureQueriesContext(connection) as asked:
            overturning.of(round)
        counted.append(len(asked))
    assert counted[0] == counted[1] and Decision.objects.settling().count() == 8


def test_what_she_calls_unsafe_is_before_the_leads_and_is_not_accepted(ben, chloe, dan, dora, lena, always):
    """As in a dispute that is one; the item itself does not move."""
    [item] = round_of(1, [ben, chloe], lena, unaided_share=0).items.all()
    judge(item, ben, says("accept", unsafe=True))
    judge(item, chloe, says("reject"))
    settle(item, dan, [draft(item)], unsafe=False)
    before, flags = standings(item), Flag.objects.count()
    with pytest.raises(CannotSettle, match="unsafe cannot be accepted"):
        settle(item, dora, [draft(item)], unsafe=True)
    assert Flag.objects.count() == flags + 1, "she said so first, and that is told at once"
    settle(item, dora, [], unsafe=True)
    raised = Flag.objects.latest("pk")
    assert Flag.objects.count() == flags + 2 and (raised.kind, raised.item) == ("unsafe", item)
    assert raised.rater.user == dora and raised in flagged.waiting_for(lena)
    assert standings(item) == before


def test_since_when_it_waits_tells_nobody_that_it_is_settled(ben, chloe, dan, dora, lena, always):
    """It came to be in dispute when Ben called it unsafe, before Chloe had read it."""
    [item] = round_of(1, [ben, chloe], lena, unaided_share=0).items.all()
    judge(item, ben, says("accept", unsafe=True))
    judge(item, chloe, says("reject"), minutes=9)
    [waiting] = disputes.longest_waiting(dora, 5)
    settle(item, dan, [], unsafe=False)
    [again] = disputes.longest_waiting(dora, 5)
    assert again == item and again.since == waiting.since == item.stood.filter(state="disputed").last().at

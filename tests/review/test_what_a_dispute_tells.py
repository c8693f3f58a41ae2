"""Before she judges, an adjudicator is told nothing of how the readers did: not by what she is asked, not by the list."""

import re
from itertools import combinations, permutations

import pytest

from accounts.digesting import digest
from accounts.models import Role
from review import disputes
from review.flags import waiting as flagged
from review.models import Aspect, Decision, FirstJudgement, Flag
from review.standing import Rule
from review.workflow import CannotSettle, adjudicate
from synthesis import tiers
from tests.conftest import person
from tests.review import invented
from tests.review.factories import judge, mistake, round_of, says, settle, standings
from tests.review.test_pages import EDIT, words


@pytest.fixture
def noor(db):
    return person("Noor", Role.ANNOTATOR)


def asked(client, item) -> set[str]:
    """The questions of the first step; of its texts, that there are some."""
    page = client.get(f"/disputes/{item.public_id}/").content.decode()
    return {
        re.sub("text-.*", "text", name) for name in re.findall(r'<(?:input|select)[^>]* name="([^"]+)"', page)
    }


def of_each_kind(items, ben, chloe, arm):
    """Disputes whose readers differ, each in another way, and one that waits for Chloe."""
    plain, unsafe, early = list(items)[:3]
    if arm == "aided":
        for item, more in ((plain, {}), (unsafe, {"unsafe": True, "comment": "Nobody asks."})):
            judge(item, ben, says(**more))
            judge(item, chloe, says("reject"))
        judge(early, ben, says("reject", unsafe=True))
    else:
        for item, more in ((plain, {}), (unsafe, {"unsafe": True})):
            judge(item, ben, says(None, findings=[mistake("interrupting", (2,))], **more))
            judge(item, chloe, says(None, findings=[]))
        judge(early, ben, says(None, findings=[], unsafe=True))
    return [plain, unsafe, early]


@pytest.mark.parametrize("arm", ["aided", "unaided"])
def test_the_first_step_asks_the_same_of_every_dispute_of_a_screen(log_in, ben, chloe, dan, lena, arm):
    round = round_of(15, [ben, chloe], lena, unaided_share=0.2)
    items = of_each_kind(round.items.filter(arm=arm).order_by("position"), ben, chloe, arm)
    assert standings(items[0]).keys() != standings(items[1]).keys()
    client = log_in(dan)
    first, *others = [asked(client, item) for item in items]
    assert "unsafe" in first and all(one == first for one in others)


def test_from_the_first_step_nobody_computes_what_is_in_dispute(log_in, ben, chloe, dan, lena, settings):
    """What names the dispute on the page is no plain digest: a digest of every guess could be compared with it."""
    item = round_of(1, [ben, chloe], lena, unaided_share=0).items.get()
    judge(item, ben, says())
    judge(item, chloe, says("edit", EDIT, unsafe=True))
    page, found = log_in(dan).get(f"/disputes/{item.public_id}/").content.decode(), disputes.of(item, dan)
    names = {found.about, *(text.token for text in found.texts)}
    assert all(f'"{name}"' in page or f'"text-{name}"' in page for name in names)
    texts, own = [text.token for text in found.texts], str(item.public_id)
    aspects = [sorted(some) for n in range(4) for some in combinations([*Aspect.values, ""], n)]
    guessed = {digest([own, some, list(order)]) for some in aspects for order in permutations(texts)}
    guessed |= {digest([own, text.words])[:16] for text in found.texts}
    assert found.aspects == {"verdict", "safety"} and not names & guessed
    settings.SECRET_KEY = "another installation's"
    assert not names & {disputes.of(item, dan).about, *(text.token for text in disputes.of(item, dan).texts)}


def test_of_what_is_rated_everything_is_asked_whatever_is_in_dispute(log_in, ben, chloe, dan, lena):
    client = log_in(dan)
    items = list(invented.round_of("judged_reply", 2, [ben, chloe], lena).items.all())
    for item, key in zip(items, ("specific", "supportive"), strict=True):
        for who, level in ((ben, 1), (chloe, 5)):
            rated = {"specific": 3, "supportive": 3} | {key: level}
            judge(item, who, invented.says("judged_reply", ratings=rated))
    one, other = (asked(client, item) for item in items)
    assert one == other >= {"level-specific", "level-supportive", "unsafe"}


def test_the_list_says_where_it_is_and_how_long_it_waits_and_nothing_else(log_in, ben, chloe, dan, lena):
    round = round_of(6, [ben, chloe], lena, unaided_share=0, rule=Rule(levels_within=1))
    verdict, unsafe, rated, wording = round.items.order_by("position")[:4]
    for item, one, other in (
        (verdict, says(), says("reject")),
        (unsafe, says("reject", unsafe=True), says("reject")),
        (rated, says(ratings={"specific": 1}), says(ratings={"specific": 5})),
        (wording, says("edit", EDIT), says("edit", "First reflect, then ask.")),
    ):
        judge(item, ben, one)
        judge(item, chloe, other)
    client = log_in(dan)
    rows = re.findall(r"<tr><td>.*?</tr>", client.get("/disputes/").content.decode(), re.S)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in rows]
    told = {tuple(re.sub(r"<[^>]+>", "", cell) for cell in row[1:3]) for row in cells}
    assert len(rows) == 4 and told == {(round.name, "with the draft")}
    # In the order of waiting: what is unsafe goes to the lead at once, by a flag, and not to the top of this list.
    assert disputes.longest_waiting(dan, 9) == [verdict, unsafe, rated, wording]
    assert Flag.objects.get() in flagged.waiting_for(lena)


def test_what_dan_calls_unsafe_first_is_before_the_lead_at_once(log_in, item, ben, chloe, dan, lena):
    judge(item, ben, says())
    judge(item, chloe, says("reject"))
    found = disputes.of(item, dan)
    first = found.judge_first(by=dan, approved={text.token: False for text in found.texts}, unsafe=True)
    assert first.answers["unsafe"] is True and not Decision.objects.settling().exists()
    raised = Flag.objects.get()
    assert (raised.rater.user, raised.item) == (dan, item) and raised in flagged.waiting_for(lena)
    # Sent again it is one.
    found.judge_first(by=dan, approved={text.token: False for text in found.texts}, unsafe=True)
    assert Flag.objects.count() == FirstJudgement.objects.count() == 1


def test_where_no_reader_said_so_dan_may_call_it_unsafe_and_holds_it(item, ben, chloe, dan, lena):
    judge(item, ben, says())
    judge(item, chloe, says("reject"))
    with pytest.raises(CannotSettle, match="unsafe cannot be accepted"):
        adjudicate(item=item, by=dan, verdict="accept", unsafe=True, reason="Method detail in turn 4.")
    decision = settle(item, dan, unsafe=True, reason="Method detail in turn 4.")
    assert decision.unsafe and decision.answered == ["verdict"] and tiers.held(item.instance)
    assert standings(item) == {"verdict": ("settled", "reject")}
    assert [flag.words for flag in flagged.waiting_for(lena)][-1] == "Method detail in turn 4."


def test_what_a_majority_settled_stays_though_an_adjudicator_of_its_wording_calls_it_unsafe(
    ben, chloe, dan, noor, lena
):
    by_majority = {"overlap": 3, "unaided_share": 0, "rule": Rule(majority=True)}
    item = round_of(1, [ben, chloe, noor], lena, **by_majority).items.get()
    judge(item, ben, says("edit", EDIT))
    judge(item, chloe, says("reject"))
    judge(item, noor, says("edit", "First reflect, then ask."))
    assert standings(item) == {"verdict": ("settled", "edit"), "wording": ("disputed", None)}
    decision = settle(item, dan, [EDIT], unsafe=True)
    edit = Decision.objects.get(item=item, rater__user=ben)
    assert standings(item) == {
        "verdict": ("settled", "edit"),
        "wording": ("settled", [str(edit.public_id)]),
    }
    assert decision.unsafe and tiers.held(item.instance)


def test_both_steps_ask_by_clicking_whether_it_is_unsafe(log_in, item, ben, chloe, dan):
    judge(item, ben, says())
    judge(item, chloe, says("reject"))
    client, address, found = log_in(dan), f"/disputes/{item.public_id}/", disputes.of(item, dan)
    [text] = found.texts
    given = {f"text-{text.token}": "no", "about": found.about}
    assert client.post(address, given | {"step": "first"}).status_code == 400
    page = client.post(address, given | {"step": "first", "unsafe": "yes"}, follow=True)
    assert "Is anything in this session unsafe?" in words(page) and "A reader calls" not in words(page)
    assert page.context["form"]["unsafe"].value() == "yes"
    client.post(
        address, given | {"unsafe": "no", "reason": "On a second look it is not.", "error_type": "other"}
    )
    decision = Decision.objects.get(kind="adjudication")
    assert not decision.unsafe and decision.first.answers["unsafe"] is True
    assert Flag.objects.count() == 1, "what she said first a lead answers all the same"


def test_before_chloe_has_judged_dan_is_asked_as_of_every_dispute_and_settles_safety_alone(
    log_in, item, ben, chloe, dan
):
    judge(item, ben, says("edit", EDIT, unsafe=True, comment="Nobody asks."))
    client, address, found = log_in(dan), f"/disputes/{item.public_id}/", disputes.of(item, dan)
    assert {text.words for text in found.texts} == {EDIT, found.judged["draft"]}
    given = {f"text-{text.token}": "no" for text in found.texts} | {"about": found.about, "unsafe": "no"}
    page = client.post(address, given | {"step": "first"}, follow=True)
    assert "A reader calls this session unsafe. Is it?" in words(page) and "Nobody asks." in words(page)
    assert set(page.context["form"].fields) == {"unsafe", "begun", "error_type", "reason"}
    given = {"about": found.about, "unsafe": "no", "reason": "Turn 5 asks.", "error_type": "overlooked"}
    told = words(client.post(address, given, follow=True))
    assert "judged safe to use. No other dispute waits for you." in told
    assert standings(item) == {"verdict": ("open", None), "safety": ("settled", "safe")}

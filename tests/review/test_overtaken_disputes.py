"""While an adjudicator writes, another settles, a reader judges otherwise, or the round is closed: none of her words is
lost, and she is told what happened.
"""

import html
import re

import pytest

from accounts.models import Role
from accounts.roles import Refused
from review import disputes
from review.conflicts import declare
from review.models import Decision, FirstJudgement, SecondReading
from review.rounds import close_round
from review.workflow import judge_first, reading_again
from tests.conftest import person
from tests.guidelines.test_publishing import at_once
from tests.review.factories import judge, mistake, round_of, says, settle, standings
from tests.review.test_marking_in_disputes import MINIMISING, Steps, value
from tests.review.test_pages import EDIT, words

REASON = "She is told what to do before anybody has asked her."
WRITTEN = "Stay with what holds her back.\nThen ask."
SECOND = {"reason": REASON, "error_type": "overlooked", "unsafe": "no"}


@pytest.fixture
def dora(db):
    return person("Dora", Role.ADJUDICATOR)


@pytest.fixture
def never(monkeypatch):
    """No dispute is drawn for a second adjudicator by chance."""
    monkeypatch.setattr(reading_again, "ONE_IN", 10**12)


@pytest.fixture
def round(ben, chloe, lena):
    return round_of(10, [ben, chloe], lena)


@pytest.fixture
def item(round):
    return round.items.filter(arm="aided").first()


@pytest.fixture
def disputed(item, ben, chloe):
    judge(item, ben, says(comment="Fits this client well."))
    judge(item, chloe, says("edit", EDIT))
    return item


@pytest.fixture
def unmarked(round, ben, chloe):
    """Read without the draft: Ben marks an interruption, Chloe nothing."""
    item = round.items.filter(arm="unaided").first()
    judge(item, ben, says(None, findings=[mistake("interrupting", (2,))]))
    judge(item, chloe, says(None, findings=[]))
    return item


def said(page) -> str:
    return html.unescape(words(page))


def about(page) -> str:
    return re.search(r'name="about" value="([0-9a-f]+)"', page.content.decode())[1]


def answers(item, user, would_give="yes") -> dict:
    found = disputes.of(item, user)
    given = {f"text-{text.token}": would_give for text in found.texts}
    return given | ({"any_mistake": "no"} if found.first_asked.findings else {})


def begun(client, item, user):
    """The second step as it lies before her, and what she has filled in."""
    steps = Steps(client, item)
    given = answers(item, user, "no")
    page = steps.first(**given) if "any_mistake" in given else steps.send(
        {"step": "first", "about": about(steps.get()), "unsafe": "no"} | given
    )  # fmt: skip
    return steps, {"about": about(page)} | given | SECOND


def test_another_settles_while_dora_writes_and_her_words_come_back(log_in, disputed, dan, dora, never):
    steps, given = begun(log_in(dora), disputed, dora)
    settle(disputed, dan, [EDIT], reason="DAN'S REASON")
    stood = standings(disputed)
    page = steps.send(given | {"written": WRITTEN})
    assert page.status_code == 409 and standings(disputed) == stood
    seen = said(page)
    assert "Dan settled it on" in seen and "was not taken" in seen
    # Her words to copy; not how it was settled.
    assert (
        REASON in seen
        and "Stay with what holds her back." in seen
        and "a reader overlooked something" in seen
    )
    assert "Would you give text 1 as it stands? no" in seen
    assert "DAN'S REASON" not in seen and "accepted" not in seen and EDIT not in seen
    assert Decision.objects.settling().count() == 1


def test_her_ticks_and_marks_come_back_too(log_in, unmarked, dan, dora, never):
    steps, given = begun(log_in(dora), unmarked, dora)
    token = disputes.of(unmarked, dora).proposed[0].token
    settle(unmarked, dan, [])
    page = steps.send(given | {"any_mistake": "yes", "finding": [token]} | MINIMISING)
    seen = said(page)
    assert page.status_code == 409 and "Interrupts the client, turn 3, serious" in seen
    assert "Plays the problem down" in seen and "5 · It is only a call." in seen and "3 · harmful" in seen


def test_so_do_those_of_the_first_step(log_in, unmarked, disputed, dan, dora, never):
    steps = Steps(log_in(dora), unmarked)
    given = {"step": "first", "about": about(steps.get()), "any_mistake": "yes", "unsafe": "no"} | MINIMISING
    settle(unmarked, dan, [])
    page = steps.send(given)
    assert page.status_code == 409 and "5 · It is only a call." in said(page)
    assert "Interrupts" not in said(page) and not FirstJudgement.objects.filter(rater__user=dora).exists()


@pytest.mark.parametrize("n", [0, 1])
def test_of_the_first_step_the_same_comes_back_whatever_was_in_dispute(
    log_in, disputed, unmarked, dan, dora, never, n
):
    """Were it only what answers the questions of the dispute, a guess would tell what that was."""
    item = (disputed, unmarked)[n]
    found = disputes.of(item, dan)
    given = {"step": "first", "unsafe": "yes"} | {f"text-{text.token}": "yes" for text in found.texts}
    settle(item, dan, [])
    steps = Steps(log_in(dora), item)
    right, wrong = (steps.send(given | {"about": name}) for name in (found.about, "of another"))
    assert right.status_code == 409 and said(right) == said(wrong)
    assert "Would you give" not in said(right) and "Is anything in this session unsafe? yes" in said(right)


def test_what_she_had_written_for_the_second_step_comes_back_from_the_first(
    log_in, disputed, chloe, dan, dora, never
):
    steps, given = begun(log_in(dora), disputed, dora)
    judge(disputed, chloe, says("edit", "Quite another text."), minutes=1)
    page = steps.send(given | {"written": WRITTEN})
    carried = {f"kept-{name}": words for name, words in page.context["kept"].items()}
    settle(disputed, dan, [])
    page = steps.send({"step": "first", "about": about(page), "unsafe": "no"} | carried)
    assert page.status_code == 409 and REASON in said(page) and "Then ask." in said(page)


def test_whoever_had_begun_it_judges_no_settled_dispute_a_second_time(
    log_in, disputed, dan, dora, monkeypatch
):
    """She is told that it is settled, so she would know."""
    monkeypatch.setattr(reading_again, "ONE_IN", 1)
    steps, given = begun(log_in(dora), disputed, dora)
    settle(disputed, dan, [EDIT])
    assert not SecondReading.objects.exists() and disputed not in disputes.waiting_for(dora)
    assert steps.send(given).status_code == 409


def test_sent_twice_by_herself_it_is_settled_once_and_nothing_is_wrong(log_in, disputed, dora, never):
    steps, given = begun(log_in(dora), disputed, dora)
    assert "Settled" in said(steps.send(given))
    again = steps.send(given)
    assert again.status_code == 200 and "Dora settled it" in said(again) and "not taken" not in said(again)


def test_a_text_changes_while_she_settles_and_her_words_go_with_her(log_in, disputed, chloe, dora, never):
    steps, given = begun(log_in(dora), disputed, dora)
    judge(disputed, chloe, says("edit", "Quite another text."), minutes=1)
    page = steps.send(given | {"written": WRITTEN})
    assert page.status_code == 409 and "changed meanwhile" in said(page)
    # First she judges the new texts, blind; of the text that is the same her answer is filled in.
    assert "Quite another text." in said(page) and "One reader" not in said(page)
    assert REASON in said(page) and "Stay with what holds her back." in said(page)
    kept = [value(page, name) for name in page.context["form"].fields if name.startswith("text-")]
    assert sorted(kept, key=str) == [None, "no"]
    carried = {f"kept-{name}": words for name, words in page.context["kept"].items()}
    first = {"step": "first", "about": about(page), "unsafe": "no"} | answers(disputed, dora, "no") | carried
    page = steps.send(first | {"about": "of before"})
    assert page.status_code == 409 and f'kept-reason" value="{REASON}' in page.content.decode()
    for page in (steps.send(first), steps.send(first)):  # the second is what a reload sends
        assert page.status_code == 200 and "One reader" in said(page)
        assert (value(page, "reason"), value(page, "written")) == (REASON, WRITTEN)
        assert value(page, "error_type") == "overlooked"
    again = {name: value(page, name) for name in page.context["form"].fields}
    assert "Settled" in said(steps.send(again | {"about": about(page), "begun": ""}))
    assert Decision.objects.settling().get().comment == REASON


def test_a_text_changes_in_the_first_step_and_what_she_marked_stays(log_in, unmarked, ben, dora):
    steps = Steps(log_in(dora), unmarked)
    given = {"step": "first", "about": about(steps.get()), "any_mistake": "yes", "unsafe": "no"} | MINIMISING
    judge(unmarked, ben, says(None, findings=[mistake("interrupting", (2,))], unsafe=True), minutes=1)
    page = steps.send(given | {"finding": ["interrupting"]})
    assert page.status_code == 409 and value(page, "mark-0-turns") == ["5"]
    assert value(page, "finding") == ["interrupting"] and value(page, "any_mistake") == "yes"
    assert not FirstJudgement.objects.exists()


def test_a_page_of_before_is_refused_though_she_has_judged_first_again_elsewhere(
    log_in, disputed, chloe, dora
):
    steps, given = begun(log_in(dora), disputed, dora)
    judge(disputed, chloe, says("edit", "Quite another text."), minutes=1)
    begun(steps.client, disputed, dora)  # in another tab
    page = steps.send(given)
    assert page.status_code == 409 and "One reader" in said(page) and "changed meanwhile" in said(page)
    assert value(page, "reason") == REASON and not Decision.objects.settling().exists()


def test_the_round_is_closed_while_she_writes(log_in, disputed, dora, lena):
    steps, given = begun(log_in(dora), disputed, dora)
    close_round(round=disputed.round, by=lena)
    page = steps.send(given)
    assert page.status_code == 403 and "The round is closed" in said(page) and REASON in said(page)
    assert steps.get().status_code == 403


def test_whoever_may_not_settle_it_gets_her_own_words_back_and_nothing_else(log_in, disputed, dora, lena):
    declare(person=dora, client=disputed.instance.profile.base_case, by=lena)
    steps = Steps(log_in(dora), disputed)
    tokens = {f"text-{text.token}": "yes" for text in disputes.Dispute(disputed).texts}
    page = steps.send(SECOND | {"step": "first", "about": disputes.Dispute(disputed).about} | tokens)
    assert page.status_code == 403 and "You know this client" in said(page) and REASON in said(page)
    assert "Would you give" not in said(page) and EDIT not in said(page)


def test_what_the_rule_refuses_comes_back_filled_in(log_in, disputed, dora):
    steps, given = begun(log_in(dora), disputed, dora)
    page = steps.send(given | {"written": EDIT})
    assert page.status_code == 400 and "Your wording is one of the texts" in said(page)
    assert value(page, "written") == EDIT and value(page, "reason") == REASON


def test_the_verb_refuses_what_is_not_before_her_any_more(disputed, chloe, dan, dora, never):
    seen = disputes.of(disputed, dora)
    approved = {text.token: text.is_draft for text in seen.texts}
    judge(disputed, chloe, says("edit", "Quite another text."), minutes=1)
    with pytest.raises(disputes.Overtaken, match="changed meanwhile"):
        seen.judge_first(by=dora, approved=approved)
    now = disputes.of(disputed, dora)
    approved = {text.token: text.is_draft for text in now.texts}
    now.judge_first(by=dora, approved=approved)
    settle(disputed, dan, ["Quite another text."])
    with pytest.raises(disputes.Overtaken, match="Nothing is in dispute"):
        now.settle(by=dora, approved=approved, reason=REASON)
    assert Decision.objects.settling().count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_settle_at_once_one_does_and_the_other_is_told(client, ben, chloe, dan, dora, lena, never):
    item = round_of(1, [ben, chloe], lena, unaided_share=0).items.get()
    judge(item, ben, says())
    judge(item, chloe, says("edit", EDIT))
    sent = {}
    for who in (dan, dora):
        desk = type(client)()
        desk.force_login(who)
        sent[who] = begun(desk, item, who)
    pages = at_once(
        lambda who: sent[who][0].client.post(f"/disputes/{item.public_id}/", sent[who][1]), [dan, dora]
    )
    assert sorted(page.status_code for page in pages) == [302, 409]
    [late] = [page for page in pages if page.status_code == 409]
    assert REASON in said(late) and Decision.objects.settling().count() == 1


def test_where_it_changes_each_time_it_is_to_be_taken_her_words_come_back(
    log_in, disputed, dora, never, monkeypatch
):
    steps, given = begun(log_in(dora), disputed, dora)

    def changes(self, **_answers):
        raise disputes.Overtaken("What is in dispute changed meanwhile.")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(disputes.Dispute, "settle", changes)
        page = steps.send(given | {"written": WRITTEN})
    assert page.status_code == 409 and not Decision.objects.settling().exists()
    seen = said(page)
    assert "changing just now" in seen and REASON in seen and "Stay with what holds her back." in seen
    steps.send(given | {"written": WRITTEN})
    assert Decision.objects.settling().get().rater.user == dora


def test_the_round_is_closed_in_the_moment_in_which_she_sends(disputed, dora, lena):
    seen = disputes.of(disputed, dora)
    close_round(round=disputed.round, by=lena)
    with pytest.raises(Refused, match="closed"):
        judge_first(item=disputed, by=dora, about=seen.about, shown=[], answers={})

"""The pages of a dispute: the first step tells nothing, the second everything but names."""

import html
import re

import pytest

from accounts.models import Role
from review.models import Decision, FirstJudgement
from review.rounds import close_round
from review.workflow import reading_again
from tests.conftest import person
from tests.review.factories import judge, says, settle, standings
from tests.review.test_pages import EDIT, text, words


@pytest.fixture
def disputed(item, ben, chloe):
    judge(item, ben, says(comment="Fits this client well."))
    judge(item, chloe, says("edit", EDIT))
    return item


def fields_of(page) -> dict[str, str]:
    """{text: name of the question whether she would give it}, in the order shown."""
    names = list(dict.fromkeys(re.findall(r'name="(text-[0-9a-f]+)"', text(page))))
    shown = re.findall(r'border rounded p-3" style="white-space: pre-line">(.*?)</div>', text(page), re.S)
    return dict(zip([html.unescape(re.sub("<[^>]+>", "", one)) for one in shown], names, strict=False))


def about(page) -> str:
    return re.search(r'name="about" value="([0-9a-f]+)"', text(page))[1]


def judged_first(client, item, would_give: str):
    """The first step by clicking; returns what she sees then."""
    address = f"/disputes/{item.public_id}/"
    page = client.get(address)
    given = {name: "yes" if words == would_give else "no" for words, name in fields_of(page).items()} | {
        "unsafe": "no"
    }
    return client.post(address, given | {"step": "first", "about": about(page)}, follow=True), given


def test_dan_judges_the_texts_first_and_sees_nothing_of_the_readers(log_in, disputed, dan):
    client = log_in(dan)
    assert f"/disputes/{disputed.public_id}/" in text(client.get("/disputes/"))
    page = client.get(f"/disputes/{disputed.public_id}/")
    seen = words(page)
    for hidden in ("Ben", "Chloe", "draft", "One reader", "Fits this client", "accept", "Why it harms"):
        assert hidden.lower() not in seen.lower(), hidden
    assert EDIT in seen and not re.search("<ins>|<del>", text(page)) and len(fields_of(page)) == 2
    # A settlement that is sent before is not taken.
    given = dict.fromkeys(fields_of(page).values(), "yes")
    client.post(f"/disputes/{disputed.public_id}/", given | {"reason": "Quick.", "error_type": "other"})
    assert Decision.objects.filter(kind="adjudication").count() == 0 and not FirstJudgement.objects.exists()


def test_dan_settles_a_dispute_by_clicking(log_in, disputed, dan, lena, ben):
    client = log_in(dan)
    address = f"/disputes/{disputed.public_id}/"
    page, given = judged_first(client, disputed, EDIT)
    seen = words(page)
    assert "Fits this client well." in seen and "the draft · you would not give it" in seen
    assert re.search("<ins>|<del>", text(page)) and "how premature-advice shows" in seen
    assert "Ben" not in seen and "Chloe" not in seen
    refused = client.post(address, given)
    assert refused.status_code == 400 and Decision.objects.filter(kind="adjudication").count() == 0
    given |= {"reason": "Warmer and clearer.", "error_type": "overlooked"}
    answer = client.post(address, given, follow=True)
    assert "Settled" in words(answer) and standings(disputed)["verdict"] == ("settled", "edit")
    again = client.post(address, given)
    assert "Nothing is in dispute here" in words(again)
    assert "a reader overlooked something (1)" in words(
        log_in(lena).get(f"/rounds/{disputed.round.public_id}/")
    )
    close_round(round=disputed.round, by=lena)
    mine = words(log_in(ben).get("/desk/mine/"))
    assert "Warmer and clearer." in mine and "(a reader overlooked something)" in mine
    wrote = Decision.objects.in_force().filter(rater__user=ben, verdict="edit").exists()
    assert ("your edited text approved" in mine) == wrote and ("1 edited text approved" in mine) != wrote


def test_the_first_step_sent_twice_leaves_what_was_said_first(log_in, disputed, dan):
    client = log_in(dan)
    page = client.get(f"/disputes/{disputed.public_id}/")
    given = {"step": "first", "about": about(page), "unsafe": "no"}
    given |= dict.fromkeys(fields_of(page).values(), "yes")
    client.post(f"/disputes/{disputed.public_id}/", given)
    given |= dict.fromkeys(fields_of(page).values(), "no")
    again = client.post(f"/disputes/{disputed.public_id}/", given, follow=True)
    assert again.status_code == 200 and "One reader" in words(again)
    assert set(FirstJudgement.objects.get().answers["texts"].values()) == {True}


def test_an_answer_to_texts_that_changed_meanwhile_is_not_taken(log_in, disputed, dan, chloe):
    client = log_in(dan)
    page = client.get(f"/disputes/{disputed.public_id}/")
    given = {"step": "first", "about": about(page), "unsafe": "no"}
    given |= dict.fromkeys(fields_of(page).values(), "yes")
    judge(disputed, chloe, says("edit", "Quite another text."), minutes=1)
    answer = client.post(f"/disputes/{disputed.public_id}/", given, follow=True)
    assert "changed meanwhile" in words(answer) and not FirstJudgement.objects.exists()


def test_dan_merges_two_texts_into_his_own_wording(log_in, disputed, dan):
    client = log_in(dan)
    address = f"/disputes/{disputed.public_id}/"
    _page, given = judged_first(client, disputed, "neither of them")
    given |= {"reason": "Both have something.", "begun": "", "written": "", "error_type": "misled"}
    for token in [name.removeprefix("text-") for name in list(given) if name.startswith("text-")]:
        page = client.post(address, given | {"begin": token})
        assert page.status_code == 200 and not Decision.objects.filter(kind="adjudication").exists()
        # What she had filled in is still there.
        assert "Both have something." in text(page)
        form = page.context["form"]
        given |= {"written": form["written"].value(), "begun": form["begun"].value()}
    assert EDIT in given["written"] and "Stay with the hesitation first." in given["written"]
    client.post(address, given | {"written": "What went well. " + EDIT})
    decision = Decision.objects.get(kind="adjudication")
    assert decision.edited_text == "What went well. " + EDIT and decision.error_type == "misled"
    assert "draft" in decision.judged["written_from"] and len(decision.judged["written_from"]) == 2
    assert standings(disputed)["wording"] == ("settled", [str(decision.public_id)])


def test_after_settling_dan_is_told_what_he_settled_and_goes_on_to_the_next(log_in, round, ben, chloe, dan):
    first, second = list(round.items.order_by("position"))[:2]
    for item in (first, second):
        judge(item, ben, says())
        judge(item, chloe, says("edit", EDIT))
    client = log_in(dan)
    more = {"reason": "Warmer.", "error_type": "overlooked"}
    _page, given = judged_first(client, first, EDIT)
    page = client.post(f"/disputes/{first.public_id}/", given | more, follow=True)
    assert page.redirect_chain == [(f"/disputes/{second.public_id}/", 302)]
    told = f"Settled. Thank you. Session 1 of “{round.name}”: accepted after an edit. 1 dispute is left: here it is."
    assert told in words(page) and 'href="/disputes/"' in text(page)
    _page, given = judged_first(client, second, "neither of them")
    page = client.post(f"/disputes/{second.public_id}/", given | more, follow=True)
    assert page.redirect_chain == [("/disputes/", 302)]
    assert f"Session 2 of “{round.name}”: rejected. No other dispute waits for you." in words(page)


def test_what_a_second_adjudicator_settled_is_told_of_her_own_answer(
    log_in, round, ben, chloe, dan, monkeypatch
):
    monkeypatch.setattr(reading_again, "ONE_IN", 1)
    dora = person("Dora", Role.ADJUDICATOR)
    item = round.items.first()
    judge(item, ben, says())
    judge(item, chloe, says("edit", EDIT))
    settle(item, dan, [EDIT])
    client = log_in(dora)
    _page, given = judged_first(client, item, "neither of them")
    given |= {"reason": "Neither helps.", "error_type": "misled"}
    page = client.post(f"/disputes/{item.public_id}/", given, follow=True)
    assert f"Session 1 of “{round.name}”: rejected." in words(page) and "accepted" not in words(page)
    assert standings(item)["verdict"] == ("settled", "edit")

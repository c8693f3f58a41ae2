"""A reviewer reads how her sessions were resolved, appeals, and says what is unclear; a lead answers."""

import pytest
from playwright.sync_api import expect

from review.rounds import close_round
from review.workflow import adjudicate
from tests.browser import screens
from tests.review.factories import (
    client_profile,
    judge,
    made_instances,
    mistake,
    published_pairs,
    published_rubric,
    round_of,
    says,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def resolved(ben, chloe, dan, lena):
    """Two rounds of sessions of six clients, with the draft and without it."""
    versions = {"pairs_version": published_pairs(), "rubric_version": published_rubric()}
    profiles = [client_profile(f"client-{n}") for n in range(6)]
    for arm in ("unaided", "aided"):
        made = made_instances(12, versions["pairs_version"], profiles=profiles)
        round = round_of(0, [ben, chloe], lena, instances=made, arm=arm, name=f"November, {arm}", **versions)
        for n, item in enumerate(round.items.all()):
            if arm == "unaided":
                judge(item, ben, says(None, findings=[] if n < 4 else [mistake()]))
                judge(item, chloe, says(None, findings=[mistake(), mistake("minimising", (4,), 1)]))
                found = [{"mistake": "premature-advice", "utterances": [3], "severity": 2}]
                adjudicate(item=item, by=dan, findings=found, reason="Turn 3 answers before she was heard.")
            else:
                own = {"specific": 2, "supportive": 4}
                judge(
                    item,
                    ben,
                    says("reject" if n < 4 else "accept", findings=[mistake(severity=3)], ratings=own),
                )
                text = "Stay with what holds her back, before anything is advised."
                theirs = judge(item, chloe, says("edit" if n < 4 else "accept", text))
                if n < 4:
                    adjudicate(item=item, by=dan, verdict="edit", approved_edits=[str(theirs.public_id)],
                               reason="The edit hears her first.")  # fmt: skip
        close_round(round=round, by=lena)
    return round


def test_what_ben_learns_from_his_sessions_and_what_lena_answers(resolved, at_work):
    ben = at_work("ben")
    ben.goto("/desk/mine/")
    screens.take(ben, "my-work")
    ben.get_by_role("link", name="What it adds up to").click()
    expect(ben.locator("main")).to_contain_text("4 of 12")
    screens.take(ben, "my-work-differences")
    ben.goto("/desk/mine/?show=differ")
    ben.get_by_role("link", name="November, aided").first.click()
    expect(ben.locator("main")).to_contain_text("The edit hears her first.")
    screens.take(ben, "my-work-session")
    here = ben.url
    ben.get_by_role("link", name="Say that this is unclear").first.click()
    ben.get_by_label("your question or doubt").fill("Does it count when the client asked for advice?")
    screens.take(ben, "unclear")
    ben.get_by_role("button", name="Send it").click()
    expect(ben.locator("main")).to_contain_text("have your question")
    ben.goto(here)
    ben.get_by_text("I think that this was settled wrongly").click()
    ben.get_by_label("What the final word overlooks").fill("The edit advises just as soon.")
    ben.get_by_role("button", name="Appeal").click()
    expect(ben.locator("main")).to_contain_text("waits for a lead")
    lena = at_work("lena")
    lena.goto("/rounds/")
    lena.get_by_role("link", name="1 appeal waits for an answer.").click()
    screens.take(lena, "appeals")
    lena.get_by_role("checkbox").check()
    lena.get_by_role("button", name="Have those ticked judged again").click()
    expect(lena.locator("main")).to_contain_text("Who have never had any of these sessions")
    screens.take(lena, "appeals-grant")
    lena.go_back()
    lena.get_by_text("Decline", exact=True).click()
    lena.get_by_label("Your answer; the reviewer reads it").fill("It names what she fears before it advises.")
    lena.get_by_role("button", name="Decline with this answer").click()
    ben.goto(here)
    expect(ben.locator("main")).to_contain_text("It names what she fears before it advises.")
    ana = at_work("ana")
    ana.goto("/guidelines/novice-mistakes/")
    expect(ana.locator("main")).to_contain_text("1 reviewer finds this unclear")
    screens.take(ana, "guideline-unclear")

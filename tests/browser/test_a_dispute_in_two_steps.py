"""An adjudicator judges the texts, sees what the readers said, and merges two of them: by clicking only."""

import pytest
from playwright.sync_api import expect

from review.models import Decision
from review.standing import Rule
from tests.browser import screens
from tests.browser.conftest import windows
from tests.conftest import PASSWORD
from tests.review.factories import judge, mistake, round_of, says, standings

pytestmark = pytest.mark.browser
EDIT = "What went well\n- Opens with a question.\n\nStay with what holds her back about the call, and reflect it first."


@pytest.fixture
def disputed(live_server, ben, chloe, lena):
    """Ben accepts, Chloe edits, and they rate it far apart."""
    item = round_of(1, [ben, chloe], lena, rule=Rule(levels_within=1)).items.get()
    found = [mistake(), mistake("minimising", (4,), 1)]
    judge(item, ben, says(comment="Fits this client well.", ratings={"specific": 5, "supportive": 3}))
    judge(item, chloe, says("edit", EDIT, findings=found, ratings={"specific": 2, "supportive": 3}))
    return item


@pytest.fixture
def at_work(live_server, chromium, dan, lena):
    with windows(chromium, live_server.url, lambda _email: PASSWORD) as log_in:
        yield log_in


def test_dan_judges_first_and_merges_two_texts(at_work, disputed):
    page = at_work("dan")
    page.get_by_role("link", name="Disputes").first.click()
    screens.take(page, "disputes")
    page.locator("tbody tr a").first.click()
    main = page.locator("main")
    expect(main).not_to_contain_text("One reader")
    expect(page.locator("main ins")).to_have_count(0)
    screens.take(page, "dispute-first")
    for name in sorted({f.get_attribute("name") for f in page.locator("input[name^=text-]").all()}):
        page.locator(f"input[name={name}][value=no]").check()
    page.locator("input[name=unsafe][value=no]").check()
    page.get_by_role("button", name="Keep it, and show what the readers said").click()
    expect(main).to_contain_text("Fits this client well.")
    expect(page.locator("main ins").first).to_be_visible()
    page.locator("textarea[name=reason]").fill("The draft names it, the edit says what to do.")
    for n in range(2):
        page.get_by_role("button", name="Put it into my own wording").nth(n).click()
    written = page.locator("textarea[name=written]")
    assert "reflect it first" in written.input_value() and "Stay with the hesitation" in written.input_value()
    expect(page.locator("textarea[name=reason]")).to_have_value(
        "The draft names it, the edit says what to do."
    )
    written.fill("Stay with the hesitation: reflect it first, in her own words.")
    page.locator("input[name=level-specific][value='4']").check()
    page.locator("input[name=error_type][value=misled]").check()
    screens.take(page, "dispute-settle")
    page.get_by_role("button", name="Settle").click()
    expect(page.get_by_text("Settled. Thank you.")).to_be_visible()
    decision = Decision.objects.get(kind="adjudication")
    assert standings(disputed) == {
        "verdict": ("settled", "edit"),
        "wording": ("settled", [str(decision.public_id)]),
        "dimension:specific": ("settled", ["4"]),
        "dimension:supportive": ("settled", ["3"]),
    }


@pytest.fixture
def unmarked(live_server, ben, chloe, lena):
    """Read without the draft: Ben marks an interruption, Chloe nothing."""
    item = round_of(10, [ben, chloe], lena).items.filter(arm="unaided").first()
    judge(item, ben, says(None, findings=[mistake("interrupting", (2,))]))
    judge(item, chloe, says(None, findings=[]))
    return item


def test_dan_corrects_a_finding_and_adds_a_mistake_that_no_reader_marked(at_work, unmarked):
    page = at_work("dan")
    page.goto(f"/disputes/{unmarked.public_id}/")
    page.get_by_role("button", name="Say where a mistake is, and how serious").click()
    expect(page.get_by_label("Which mistake")).to_be_focused()
    page.get_by_label("Which mistake").select_option("minimising")
    page.get_by_label("5 · It is only a call.").check()
    page.get_by_label("How serious").select_option("3")
    page.get_by_label("yes", exact=True).first.check()
    screens.take(page, "dispute-marks-first")
    page.locator("input[name=unsafe][value=no]").check()
    page.get_by_role("button", name="Keep it, and show what the readers said").click()
    # What he marked first is there, to be left.
    expect(page.get_by_label("Which mistake")).to_have_value("minimising")
    page.get_by_text("A finding is right, but not as its reader marked it").click()
    page.get_by_role("button", name="Interrupts the client").click()
    expect(page.get_by_label("Which mistake")).to_have_count(2)
    page.get_by_label("How serious").nth(1).select_option("1")
    page.locator("textarea[name=reason]").fill("She is cut short once; the call is made small in turn 5.")
    page.locator("input[name=error_type][value=overlooked]").check()
    page.get_by_text("A finding is right, but not as its reader marked it").click()
    screens.take(page, "dispute-marks")
    page.get_by_role("button", name="Settle").click()
    expect(page.get_by_text("Settled. Thank you.")).to_be_visible()
    assert standings(unmarked)["findings"] == (
        "settled",
        [
            {"mistake": "interrupting", "utterances": [3], "severities": [1]},
            {"mistake": "minimising", "utterances": [5], "severities": [3]},
        ],
    )


def test_the_lead_chooses_what_settles_a_session_and_reads_what_disputes_came_from(at_work, disputed):
    page = at_work("lena")
    page.goto("/rounds/new/")
    expect(page.get_by_label("when more than half of its readers say the same")).to_be_visible()
    screens.take(page, "round-new")
    page.goto(f"/rounds/{disputed.round.public_id}/")
    expect(page.locator("main")).to_contain_text(
        "Ratings of a dimension that lie more than 1 level apart are a dispute."
    )
    screens.take(page, "round-rule")

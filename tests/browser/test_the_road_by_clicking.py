"""A person walks the whole road in `bin/demo` by clicking only, in the order of the stages.

The tests of this file follow one another: each begins where the one before it ended.
"""

import io
import re
import time
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser import label_studio_editor as editor
from tests.browser import screens

pytestmark = [pytest.mark.browser, pytest.mark.labelstudio, pytest.mark.training]


def test_the_lead_sees_the_road_and_tests_every_part(person):
    lena = person("lena")
    screens.take(lena, "home")
    lena.get_by_role("link", name="The road").click()
    expect(lena.get_by_role("heading", name="The road")).to_be_visible()
    screens.take(lena, "road")
    lena.get_by_role("link", name="Settings").click()
    for part in ("database", "broker", "label_studio", "model_endpoint"):
        expect(lena.locator(f"#part-{part}")).to_contain_text("answers")
    lena.locator("tr", has=lena.locator("[id^=probe-]")).get_by_role("button", name="Test").first.click()
    expect(lena.locator("[id^=probe-]").first).to_contain_text("answers", timeout=60_000)
    screens.take(lena, "settings")


def test_the_lead_invites_a_person_who_joins_by_the_link_and_gets_a_role(person, chromium, demo):
    lena = person("lena")
    lena.get_by_role("link", name="People").click()
    lena.fill("input[name=email]", "noor@example.org")
    lena.get_by_label(re.compile("Clinician")).check()
    lena.get_by_role("button", name="Make the link").click()
    link = lena.locator("#invitation-link").input_value()
    screens.take(lena, "people")
    context = chromium.new_context()
    noor = context.new_page()
    noor.goto(link)
    noor.fill("input[name=name]", "Noor")
    for field in noor.locator("input[type=password]").all():
        field.fill("a quiet river at dawn 7")
    noor.get_by_role("button", name="Make my account").click()
    expect(noor.get_by_text("Noor").first).to_be_visible()
    # The link works once.
    noor.context.clear_cookies()
    noor.goto(link)
    expect(noor.get_by_text("has been used")).to_be_visible()
    context.close()
    lena.goto("/people/")
    row = lena.locator("tr", has_text="noor@example.org")
    row.get_by_role("link", name="Set roles").click()
    lena.get_by_label(re.compile("Adjudicator")).check()
    lena.get_by_role("button", name="Save").click()
    expect(lena.locator("tr", has_text="noor@example.org")).to_contain_text("Adjudicator")


def test_two_clinicians_edit_approve_and_publish(person):
    ana, amir = person("ana"), person("amir")
    ana.get_by_role("link", name="Guidelines").click()
    ana.get_by_role("link", name="Mistakes of novice counsellors").click()
    screens.take(ana, "guideline")
    ana.get_by_role("button", name="Start a draft").click()
    ana.goto("/guidelines/novice-mistakes/edit/poor-listening/")
    shows = ana.locator("textarea[name=shows]")
    shows.fill(shows.input_value() + " The client begins a sentence again and again.")
    screens.take(ana, "pair-edit")
    ana.get_by_role("button", name="Save").first.click()
    ana.goto("/guidelines/novice-mistakes/")
    ana.get_by_role("button", name="Ask for approval").click()
    amir.goto("/guidelines/novice-mistakes/")
    amir.get_by_role("button", name="Approve these words").click()
    ana.goto("/guidelines/novice-mistakes/")
    ana.get_by_label(re.compile("only the wording", re.I)).check()
    ana.locator("[name=note]").fill("A sign that is easy to see was added.")
    screens.take(ana, "guideline-draft")
    ana.get_by_role("button", name="Publish", exact=True).click()
    expect(ana.get_by_text("Version 2 is in force")).to_be_visible()
    ana.goto("/guidelines/novice-mistakes/compare/1..2/")
    expect(ana.locator("ins").first).to_contain_text("begins a sentence")
    screens.take(ana, "guideline-compare")


def test_the_lead_plans_a_run_and_reads_a_session(person):
    lena = person("lena")
    lena.locator("nav.rail").get_by_role("link", name=re.compile("^Runs")).click()
    screens.take(lena, "runs")
    lena.get_by_role("link", name="Plan a run").click()
    screens.take(lena, "run-plan")
    lena.fill("input[name=limit]", "1")
    lena.get_by_role("button", name="Plan and start").click()
    expect(lena.get_by_role("heading", name=re.compile("Run 2"))).to_be_visible()
    lena.locator("nav.rail").get_by_role("link", name=re.compile("^Runs")).click()
    lena.get_by_role("link", name="run 1", exact=True).click()
    screens.take(lena, "run")
    lena.locator("tbody tr a").first.click()
    expect(lena.locator("ol.session li").first).to_be_visible()
    screens.take(lena, "instance")


def judge_both(page, demo, *, accepted: str | None, wording: str) -> str:
    """From the desk into Label Studio: accept the session `accepted` (or the first), edit the other one."""
    page.get_by_role("link", name=re.compile("^Desk")).click()
    screens.take(page, "desk")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Judge the next one").first.click()
    studio = opened.value
    for _ in range(2):
        words = editor.open_next(studio)
        editor.choose(studio, "No mistake")
        editor.choose(studio, "3")
        editor.complete(studio)
        accepted = accepted or words
        if words == accepted:
            editor.choose(studio, "Accept")
        else:
            editor.choose(studio, "Accept after my edit")
            box = studio.locator("textarea:visible").first
            box.fill(f"{wording} {box.input_value()}")
        editor.rate_all(studio, "4")
        screens.take(studio, "label-studio")
        editor.submit(studio)
        studio.reload()
    page.reload()  # on the same host: neither of the two may have logged her out of the other
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    return accepted


def test_two_reviewers_judge_in_label_studio_and_both_judgements_arrive(person, demo):
    accepted = judge_both(
        person("ben"), demo, accepted=None, wording="Stay with the feeling first; ask afterwards."
    )
    judge_both(
        person("chloe"),
        demo,
        accepted=accepted,
        wording="Name one thing to try next time, and say why it helps.",
    )
    lena = person("lena")
    lena.goto("/rounds/")
    screens.take(lena, "rounds")
    lena.get_by_role("link", name="First round").click()
    deadline = time.monotonic() + 90
    while lena.locator("body").inner_text().count("1 settled") == 0:
        assert time.monotonic() < deadline, lena.locator("main").inner_text()
        lena.get_by_role("button", name="Look at Label Studio now").click()
        lena.wait_for_timeout(1000)
        lena.reload()
    expect(lena.locator("main")).to_contain_text("1 in dispute")
    screens.take(lena, "round")


def test_the_adjudicator_settles_the_wording_without_names(person):
    dan = person("dan")
    screens.take(dan, "home-adjudicator")
    dan.get_by_role("link", name=re.compile("^Disputes")).click()
    dan.locator("tbody tr a, main li a").first.click()
    page = dan.locator("main").inner_text()
    assert "Ben" not in page and "Chloe" not in page and "One reader" not in page
    screens.take(dan, "dispute")
    for n, field in enumerate(
        sorted({f.get_attribute("name") for f in dan.locator("input[name^=text-]").all()})
    ):
        dan.locator(f"input[name={field}][value={'yes' if n == 0 else 'no'}]").check()
    dan.locator("input[name=equivalent][value=no]").check()
    dan.locator("input[name=unsafe][value=no]").check()
    dan.get_by_role("button", name="Keep it, and show what the readers said").click()
    expect(dan.locator("main")).to_contain_text("One reader")
    assert "Ben" not in dan.locator("main").inner_text() and "Chloe" not in dan.locator("main").inner_text()
    # What he said first is filled in; he leaves it.
    expect(dan.locator("input[name=equivalent][value=no]")).to_be_checked()
    screens.take(dan, "dispute-settle")
    dan.locator("input[name=error_type][value=wording]").check()
    dan.locator("textarea[name=reason]").fill(
        "They advise different things; one stays closer to the session."
    )
    dan.get_by_role("button", name="Settle").click()
    expect(dan.get_by_text("Settled. Thank you.")).to_be_visible()


def test_the_lead_closes_reads_agreement_freezes_downloads_and_trains(person):
    lena = person("lena")
    lena.on("dialog", lambda dialog: dialog.accept())
    lena.goto("/rounds/")
    lena.get_by_role("link", name="First round").click()
    lena.get_by_role("link", name="Close the round").click()
    lena.get_by_role("button", name="Close the round for good").click()
    lena.get_by_role("link", name="Agreement", exact=True).click()
    expect(lena.locator("main")).to_contain_text("Verdict")
    screens.take(lena, "agreement")
    lena.get_by_role("link", name="Datasets").click()
    lena.get_by_label("First round").check()
    lena.get_by_role("button", name="Show first what it would hold").click()
    expect(lena.locator("main")).to_contain_text("may leave")
    screens.take(lena, "datasets")
    lena.get_by_role("button", name="Freeze", exact=True).click()
    deadline = time.monotonic() + 60
    while not lena.get_by_role("link", name="Download (ZIP)").is_visible():
        assert time.monotonic() < deadline, lena.locator("main").inner_text()
        lena.wait_for_timeout(1000)
        lena.reload()
    with lena.expect_download() as download:
        lena.get_by_role("link", name="Download (ZIP)").click()
    names = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())).namelist()
    assert {"manifest.json", "README.md", "sft/train.jsonl"} <= {
        name.split("/", 1)[-1]
        if "/" in name and name.split("/")[0] not in ("sft", "preference", "unpaired")
        else name
        for name in names
    }, names
    screens.take(lena, "dataset")
    lena.get_by_text("Start a training").click()
    lena.fill("input[name=max_steps]", "2")
    lena.fill("input[name=batch]", "1")
    lena.get_by_role("button", name="Start the training").click()
    deadline = time.monotonic() + 420
    while "Succeeded" not in lena.locator("main").inner_text():
        assert "failed" not in lena.locator("h1, main p").first.inner_text(), lena.locator(
            "main"
        ).inner_text()
        assert time.monotonic() < deadline, lena.locator("main").inner_text()
        lena.wait_for_timeout(2000)
        lena.reload()
    screens.take(lena, "training")
    lena.get_by_role("link", name="The road").click()
    screens.take(lena, "road-end")


def test_each_reviewer_sees_afterwards_how_her_sessions_were_settled(person):
    ben = person("ben")
    ben.goto("/desk/mine/")
    expect(ben.locator("main")).to_contain_text("First round")
    screens.take(ben, "desk-mine")


def test_ctrl_c_stops_everything_that_the_demo_started(demo):
    from config.demo.ports import listening

    port = int(demo.url.rsplit(":", 1)[1])
    assert listening(port)
    assert demo.stop() == 0
    assert not listening(port)

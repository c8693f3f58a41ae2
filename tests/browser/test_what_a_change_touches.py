"""A clinician's change is published; the lead sees exactly the sessions that it made stale, and plans them again."""

import re

import pytest
from playwright.sync_api import expect

from guidelines.publishing import approve, open_draft, submit
from synthesis.models import Instance, Run
from tests.browser import screens
from tests.browser.workspace import PAGE
from tests.config.stale.graph import LONGER, A, build
from tests.guidelines.conftest import change

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_lead_plans_exactly_the_sessions_again_that_a_clinicians_change_made_stale(
    at_work, ana, amir, lena, ben, chloe
):
    graph = build(lena, ben, chloe)
    draft = open_draft(guideline=graph.first.guideline, by=ana)
    change(draft, ana, A, shows=LONGER)
    submit(version=draft, by=ana)
    approve(version=draft, by=amir)

    # The clinician sees what her change makes stale before she publishes it.
    clinician = at_work("ana")
    clinician.goto(PAGE)
    expect(clinician.get_by_text("5 sessions were planned or made")).to_be_visible()
    row = clinician.get_by_role("row", name=re.compile("Gives advice too soon"))
    expect(row).to_contain_text("its meaning changed")
    screens.take(clinician, "stale-before-publishing")
    clinician.get_by_label(re.compile("meaning", re.IGNORECASE)).first.check()
    clinician.fill("textarea[name=note]", "Reviewers could not tell advice from a plan.")
    clinician.get_by_role("button", name="Publish").click()
    expect(clinician.get_by_text("Version 2 is in force")).to_be_visible()

    # The lead finds the stale sessions from the guideline, exactly these, and what is built on them.
    lead = at_work("lena")
    lead.goto(PAGE)
    lead.get_by_role("link", name="What changes have made stale").click()
    expect(lead.get_by_role("heading", name="5 sessions")).to_be_visible()
    shown = {link.split("/")[2] for link in _links(lead) if link.startswith("/instances/")}
    assert shown == {str(one.public_id) for one in Instance.objects.filter(pk__in=graph.of(A))}
    expect(lead.get_by_role("link", name="First release").first).to_be_visible()
    screens.take(lead, "stale-list")

    # One of them is judged and settled: she looks for those, and goes back to all of them.
    lead.get_by_label("How far").select_option("settled")
    lead.get_by_role("button", name="Find").click()
    expect(lead.get_by_role("heading", name="1 session")).to_be_visible()
    lead.get_by_role("link", name="Have 1 session judged again").click()
    expect(lead.get_by_role("heading", name="Have 1 stale session judged again")).to_be_visible()
    screens.take(lead, "stale-reread")
    lead.get_by_role("link", name="Stale sessions").click()
    lead.get_by_label("How far").select_option("")
    lead.get_by_role("button", name="Find").click()

    lead.get_by_role("button", name="Make 5 sessions again").click()
    expect(lead.get_by_text("5 sessions are planned again.")).to_be_visible()
    run = Run.objects.get(version__number=2)
    assert set(run.instances.values_list("parent", flat=True)) == graph.of(A)

    # Nothing waits any more; what was made again says of which session it is.
    lead.goto(f"{PAGE}stale/")
    expect(lead.get_by_text("None: what was made stands")).to_be_visible()
    lead.get_by_role("link", name="made or judged again").click()
    expect(lead.get_by_role("heading", name="4 sessions")).to_be_visible()
    screens.take(lead, "stale-made-again")
    lead.goto(f"/datasets/{graph.dataset.public_id}/")
    expect(lead.get_by_text("Built on 1 session whose pair has changed since")).to_be_visible()
    screens.take(lead, "stale-dataset")


def _links(page) -> list[str]:
    return page.locator("main tbody a").evaluate_all("links => links.map(link => link.getAttribute('href'))")

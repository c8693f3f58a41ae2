"""A clinician's change is published; the lead sees exactly the sessions that it made stale, and plans them again."""

import re

import pytest
from django.db import connections
from playwright.sync_api import expect

from guidelines.publishing import approve, open_draft, submit
from synthesis.models import Instance, Run
from tests.browser import screens
from tests.config.stale.graph import LONGER, A, build
from tests.conftest import PASSWORD
from tests.guidelines.conftest import change

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/guidelines/novice-mistakes/"


@pytest.fixture
def at_work(live_server, chromium, ana, lena):
    """at_work("ana") -> her page, logged in."""
    contexts = []

    def log_in(name: str):
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=live_server.url)
        contexts.append(context)
        page = context.new_page()
        page.goto("/login/")
        page.fill("input[name=username]", f"{name}@example.org")
        page.fill("input[name=password]", PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(lambda url: "/login/" not in url)
        return page

    yield log_in
    for context in contexts:
        context.close()
    connections.close_all()


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

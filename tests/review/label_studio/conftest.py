import uuid

import pytest

from review.label_studio.client import LabelStudio
from tests.parts.fixtures import chromium, had

PASSWORD = "a-long-password-9"


@pytest.fixture
def studio(label_studio):
    return LabelStudio(label_studio.url, label_studio.token)


@pytest.fixture
def page(studio):
    """Ben's browser, logged in to Label Studio."""
    from playwright.sync_api import sync_playwright  # it takes its time to load

    browser_path = had("Chromium", chromium)
    email = f"ben-{uuid.uuid4().hex[:8]}@example.com"
    studio.sign_up(email, PASSWORD)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(f"{studio.url}/user/login/")
        page.fill("input[name=email]", email)
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/user/login" not in url)
        yield page
        browser.close()

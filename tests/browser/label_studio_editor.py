"""What a reviewer clicks in Label Studio's own editor."""


def choose(page, text: str) -> None:
    page.locator(".lsf-choice label:visible", has_text=text).first.click()


def rate_all(page, level: str) -> None:
    rows = page.locator(".owm-rating")
    assert rows.count() >= 5
    for n in range(rows.count()):
        rows.nth(n).locator("label", has_text=level).click()


def open_next(page) -> str:
    """Open the next task; returns the words of its session."""
    page.get_by_text("Does the counsellor make a mistake").wait_for()
    return page.locator(".lsf-paragraphs").first.inner_text()


def submit(page) -> None:
    with page.expect_response(lambda a: a.request.method == "POST" and "/annotations" in a.url) as answered:
        page.get_by_role("button", name="Submit").first.click()
    assert answered.value.status == 201

"""What a reviewer clicks in Label Studio's own editor."""


def choose(page, text: str) -> None:
    page.locator(".lsf-choice label:visible", has_text=text).first.click()


def complete(page) -> None:
    """Her own reading is done: the draft opens."""
    choose(page, "My own reading is complete")


def rate_all(page, level: str) -> None:
    rows = page.locator(".owm-rating")
    assert rows.count()
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


def mark(page, turn: int, mistake="Gives advice too soon") -> None:
    """The turn as a whole, by the square beside it. `turn`: from 0."""
    page.locator(".lsf-labels span", has_text=mistake).first.click()
    page.get_by_test_id(f"phrase:{turn}").locator("button").click()


def choose_mark(page, turn: int) -> None:
    """By clicking its words."""
    page.get_by_test_id(f"phrase:{turn}").locator(".htx-highlight").first.click()


def judge(page, verdict="Accept") -> None:
    """All but the click that submits it."""
    open_next(page)
    choose(page, "No mistake")
    choose(page, "3 partly")
    complete(page)
    choose(page, verdict)
    rate_all(page, "4")


def answered(page, method: str, part: str):
    return page.expect_response(lambda a: a.request.method == method and part in a.url)

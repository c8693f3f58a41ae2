"""Where the stories of the guideline workspace happen."""

from guidelines.models import Version

PAGE = "/guidelines/novice-mistakes/"


def begin_a_draft(page) -> None:
    page.goto(PAGE)
    page.get_by_role("button", name="Start a draft").click()


def draft() -> Version:
    return Version.objects.get(number=None)

"""What the desk offers of a round, as far as its sessions are judged."""

import pytest

from review.label_studio.sending import send
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import judge, says
from tests.review.test_pages import words

JUDGE, LOOK = "Judge the next one", "Look at my answers again"


@pytest.fixture
def sent(settings, round):
    settings.LABEL_STUDIO_GATEWAY_URL = "https://judge.example.org"
    send(round, FakeLabelStudio())
    return round


def test_where_all_is_judged_nothing_asks_her_to_judge_and_she_can_look_again(log_in, sent, ben):
    items = list(sent.items.all())
    for item in items[:-1]:
        judge(item, ben, says())
    page = words(log_in(ben).get("/desk/"))
    assert JUDGE in page and LOOK not in page
    judge(items[-1], ben, says())
    page = words(log_in(ben).get("/desk/"))
    assert "0 4 All judged. Thank you. Look at my answers again" in page and JUDGE not in page


def test_without_a_gateway_what_is_judged_is_said_and_opened_by_nothing(log_in, settings, sent, ben):
    settings.LABEL_STUDIO_GATEWAY_URL = ""
    for item in sent.items.all():
        judge(item, ben, says())
    page = words(log_in(ben).get("/desk/"))
    assert "All judged. Thank you." in page and LOOK not in page and "a lead has to set" not in page

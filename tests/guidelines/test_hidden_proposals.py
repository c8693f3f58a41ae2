"""Whoever has still to judge a session cannot tell that something was proposed out of it, by any door."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from guidelines.discussion.talking import reply
from guidelines.proposals.origins import Origin
from guidelines.publishing import propose_pair
from tests.guidelines.api_client import MISTAKES, Program
from tests.guidelines.conftest import pair_texts

pytestmark = pytest.mark.django_db
NEVER_WAS = 77
PAGES = {
    "proposal": ("get",),
    "proposal_vote": ("post",),
    "proposal_take": ("post",),
    "proposal_merge": ("get", "post"),
    "proposal_decline": ("post",),
    "proposal_withdraw": ("post",),
    "thread": ("get", "post"),
    "thread_resolve": ("post",),
    "thread_reopen": ("post",),
}
REMARKS = {"remark_reword": ("get", "post"), "remark_take_back": ("post",)}
SENT = {"choice": "for", "reason": "Yes.", "words": "Yes."}
API = {
    "proposals/%d/": ("GET", "PUT"),
    "proposals/%d/vote/": ("POST",),
    "proposals/%d/take/": ("POST",),
    "proposals/%d/decline/": ("POST",),
    "proposals/%d/withdraw/": ("POST",),
    "threads/%d/": ("GET", "POST"),
    "threads/%d/resolve/": ("POST",),
    "threads/%d/reopen/": ("POST",),
    "threads/%d/1/reword/": ("POST",),
    "threads/%d/1/take-back/": ("POST",),
}


@pytest.fixture
def hidden(mistakes, ana, judged_by_amir):
    made = propose_pair(
        guideline=mistakes.guideline, kind="add", texts=[pair_texts("Lecturing")], by=ana, reason="@Amir",
        origin=Origin(instance=judged_by_amir, decision=uuid4()),
    )  # fmt: skip
    reply(thread=made.thread, by=ana, words="@Amir see turn 3.")
    return made


def seen(answer, n) -> tuple:
    """All that an answer says, without what differs between any two: the number asked for and one-time values."""
    said = answer.content.decode().replace(f"/{n}/", "/N/")
    said = re.sub(r'("X-CSRFToken": "|name="csrfmiddlewaretoken" value=")[^"]+', "", said)
    headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
    return answer.status_code, headers, said


def test_to_one_who_judges_its_session_its_pages_are_those_of_a_proposal_that_never_was(
    log_in, hidden, amir, ana
):
    browser = log_in(amir)
    for name, methods in (PAGES | REMARKS).items():
        n = hidden.thread.n if name.startswith(("thread", "remark")) else hidden.n
        more = [1] if name in REMARKS else []
        for method in methods:
            told = [
                seen(getattr(browser, method)(reverse(name, args=["novice-mistakes", one, *more]), SENT), one)
                for one in (n, NEVER_WAS)
            ]
            assert told[0] == told[1] and told[0][0] == 404, name
    assert log_in(ana).get(reverse("proposal", args=["novice-mistakes", hidden.n])).status_code == 200


def test_so_are_its_answers_to_a_program(hidden, amir, ana):
    program, answers = Program(amir), set()
    for path, methods in API.items():
        n = hidden.thread.n if path.startswith("threads") else hidden.n
        for method in methods:
            # Whether its act takes words or nothing: what it does not take is refused before anything is looked for.
            for data in (None, {"words": "Yes."}) if method == "POST" else (None,):
                told = [seen(program(method, MISTAKES + path % one, data), one) for one in (n, NEVER_WAS)]
                assert told[0] == told[1], path
                answers.add((path, method, told[0][0]))
    asked = {(path, method) for path, methods in API.items() for method in methods}
    assert {(path, method) for path, method, status in answers if status in (404, 405)} == asked
    assert Program(ana)("GET", f"{MISTAKES}proposals/{hidden.n}/").status_code == 200


def test_one_who_may_not_discuss_at_all_is_told_so_whatever_she_asks_for(log_in, hidden, ben):
    browser = log_in(ben)
    for n in (hidden.n, NEVER_WAS):
        assert browser.get(reverse("proposal", args=["novice-mistakes", n])).status_code == 403

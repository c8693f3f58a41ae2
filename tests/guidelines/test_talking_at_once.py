"""One answers while another decides: both are in the thread, one after the other."""

from threading import Event, Thread

import pytest
from django.db import connection, transaction

from guidelines.discussion.talking import reply
from guidelines.proposals import deciding
from guidelines.proposals.deciding import decline, give_back
from tests.guidelines.test_proposing import changing
from tests.waiting import let_go_when_somebody_waits

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite lets one transaction write at a time"),
]


@pytest.fixture
def proposal(mistakes, ana):
    return changing(mistakes, ana)


def while_she_replies(proposal, by, act):
    """Run the act while a reply is written and not committed; commit once the act waits, or has ended."""
    written, on = Event(), Event()

    def replies():
        try:
            with transaction.atomic():
                reply(thread=proposal.thread, by=by, words="Is it plainer?")
                written.set()
                on.wait(20)
        finally:
            connection.close()

    replying, watching = Thread(target=replies), Thread(target=let_go_when_somebody_waits, args=[on])
    replying.start()
    assert written.wait(20)
    watching.start()
    try:
        act()
    finally:
        replying.join()
        watching.join()


def kinds(proposal):
    return list(proposal.thread.remarks.order_by("n").values_list("n", "kind"))


def test_a_reply_and_a_decision_are_both_kept(proposal, ana, amir):
    while_she_replies(
        proposal, ana, lambda: decline(proposal=proposal, by=amir, reason="The old one is plain.")
    )
    assert kinds(proposal)[-2:] == [(1, "said"), (2, "declined")]


def test_a_reply_and_a_proposal_that_comes_back_are_both_kept(proposal, ana, amir, draft):
    with transaction.atomic():
        deciding.close(proposal, "taken", by=amir, reason="", version=draft)

    def discard():
        with transaction.atomic():
            give_back(version=draft, by=amir)

    while_she_replies(proposal, ana, discard)
    assert [kind for _n, kind in kinds(proposal)] == ["taken", "said", "given_back"]

"""Whoever judges says that a text is unclear; those who write it find that in the discussion, which she does not see."""

import pytest

from accounts.models import Role
from accounts.roles import Refused
from guidelines.checking import BadTexts
from guidelines.discussion import showing
from guidelines.discussion.talking import begin, reply, resolve
from guidelines.discussion.unclear import LONGEST, say_unclear
from guidelines.models import Mention, Thread
from tests.conftest import person
from tests.guidelines.conftest import revision_in

DOUBT = "Does it count when the client asked for it, @Ana?"


@pytest.fixture
def on(mistakes):
    return revision_in(mistakes, "forcing-change")


def address(on, n=True) -> str:
    return f"/guidelines/{on.pair.guideline.slug}/unclear/{on.pair.key}/" + (f"?on={on.n}" if n else "")


def test_what_ben_finds_unclear_is_on_the_pair_for_its_editors(on, ben, ana, lena):
    thread = say_unclear(on=on, by=ben, words=DOUBT)
    assert (thread.source, thread.begun_on, thread.begun_by) == ("review", on, ben)
    for reader in (ana, lena):
        assert showing.open_by_key(thread.guideline, reader) == {on.pair.key: {"threads": 1, "unclear": 1}}
    # An @ in the words of somebody who does not know who is there tells nobody.
    assert not Mention.objects.exists()


def test_editors_answer_and_resolve_it_as_any_thread(on, ben, ana):
    thread = say_unclear(on=on, by=ben, words=DOUBT)
    reply(thread=thread, by=ana, words="It does; the text will say so.")
    resolve(thread=thread, by=ana)
    assert showing.open_by_key(thread.guideline, ana) == {}


def test_readers_are_counted_and_not_how_often_one_says_it(on, ben, chloe, ana):
    say_unclear(on=on, by=ben, words=DOUBT)
    say_unclear(on=on, by=ben, words="And in the first session?")
    say_unclear(on=on, by=chloe, words=DOUBT)
    begin(on=on, by=ana, words="A thread among colleagues.")
    assert showing.open_by_key(on.pair.guideline, ana) == {on.pair.key: {"threads": 4, "unclear": 2}}


def test_a_form_that_is_sent_twice_says_it_once(on, ben):
    assert say_unclear(on=on, by=ben, words=DOUBT) == say_unclear(on=on, by=ben, words=f" {DOUBT}\r\n")


def test_only_who_judges_says_so_and_in_words(on, ana, eve, dan, ben):
    for other in (ana, eve, dan):
        with pytest.raises(Refused):
            say_unclear(on=on, by=other, words=DOUBT)
    for words in ("", "  ", "x" * (LONGEST + 1), "with a \0"):
        with pytest.raises(BadTexts):
            say_unclear(on=on, by=ben, words=words)
    assert not Thread.objects.exists()


def test_ben_says_it_from_the_page_that_is_open_beside_the_task(client, mistakes, ben, ana):
    on = revision_in(mistakes, "forcing-change")
    version = f"/guidelines/{on.pair.guideline.slug}/versions/{mistakes.number}/"
    client.force_login(ben)
    assert address(on) in client.get(version).content.decode()
    page = client.get(address(on))
    assert on.name in page.content.decode()
    refused = client.post(address(on), {"words": ""})
    assert refused.status_code == 400
    said = client.post(address(on), {"words": DOUBT}, follow=True)
    assert "have your question" in said.content.decode() and DOUBT not in said.content.decode()
    client.force_login(ana)
    assert address(on) not in client.get(version).content.decode()
    assert client.get(address(on)).status_code == 403
    shown = client.get(f"/guidelines/{on.pair.guideline.slug}/").content.decode()
    assert "1 reviewer finds this unclear" in shown
    listed = client.get(f"/guidelines/{on.pair.guideline.slug}/discussion/{on.pair.key}/").content.decode()
    assert "from review: unclear" in listed and "Ben" in listed


def test_without_a_number_it_is_about_the_text_in_force(client, mistakes, ben):
    on = revision_in(mistakes, "forcing-change")
    client.force_login(ben)
    client.post(address(on, n=False), {"words": DOUBT})
    assert Thread.objects.get().pair_revision == on
    for wrong in ("?on=999", "?on=x&on=999"):
        assert client.get(address(on, n=False) + wrong).status_code == 404
    assert client.get(f"/guidelines/{on.pair.guideline.slug}/unclear/no-such-pair/").status_code == 404


def test_a_reader_who_also_writes_the_guideline_has_both_ways(client, mistakes):
    noor = person("Noor", Role.ANNOTATOR, Role.CLINICIAN)
    on = revision_in(mistakes, "forcing-change")
    client.force_login(noor)
    page = client.get(f"/guidelines/{on.pair.guideline.slug}/").content.decode()
    assert address(on) in page and "Discuss" in page

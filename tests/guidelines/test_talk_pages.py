"""Discussion and proposals as clinicians and leads use them, without JavaScript."""

import re

import pytest
from django.urls import reverse

from guidelines.discussion.talking import begin, reply, resolve
from guidelines.models import Proposal, Remark, Thread, Vote
from guidelines.publishing import drop_entry, import_version, open_draft, propose_pair
from tests.guidelines.conftest import change, dimension_texts, many, pair_texts, revision_in
from tests.guidelines.test_pages import form_of, named, url
from tests.guidelines.test_proposing import changing

FORCING = "forcing-change"


def words(answer) -> str:
    """What is read in the body of the page."""
    body = answer.content.decode().split("<main", 1)[-1]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def proposed(texts: dict, prefix="", reason="Plainer.", **read) -> dict:
    """The fields of the form for a proposal, as a browser would send them."""
    sent = form_of(texts, None)
    sent = {f"{prefix}{name}": value for name, value in sent.items() if name not in ("base", "reason")}
    return sent | {"reason": reason} | {f"read-{key}": n for key, n in read.items()}


@pytest.fixture
def thread(mistakes, ana):
    return begin(on=revision_in(mistakes, FORCING), by=ana, words="Is **urging** wrong? <script>x</script>")


def test_ben_who_judges_is_refused_with_the_reason_and_sees_no_trace_of_it(
    log_in, ben, mistakes, thread, ana
):
    changing(mistakes, ana)
    browser = log_in(ben)
    for name, *args in (
        ("discussion", FORCING),
        ("thread", 1),
        ("proposals",),
        ("proposal", 1),
        ("proposal_new",),
    ):
        answer = browser.get(url(name, *args))
        assert answer.status_code == 403 and "could sway those who judge" in answer.content.decode()
    for page in (url("guideline"), url("pair_history", FORCING), url("guideline_version", 1)):
        assert "iscuss" not in words(browser.get(page)) and "ropos" not in words(browser.get(page))


def test_a_thread_lives_from_first_word_to_resolution_by_clicking(client, ana, amir, mistakes):
    client.force_login(ana)
    assert url("discussion", FORCING) in client.get(url("guideline")).content.decode()
    begun = client.post(url("discussion", FORCING), {"words": "Always *wrong*? @Amir", "on": "1"})
    assert begun.url == url("thread", 1)
    client.force_login(amir)
    page = client.get(url("discussion", FORCING))
    assert "Always *wrong*? @Amir" in words(page) and "1 remark" in words(page)
    page = client.get(begun.url)
    assert "Always <em>wrong</em>?" in page.content.decode() and "Tells: Amir" in words(page)
    answered = client.post(begun.url, {"words": "Not in an emergency.", "mentions": [str(ana.public_id)]})
    assert answered.url == begun.url + "#r2"
    client.post(url("remark_reword", 1, 2), {"words": "Hardly in an emergency."})
    page = words(client.get(begun.url))
    assert "Hardly in an emergency." in page and "Earlier words" in page and "Not in an emergency." in page
    assert client.post(url("remark_reword", 1, 1), {"words": "x"}).status_code == 403
    client.force_login(ana)
    client.post(url("remark_take_back", 1, 1))
    page = words(client.get(begun.url))
    assert "Ana said something here" in page and "took it back" in page and "Always" not in page
    client.post(url("thread_resolve", 1), {"words": "See the draft."})
    page = words(client.get(begun.url))
    assert "resolved the thread" in page and "See the draft." in page and "Reopen" in page
    refused = client.post(begun.url, {"words": "One more."})
    assert refused.status_code == 409 and "Reopen it to go on" in words(refused)
    assert "No thread is open" in words(client.get(url("discussion", FORCING)))
    assert "(taken back)" not in words(client.get(url("discussion", FORCING) + "?state=resolved"))
    client.post(url("thread_reopen", 1))
    assert client.post(begun.url, {"words": "One more."}).status_code == 302


def test_what_cannot_be_kept_is_said_beside_the_words_and_nothing_is_stored(client, ana, thread):
    client.force_login(ana)
    for sent, why in (
        ({"words": ""}, "This field is required"),
        ({"words": "a\x1bb"}, "control character"),
        ({"words": "x" * 5_001}, "at most 5000"),
        ({"words": "x", "mentions": ["nonsense"]}, "not a valid"),
    ):
        answer = client.post(url("thread", 1), sent)
        assert answer.status_code == 400 and why in answer.content.decode(), why
    assert Remark.objects.count() == 1


def test_html_in_a_remark_is_shown_and_not_run(client, amir, thread):
    client.force_login(amir)
    page = client.get(url("thread", 1)).content.decode()
    assert "&lt;script&gt;x&lt;/script&gt;" in page and "<script>x" not in page
    assert "&lt;script&gt;" in client.get(url("discussion", FORCING)).content.decode()


def test_the_thread_says_when_the_text_has_changed_since(client, ana, amir, thread, draft):
    client.force_login(amir)
    assert "The text has not changed since." in words(client.get(url("thread", 1)))
    change(draft, ana)
    page = client.get(url("thread", 1))
    assert "The text has changed since." in words(page) and "<ins>" in page.content.decode()


def test_mentions_and_votes_wait_on_home_until_they_are_seen(client, ana, amir, mistakes, thread):
    changing(mistakes, ana)
    reply(thread=thread, by=ana, words="@Amir?")
    client.force_login(amir)
    home = words(client.get(reverse("home")))
    assert "1 mention of you in the discussions" in home and "1 proposal to vote on" in home
    page = words(client.get(reverse("discussions")))
    assert "@Amir?" in page and "Change “Forcing change”" in page
    client.get(url("thread", 1))
    client.post(url("proposal_vote", 1), {"choice": "for", "reason": "Yes."})
    home = words(client.get(reverse("home")))
    assert "1 proposal that you voted on, to be taken or declined" in home and "to vote on " not in home
    assert "Change “Forcing change”" in words(client.get(reverse("discussions")))
    client.post(url("proposal_decline", 1), {"reason": "It stays as it is."})
    assert "Nothing waits for you now" in words(client.get(reverse("home")))


def test_a_change_is_proposed_voted_on_and_taken_by_clicking(client, ana, amir, lena, mistakes):
    client.force_login(lena)
    address = url("proposal_new") + f"?kind=change&of={FORCING}"
    page = client.get(address)
    assert "Argues, urges and overrides." in page.content.decode()
    texts = revision_in(mistakes, FORCING).texts | {"shows": "Pushes <b>hard</b>."}
    sent = proposed(texts, **{FORCING: 1})
    assert client.post(address, sent | {"reason": ""}).status_code == 400
    unread = client.post(address, {k: v for k, v in sent.items() if not k.startswith("read-")})
    assert unread.status_code == 404
    made = client.post(address, sent)
    assert made.url == url("proposal", 1)
    page = client.get(made.url).content.decode()
    assert "<ins>Pushes &lt;b&gt;hard&lt;/b&gt;" in page and "Only clinicians" in page

    client.force_login(amir)
    assert client.post(url("proposal_vote", 1), {"choice": "", "reason": ""}).status_code == 400
    client.post(url("proposal_vote", 1), {"choice": "against", "reason": "Hm."})
    client.post(url("proposal_vote", 1), {"choice": "for", "reason": "Plain."})
    client.post(url("thread", Thread.objects.get().n), {"words": "Agreed."})
    page = words(client.get(made.url))
    assert "1 for, 0 against, 0 abstain" in page and "Agreed." in page and "Hm." not in page
    assert "1 for, 0 against" in words(client.get(url("proposals")))
    taken = client.post(url("proposal_take", 1), {f"seen-{FORCING}": "1"}, follow=True)
    assert "as its proposer&#x27;s words" in taken.content.decode()
    assert "Pushes &lt;b&gt;hard&lt;/b&gt;." in taken.content.decode()
    assert "Nothing is proposed now" in words(client.get(url("proposals")))
    assert "taken into the draft" in words(client.get(url("proposals") + "?state=closed"))
    late = client.post(url("proposal_vote", 1), {"choice": "for", "reason": "x"})
    assert late.status_code == 409 and "already, by Amir" in words(late)


def test_a_stale_proposal_shows_both_texts_and_is_confirmed_or_merged(client, ana, amir, mistakes, draft):
    changing(mistakes, ana)
    base = revision_in(draft, FORCING)
    change(draft, amir, shows="Argues at length.")
    client.force_login(amir)
    page = client.get(url("proposal", 1))
    assert "was revision 1, now it is revision 2" in words(page)
    assert "Argues at length." in words(page) and "From the text as it is now" in words(page)
    refused = client.post(url("proposal_take", 1), {f"seen-{FORCING}": "2"})
    assert refused.status_code == 409 and "confirm or merge" in words(refused)
    form = client.get(url("proposal_merge", 1))
    assert "Presses (Ana)." in form.content.decode()
    bad = proposed(base.texts | {"shows": ""}) | {f"seen-{FORCING}": "2"}
    assert client.post(url("proposal_merge", 1), bad).status_code == 400
    good = proposed(base.texts | {"shows": "Presses at length."}) | {f"seen-{FORCING}": "2"}
    assert client.post(url("proposal_merge", 1), good).status_code == 302
    assert revision_in(draft, FORCING).shows == "Presses at length."


def test_a_proposal_keeps_the_text_that_its_writer_read_though_a_newer_one_came(client, ana, amir, draft):
    client.force_login(ana)
    address = url("proposal_new") + f"?kind=change&of={FORCING}"
    texts = revision_in(draft, FORCING).texts | {"shows": "Presses."}
    change(draft, amir)
    client.post(address, proposed(texts, **{FORCING: 1}))
    assert Proposal.objects.get().targets.get().revision.n == 1
    assert "now it is revision 2" in words(client.get(url("proposal", 1)))


def test_a_split_a_merger_and_a_retirement_are_proposed_in_forms(client, ana, mistakes):
    client.force_login(ana)
    start = client.get(url("proposal_new"))
    assert "What do you propose?" in words(start)
    wrong = client.get(url("proposal_new") + f"?kind=merge&of={FORCING}")
    assert "two to five to merge" in words(wrong)
    split = url("proposal_new") + f"?kind=split&of={FORCING}&parts=3"
    assert words(client.get(split)).count("New entry") == 3
    two = url("proposal_new") + f"?kind=split&of={FORCING}"
    sent = proposed(pair_texts("Arguing"), "part0-", **{FORCING: 1}) | proposed(
        pair_texts("arguing"), "part1-"
    )
    same = client.post(two, sent)
    assert same.status_code == 400 and "also the name of" in words(same)
    sent |= proposed(pair_texts("Urging"), "part1-")
    assert client.post(two, sent).status_code == 302
    merge = url("proposal_new") + f"?kind=merge&of={FORCING}&of=poor-listening"
    assert "Interrupts." in client.get(merge).content.decode()
    read = {FORCING: 1, "poor-listening": 1}
    assert client.post(merge, proposed(pair_texts("Half an ear"), **read)).status_code == 302
    retire = url("proposal_new") + "?kind=retire&of=good-practice"
    assert client.post(retire, {"reason": "Unused.", "read-good-practice": "1"}).status_code == 302
    titles = words(client.get(url("proposals")))
    assert "Split “Forcing change” into “Arguing”, “Urging”" in titles
    assert "Merge “Forcing change”, “Poor listening” into “Half an ear”" in titles
    assert "Retire “Good practice”" in titles
    for n in (1, 2, 3):
        assert client.get(url("proposal", n)).status_code == 200
    client.post(url("proposal_withdraw", 3), {"reason": "It is used."})
    assert "withdrew the proposal" in words(client.get(url("proposal", 3)))


def test_what_a_proposal_is_about_is_named_in_boxes_and_goes_on_by_key(client, ana, draft, rubric):
    client.force_login(ana)
    start = url("proposal_new")
    assert "Poor listening" not in client.get(start).content.decode()
    named = {"kind": "merge", "of": FORCING, "of-add": ["poor LISTENING", ""]}
    assert client.get(start, named).url == start + f"?kind=merge&of={FORCING}&of=poor-listening"
    page = words(client.get(start, named | {"of-add": ["Poorly listening"]}))
    assert "“Poorly listening” is not in this guideline." in page and "Perhaps you mean" in page
    none = client.get(start, {"kind": "retire", "of-add": [""]})
    assert "Retiring names one entry" in words(none)
    there = reverse("proposal_new", args=["feedback-quality"])
    found = client.get(there, {"kind": "retire", "of-add": "clarity"})
    assert found.url == there + "?kind=retire&of=clarity"


def test_words_for_an_entry_that_went_meanwhile_are_shown_with_the_reason(client, ana, amir, draft):
    client.force_login(ana)
    address = url("proposal_new") + "?kind=change&of=good-practice"
    sent = proposed(revision_in(draft, "good-practice").texts | {"shows": "The words of an hour."})
    drop_entry(version=draft, key="good-practice", by=amir)
    answer = client.post(address, sent | {"read-good-practice": "1"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "no longer in the guideline" in page
    assert "The words of an hour." in page and not Proposal.objects.exists()


@pytest.mark.parametrize("asked", ["", "?kind=change&of=mistake-0", "?kind=merge&of=mistake-0&of=mistake-1"])
def test_the_forms_of_a_proposal_are_as_long_for_hundreds_of_pairs_as_for_a_few(client, ana, db, asked):
    client.force_login(ana)
    sizes = []
    for n in (3, 300):
        import_version(content=named(many(n), f"of-{n}"))
        sizes.append(len(client.get(reverse("proposal_new", args=[f"of-{n}"]) + asked).content))
    assert abs(sizes[0] - sizes[1]) < 200


def test_a_dimension_is_discussed_and_proposed_in_the_same_pages(client, ana, amir, rubric):
    client.force_login(ana)
    there = ["feedback-quality"]
    client.post(reverse("discussion", args=[*there, "clarity"]), {"words": "Three levels?", "on": "1"})
    assert "On “Clarity”" in words(client.get(reverse("thread", args=[*there, 1])))
    address = reverse("proposal_new", args=there) + "?kind=change&of=clarity"
    texts = dimension_texts(definition="How easily it is followed.")
    sent = {k: v for k, v in texts.items() if k not in ("levels", "reverse", "weight")} | {
        "levels-value": ["1", "2"], "levels-anchor": ["No.", "Yes."], "reason": "Plainer.", "read-clarity": "1",
    }  # fmt: skip
    assert client.post(address, sent).status_code == 302
    client.force_login(amir)
    assert "How easily it is followed." in words(client.get(reverse("proposal", args=[*there, 1])))
    taken = client.post(reverse("proposal_take", args=[*there, 1]), {"seen-clarity": "1"}, follow=True)
    assert "How easily it is followed." in words(taken)


def test_addresses_that_nobody_was_given_are_not_found(client, ana, mistakes, thread):
    client.force_login(ana)
    for name, *args in (("thread", 9), ("thread", 10**30), ("proposal", 9), ("proposal", 10**30),
                        ("discussion", "nowhere"), ("remark_reword", 1, 10**30)):  # fmt: skip
        assert client.get(url(name, *args)).status_code == 404
    for query in ("before=x", "before=" + "9" * 40, "state=%00"):
        assert client.get(url("proposals") + "?" + query).status_code == 200
        assert client.get(url("discussion", FORCING) + "?" + query).status_code == 200


@pytest.mark.parametrize("page", ["guideline", "pair_history", "discussion", "thread", "proposals", "proposal",
                                  "discussions", "home"])  # fmt: skip
def test_a_page_asks_no_more_for_much_talk_than_for_little(
    page, client, ana, amir, lena, db, django_assert_max_num_queries
):
    counted = []
    for n in (2, 30):
        slug = f"talk-{n}"
        version, _created = import_version(content=named(many(n), slug))
        draft = open_draft(guideline=version.guideline, by=ana)
        busy = talk_about(version, draft, n, ana, amir, lena)
        args = {
            "pair_history": [slug, "mistake-0"],
            "discussion": [slug, "mistake-0"],
            "thread": [slug, busy.n],
            "proposal": [slug, 1],
        }
        there = [] if page in ("discussions", "home") else args.get(page, [slug])
        client.force_login(amir)
        client.get(reverse(page, args=there))
        with django_assert_max_num_queries(45) as asked:
            assert client.get(reverse(page, args=there)).status_code == 200
        counted.append(len(asked))
    assert counted[0] == counted[1]


def talk_about(version, draft, n, ana, amir, lena):
    """`n` threads on one pair, one on every pair, one with `n` answers, and `n` proposals with their votes."""
    for i in range(n):
        begin(on=revision_in(version, "mistake-0"), by=ana, words=f"Question {i}, @Amir")
        resolve(thread=begin(on=revision_in(version, f"mistake-{i}"), by=lena, words="Asked"), by=ana)
        now = revision_in(version, f"mistake-{i}")
        made = propose_pair(
            guideline=version.guideline, kind="change", texts=[now.texts | {"shows": f"Shows {i}."}], of=[now],
            by=ana, reason="Plainer.",
        )  # fmt: skip
        Vote.objects.create(proposal=made, voter=lena, choice="for", reason="x")
        reply(thread=made.thread, by=lena, words="@Amir look")
    change(draft, ana, "mistake-0")
    busy = begin(on=revision_in(version, "mistake-1"), by=ana, words="Long")
    for i in range(n):
        reply(thread=busy, by=(ana, lena)[i % 2], words=f"Answer {i}, @Amir @Lena")
    return busy

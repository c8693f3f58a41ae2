"""How a lead chooses sessions by clicking: how many fit is shown before anything is opened, and the address keeps it."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.formats import date_format
from django.utils.timezone import localtime

from accounts.models import Grant, Role
from review.label_studio.screens.recipes import SCREENS
from review.models import Arm, Round
from review.rounds import close_round
from synthesis import choice_words
from synthesis.models import Mark, Run
from tests.review.factories import (
    client_profile,
    content,
    judge,
    made_instances,
    published_pairs,
    published_rubric,
    says,
)


@pytest.fixture
def pairs(db):
    return published_pairs()


def saying(n: int, key: str) -> dict:
    """Of six the first three are alike, and the others unlike any."""
    held = content()
    own = f"{key} and what came of it {'at night ' * n}" if n > 2 else ""
    held["utterances"][1]["text"] = f"My brother calls. {own}"
    return held


@pytest.fixture
def stock(pairs):
    """Twelve sessions of a run, six to show each of two mistakes; of Mira and Noor in turn."""
    run = Run.objects.create(
        serial=1, recipe="supervised_dialogue", version=pairs, model_specs={"client": {"model": "small"}}
    )
    profiles = [client_profile("mira"), client_profile("noor", name="Noor")]
    made = []
    for key in ("premature-advice", "minimising"):
        revision = pairs.entries.get(pair_revision__pair__key=key).pair_revision
        for n in range(6):
            about = {"pair_revision": revision, "run": run, "origin": "run", "content": saying(n, key)}
            made += made_instances(1, pairs, profiles=[profiles[n % 2]], **about)
    return made


def pair(pairs, key):
    return pairs.entries.get(pair_revision__pair__key=key).pair_revision.pair.public_id


def words(answer) -> str:
    text = re.sub(
        r"<[^>]+>", "", re.sub(r"</?(p|li|td|th|tr|h\d|a|label|option)\b[^>]*>", " ", answer.content.decode())
    )
    return " ".join(unescape(text).split())


def test_the_page_says_how_many_fit_before_anything_is_opened(log_in, lena, pairs, stock):
    Mark.objects.create(instance=stock[0], kind="held", by=lena, reason="invented")
    Mark.objects.create(instance=stock[1], kind="tier", tier="ideation", by_machine="rule", reason="invented")
    client = log_in(lena)
    first = client.get("/rounds/choose/")
    assert (
        "sessions fit" not in words(first)
        and "Gives advice too soon" in words(first)
        and "Noor" in words(first)
    )
    asked = f"/rounds/choose/?pairs={pair(pairs, 'premature-advice')}&most=3"
    said = words(client.get(asked))
    assert "5 sessions fit. 1 more fits and is held back" in said and "1 carries a risk tier" in said
    assert "3 of them are drawn: 30 % of the chances are the same for all" in said
    assert "Mistakes they were to show: Gives advice too soon" in said
    assert "all with the same chance" in words(client.get(asked + "&random_share=100"))
    assert "all with the same chance" in words(client.get(asked + "&disagreement=0&novelty=0&coverage=0"))
    assert not Round.objects.exists()


def test_lena_opens_a_round_of_what_she_chose_and_its_page_says_how(log_in, lena, ben, chloe, pairs, stock):
    rubric = published_rubric()
    client = log_in(lena)
    asked = "?clients=noor&clients=mira&models=small&risk=none&seen=never&most=4&novelty=0&coverage=3"
    assert (
        f"/rounds/new/{asked.replace('&', '&amp;')}" in client.get(f"/rounds/choose/{asked}").content.decode()
    )
    page = client.get(f"/rounds/new/{asked}")
    assert (
        "12 sessions fit. 4 of them are drawn" in words(page) and 'name="runs"' not in page.content.decode()
    )
    given = {"name": "Chosen", "reviewers": [ben.public_id, chloe.public_id], "pairs_version": pairs.pk,
             "rubric_version": rubric.pk, "overlap": 2, "unaided_share": 0}  # fmt: skip
    refused = client.post(f"/rounds/new/{asked}", given | {"name": ""})
    assert refused.status_code == 400 and "12 sessions fit" in words(refused)
    answer = client.post(f"/rounds/new/{asked}", given)
    round = Round.objects.get()
    assert answer.url == f"/rounds/{round.public_id}/" and round.items.count() == 4
    said = words(client.get(answer.url))
    assert "4 sessions were drawn of the 12 that fitted a choice" in said
    assert "Clients: Mira, Noor" in said and "Read before: never put before reviewers" in said
    assert "30 % of the chances were the same for all" in said
    assert "its mistake was judged little (weight 3)" in said and "machine judges disagree (weight 1)" in said
    assert "machine judges disagree: known of 0 sessions of 12" in said
    [link] = re.findall(r'href="(/rounds/choose/\?[^"]+)"', client.get(answer.url).content.decode())
    assert "8 sessions fit" in words(client.get(unescape(link)))


def test_a_round_of_whole_runs_is_made_as_ever_and_says_nothing_of_a_choice(
    log_in, lena, ben, chloe, pairs, stock
):
    rubric = published_rubric()
    client = log_in(lena)
    run = stock[0].run
    assert "instead of whole runs" in words(client.get(f"/rounds/new/?run={run.public_id}"))
    client.post("/rounds/new/", {
        "name": "Whole", "runs": [run.public_id], "reviewers": [ben.public_id, chloe.public_id],
        "pairs_version": pairs.pk, "rubric_version": rubric.pk, "overlap": 2, "unaided_share": 0,
    })  # fmt: skip
    round = Round.objects.get()
    assert round.items.count() == 12
    page = words(client.get(f"/rounds/{round.public_id}/"))
    assert "fitted a choice" not in page and "unequal chances" not in page


@pytest.mark.parametrize(
    "asked, said",
    [
        ("seen=version", "Say by which version."),
        ("runs=nonsense", "not one of the available choices"),
        ("pairs=%00", "not one of the available choices"),
        ("most=0", "greater than or equal to 1"),
        ("random_share=0", "greater than or equal to 5"),
        ("novelty=11", "less than or equal to 10"),
    ],
)
def test_a_choice_that_makes_no_sense_says_why_and_opens_nothing(log_in, lena, stock, asked, said):
    client = log_in(lena)
    answer = client.get(f"/rounds/choose/?{asked}")
    assert answer.status_code == 400 and said in words(answer) and "sessions fit" not in words(answer)
    sent_back = client.post(f"/rounds/new/?{asked}", {"name": "Nonsense"})
    assert sent_back.status_code == 302 and sent_back.url.startswith("/rounds/choose/?")
    assert not Round.objects.exists()


def test_how_many_queries_a_choice_takes_does_not_grow_with_what_there_is(log_in, lena, pairs, stock):
    client = log_in(lena)
    counted = []
    for serial in (8, 9):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get("/rounds/choose/?seen=never&risk=none&most=3&languages=en").status_code == 200
        counted.append(len(asked))
        run = Run.objects.create(serial=serial, recipe="supervised_dialogue", version=pairs)
        made_instances(5, pairs, run=run, origin="run", profiles=[client_profile("amal", name="Amal")])
    # One for each kind of session: whether any is there.
    assert counted[0] == counted[1] <= 20 + len(SCREENS)


@pytest.fixture
def drawn(lena, ben, chloe, pairs, stock, log_in):
    """Six of twelve sessions, drawn with unequal chances."""
    published_rubric()
    given = {"name": "Chosen", "reviewers": [ben.public_id, chloe.public_id], "pairs_version": pairs.pk,
             "rubric_version": published_rubric("second").pk, "overlap": 2, "unaided_share": 0}  # fmt: skip
    log_in(lena).post("/rounds/new/?most=6&disagreement=0&coverage=0&random_share=20", given)
    return Round.objects.get()


def test_no_reader_learns_what_a_session_was_chosen_for(log_in, drawn, ben, lena, dan):
    pages = ["/desk/", "/desk/mine/", "/"]
    for url in pages:
        said = words(log_in(ben).get(url))
        assert "chance" not in said and "unlike what was judged" not in said
    assert log_in(ben).get(f"/rounds/{drawn.public_id}/").status_code == 403
    assert "unlike what was judged" in words(log_in(lena).get(f"/rounds/{drawn.public_id}/"))
    Grant.objects.create(user=lena, role=Role.ADJUDICATOR)
    settles = words(log_in(lena).get(f"/rounds/{drawn.public_id}/"))
    assert "fitted a choice" not in settles and "unlike what was judged" not in settles
    assert "12 sessions fit" not in words(log_in(lena).get("/rounds/choose/?most=6"))
    close_round(round=drawn, by=lena)
    assert "fitted a choice" in words(log_in(lena).get(f"/rounds/{drawn.public_id}/"))


def test_rates_count_each_session_for_one_over_its_chance_and_the_page_says_so(
    log_in, drawn, ben, chloe, lena
):
    items = list(drawn.items.all())
    rejected = max(items, key=lambda item: item.inclusion_probability)
    for item in items:
        for reader in (ben, chloe):
            judge(item, reader, says("reject" if item == rejected else "accept"))
    weight = {item.pk: 1 / item.inclusion_probability for item in items}
    assert len(set(weight.values())) > 1 and {item.arm for item in items} == {Arm.AIDED}
    share = weight[rejected.pk] / sum(weight.values())
    page = words(log_in(lena).get(f"/rounds/{drawn.public_id}/"))
    assert f"12 100 % {100 * (1 - share):.0f} % 0 % {100 * share:.0f} %" in page
    assert round(100 * share) != 17  # what one of six, counted as it is, would be
    assert "count each for one over its chance" in page
    agreement = words(log_in(lena).get(f"/agreement/?round={drawn.public_id}"))
    assert "count each for one over its chance" in agreement
    assert "weighed by one over its chance of being chosen, worth" in agreement


def test_a_run_is_offered_by_what_it_is_and_not_by_its_number_alone(log_in, lena, pairs, stock):
    run = stock[0].run
    planned = date_format(localtime(run.planned_at), "j M Y")
    told = f"run 1 · Supervised session · {pairs.in_words} · {planned} · 12 sessions"
    client = log_in(lena)
    for page in ("/rounds/choose/", "/rounds/new/"):
        assert told in words(client.get(page)), page
    listed = words(client.get("/runs/"))
    assert "What is made" in listed and "run 1 Supervised session" in listed


def test_with_a_run_chosen_a_rubric_that_does_not_fit_it_says_so_before_the_round_is_opened(
    log_in, lena, ben, chloe, pairs, stock
):
    fits, comparing = published_rubric(), published_rubric("comparing", scale="pairwise")
    other = Run.objects.create(serial=2, recipe="reply_preference", version=pairs)
    made_instances(1, pairs, run=other, origin="run", recipe="reply_preference")
    client, run = log_in(lena), stock[0].run
    free = client.get("/rounds/new/").content.decode()
    assert (
        f'<option value="{comparing.pk}">{comparing.in_words} — {choice_words.recipe("reply_preference")}'
        in free
    )
    said = "“Specific” compares two texts; these sessions show one."
    preset = client.get(f"/rounds/new/?run={run.public_id}").content.decode()
    assert f'<option value="{comparing.pk}">{comparing.in_words} — {said}' in preset
    filtered = client.get("/rounds/new/?seen=never").content.decode()
    assert f'<option value="{comparing.pk}" disabled>{comparing.in_words} — {said}' in filtered
    given = {"name": "November", "runs": [run.public_id], "reviewers": [ben.public_id, chloe.public_id],
             "pairs_version": pairs.pk, "rubric_version": comparing.pk, "overlap": 2, "unaided_share": 0}  # fmt: skip
    refused = client.post("/rounds/new/", given)
    assert refused.status_code == 400 and said in words(refused)
    both = client.post(
        "/rounds/new/", given | {"runs": [run.public_id, other.public_id], "rubric_version": fits.pk}
    )
    assert "These runs are of different kinds:" in words(both)
    assert not Round.objects.exists()


def test_a_refusal_says_with_whom_and_of_which_run_a_session_is_and_leads_there(
    log_in, lena, ben, chloe, pairs, stock
):
    for session in stock:
        Mark.objects.create(
            instance=session, kind="tier", tier="ideation", by_machine="rule", reason="invented"
        )
    given = {"name": "November", "runs": [stock[0].run.public_id], "overlap": 2, "unaided_share": 0,
             "reviewers": [ben.public_id, chloe.public_id], "pairs_version": pairs.pk,
             "rubric_version": published_rubric().pk}  # fmt: skip
    refused = log_in(lena).post("/rounds/new/", given)
    assert refused.status_code == 400
    (named,) = [one for one in stock if f"the first: {str(one.public_id)[:8]} (" in words(refused)]
    assert f"({named.profile.name}, run 1)" in words(refused)
    assert f'<a href="/instances/{named.public_id}/">Look at this session</a>' in refused.content.decode()


def test_what_was_chosen_goes_along_to_the_reckoning_and_back_and_the_share_to_another_choice(
    log_in, lena, stock
):
    client, run = log_in(lena), stock[0].run.public_id
    for chosen in (f"run={run}", "clients=noor&clients=mira&risk=none&most=4"):
        kept = chosen.replace("&", "&amp;")
        page = client.get(f"/rounds/new/?{chosen}").content.decode()
        assert f"/rounds/plan/?{kept}" in page
        reckoned = client.get(
            f"/rounds/plan/?{chosen}&judged=any_mistake&most_frequent=60&alpha=0.6&readers=2&of_each=1&alike=0.1"
            "&reach=0.3&sessions=500"
        ).content.decode()
        assert re.search(
            r"/rounds/new/\?doubly_read=\d+&amp;overlap=2&amp;[^\"]*" + re.escape(kept), reckoned
        )
    asked = client.get("/rounds/new/?doubly_read=30&overlap=3").content.decode()
    assert "/rounds/choose/?doubly_read=30&amp;overlap=3" in asked
    hidden = client.get("/rounds/choose/?doubly_read=30&overlap=3").content.decode()
    assert '<input type="hidden" name="doubly_read" value="30">' in hidden
    assert '<input type="hidden" name="overlap" value="3">' in hidden


def test_the_pages_of_a_new_round_ask_no_more_for_many_runs(log_in, lena, pairs, stock):
    client, counted = log_in(lena), []
    client.get("/rounds/new/")  # what is asked once is asked here
    for serials in (range(2, 3), range(3, 9)):
        for serial in serials:
            run = Run.objects.create(serial=serial, recipe="supervised_dialogue", version=pairs)
            made_instances(1, pairs, run=run, origin="run")
        asked = []
        for page in ("/rounds/new/", "/rounds/choose/", "/runs/"):
            with CaptureQueriesContext(connection) as found:
                assert client.get(page).status_code == 200
            asked.append(len(found))
        counted.append(asked)
    assert counted[0] == counted[1]

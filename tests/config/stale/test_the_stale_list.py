"""The stale list: exactly the dependents, found by pair, stage and words; nothing to who judges them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Grant, Role
from guidelines.publishing import open_draft, submit
from review.rounds import close_round
from tests.config.stale.graph import (
    LONGER,
    A,
    B,
    C,
    a_run,
    instance,
    listed,
    read_again,
    stale_page,
    third_version,
)
from tests.conftest import person as somebody
from tests.guidelines.conftest import change

pytestmark = pytest.mark.django_db


def test_the_list_shows_exactly_the_dependents_and_what_is_built_on_them(graph, second, log_in, lena):
    page = stale_page(log_in(lena))
    assert listed(page) == graph.of(A, C)
    assert "October" in page and "First release" in page and "training 1" in page
    assert "Make 5 sessions again" in page and "Have 4 sessions judged again" in page


def test_the_list_is_narrowed_by_pair_stage_and_words(graph, second, log_in, lena):
    client = log_in(lena)
    assert listed(stale_page(client, pair=C)) == graph.of(C)
    assert listed(stale_page(client, stage="settled")) == graph.of(A, C, stages=("settled",))
    assert listed(stale_page(client, words="interrupts")) == graph.of(C)
    one = graph.sessions[A, "made"]
    assert listed(stale_page(client, words=str(one.public_id)[:8])) == {one.pk}
    assert "No stale session fits" in stale_page(client, words="nobody")


def test_before_publishing_the_list_shows_what_the_draft_would_add(graph, log_in, lena, ana):
    draft = open_draft(guideline=graph.first.guideline, by=ana)
    change(draft, ana, B, shows=LONGER)
    submit(version=draft, by=ana)
    client = log_in(lena)
    assert listed(stale_page(client)) == set()
    page = stale_page(client, against="draft")
    assert listed(page) == graph.of(B) and "again</button>" not in page
    shown = client.get(reverse("guideline", args=["novice-mistakes"])).content.decode()
    assert "5 sessions were planned or made" in shown and "against=draft&amp;pair=minimising" in shown


def test_a_clinician_sees_the_numbers_and_no_way_to_the_sessions(graph, log_in, ana):
    draft = open_draft(guideline=graph.first.guideline, by=ana)
    change(draft, ana, B, shows=LONGER)
    page = (
        log_in(ana).get(reverse("guideline_compare", args=["novice-mistakes", "1", "draft"])).content.decode()
    )
    assert "5 sessions were planned or made" in page and "/stale/" not in page


def test_a_lead_who_judges_does_not_learn_from_the_list_what_was_intended(graph, second, log_in, lena, ben):
    Grant.objects.create(user=lena, role=Role.ANNOTATOR)
    lena.refresh_from_db()
    close_round(round=graph.open, by=lena)
    lou = somebody("Lou", Role.LEAD)
    read_again(graph, second, lena, [lena, ben], risk_lead=lou)
    third_version()
    held = graph.of(A, stages=("made", "settled", "out"))
    assert not held & listed(stale_page(log_in(lena)))
    assert held <= listed(stale_page(log_in(lou)))


def test_the_number_of_queries_does_not_grow_with_the_sessions(
    graph, second, log_in, lena, django_assert_max_num_queries
):

    client = log_in(lena)
    with CaptureQueriesContext(connection) as few:
        stale_page(client)
    run = a_run(graph.first, serial=5)
    for n in range(200, 250):
        instance(run, A, "made", n)
    with django_assert_max_num_queries(len(few)):
        page = stale_page(client)
    assert "after=" in page and "60 sessions" in page


@pytest.mark.parametrize(
    "asked", ["against=5", "against=draft", "show=&stage=odd&after=x", "pair=%00&words=%00"]
)
def test_odd_addresses_of_the_list_are_answered(graph, second, log_in, lena, asked):
    answer = log_in(lena).get(f"{reverse('guideline_stale', args=['novice-mistakes'])}?{asked}")
    assert answer.status_code == (404 if "against" in asked else 200)

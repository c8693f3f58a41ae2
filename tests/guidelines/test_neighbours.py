"""Neighbours are named in boxes: by name or by key, and the page never lists all there are."""

import pytest
from django.urls import reverse

from guidelines.neighbours import Others
from guidelines.publishing import discard, import_version, open_draft
from tests.guidelines.conftest import change, content, many, pair_texts, revision_in
from tests.guidelines.test_pages import form_of

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(name, args=["novice-mistakes", *args])


def naming(draft, **boxes) -> dict:
    base = revision_in(draft, "forcing-change")
    return form_of(base.texts, base.n) | boxes


def test_a_name_in_whatever_case_and_a_key_are_understood(log_in, ana, draft):
    sent = naming(draft, **{"may_co_occur_with-add": ["poor LISTENING", "good-practice", ""]})
    answer = log_in(ana).post(url("pair_edit", "forcing-change"), sent)
    assert answer.status_code == 302
    now = revision_in(draft, "forcing-change")
    assert now.may_co_occur_with == ["poor-listening", "good-practice"]
    assert now.confused_with == ["poor-listening"]


def test_a_tick_taken_away_takes_the_neighbour_out(log_in, ana, draft):
    page = log_in(ana).get(url("pair_edit", "forcing-change")).content.decode()
    assert 'value="poor-listening" checked' in page and "Good practice" not in page
    log_in(ana).post(url("pair_edit", "forcing-change"), naming(draft) | {"confused_with": []})
    assert revision_in(draft, "forcing-change").confused_with == []


def test_what_is_no_pair_stays_in_its_box_with_what_may_be_meant(log_in, ana, draft):
    sent = naming(draft, **{"confused_with-add": ["Poorly listening"]})
    answer = log_in(ana).post(url("pair_edit", "forcing-change"), sent)
    page = answer.content.decode()
    assert answer.status_code == 400 and "“Poorly listening” is not a pair" in page
    assert "Perhaps you mean: “Poor listening”." in page
    assert 'value="Poorly listening"' in page and 'value="poor-listening" checked' in page
    assert revision_in(draft, "forcing-change").n == 1


def test_a_pair_does_not_find_itself(log_in, ana, draft):
    sent = naming(draft, **{"confused_with-add": ["Forcing change"]})
    assert log_in(ana).post(url("pair_edit", "forcing-change"), sent).status_code == 400


def test_names_beyond_ascii_are_found_as_they_are_written(db):
    version, _created = import_version(
        content=content(("a", pair_texts("Überhören")), ("b", pair_texts("说教")))
    )
    others = Others(version.guideline)
    assert others.found(["Überhören", "说教", "ÜBER"]) == {
        "Überhören": ("a", "Überhören"),
        "说教": ("b", "说教"),
    }
    assert others.like("über") == [("a", "Überhören")]


def test_a_box_is_offered_names_that_hold_what_is_typed(log_in, ana, ben, draft):
    page = log_in(ana).get(url("entry_names"), {"confused_with-add": "listen"}).content.decode()
    assert 'value="Poor listening" data-key="poor-listening"' in page and "Forcing" not in page
    assert log_in(ben).get(url("entry_names"), {"x": "a\0"}).status_code == 200
    assert log_in(ana).get(url("entry_names")).content.strip() == b""


def test_thousands_of_names_in_one_form_are_refused_without_being_looked_for(log_in, ana, draft):
    sent = naming(draft, **{"confused_with-add": [f"Name {n}" for n in range(2_000)]})
    assert log_in(ana).post(url("pair_edit", "forcing-change"), sent).status_code == 400


def test_the_form_is_as_long_for_hundreds_of_pairs_as_for_a_few(
    log_in, ana, django_assert_max_num_queries, db
):
    sizes, counted = [], []
    for n in (3, 300):
        version, _created = import_version(content=many(n))
        draft = open_draft(guideline=version.guideline, by=ana)
        change(draft, ana, "mistake-0", confused_with=["mistake-1"])
        browser = log_in(ana)
        browser.get(url("pair_edit", "mistake-0"))
        with django_assert_max_num_queries(24) as asked:
            page = browser.get(url("pair_edit", "mistake-0"))
        sizes.append(len(page.content))
        counted.append(len(asked))
        discard(version=draft, by=ana)
    assert counted[0] == counted[1] and abs(sizes[0] - sizes[1]) < 200

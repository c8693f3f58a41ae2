"""The words of a pair are drawn once and kept: what a reader sees is never older, another's or in another language."""

import pytest
from django.urls import reverse
from django.utils.safestring import mark_safe

from guidelines import drawing
from tests.guidelines.conftest import change, pair_texts, revision_in
from tests.guidelines.translators import FA, approved, speaks

pytestmark = pytest.mark.django_db
ADDRESS = "/guidelines/novice-mistakes/"


def drawn(texts, **more):
    given = {"names": {}, "here": set(), "query": "", "attributes": {}, "unfolded": False}
    return drawing.pair(texts, **given | more)


@pytest.fixture
def page(client):
    def of(user, query=""):
        client.force_login(user)
        return client.get(ADDRESS + query).content.decode()

    return of


def test_a_page_that_was_read_shows_the_new_words_after_a_save(page, draft, ana, amir):
    assert "Argues, urges and overrides." in page(ana)
    change(draft, amir, shows="Pushes on.")
    now = page(ana)
    # The version in force beside the draft, and what was put in its place.
    assert "Pushes on." in now and "Argues, urges and overrides." in now
    change(draft, amir, shows="Pulls back.")
    assert "Pulls back." in page(ana) and "Pushes on." not in page(ana)


def test_a_pair_that_got_another_name_is_called_by_it_where_another_names_it(page, draft, ana):
    assert '#poor-listening">Poor listening</a>' in page(ana)
    change(draft, ana, key="poor-listening", name="Not listening")
    assert '#poor-listening">Not listening</a>' in page(ana)


def test_what_one_person_may_do_is_not_shown_to_the_next(page, draft, ana, ben):
    edit = reverse("pair_edit", args=["novice-mistakes", "forcing-change"])
    for _again in range(2):
        assert edit in page(ana) and "csrfmiddlewaretoken" in page(ana)
        assert edit not in page(ben) and "Argues, urges and overrides." in page(ben)


def test_each_language_has_its_own_words_and_a_new_translation_takes_the_place_of_the_old(
    page, mistakes, ana, amir, ben
):
    speaks(ana), speaks(amir)
    forcing, said = revision_in(mistakes, "forcing-change"), "ترجمهٔ {}Argues, urges and overrides."
    approved(forcing, ana, amir)
    for _again in range(2):
        assert said.format("") in page(ben, f"?language={FA}")
        assert said.format("") not in page(ben) and "Argues, urges and overrides." in page(ben)
    approved(forcing, ana, amir, mark="نو ")
    now = page(ben, f"?language={FA}")
    assert said.format("نو ") in now and said.format("") not in now


def test_a_name_that_looks_like_html_is_not_taken_for_html_that_was_kept():
    texts = pair_texts(confused_with=["other"])
    as_html = drawn(texts, names={"other": mark_safe("<span>Other</span>")})
    as_words = drawn(texts, names={"other": "<span>Other</span>"})
    assert "<span>Other</span>" in as_html
    assert "&lt;span&gt;Other&lt;/span&gt;" in as_words and "<span>Other</span>" not in as_words


def test_a_neighbour_is_led_to_where_it_stands():
    texts = pair_texts(confused_with=["other"])
    named = {"names": {"other": "Other"}, "query": "&language=fa"}
    assert 'href="#other"' in drawn(texts, here={"other"}, **named)
    assert 'href="?start=other&amp;language=fa#other"' in drawn(texts, here=set(), **named)
    # A page that holds no list of pairs has no other pages.
    assert 'href="#other"' in drawn(texts, here=None, **named)
    assert "<a " not in drawn(texts, names=None)


def test_no_more_is_kept_than_fits():
    drawing._drawn.cache_clear()
    for n in range(drawing.KEPT + 5):
        drawn(pair_texts(f"Mistake {n}", shows=f"Heard in session {n}."))
    long = drawn(pair_texts(shows="long " * drawing.LONGEST))
    assert "long long" in long and drawing._drawn.cache_info().currsize == drawing.KEPT
    assert drawing._drawn.cache_info().misses == drawing.KEPT + 5

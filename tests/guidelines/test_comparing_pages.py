import pytest
from django.urls import reverse

from guidelines.comparing import entries_that_differ, fields_that_differ
from guidelines.importing import import_version
from guidelines.models import DimensionRevision, PairRevision
from guidelines.publishing import (
    approve,
    discard,
    drop_entry,
    open_draft,
    publish,
    reorder,
    save_entry,
    submit,
)
from tests.guidelines.conftest import change, content, dimension_texts, pair_texts, revision_in

SLUG = "novice-mistakes"


def compare(a, b, **asked):
    return (
        reverse("guideline_compare", args=[SLUG, a, b]) + "?" + "&".join(f"{k}={v}" for k, v in asked.items())
    )


def page(browser, address):
    return browser.get(address).content.decode()


@pytest.fixture
def second(edited, ana, amir):
    """Ana's change, approved and published by Amir."""
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    return publish(version=edited, by=ana, meaning="semantic", note="It shows otherwise.")


def test_any_two_versions_are_chosen_from_two_lists(log_in, ana, second):
    browser = log_in(ana)
    shown = page(browser, compare(1, 2))
    assert '<option value="1" selected>' in shown and '<option value="2" selected>' in shown
    choose = reverse("guideline_compare_chosen", args=[SLUG])
    assert browser.get(choose, {"a": "2", "b": "1", "view": "sides"}).url == compare(2, 1, view="sides")
    assert browser.get(choose, {"a": "7", "b": "1"}).status_code == 404


def test_the_way_of_showing_stays_in_the_address(log_in, ana, second):
    browser = log_in(ana)
    inline, sides = page(browser, compare(1, 2)), page(browser, compare(1, 2, view="sides"))
    assert 'class="sides"' not in inline and 'class="sides"' in sides
    assert 'href="?view=sides"' in inline and "?view=sides&amp;only=changed" in sides
    assert "<del>" in sides and "<ins>" in sides


def test_it_says_who_approved_what_and_what_each_version_said_of_itself(log_in, ana, second):
    shown = page(log_in(ana), compare(1, 2))
    assert "Approved by Amir" in shown and "Nobody approved these words." in shown
    assert "It shows otherwise." in shown


def test_approvals_of_earlier_words_are_told_apart(log_in, edited, ana, amir):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    change(edited, ana, shows="Argues.")
    assert "earlier words, changed afterwards" in page(log_in(ana), compare(1, "draft"))


def test_an_entry_that_moved_is_shown_as_moved_also_when_it_was_reworded(log_in, mistakes, draft, ana):
    reorder(version=draft, keys=["good-practice", "forcing-change", "poor-listening"], by=ana)
    change(draft, ana, key="good-practice", shows="Listens.", corrections=[])
    (moved,) = [one for one in entries_that_differ(mistakes, draft) if one.is_moved]
    assert (moved.key, moved.state, moved.was, moved.now) == ("good-practice", "changed", 3, 1)
    browser = log_in(ana)
    assert "moved from place 3 to 1" in page(browser, compare(1, "draft"))
    assert "good-practice" in page(browser, compare(1, "draft", only="moved"))
    assert 'id="good-practice"' not in page(browser, compare(1, "draft", only="added"))


def test_an_older_text_is_put_back_from_the_comparison(log_in, mistakes, edited, ana):
    browser, here = log_in(ana), compare(1, "draft")
    assert "Put the text before back into the draft" in page(browser, here)
    old, new = revision_in(mistakes, "forcing-change"), revision_in(edited, "forcing-change")
    restore = reverse("pair_restore", args=[SLUG, "forcing-change"])
    answer = browser.post(restore, {"n": old.n, "base": new.n, "next": here})
    assert answer.status_code == 302 and answer.url == here
    now = revision_in(edited, "forcing-change")
    assert now.texts == old.texts and now.n == new.n + 1
    assert "Both say the same." in page(browser, here)


def test_putting_back_leads_nowhere_outside(log_in, mistakes, edited, ana):
    old, new = revision_in(mistakes, "forcing-change"), revision_in(edited, "forcing-change")
    restore = reverse("pair_restore", args=[SLUG, "forcing-change"])
    said = {"n": old.n, "base": new.n, "next": "https://elsewhere.example/"}
    assert log_in(ana).post(restore, said).url.startswith(reverse("guideline", args=[SLUG]))


def test_what_was_dropped_is_put_back_with_its_words(log_in, mistakes, draft, ana):
    change(draft, ana, confused_with=[])
    drop_entry(version=draft, key="poor-listening", by=ana)
    browser = log_in(ana)
    assert "Put the text before back" in page(browser, compare(1, "draft", only="removed"))
    n = revision_in(mistakes, "poor-listening").n
    browser.post(reverse("pair_restore", args=[SLUG, "poor-listening"]), {"n": n, "base": ""})
    assert revision_in(draft, "poor-listening").shows == "Interrupts."


def test_a_reader_who_may_not_write_is_offered_no_putting_back(log_in, ben, edited):
    assert "Put the text" not in page(log_in(ben), compare(1, "draft"))


def test_two_revisions_of_an_entry_are_compared_side_by_side(log_in, second, ana):
    draft = open_draft(guideline=second.guideline, by=ana)
    change(draft, ana, shows="Argues. سلام")
    history = reverse("pair_history", args=[SLUG, "forcing-change"])
    browser = log_in(ana)
    chosen = page(browser, history + "?a=1&b=3&view=sides")
    assert "From revision 1 to revision 3" in chosen and 'class="sides"' in chosen and 'dir="auto"' in chosen
    assert "Approved by Amir" in page(browser, history).replace("approved", "Approved")
    assert browser.get(history + "?a=1&b=9").status_code == 404
    assert browser.get(history + "?a=1&b=" + "9" * 40).status_code == 404
    discard(version=draft, by=ana)
    assert "Restore in the draft" not in page(browser, history)


def test_the_scale_and_the_levels_of_a_dimension_are_compared_in_words():
    before = dimension_texts(scale="ordinal", weight=1, reverse=False)
    levels = [before["levels"][0], {"value": 2, "anchor": "Can be followed at once."}]
    after = before | {"levels": levels, "reverse": True, "weight": 2.0, "scale": "interval"}
    found = {one.field: one for one in fields_that_differ("rubric", DimensionRevision, before, after)}
    assert (found["scale"].before, found["scale"].after) == ("ordered levels", "equal steps")
    assert (found["reverse"].after, found["weight"].after) == ("yes", "2")
    assert [item.state for item in found["levels"].items] == ["same", "changed"]


def test_a_text_that_differs_in_spaces_only_is_said_to():
    (found,) = fields_that_differ("pairs", PairRevision, pair_texts(shows="a  b"), pair_texts(shows="a b"))
    assert found.only_spaces


def test_ten_thousand_entries_are_compared_a_page_at_a_time(
    log_in, ana, django_assert_max_num_queries, django_assert_num_queries
):
    def versions(slug, n):
        entries = [(f"m-{i}", pair_texts(f"M {i}")) for i in range(n)]
        import_version(content=content(*entries, slug=slug))
        reworded = [(key, texts | {"harms": "The client leaves."}) for key, texts in entries]
        import_version(content=content(*reworded, slug=slug))

    versions("few", 2)
    versions("many", 200)
    browser = log_in(ana)
    address = {slug: reverse("guideline_compare", args=[slug, 1, 2]) for slug in ("few", "many")}
    browser.get(address["few"])
    with django_assert_max_num_queries(40) as few:
        browser.get(address["few"])
    with django_assert_num_queries(len(few)):
        shown = page(browser, address["many"])
    assert shown.count("<article") == 50 and "start=m-50" in shown
    assert page(browser, address["many"] + "?start=m-150").count("<article") == 50


def test_a_saved_text_of_a_colleague_is_named_with_her_reason(log_in, draft, ana, amir):
    base = revision_in(draft, "forcing-change")
    said = {"texts": base.texts | {"harms": "Sulks."}, "base": base, "reason": "Plainer."}
    save_entry(version=draft, key="forcing-change", by=amir, **said)
    shown = page(log_in(ana), compare(1, "draft"))
    assert "Amir" in shown and "Plainer." in shown

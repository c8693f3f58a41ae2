import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidelines.comparing import entries_that_differ, in_words, suggested_meaning
from guidelines.meaning import suggested
from guidelines.publishing import drop_entry, reorder
from guidelines.word_diff import as_html, word_diff
from tests.guidelines.conftest import change

TEXTS = st.text(st.sampled_from("ab c.,\n<é漢"), max_size=60)


def test_words_are_told_apart_as_same_removed_and_added():
    assert word_diff("He urges her to change.", "He asks her to change.") == [
        ("same", "He "),
        ("removed", "urges "),
        ("added", "asks "),
        ("same", "her to change."),
    ]


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS)
def test_same_and_added_words_make_the_new_text_and_same_and_removed_the_old_one(a, b):
    diff = word_diff(a, b)
    assert "".join(text for kind, text in diff if kind != "removed") == b
    old = "".join(text for kind, text in diff if kind != "added")
    assert "".join(old.split()) == "".join(a.split())


def test_a_very_long_text_is_compared_by_lines():
    old = "\n".join(f"line {n} of a very long text" for n in range(3_000))
    diff = word_diff(old, old.replace("line 7 ", "LINE 7 "))
    assert [kind for kind, _text in diff] == ["same", "removed", "added", "same"]


def test_hostile_text_is_inert_in_the_shown_difference():
    html = as_html("a <script>x</script>", "b <script>y</script>")
    assert "<script" not in html and "&lt;" in html and "<ins>" in html and "<del>" in html


def compared(a, b) -> list:
    return in_words(b.guideline, entries_that_differ(a, b))


def test_versions_are_compared_entry_by_entry(mistakes, draft, ana):
    change(draft, ana, confused_with=[], shows="Urges.")
    drop_entry(version=draft, key="poor-listening", by=ana)
    reorder(version=draft, keys=["good-practice", "forcing-change"], by=ana)
    found = {change.key: change for change in compared(mistakes, draft)}
    assert {key: change.state for key, change in found.items()} == {
        "forcing-change": "changed",
        "good-practice": "moved",
        "poor-listening": "removed",
    }
    assert [change.field for change in found["forcing-change"].fields] == ["shows", "confused_with"]


@pytest.mark.parametrize(
    ("shows", "meaning"),
    [
        ("Argues, urges, and overrides.", "editorial"),
        ("Gives homework in the first minutes before anybody has asked what it is for.", "semantic"),
    ],
)
def test_the_page_proposes_whether_the_meaning_changed(mistakes, draft, ana, shows, meaning):
    change(draft, ana, shows=shows)
    assert suggested(mistakes, draft) == meaning == suggested_meaning(compared(mistakes, draft))

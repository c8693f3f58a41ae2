import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidelines.item_diff import items_that_differ
from guidelines.word_diff import as_html, changes, side_by_side, tokens, word_diff

# Latin, Devanagari with vowel signs, Arabic, Han, Thai, an emoji of three, joiners, accents on their own.
SIGNS = st.sampled_from(
    [*"ab c.,\n<é漢字はไม", "\u0301", "हिन्दी", "سلام", "👩‍👧", "\u200d", "  ", "\n\n- ", "\t", "'"]
)
TEXTS = st.lists(SIGNS, max_size=30).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_no_sign_of_either_text_is_lost_or_added(a, b):
    found = changes(a, b)
    assert "".join(old for _kind, old, _new in found) == a
    assert "".join(new for _kind, _old, new in found) == b
    assert "".join(tokens(a)) == a


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_side_by_side_each_line_stands_where_both_texts_have_a_line_break(a, b):
    lines = side_by_side(a, b)
    same_breaks = sum(old.count("\n") for kind, old, _new in changes(a, b) if kind == "same")
    assert len(lines) == same_breaks + 1
    assert any(line.changed for line in lines) == any(kind == "changed" for kind, _a, _b in changes(a, b))


@pytest.mark.parametrize(
    ("before", "after", "removed", "added"),
    [
        pytest.param("他很快给出建议。", "他很快给出安慰。", "建议", "安慰", id="Chinese"),
        pytest.param("すぐに助言する。", "すぐに慰める。", "助言す", "慰め", id="Japanese"),
        pytest.param("ให้คำแนะนำ", "ให้คำปลอบ", "แนะนำ", "ปลอบ", id="Thai"),
        pytest.param("वह सुनती है", "वह बोलती है", "सुनती ", "बोलती ", id="Hindi keeps its vowel signs"),
        pytest.param("هو ينصح بسرعة", "هو يسمع بسرعة", "ينصح ", "يسمع ", id="Arabic"),
        pytest.param("Er drängt sie.", "Er fragt sie.", "drängt ", "fragt ", id="German"),
        pytest.param("She doesn't ask.", "She didn't ask.", "doesn't ", "didn't ", id="an apostrophe is in its word"),
        pytest.param("fine 👩‍👧 fine", "fine 👩‍👦 fine", "👩‍👧 ", "👩‍👦 ", id="an emoji is one sign"),
    ],
)  # fmt: skip
def test_only_the_words_that_changed_are_marked(before, after, removed, added):
    found = word_diff(before, after)
    assert [text for kind, text in found if kind == "removed"] == [removed]
    assert [text for kind, text in found if kind == "added"] == [added]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("She has already said.", "She has already.", "She has already[- said]."),
        ("She has already.", "She has already said.", "She has already[+ said]."),
        ("To the client, slowly.", "To the client slowly.", "To the client[-, ] slowly."),
        ("To the client slowly.", "To the client, slowly.", "To the client[+, ]slowly."),
    ],
)
def test_words_on_both_sides_of_a_change_do_not_run_together(before, after, shown):
    signs = {"same": "{}", "removed": "[-{}]", "added": "[+{}]"}
    assert "".join(signs[kind].format(text) for kind, text in word_diff(before, after)) == shown


def test_an_accent_is_the_same_however_it_is_encoded():
    assert {kind for kind, _text in word_diff("café", unicodedata.normalize("NFD", "café"))} == {"same"}


def test_a_line_break_that_makes_a_list_item_is_a_change_and_a_double_space_is_none():
    found = word_diff("Ask. Wait.", "Ask.\n- Wait.")
    assert ("added", "\n") in found and ("added", "- ") in found or ("added", "\n- ") in found
    assert '<span class="break"></span>' in as_html("Ask. Wait.", "Ask.\n- Wait.")
    assert [kind for kind, _text in word_diff("Ask.  Wait.", "Ask. Wait.")] == ["same"]


def test_a_deeper_indented_item_of_a_markdown_list_is_a_change():
    assert any(kind != "same" for kind, _text in word_diff("- a\n- b", "- a\n  - b"))


def test_a_line_that_was_put_in_stands_beside_nothing():
    lines = side_by_side("One.\nThree.", "One.\nTwo.\nThree.")
    assert [line.changed for line in lines] == [False, True]
    assert "Two." not in lines[1].before and "Two." in lines[1].after


def test_a_new_paragraph_begins_behind_the_stop_that_was_there():
    found = word_diff("The client waits.", "A client waits.\n\nThen she goes.")
    assert found[-1] == ("added", "\n\nThen she goes.")


def test_hostile_text_is_inert_side_by_side():
    lines = side_by_side("a <script>x</script>", "b <script>y</script>")
    assert all("<script" not in line.before + line.after for line in lines)


def states(before, after, **more):
    rows = items_that_differ(before, after, text=str, **more)
    return [(row.state, row.was, row.now, row.moved) for row in rows]


def test_corrections_are_compared_item_by_item():
    before = ["Work with the ambivalence.", "Ask what she wants herself.", "Say that it is hard."]
    after = ["Wait a moment.", "Ask her what she wants herself.", "Work with the ambivalence."]
    assert states(before, after) == [
        ("added", None, 1, False),
        ("changed", 2, 2, True),
        ("same", 1, 3, False),
        ("removed", 3, None, False),
    ]


def test_a_level_is_the_same_one_by_its_value_however_its_words_changed():
    before = [{"value": 1, "anchor": "Cold."}, {"value": 2, "anchor": "Warm."}]
    after = [{"value": 1, "anchor": "Does not listen."}, {"value": 3, "anchor": "Warm."}]
    assert states(before, after, same_thing=lambda level: level["value"]) == [
        ("changed", 1, 1, False),
        ("removed", 2, None, False),
        ("added", None, 2, False),
    ]


def test_one_item_moved_to_the_front_is_one_move():
    assert [row[3] for row in states(list("abcd"), list("dabc"))] == [True, False, False, False]


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, max_size=8), st.lists(TEXTS, max_size=8))
def test_every_item_of_both_lists_is_told_exactly_once(before, after):
    rows = items_that_differ(before, after, text=str)
    assert sorted(row.was for row in rows if row.was) == list(range(1, len(before) + 1))
    assert [row.now for row in rows if row.now] == list(range(1, len(after) + 1))

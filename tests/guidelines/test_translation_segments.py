"""The texts of an entry come apart into places and go together again, whatever they say."""

from hypothesis import given, settings
from hypothesis import strategies as st

from guidelines.texts import tidy
from guidelines.translating import segments
from guidelines.translating.content import places
from tests.guidelines.test_round_trip import PAIRS, SOME, dimensions

ENTRIES = st.one_of(
    PAIRS.map(lambda texts: ("pairs", tidy("pairs", texts))),
    dimensions().map(lambda texts: ("rubric", tidy("rubric", texts))),
)


@settings(max_examples=40, deadline=None)
@given(ENTRIES, st.data())
def test_what_is_put_together_again_says_the_same_in_the_shape_of_the_source(entry, data):
    kind, source = entry
    there = segments.segments(kind, source)
    said = {place: data.draw(SOME) if place != ("name",) else "نام" for place in there}
    translated = segments.assembled(kind, source, said)
    assert segments.segments(kind, translated) == said
    assert segments.problems(kind, source, translated) == [] == segments.missing(kind, source, translated)
    assert segments.tidied(kind, translated) == translated
    assert list(places(kind, source).values()) == list(there)
    # What a translation does not say is the source's.
    assert segments.FIELDS[kind] == tuple(translated)


@settings(max_examples=40, deadline=None)
@given(ENTRIES, ENTRIES)
def test_of_an_unchanged_source_everything_is_carried_over_and_of_another_what_it_still_says(entry, other):
    kind, source = entry
    said = {place: f"t{n}" for n, place in enumerate(segments.segments(kind, source))}
    translated = segments.assembled(kind, source, said)
    same = segments.carried_over(kind, source, translated, source)
    assert {place: (start.text, start.was) for place, start in same.items()} == {
        place: (text, None) for place, text in said.items()
    }
    assert segments.gone(kind, source, source) == []
    if other[0] == kind:
        new = segments.segments(kind, other[1])
        for place, start in segments.carried_over(kind, source, translated, other[1]).items():
            if start.was is None:
                # The very words that are there now, wherever they stood.
                assert source_of(start.text, said, kind, source) == new[place]
            else:
                assert start == segments.Start(said[place], segments.segments(kind, source)[place])
                assert start.was != new[place]


def source_of(text, said, kind, source):
    return next(segments.segments(kind, source)[place] for place, one in said.items() if one == text)


def test_a_new_item_begins_empty_and_the_old_ones_move():
    old = tidy("pairs", {"name": "A", "shows": "x", "corrections": ["one", "two"]})
    new = old | {"corrections": ["new", "one", "two and a half"]}
    said = segments.assembled(
        "pairs", old, {("name",): "آ", ("corrections", 0): "یک", ("corrections", 1): "دو"}
    )
    start = segments.carried_over("pairs", old, said, new)
    assert ("corrections", 0) not in start
    assert start["corrections", 1] == segments.Start("یک")
    assert ("corrections", 2) not in start and segments.gone("pairs", old, new) == ["two"]

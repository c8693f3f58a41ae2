"""Which older words a version leaves behind: by meaning, by words alone, or by dropping the pair."""

import pytest

from guidelines import touching
from guidelines.importing import import_version
from guidelines.models import Meaning, Version
from guidelines.publishing import (
    approve,
    open_draft,
    publish,
    submit,
)
from guidelines.saving import drop_entry
from guidelines.touching import Why
from tests.guidelines.conftest import change, content, pair_texts, revision_in

pytestmark = pytest.mark.django_db
LONGER = "Argues for change again and again, hears no hesitation, and sets the goal of the session himself."


@pytest.fixture
def mistakes(db):
    """As elsewhere, but that no pair names another one: each can be dropped."""
    version, _created = import_version(
        content=content(
            ("forcing-change", pair_texts()),
            ("poor-listening", pair_texts("Poor listening", shows="Interrupts.")),
            ("good-practice", pair_texts("Good practice", corrections=[], positive=True)),
        )
    )
    return version


def published(guideline, ana, amir, acts, meaning="semantic") -> Version:
    draft = open_draft(guideline=guideline, by=ana)
    for act in acts:
        act(draft)
    submit(version=draft, by=ana)
    approve(version=draft, by=amir)
    return publish(version=draft, by=ana, meaning=meaning, note="What reviewers told us.")


def passed(target) -> dict[str, tuple[str, int | None]]:
    return {one.key: (one.why, one.at) for one in touching.by(target).passed.values()}


def test_meaning_words_and_dropping_are_told_apart_and_a_pair_that_came_touches_nobody_by_itself(db):
    first, _ = import_version(
        content=content(("a", pair_texts("A")), ("b", pair_texts("B")), ("c", pair_texts("C")))
    )
    second, _ = import_version(
        content=content(
            ("a", pair_texts("A", shows=LONGER)),
            ("b", pair_texts("B", harms="The client digs in then.")),
            ("d", pair_texts("D")),
        )
    )
    assert passed(second) == {"a": (Why.MEANING, 2), "b": (Why.WORDS, 2), "c": (Why.DROPPED, 2)}
    found = touching.by(second)
    assert set(found.revisions()) == {revision_in(first, key).pk for key in "ac"}
    assert found.other_catalogue == {first.pk}
    assert touching.by(first).passed == {}


def test_an_editorial_version_makes_nothing_stale_however_much_it_rewrites(mistakes, ana, amir):
    second = published(
        mistakes.guideline, ana, amir, [lambda draft: change(draft, ana, shows=LONGER)], Meaning.EDITORIAL
    )
    assert passed(second) == {"forcing-change": (Why.WORDS, 2)}
    assert touching.by(second).revisions() == [] and not touching.by(second).other_catalogue


def test_one_word_changes_the_meaning_where_the_publisher_says_so_and_nothing_else_changed(
    mistakes, ana, amir
):
    second = published(mistakes.guideline, ana, amir, [lambda draft: change(draft, ana, name="Not forcing")])
    assert passed(second) == {"forcing-change": (Why.MEANING, 2)}


def test_references_and_tags_have_no_meaning(mistakes, ana, amir):
    cited = ["A book on change that everybody who has ever tried it should read first."]
    same = revision_in(mistakes, "forcing-change").shows
    second = published(
        mistakes.guideline, ana, amir,
        [lambda draft: change(draft, ana, shows=same, references=cited, tags=["pressure"])],
    )  # fmt: skip
    assert passed(second) == {"forcing-change": (Why.WORDS, 2)}


def test_a_text_that_was_put_back_stands_again_and_the_one_between_does_not(mistakes, ana, amir):
    guideline, first = mistakes.guideline, revision_in(mistakes, "forcing-change")
    second = published(guideline, ana, amir, [lambda draft: change(draft, ana, shows=LONGER)])
    between = revision_in(second, "forcing-change")
    third = published(guideline, ana, amir, [lambda draft: change(draft, ana, shows=first.shows)])
    assert list(touching.by(third).passed) == [between.pk]
    assert touching.by(third).other_catalogue == {second.pk}


def test_it_is_stale_since_the_last_version_that_changed_its_meaning(mistakes, ana, amir):
    guideline = mistakes.guideline
    published(guideline, ana, amir, [lambda draft: change(draft, ana, shows=LONGER)])
    published(guideline, ana, amir, [lambda draft: change(draft, ana, "poor-listening", shows=LONGER)])
    fourth = published(
        guideline, ana, amir, [lambda draft: drop_entry(version=draft, key="poor-listening", by=ana)]
    )
    assert passed(fourth) == {"forcing-change": (Why.MEANING, 2), "poor-listening": (Why.DROPPED, 4)}
    assert set(touching.by(fourth).stale_since()) == {2, 4}


def test_a_pair_that_comes_back_with_other_words_did_change(mistakes, ana, amir):
    guideline = mistakes.guideline
    published(guideline, ana, amir, [lambda draft: drop_entry(version=draft, key="poor-listening", by=ana)])
    third, _ = import_version(content=content(
        ("forcing-change", pair_texts()),
        ("poor-listening", pair_texts("Poor listening", shows=LONGER)),
    ))  # fmt: skip
    assert passed(third)["poor-listening"] == (Why.MEANING, 3)


def test_what_good_practice_says_is_no_part_of_the_catalogue(mistakes, ana, amir):
    second = published(
        mistakes.guideline, ana, amir, [lambda draft: change(draft, ana, "good-practice", shows=LONGER)]
    )
    assert passed(second) == {"good-practice": (Why.MEANING, 2)}
    assert not touching.by(second).other_catalogue


def test_why_it_harms_reaches_no_catalogue_but_its_own_pair_changes(mistakes, ana, amir):
    same = revision_in(mistakes, "forcing-change").shows
    second = published(
        mistakes.guideline, ana, amir, [lambda draft: change(draft, ana, shows=same, harms=LONGER)]
    )
    assert passed(second) == {"forcing-change": (Why.MEANING, 2)}
    assert not touching.by(second).other_catalogue


def test_a_draft_is_taken_as_a_change_of_meaning(draft, ana):
    change(draft, ana, shows="Argues, urges, overrides.")
    assert passed(draft) == {"forcing-change": (Why.MEANING, None)}


@pytest.mark.parametrize("n", [3, 60])
def test_it_takes_three_queries_however_many_pairs_there_are(db, n, django_assert_num_queries):
    import_version(content=content(*((f"m-{i}", pair_texts(f"M {i}")) for i in range(n))))
    second, _ = import_version(
        content=content(*((f"m-{i}", pair_texts(f"M {i}", shows=LONGER)) for i in range(n)))
    )
    with django_assert_num_queries(3):
        assert len(touching.by(second).passed) == n


def test_a_rubric_has_dimensions_and_no_pairs(rubric):
    assert touching.by(rubric).passed == {}

"""Each reader of a version is told her part and no more."""

from guidelines import briefing, coverage, dependents
from tests.guidelines.conftest import revision_in


def test_the_counsellor_never_sees_a_correction(mistakes):
    told = briefing.for_counsellor(revision_in(mistakes, "forcing-change"))
    assert told == {"name": "Forcing change", "shows": "Argues, urges and overrides."}


def test_an_untold_supervisor_has_the_catalogue_of_mistakes_by_name_and_how_they_show(mistakes):
    catalogue = briefing.for_supervisor(mistakes, told=None)
    assert [set(item) for item in catalogue] == [{"key", "name", "shows"}] * 2
    assert [item["key"] for item in catalogue] == ["forcing-change", "poor-listening"]


def test_a_told_supervisor_also_learns_what_was_meant_and_how_it_is_put_right(mistakes):
    catalogue = briefing.for_supervisor(mistakes, told=revision_in(mistakes, "poor-listening"))
    told = [item for item in catalogue if item.get("told")]
    assert [item["key"] for item in told] == ["poor-listening"]
    assert told[0]["corrections"] and len(catalogue) == 2


def test_a_supervisor_may_be_told_that_good_practice_was_meant(mistakes):
    catalogue = briefing.for_supervisor(mistakes, told=revision_in(mistakes, "good-practice"))
    assert catalogue[-1]["key"] == "good-practice" and catalogue[-1]["positive"]


def test_reviewers_choose_among_mistakes_in_their_order_without_the_good_practice(
    mistakes, django_assert_num_queries
):
    mistakes.guideline  # noqa: B018  (loaded with the version)
    with django_assert_num_queries(1):
        choices = briefing.choices(mistakes)
    assert [choice["key"] for choice in choices] == ["forcing-change", "poor-listening"]
    assert choices[0]["revision_id"] == revision_in(mistakes, "forcing-change").pk


def test_dimensions_come_with_an_anchor_at_every_level(rubric):
    (dimension,) = briefing.dimensions(rubric)
    assert dimension["key"] == "clarity" and dimension["scale"] == "ordinal"
    assert dimension["levels"] == [
        {"value": 1, "anchor": "Cannot be followed."},
        {"value": 2, "anchor": "Can be followed."},
    ]


def test_slots_say_nothing_until_something_is_connected(mistakes):
    before = coverage.connect(None), dependents.connect(None)
    try:
        assert coverage.of(mistakes.guideline) is None and dependents.of(None, mistakes, None) is None
        coverage.connect(lambda guideline, keys, alphas: {"forcing-change": coverage.Coverage(made=7)})
        assert coverage.of(mistakes.guideline)["forcing-change"].made == 7
    finally:
        coverage.connect(*before[0])
        dependents.connect(*before[1])

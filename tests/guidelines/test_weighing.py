"""A total of one rating: hand-worked examples, and what must hold whatever the rubric."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidelines import briefing
from guidelines.loading import SHIPPED, load, read
from guidelines.weighing import CANNOT_JUDGE, NoTotal, Total, refusal, shares, total, turned

ONE_TO_FIVE = (1, 2, 3, 4, 5)


def dimension(key, *, weight=None, reverse=False, scale="ordinal", values=ONE_TO_FIVE):
    levels = [{"value": value, "anchor": f"anchor {value}"} for value in values]
    said = {"levels": levels, "reverse": reverse, "weight": weight}
    return {"key": key, "name": key.capitalize(), "scale": scale} | said


def shipped(name):
    return [{"key": entry.key, **entry.texts} for entry in read(SHIPPED / f"{name}.yaml").entries]


def test_without_weights_it_is_the_plain_mean():
    assert total([dimension("a"), dimension("b")], {"a": 2, "b": 5}) == Total(3.5)


def test_a_dimension_of_weight_three_counts_three_times():
    rubric = [dimension("a", weight=3), dimension("b", weight=1)]
    # (3 · 2 + 1 · 4) / 4
    assert total(rubric, {"a": 2, "b": 4}).value == 2.5
    assert shares(rubric) == {"a": 0.75, "b": 0.25}


def test_a_dimension_worded_in_reverse_is_turned_on_its_scale():
    strain = dimension("strain", reverse=True)
    assert [turned(strain, value) for value in ONE_TO_FIVE] == [5, 4, 3, 2, 1]
    # strain 5 turns to 1, so (5 + 1) / 2
    assert total([dimension("trust"), strain], {"trust": 5, "strain": 5}).value == 3.0
    assert turned(dimension("change", reverse=True, values=(-2, 0, 2)), -2) == 2


def test_yes_and_no_give_the_share_of_yes():
    checks = [dimension(key, scale="boolean", values=(False, True)) for key in "abcd"]
    assert total(checks, {"a": True, "b": True, "c": True, "d": False}).value == 0.75


def test_the_seven_principles_as_shipped_give_the_plain_mean_that_was_published():
    principles = shipped("counselling-principles")
    ratings = dict(zip((d["key"] for d in principles), (5, 4, 4, 5, 3, 2, 1), strict=True))
    assert total(principles, ratings).value == pytest.approx(24 / 7)
    assert set(shares(principles).values()) == {1 / 7}


def test_a_rating_that_is_missing_or_could_not_be_given_leaves_the_total_open_and_is_named():
    rubric = [dimension("a"), dimension("b"), dimension("c")]
    assert total(rubric, {"a": 2, "b": CANNOT_JUDGE}) == Total(None, missing=("c",), cannot=("b",))
    assert total(rubric, {"a": 2, "b": 2, "c": None}).value is None
    assert total(rubric, {}).missing == ("a", "b", "c")


@pytest.mark.parametrize(
    ("rubric", "reason"),
    [
        ([dimension("a"), dimension("kind", scale="nominal", values=("x", "y"))], "“Kind” holds named categories"),
        ([dimension("a", scale="pairwise", values=("first", "second"))], "compares two"),
        ([dimension("a"), dimension("b", values=(-2, 0, 2))], r"different scales (-2 to 2, 1 to 5)"),
        ([dimension("a", weight=1), dimension("b")], "others have none: B"),
        ([], "no dimension"),
    ],
)  # fmt: skip
def test_dimensions_that_have_no_common_total_are_refused_with_the_reason(rubric, reason):
    assert reason in refusal(rubric)
    with pytest.raises(NoTotal):
        total(rubric, {})
    with pytest.raises(NoTotal):
        shares(rubric)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("session-comparison", "compares two"),
        ("principles-compared", "compares two"),
        ("resistance-replies", "named categories"),
        ("affect", "different scales"),
        *[(name, "") for name in ("alliance", "cbt-skill", "counselling-principles", "explanation-quality",
                                  "feedback-checks", "feedback-quality", "therapeutic-reply")],
    ],
)  # fmt: skip
def test_which_shipped_rubrics_have_a_total(name, reason):
    found = refusal(shipped(name))
    assert reason in found and bool(reason) == bool(found)


def test_a_level_or_a_dimension_that_the_rubric_lacks_is_refused():
    with pytest.raises(ValueError, match="no level 6"):
        total([dimension("a")], {"a": 6})
    with pytest.raises(ValueError, match="no dimension b"):
        total([dimension("a")], {"a": 1, "b": 1})


@st.composite
def rated(draw):
    n = draw(st.integers(1, 6))
    weights = draw(
        st.none() | st.lists(st.integers(1, 1_000_000).map(lambda w: w / 1000), min_size=n, max_size=n)
    )
    rubric = [
        dimension(f"d-{i}", weight=weights and weights[i], reverse=draw(st.booleans())) for i in range(n)
    ]
    return rubric, {d["key"]: draw(st.sampled_from(ONE_TO_FIVE)) for d in rubric}


@given(rated())
def test_a_total_lies_between_the_lowest_and_the_highest_turned_rating(case):
    rubric, ratings = case
    values = [turned(d, ratings[d["key"]]) for d in rubric]
    assert min(values) - 1e-9 <= total(rubric, ratings).value <= max(values) + 1e-9
    assert sum(shares(rubric).values()) == pytest.approx(1)


@given(rated(), st.integers(1, 100))
def test_only_the_proportions_of_the_weights_count(case, factor):
    rubric, ratings = case
    heavier = [d | {"weight": d["weight"] and d["weight"] * factor} for d in rubric]
    assert total(heavier, ratings).value == pytest.approx(total(rubric, ratings).value)


@given(rated())
def test_equal_weights_are_no_weights(case):
    rubric, ratings = case
    plain = [d | {"weight": None} for d in rubric]
    assert total([d | {"weight": 0.3} for d in rubric], ratings) == total(plain, ratings)
    assert total(plain, ratings).value == pytest.approx(
        sum(turned(d, ratings[d["key"]]) for d in rubric) / len(rubric)
    )


@given(rated())
def test_wording_a_dimension_in_reverse_and_rating_it_so_changes_nothing(case):
    rubric, ratings = case
    turned_round = [d | {"reverse": not d["reverse"]} for d in rubric]
    mirrored = {key: 6 - value for key, value in ratings.items()}
    assert total(turned_round, mirrored).value == pytest.approx(total(rubric, ratings).value)


@pytest.mark.django_db
def test_a_version_tells_weight_and_direction_of_each_dimension(django_assert_num_queries):
    ((version, _created),) = load([SHIPPED / "counselling-principles.yaml"])
    ((other, _made),) = load([SHIPPED / "alliance.yaml"])
    assert {d["weight"] for d in briefing.dimensions(version)} == {1.0}
    assert [d["reverse"] for d in briefing.dimensions(other)] == [False] * 4 + [True]
    with django_assert_num_queries(1):
        found = briefing.dimensions_of([version, other])
    assert found == {v.pk: briefing.dimensions(v) for v in (version, other)}

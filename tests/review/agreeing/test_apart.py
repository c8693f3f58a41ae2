"""How far the readers of a session lie apart, by hand; and figures that are kept say the same afterwards."""

from dataclasses import replace

import numpy as np
import pytest

from review.agreeing.packing import packed, unpacked
from review.agreeing.worst import FOUND, apart, overall
from review.agreement.wording import say, spoken, together
from tests.review.agreeing.test_drifting import table


def said(rows, **more):
    one = table(np.array(rows), np.arange(len(rows)))
    return replace(one, **more) if more else one


def test_of_three_readers_one_who_differs_makes_two_of_three_pairs():
    one = said([[0, 0, 1], [1, 1, 1], [0, 1, 1]])
    assert apart(one, np.ones(9, bool))["verdict"] == pytest.approx([2 / 3, 0, 2 / 3])


def test_graded_answers_lie_apart_by_the_square_of_their_distance():
    names = said([[0, 4, 4]]).names | {
        "levels": {"specific": [1.0, 2.0, 3.0, 4.0, 5.0]},
        "scale": {"specific": "ordinal"},
    }
    given = {"specific": np.array([0, 4, -1, 0, 2, -1, 3, 3, -1], np.int16)}
    one = said([[0, 4, 0], [0, 2, 0], [3, 3, 0]], names=names, answers=given)
    # 1 and 5: the longest; 1 and 3: half of it, squared; the third reader did not answer.
    assert apart(one, np.ones(9, bool))["specific"] == pytest.approx([1, 0.25, 0])


def test_what_one_reader_answered_is_no_distance():
    one = said([[0, 0, 0]], answers={"verdict": np.array([0, -1, -1], np.int16)})
    each = apart(one, np.ones(3, bool))
    assert np.isnan(each["verdict"]).all() and np.isnan(overall(each, 1)).all()


def test_two_who_find_a_mistake_and_name_different_ones_are_apart():
    base = said([[0, 0, 0], [0, 0, 0]])
    names = base.names | {
        "pair": [7, 9],
        "levels": {"any_mistake": ["no", "yes"]},
        "scale": {"any_mistake": "nominal"},
    }
    one = replace(
        base, names=names, answers={"any_mistake": np.ones(6, np.int16)},
        found_of=np.array([0, 1, 2, 3, 4, 5, 5], np.int32), found_pair=np.array([0, 0, 1, 0, 0, 0, 1], np.int16),
    )  # fmt: skip
    each = apart(one, np.ones(6, bool))
    assert each["any_mistake"].tolist() == [0, 0] and each[FOUND] == pytest.approx([2 / 3, 2 / 3])
    assert overall(each, 2) == pytest.approx([1 / 3, 1 / 3])


def test_sentences_are_kept_with_how_they_were_made():
    method = together([say("over {n} {unit}", n=25, unit=say("clients")), say("these raters")])
    found = unpacked(packed({"ci": (0.25, 0.5), "method": method, "n": np.int64(3), "none": None}))
    assert found["ci"] == [0.25, 0.5] and found["n"] == 3 and found["none"] is None
    assert str(found["method"]) == str(method) == "over 25 clients; these raters"
    german = {
        "over {n} {unit}": "über {n} {unit}",
        "clients": "Klienten",
        "these raters": "diese Urteilenden",
    }
    assert spoken(found["method"], lambda template: german[template]) == "über 25 Klienten; diese Urteilenden"


def test_what_is_no_number_is_never_kept():
    with pytest.raises(ValueError):
        packed({"estimate": float("nan")})

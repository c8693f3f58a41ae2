"""The chart names only what it draws."""

import re

from exports.charting import loss_svg, losses


def words(rows):
    return re.findall(r">([^<>]+)</text>", loss_svg(losses(rows)))


def test_two_steps_are_marked_as_two_and_nothing_held_out_is_named():
    drawn = words([(1, {"loss": 5.0}), (2, {"loss": 4.0})])
    assert drawn[: drawn.index("step")] == ["1", "2"]
    assert "training" in drawn and "held out" not in drawn


def test_held_out_losses_have_a_line_and_a_name_of_their_own():
    rows = [(step, {"loss": 5 / step}) for step in range(1, 30)] + [(20, {"eval_loss": 1.0})]
    drawn = words(rows)
    assert {"training", "held out"} <= set(drawn)
    assert not [tick for tick in drawn[: drawn.index("step")] if "." in tick]

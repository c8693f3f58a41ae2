"""The lines with which the agreement page begins."""

from review.templatetags.figures import summary


def figures(estimate, ci=None, *, note="", agree=0.8, n=120):
    # Of 500 sessions two read `n`, and alpha rests on these.
    return {"title": "Verdict", "n_items": 500, "n_paired": n, "percent_agreement": {"estimate": agree},
            "krippendorff_alpha": {"estimate": estimate, "ci": ci, "note": note}}  # fmt: skip


def line(aided) -> dict:
    [found] = summary({"aided": {"verdict": aided}})
    assert found["title"] == "Verdict" and found["unaided"] is None
    return found["aided"]


def test_a_line_has_estimate_interval_and_n():
    assert line(figures(0.741, [0.612, 0.838]))["figure"] == "0.74 [0.61, 0.84] n=120"


def test_how_far_it_carries_is_told_by_the_lower_bound_only():
    told = [str(line(figures(0.9, ci))["weight"]) for ci in ([0.81, 0.95], [0.7, 0.95], [0.4, 0.95], None)]
    assert told == [
        "can be relied on",
        "for tentative conclusions",
        "too low or too uncertain to rely on",
        "no interval, so it cannot be relied on yet",
    ]


def test_what_is_undefined_is_told_in_words():
    assert line(figures(None, note="undefined: one rater only", agree=None)) == {
        "why": "undefined: one rater only",
        "agree": None,
    }

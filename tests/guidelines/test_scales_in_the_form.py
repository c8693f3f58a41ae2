"""Every scale can be written in the form, with an anchor at each level, and opened again as it was."""

import pytest
from django.urls import reverse

from guidelines.forms import DimensionForm
from guidelines.publishing import open_draft

SCALES = {
    "nominal": (["late", "early"], ["late", "early"]),
    "ordinal": (["0", "1", "2"], [0, 1, 2]),
    "interval": (["-0.5", "0", "2.5"], [-0.5, 0, 2.5]),
    "boolean": (["no", "Yes"], [False, True]),
    "pairwise": (["first", "no difference", "second"], ["first", "no difference", "second"]),
}


def sent(scale, typed, **more):
    anchors = [f"Choose it when {value}." for value in typed]
    said = {
        "name": "Pace",
        "definition": "How fast it goes.",
        "scale": scale,
        "levels-value": typed,
        "base": "1",
    }
    return said | {"levels-anchor": anchors, "reverse": "on"} | more


@pytest.mark.parametrize("scale", SCALES)
def test_a_scale_is_written_and_opened_again_unchanged(scale, client, ana, rubric):
    typed, values = SCALES[scale]
    draft = open_draft(guideline=rubric.guideline, by=ana)
    client.force_login(ana)
    address = reverse("pair_edit", args=["feedback-quality", "clarity"])
    assert client.post(address, sent(scale, typed)).status_code == 302
    saved = draft.entries.get().dimension_revision
    assert [level["value"] for level in saved.levels] == values and saved.reverse and saved.scale == scale
    assert all(level["anchor"] for level in saved.levels)
    # What the page shows for it, sent back as it is, is no change.
    shown = client.get(address).context["form"]["levels"]
    boxes = shown.field.widget.get_context("levels", shown.value(), {})["groups"]
    again = {
        f"levels-{part}": [group[n]["value"] for group in boxes] for n, part in enumerate(("value", "anchor"))
    }
    assert client.post(address, sent(scale, typed, base=str(saved.n)) | again).status_code == 302
    assert draft.entries.get().dimension_revision == saved


@pytest.mark.parametrize(
    ("scale", "typed", "reason"),
    [
        ("boolean", ["yes", "no"], "exactly the levels false and true"),
        ("boolean", ["no", "yes", "perhaps"], "exactly the levels false and true"),
        ("ordinal", ["2", "1"], "must rise"),
        ("interval", ["low", "high"], "is not a number"),
        ("nominal", ["early", "early"], "is there twice"),
        ("ordinal", ["1"], "at least two levels"),
    ],
)
def test_levels_that_do_not_fit_the_scale_are_refused_at_their_field(
    scale, typed, reason, client, ana, rubric
):
    open_draft(guideline=rubric.guideline, by=ana)
    client.force_login(ana)
    answer = client.post(reverse("pair_edit", args=["feedback-quality", "clarity"]), sent(scale, typed))
    assert answer.status_code == 400 and reason in str(answer.context["form"].errors["levels"])
    assert isinstance(answer.context["form"], DimensionForm)


@pytest.mark.parametrize("typed", ["nan", "inf", "1e999", "9" * 400, "9" * 5000])
def test_what_is_no_number_is_kept_while_it_is_typed_and_refused_when_it_is_saved(typed, client, ana, rubric):
    open_draft(guideline=rubric.guideline, by=ana)
    client.force_login(ana)
    words = sent("ordinal", ["1", typed], weight=typed)
    kept = client.post(reverse("pair_keep", args=["feedback-quality", "clarity"]), words)
    assert kept.status_code == 200 and "Kept for you" in kept.content.decode()
    assert client.post(reverse("pair_edit", args=["feedback-quality", "clarity"]), words).status_code == 400

"""A dimension may say how much it counts; one that does not is the dimension it was before weights came."""

import json

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from guidelines.checking import problems
from guidelines.comparing import compare_versions, suggested_meaning
from guidelines.digesting import revision_digest
from guidelines.formats.writing import WRITERS
from guidelines.loading import SHIPPED, content_of, load, read
from guidelines.models import DimensionRevision
from guidelines.publishing import import_version, open_draft, save_entry
from guidelines.reading import document_of
from guidelines.texts import tidy
from tests.guidelines.conftest import content, dimension_texts

# Computed with the software as it was before dimensions had weights.
BEFORE_WEIGHTS = {
    "objectivity": "83d89137d77d3877af8dbe5e4f3cce0d0834e8e13e9c5bb57f8ae927b17f7cdc",
    "constructiveness": "a63401d7ff847d17109a209819ab98ddea5644ad95bd6b62dffac69e0ce481c9",
    "professionalism": "2d94e7570853b399c2f626b300949924cda3c4d58a31ecdb557153bc533f9b91",
    "comprehensiveness": "db8236e0d4a82fbf547c3627b29b9f514ee54357f0afa5f95804330ca2aed755",
    "clarity": "4c5aa350f371e3673c723669a3927fde69fc1c844c53e065d71854b8598b4bbf",
}
VERSION_BEFORE = "60885b599b19ece5f576916253d7471cb5ba28ac05515cba148c648df8779fd5"

WORDS = st.text(
    st.sampled_from("ab |,;:'\"=+-@#[]{}\n\\&%é漢"), min_size=1, max_size=20
).map(str.strip).filter(bool)  # fmt: skip
VALUES = {
    "nominal": st.lists(WORDS, min_size=2, max_size=4, unique=True),
    "ordinal": st.lists(st.integers(-3, 9), min_size=2, max_size=5, unique=True).map(sorted),
    "interval": st.lists(st.sampled_from([-0.5, 0, 0.25, 1, 2.5]), min_size=2, unique=True).map(sorted),
    "boolean": st.just([False, True]),
    "pairwise": st.lists(WORDS, max_size=3, unique=True),
}
WEIGHTS = st.none() | st.integers(1, 1000) | st.integers(1, 1_000_000).map(lambda n: n / 1000)


@st.composite
def dimensions(draw):
    scale = draw(st.sampled_from(sorted(VALUES)))
    levels = [{"value": value, "anchor": draw(WORDS)} for value in draw(VALUES[scale])]
    return {
        "definition": draw(WORDS), "scale": scale, "levels": levels, "reverse": draw(st.booleans()),
        "weight": draw(WEIGHTS), "source": draw(st.just("") | WORDS),
    }  # fmt: skip


def weighted(weight):
    return dimension_texts(weight=weight)


def rubric_of(*weights):
    entries = [(f"d-{n}", dimension_texts(f"Dimension {n}", weight=w)) for n, w in enumerate(weights)]
    return content(*entries, kind="rubric", slug="feedback-quality")


def test_a_dimension_without_a_weight_keeps_the_digest_it_had_before_weights_came():
    before = {field: value for field, value in dimension_texts().items() if field != "weight"}
    digest = "70e0e720886fe600c013da2366e6028aeae99c4617406e12d1083e03dc4ef69a"
    assert revision_digest(before) == revision_digest(weighted(None)) == digest
    assert revision_digest(weighted(1)) != digest
    shipped = read(SHIPPED / "feedback-quality.yaml")
    assert {entry.key: entry.digest for entry in shipped.entries} == BEFORE_WEIGHTS
    assert shipped.digest == VERSION_BEFORE


@settings(max_examples=80, deadline=None)
@given(st.lists(dimensions(), min_size=1, max_size=3))
def test_every_rubric_survives_yaml_json_and_csv(found):
    entries = [
        (f"d-{n}", tidy("rubric", {"name": f"Dimension {n}"} | texts)) for n, texts in enumerate(found)
    ]
    before = content(*entries, kind="rubric")
    for format in ("yaml", "json", "csv"):
        after = content_of(document_of(f"x.{format}", WRITERS[format](before)))
        assert (after, after.digest) == (before, before.digest), format


@pytest.mark.django_db
def test_a_whole_weight_and_the_same_with_a_point_are_one_revision(tmp_path):
    for n, weight in enumerate((2, 2.0)):
        path = tmp_path / f"{n}.json"
        path.write_bytes(json.dumps(rubric_of(2).as_data()).replace("2.0", str(weight)).encode())
        ((version, created),) = load([path])
        assert created is (n == 0)
    revision = DimensionRevision.objects.get()
    assert revision.weight == 2 and revision_digest(revision.texts) == revision.digest


@pytest.mark.parametrize(
    ("weight", "reason"),
    [
        (0, "above zero"),
        (-1, "above zero"),
        (1001, "at most 1000"),
        (10**400, "must be a number"),
        (0.0001, "at most 3 decimals"),
        (float("nan"), "must be a number"),
        (float("inf"), "must be a number"),
        (True, "must be a number"),
        ("2", "must be a number"),
        ([], "must be a number"),
    ],
)
def test_a_weight_is_a_positive_number(weight, reason):
    (problem,) = problems("rubric", weighted(weight))
    assert problem.field == "weight"
    assert reason in problem.reason


@pytest.mark.parametrize("weight", [None, 1, 0.5, 0.001, 1000])
def test_these_weights_are_taken(weight):
    assert problems("rubric", weighted(weight)) == []


def test_a_changed_weight_changes_the_meaning(ana, db):
    before, _created = import_version(content=rubric_of(1, 1))
    draft = open_draft(guideline=before.guideline, by=ana)
    base = DimensionRevision.objects.get(dimension__key="d-1")
    save_entry(version=draft, key="d-1", texts=base.texts | {"weight": 2}, by=ana, base=base)
    changes = compare_versions(before, draft)
    (difference,) = changes[1].fields
    assert (difference.label, difference.before, difference.after) == ("weight", "1", "2")
    assert suggested_meaning(changes) == "semantic"


def test_a_weight_is_given_shown_and_taken_back_on_the_pages(client, ana, rubric):
    client.force_login(ana)
    draft = open_draft(guideline=rubric.guideline, by=ana)
    address, page = (
        reverse("pair_edit", args=["feedback-quality", "clarity"]),
        reverse("guideline", args=["feedback-quality"]),
    )
    assert "Weight:" not in client.get(page).content.decode()
    sent = {
        "name": "Clarity", "definition": "How well it can be followed.", "scale": "ordinal",
        "levels-value": ["1", "2"], "levels-anchor": ["Cannot be followed.", "Can be followed."],
        "base": "1", "weight": "0.5",
    }  # fmt: skip
    assert client.post(address, sent).status_code == 302
    assert draft.entries.get().dimension_revision.weight == 0.5
    assert "Weight: 0.5" in client.get(page).content.decode()
    assert 'value="0.5"' in client.get(address).content.decode()
    for wrong in ("-1", "0", "much", "nan"):
        answer = client.post(address, sent | {"base": "2", "weight": wrong})
        assert answer.status_code == 400 and "weight" in answer.context["form"].errors, wrong
    assert client.post(address, sent | {"base": "2", "weight": ""}).status_code == 302
    revision = draft.entries.get().dimension_revision
    assert revision.weight is None and revision.digest == DimensionRevision.objects.get(n=1).digest

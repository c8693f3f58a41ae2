"""A guideline of thousands of pairs: no page and no act asks the database more than for a few."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guidelines import drafts, dumping, entries, naming
from guidelines.models import Guideline
from guidelines.proposals.proposing import propose_pair
from guidelines.proposals.taking import take
from guidelines.publishing import approve, drop_entry, import_version, open_draft, publish, reorder, submit
from tests.guidelines.conftest import change, content, pair_texts

pytestmark = pytest.mark.django_db
SIZES = {"few": 30, "many": 90}  # both more than a page shows


def written(slug: str, harms: str):
    n = SIZES[slug]
    texts = (
        pair_texts(
            f"Mistake {i}", harms=harms, confused_with=[f"mistake-{(i + 1) % n}"] if i % 5 in (1, 3) else []
        )
        for i in range(n)
    )
    return content(*((f"mistake-{i}", one) for i, one in enumerate(texts)), slug=slug)


@pytest.fixture
def guidelines(db, ana) -> list[Guideline]:
    """One of a few pairs and one of many, each with two versions and a draft in which Ana changed a pair."""
    found = []
    for slug in SIZES:
        import_version(content=written(slug, "The client digs in."))
        version, _new = import_version(content=written(slug, "The client withdraws."))
        change(open_draft(guideline=version.guideline, by=ana), ana, key="mistake-3")
        found.append(Guideline.objects.get(slug=slug))
    return found


@pytest.fixture
def ask_the_same(guidelines, django_assert_num_queries):
    """Do it with the few, count, and do it with the many within the same number of queries."""

    def ask(act):
        few, many = guidelines
        with CaptureQueriesContext(connection) as asked:
            act(few)
        with django_assert_num_queries(len(asked)):
            act(many)

    return ask


@pytest.mark.parametrize(
    "path",
    [
        "",
        "?start=mistake-3",
        "?words=withdraws+mistake",
        "?tag=tempo",
        "?state=same",
        "?state=changed",
        "versions/2/",
        "versions/2/?words=withdraws",
        "compare/2..draft/",
        "history/mistake-3/",
        "edit/mistake-3/",
        "import/",
        "proposals/new/",
        "proposals/new/?kind=change&of=mistake-3",
        "proposals/new/?kind=split&of=mistake-4",
        "proposals/new/?kind=merge&of=mistake-3&of=mistake-4",
        "proposals/1/merge/",
    ],
)
def test_a_page_asks_no_more_for_many_pairs(ask_the_same, guidelines, log_in, ana, path):
    for guideline in guidelines:
        now = entries.one(draft_of(guideline), "mistake-3")
        texts = [now.texts | {"shows": "Presses."}]
        propose_pair(guideline=guideline, kind="change", texts=texts, of=[now], by=ana, reason="Plainer.")
    browser = log_in(ana)
    browser.get(reverse("guidelines"))

    def read(guideline):
        assert browser.get(reverse("guideline", args=[guideline.slug]) + path).status_code == 200

    ask_the_same(read)


@pytest.mark.parametrize("person", ["ana", "amir"])
def test_a_draft_in_review_asks_no_more_for_many_pairs(ask_the_same, guidelines, log_in, ana, amir, person):
    for guideline in guidelines:
        draft = submit(version=guideline.versions.unpublished().get(), by=ana)
        approve(version=draft, by=amir)
    browser = log_in({"ana": ana, "amir": amir}[person])
    browser.get(reverse("guidelines"))
    ask_the_same(lambda one: browser.get(reverse("guideline", args=[one.slug])))


def draft_of(guideline):
    return guideline.versions.unpublished().get()


def move(guideline, by):
    draft = draft_of(guideline)
    keys = list(entries.names(draft))
    reorder(version=draft, keys=[*keys[1:20], keys[0], *keys[20:]], by=by)
    assert list(entries.names(draft)).index("mistake-0") == 19


def take_a_merger(guideline, by):
    draft = draft_of(guideline)
    of = [entries.one(draft, key) for key in ("mistake-9", "mistake-10")]
    proposal = propose_pair(
        guideline=guideline, kind="merge", texts=[pair_texts("Both")], of=of, by=by, reason="They are one."
    )
    take(proposal=proposal, by=by, seen={"mistake-9": 2, "mistake-10": 2})
    assert entries.one(draft, "mistake-8").confused_with == ["both"]
    assert list(entries.names(draft))[9] == "both"


ACTS = {
    "save": lambda one, by: change(draft_of(one), by, key="mistake-7"),
    "drop": lambda one, by: drop_entry(version=draft_of(one), key="mistake-6", by=by),
    "move": move,
    "submit": lambda one, by: submit(version=draft_of(one), by=by),
    "take": take_a_merger,
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_asks_no_more_among_many_pairs(ask_the_same, ana, replayed, act):
    ask_the_same(lambda guideline: ACTS[act](guideline, ana))


def test_approving_and_publishing_ask_no_more_for_many_pairs(ask_the_same, guidelines, ana, amir):
    for guideline in guidelines:
        submit(version=draft_of(guideline), by=ana)
    assert amir.roles  # asked for once in a request
    ask_the_same(lambda one: approve(version=draft_of(one), by=amir))
    said = {"by": ana, "meaning": "editorial", "note": "Plainer words."}
    ask_the_same(lambda one: publish(version=draft_of(one), **said))
    for guideline in guidelines:
        assert guideline.in_force.digest == drafts.digest(guideline.in_force)


def test_a_draft_is_opened_by_as_many_queries(ask_the_same, guidelines, ana, amir, replayed):
    for guideline in guidelines:
        draft = submit(version=draft_of(guideline), by=ana)
        approve(version=draft, by=amir)
        publish(version=draft, by=ana, meaning="editorial", note="Plainer words.")
    ask_the_same(lambda one: open_draft(guideline=one, by=ana))
    for guideline in guidelines:
        assert drafts.digest(draft_of(guideline)) == guideline.in_force.digest


def test_a_file_is_previewed_by_as_many_queries(ask_the_same, log_in, ana):
    browser = log_in(ana)
    browser.get(reverse("guidelines"))

    def preview(guideline):
        text = dumping.dump(naming.find(f"{guideline.slug}@2"), "json")
        data = text if isinstance(text, bytes) else text.encode()
        file = SimpleUploadedFile("new.json", data.replace(b"urges and overrides", b"urges"))
        assert (
            browser.post(reverse("guideline_import", args=[guideline.slug]), {"file": file}).status_code
            == 302
        )

    ask_the_same(preview)

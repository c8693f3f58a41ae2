"""A long guideline is searched, filtered and read a page at a time."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import freezing
from guidelines import finding
from guidelines.finding import Asked, find
from guidelines.models import PairRevision
from guidelines.publishing import drop_entry, import_version, open_draft, save_entry
from guidelines.states import STATES
from tests.guidelines.conftest import change, content, dimension_texts, many, pair_texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(db):
    made, _created = import_version(
        content=content(
            ("lecturing", pair_texts("Lecturing", shows="Erklärt ÜBER Minuten.", tags=["tempo", "power"])),
            (
                "silence",
                pair_texts("Filling silence", corrections=["Wait.", "Größe zeigen."], tags=["tempo"]),
            ),
            ("why-questions", pair_texts("Asking why", references=["Hill 2020, 100%"], tags=["temp"])),
        )
    )
    return made


def found(version, **asked) -> list[str]:
    return [row.key for row in find(version, None, Asked(**asked)).rows]


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("LECTURING", ["lecturing"]),
        ("why-questions", ["why-questions"]),
        ("argues", ["silence", "why-questions"]),
        ("über", ["lecturing"]),
        ("größe", ["silence"]),
        ("wait zeigen", ["silence"]),
        ("wait hill", []),
        ("100%", ["why-questions"]),
        ("1__%", []),
        ("ambivalence", ["lecturing", "why-questions"]),
        ("", ["lecturing", "silence", "why-questions"]),
    ],
)
def test_every_word_must_occur_in_some_field(version, words, keys):
    assert found(version, words=words) == keys


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("context", []),  # the name of a part of an example
        ("before", []),
        ("null", []),
        ("GRÖSSE", ["silence"]),
        ("Zeigen", ["silence"]),
        ("gro\u0308sse", ["silence"]),  # an o and two dots, as some keyboards write it
        ("\\", []),
    ],
)
def test_only_what_people_wrote_is_searched_in_whatever_case(version, words, keys):
    assert found(version, words=words) == keys


def test_levels_are_searched_by_their_words_and_not_by_their_names(db):
    levels = [{"value": 1, "anchor": "Cannot be followed."}, {"value": 2, "anchor": "Änderung is named."}]
    texts = dimension_texts(levels=levels)
    version, _new = import_version(
        content=content(("clarity", texts), kind="rubric", slug="feedback-quality")
    )
    assert found(version, words="änderung") == ["clarity"]
    assert found(version, words="anchor") == found(version, words="ordinal") == []


def test_what_was_written_before_search_had_its_column_is_found_too(version):
    fill = import_module("guidelines.migrations.0006_said").fill
    said = dict(PairRevision.objects.values_list("pk", "said"))
    freezing.lift()
    try:
        PairRevision.objects.update(said="")
        assert found(version, words="größe") == []
        fill(apps, SimpleNamespace(connection=connection))
    finally:
        freezing.install()
    assert dict(PairRevision.objects.values_list("pk", "said")) == said
    assert found(version, words="größe") == ["silence"]


def test_a_sign_that_a_pattern_is_made_of_means_itself(db):
    version, _new = import_version(
        content=content(
            ("why-now", pair_texts("Asking why", shows="Why [now]? *Really*.")), ("silence", pair_texts())
        )
    )
    for words in ("[now]", "now]?", "*really*", "?", "*"):
        assert found(version, words=words) == ["why-now"]
    for words in ("[urges]", "urge?", "ur*es", "[a-z]"):
        assert found(version, words=words) == []


def test_a_tag_is_a_whole_tag(version):
    assert found(version, tag="TEMPO") == ["lecturing", "silence"]
    assert found(version, tag="tempo") == ["lecturing", "silence"]
    assert found(version, tag="temp") == ["why-questions"]
    assert found(version, tag="tempo", words="wait") == ["silence"]


def test_what_is_new_changed_dropped_or_the_same_in_the_draft(version, ana):
    draft = open_draft(guideline=version.guideline, by=ana)
    change(draft, ana, key="silence")
    drop_entry(version=draft, key="why-questions", by=ana)
    save_entry(version=draft, key="rushing", texts=pair_texts("Rushing"), by=ana, base=None)
    assert {row.key: row.state for row in find(version, draft, Asked()).rows} == {
        "lecturing": "same",
        "silence": "changed",
        "rushing": "new",
        "why-questions": "dropped",
    }
    for state in STATES:
        [row] = find(version, draft, Asked(state=state)).rows
        assert row.state == state
    # What is searched is what is shown: the draft's words, not those it replaced.
    assert not find(version, draft, Asked(words="overrides", state="changed")).rows


def test_pages_lead_to_one_another_and_keep_what_was_asked(log_in, ben):
    import_version(content=many(120))
    browser, address = log_in(ben), reverse("guideline", args=["novice-mistakes"])
    seen, query = [], "?words=mistake"
    while query:
        shown = browser.get(address + query)
        seen += [card.key for card in shown.context["cards"]]
        assert shown.context["found"] == 120 and "120 of 120 fit" in shown.content.decode()
        query = shown.context["after"]
        assert not query or query.startswith("?words=mistake&start=")
    assert seen == [f"mistake-{n}" for n in range(120)]
    assert shown.context["before"] == f"?words=mistake&start=mistake-{120 - 2 * finding.PAGE}"


def test_one_page_of_many_asks_what_one_page_of_few_asks(log_in, ana):
    browser, counts = log_in(ana), []
    for n in (60, 240, 480):
        import_version(content=many(n))
        with CaptureQueriesContext(connection) as asked:
            shown = browser.get(reverse("guideline", args=["novice-mistakes"]), {"words": "urges"})
        assert len(shown.context["cards"]) == finding.PAGE
        counts.append(len(asked))
    # The names of all are listed only where they are few.
    assert counts[0] >= counts[1] == counts[2]


def test_an_odd_question_finds_nothing_and_breaks_nothing(log_in, ben, version):
    browser, address = log_in(ben), reverse("guideline", args=["novice-mistakes"])
    for asked in (
        {"words": "\0"},
        {"words": "'\"%_\\" * 60},
        {"state": "odd"},
        {"start": "nowhere"},
        {"tag": '"'},
    ):
        assert browser.get(address, asked).status_code == 200


def test_a_page_begins_where_it_is_asked_to(version):
    second = find(version, None, Asked(start="silence"))
    assert [row.key for row in second.rows] == ["silence", "why-questions"] and second.before == "lecturing"
    assert find(version, None, Asked(start="nowhere")) == find(version, None, Asked())


def test_a_page_begins_at_any_entry_of_a_draft_and_at_any_that_was_dropped_from_it(ana):
    many_more = 3 * finding.PAGE
    version, _new = import_version(content=many(many_more))
    draft = open_draft(guideline=version.guideline, by=ana)
    dropped = [f"mistake-{n}" for n in (4, 5, 50)]
    for key in dropped:
        drop_entry(version=draft, key=key, by=ana)
    save_entry(version=draft, key="rushing", texts=pair_texts("Rushing"), by=ana, base=None)
    kept = [f"mistake-{n}" for n in range(many_more) if f"mistake-{n}" not in dropped]
    every = [*kept, "rushing", *dropped]
    for asked in ({}, {"words": "urges"}):
        for at, key in enumerate(every):
            page = find(version, draft, Asked(start=key, **asked))
            assert [row.key for row in page.rows] == every[at : at + finding.PAGE]
            assert page.before == (every[max(0, at - finding.PAGE)] if at else None)
            assert page.after == (every[at + finding.PAGE] if at + finding.PAGE < len(every) else None)
            assert page.total == page.found == len(every)


def test_words_changed_and_changed_back_are_the_same_words(version, ana):
    draft = open_draft(guideline=version.guideline, by=ana)
    was = PairRevision.objects.get(pair__key="silence")
    now = change(draft, ana, key="silence")
    assert [row.key for row in find(version, draft, Asked(state="changed")).rows] == ["silence"]
    save_entry(version=draft, key="silence", texts=was.texts, by=ana, base=now)
    assert not find(version, draft, Asked(state="changed")).rows
    assert [row.state for row in find(version, draft, Asked(state="same")).rows] == ["same"] * 3


def test_without_a_draft_nothing_changed_and_without_a_version_in_force_everything_is_new(version):
    for state in STATES:
        assert not find(version, None, Asked(state=state)).rows
        assert bool(find(None, version, Asked(state=state)).rows) == (state == "new")

"""Ana's program writes pairs through the API: the same rules as the pages, and nobody's words are overwritten."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import TrailEvent
from guidelines.finding import PAGE
from guidelines.models import PairScratch
from guidelines.publishing import import_version, open_draft, save_entry
from tests.guidelines.api_client import DRAFT, MISTAKES, Program
from tests.guidelines.conftest import change, content, many, pair_texts, revision_in

pytestmark = pytest.mark.django_db

ENTRY = DRAFT + "entries/forcing-change/"


@pytest.fixture
def anas(ana):
    return Program(ana)


def texts_of(draft, key="forcing-change", **more) -> dict:
    return revision_in(draft, key).texts | more


def test_ana_saves_the_text_that_she_read_and_the_trail_says_that_it_came_through_the_api(anas, ana, draft):
    read = anas("GET", ENTRY)
    assert read.status_code == 200 and read["ETag"] == '"1"'
    sent = {"texts": read.json()["texts"] | {"harms": "She digs in."}, "reason": "Tuesday"}
    saved = anas("PUT", ENTRY, sent, If_Match=read["ETag"])
    assert saved.status_code == 200 and saved["ETag"] == '"2"'
    assert revision_in(draft, "forcing-change").harms == "She digs in."
    told = TrailEvent.objects.order_by("id").last()
    assert (told.verb, told.from_where, told.by) == ("guidelines.save_pair", "api", ana)


def test_a_save_that_names_no_text_is_refused_and_changes_nothing(anas, draft):
    sent = {"texts": texts_of(draft, harms="Unseen.")}
    for tag in ({}, {"If_Match": "*"}):
        refused = anas("PUT", ENTRY, sent, **tag)
        assert refused.status_code == 428
        assert refused["Content-Type"] == "application/problem+json"
        assert "If-Match" in refused.json()["detail"]
    assert revision_in(draft, "forcing-change").n == 1


def test_a_stale_save_gets_both_texts_with_their_words_and_loses_nothing(anas, ana, amir, draft):
    change(draft, amir, harms="Amir's harm.")
    refused = anas("PUT", ENTRY, {"texts": texts_of(draft, harms="Ana's harm.")}, If_Match='"1"')
    body = refused.json()
    assert refused.status_code == 412 and refused["ETag"] == '"2"'
    assert body["base"] == 1 and body["current"]["revision"] == 2 and body["current"]["by"]["name"] == "Amir"
    assert body["current"]["texts"]["harms"] == "Amir's harm." and body["yours"]["harms"] == "Ana's harm."
    [harms] = body["differences"]
    words = [(word["kind"], word["text"].strip()) for word in harms["words"]]
    assert words == [("removed", "Amir's"), ("added", "Ana's"), ("same", "harm.")]
    assert PairScratch.objects.get(user=ana).texts["harms"] == "Ana's harm."
    merged = anas("PUT", ENTRY, {"texts": body["yours"]}, If_Match=refused["ETag"])
    assert merged.status_code == 200 and merged.json()["revision"] == 3


def test_a_tag_that_there_never_was_is_refused(anas, draft):
    for tag in ('"99"', "nonsense", '"1", "2"'):
        assert anas("PATCH", ENTRY, {"texts": {"harms": "x"}}, If_Match=tag).status_code == 412
    assert revision_in(draft, "forcing-change").n == 1


def test_a_tag_that_a_compressing_proxy_marked_as_weak_names_the_same_text(anas, draft):
    assert anas("PATCH", ENTRY, {"texts": {"harms": "x"}}, If_Match='W/"1"').status_code == 200


def test_some_fields_are_changed_and_the_others_stay(anas, draft):
    changed = anas("PATCH", ENTRY, {"texts": {"tags": ["motivation"]}}, If_Match='"1"')
    assert changed.status_code == 200
    assert changed.json()["texts"] == texts_of(draft) and texts_of(draft)["tags"] == ["motivation"]
    assert changed.json()["texts"]["shows"] == "Argues, urges and overrides."


def test_what_is_wrong_is_named_by_field(anas, draft):
    wrong = {"texts": {"name": "", "corrections": ["ok", "b\x07"], "colour": "red"}}
    refused = anas("PATCH", ENTRY, wrong, If_Match='"1"')
    assert refused.status_code == 400
    paths = {tuple(error["path"]) for error in refused.json()["errors"]}
    assert paths == {("name",), ("corrections", "1"), ("colour",)}
    shapeless = anas("PATCH", ENTRY, {"texts": []}, If_Match='"1"')
    assert shapeless.status_code == 400 and shapeless.json()["errors"][0]["path"] == ["texts"]
    half = anas("PATCH", ENTRY, {"texts": {"\ud800": "x"}}, If_Match='"1"')
    assert half.status_code == 400


def test_a_new_pair_gets_a_key_from_its_name_or_the_one_that_is_given(anas, draft):
    made = anas("POST", DRAFT + "entries/", {"texts": pair_texts("Too many questions")})
    assert made.status_code == 201 and made.json()["key"] == "too-many-questions"
    given = anas("POST", DRAFT + "entries/", {"key": "own-key", "texts": pair_texts("Advice")})
    assert given.json()["key"] == "own-key"
    again = anas("POST", DRAFT + "entries/", {"key": "own-key", "texts": pair_texts("Advice again")})
    assert again.status_code == 409
    put = anas("PUT", DRAFT + "entries/chosen/", {"texts": pair_texts("Chosen")}, If_None_Match="*")
    assert put.status_code == 200 and put["ETag"] == '"1"'
    there = anas("PUT", DRAFT + "entries/chosen/", {"texts": pair_texts("Mine")}, If_None_Match="*")
    assert there.status_code == 412 and there.json()["current"]["texts"]["name"] == "Chosen"


def test_a_pair_is_dropped_only_while_it_says_what_was_read(anas, amir, draft):
    poor = DRAFT + "entries/poor-listening/"
    assert anas("DELETE", poor).status_code == 428
    named = anas("DELETE", poor, If_Match='"1"')
    assert named.status_code == 409 and "Forcing change" in named.json()["detail"]
    change(draft, amir, confused_with=[])
    change(draft, amir, key="poor-listening")
    stale = anas("DELETE", poor, If_Match='"1"')
    assert stale.status_code == 412 and stale.json()["current"]["by"]["name"] == "Amir"
    assert anas("DELETE", poor, If_Match='"2"').status_code == 204
    assert anas("GET", poor).status_code == 404
    gone = anas("PUT", poor, {"texts": pair_texts("Poor listening")}, If_Match='"2"')
    assert gone.status_code == 412 and gone.json()["current"] is None
    back = anas("PUT", poor, {"texts": pair_texts("Poor listening")}, If_None_Match="*")
    assert back.status_code == 200 and back.json()["revision"] == 3


def test_a_pair_is_moved_and_the_order_is_read_back(anas, draft):
    moved = anas("POST", DRAFT + "entries/good-practice/move/", {"to": "first"})
    assert moved.status_code == 200 and moved.json() == {"place": 1, "of": 3}
    keys = [row["key"] for row in anas("GET", DRAFT + "entries/").json()["entries"]]
    assert keys == ["good-practice", "forcing-change", "poor-listening"]
    assert anas("POST", DRAFT + "entries/good-practice/move/", {"to": "2"}).json()["place"] == 2
    assert anas("POST", DRAFT + "entries/nothing/move/", {"to": "1"}).status_code == 409
    assert anas("POST", DRAFT + "entries/good-practice/move/", {"to": "away"}).status_code == 409
    assert anas("POST", DRAFT + "entries/good-practice/move/", {}).status_code == 400


def test_an_earlier_text_is_put_back_as_a_new_one(anas, ana, draft):
    change(draft, ana)
    history = anas("GET", MISTAKES + "history/forcing-change/").json()["revisions"]
    assert [row["revision"] for row in history] == [2, 1] and history[0]["base"] == 1
    assert [change["field"] for change in history[0]["changes"]] == ["shows"]
    restore = MISTAKES + "restore/forcing-change/"
    assert anas("POST", restore, {"revision": 1}).status_code == 428
    stale = anas("POST", restore, {"revision": 1}, If_Match='"1"')
    assert stale.status_code == 412
    restored = anas("POST", restore, {"revision": 1}, If_Match='"2"')
    assert restored.status_code == 200 and restored.json()["revision"] == 3
    assert restored.json()["texts"]["shows"] == "Argues, urges and overrides."
    for n in (77, 2**31, 2**70):
        assert anas("POST", restore, {"revision": n}, If_Match='"3"').status_code in (404, 409)


def test_a_published_version_cannot_be_changed_nor_a_draft_that_is_not_there(anas, mistakes):
    frozen = MISTAKES + "versions/1/entries/forcing-change/"
    answer = anas("PATCH", frozen, {"texts": {"harms": "x"}}, If_Match='"1"')
    assert answer.status_code == 409 and "frozen" in answer.json()["detail"]
    answer = anas("PATCH", ENTRY, {"texts": {"harms": "x"}}, If_Match='"1"')
    assert answer.status_code == 409 and "No draft is open" in answer.json()["detail"]


def test_who_has_read_it_already_is_told_that_it_is_still_so(anas, draft):
    assert anas("GET", ENTRY, If_None_Match='"1"').status_code == 304
    assert anas("GET", ENTRY, If_None_Match='"2"').status_code == 200


def test_entries_are_found_by_words_state_and_tag_a_page_at_a_time(anas, ana, mistakes):
    import_version(content=content(*((f"mistake-{i}", pair_texts(f"Mistake {i}", tags=["odd"] * (i % 2)))
                                     for i in range(120)), slug="many"))  # fmt: skip
    at = "/api/guidelines/many/versions/1/entries/"
    first = anas("GET", at).json()
    assert (first["found"], first["total"], len(first["entries"])) == (120, 120, PAGE)
    second = anas("GET", first["next"]).json()
    assert second["entries"][0]["key"] == f"mistake-{PAGE}" and second["previous"].startswith(at)
    odd = anas("GET", at + "?tag=odd&words=mistake").json()
    assert odd["found"] == 60 and "tag=odd" in odd["next"]
    assert anas("GET", at + "?words=%00&state=nonsense").json()["found"] == 120


def test_the_rows_of_a_draft_say_how_it_differs_from_the_version_in_force(anas, ana, draft):
    change(draft, ana, confused_with=[])
    save_entry(version=draft, key="new-one", texts=pair_texts("New one"), by=ana, base=None)
    anas("DELETE", DRAFT + "entries/poor-listening/", If_Match='"1"')
    states = {row["key"]: row["state"] for row in anas("GET", DRAFT + "entries/").json()["entries"]}
    expected = {"forcing-change": "changed", "new-one": "new", "good-practice": "same"}
    assert states == expected | {"poor-listening": "dropped"}
    dropped = anas("GET", DRAFT + "entries/?state=dropped").json()
    assert [row["key"] for row in dropped["entries"]] == ["poor-listening"]


@pytest.mark.parametrize(
    "path", ["versions/draft/entries/", "versions/draft/entries/mistake-1/", "", "versions/draft/"]
)
def test_reading_takes_the_same_number_of_queries_however_many_entries_there_are(path, ana):
    counts = []
    program = Program(ana)
    program("GET", "/api/guidelines/")
    for slug, n in (("small", 4), ("large", 90)):
        told = many(n)
        version, _made = import_version(content=content(*((e.key, e.texts) for e in told.entries), slug=slug))
        open_draft(guideline=version.guideline, by=ana)
        with CaptureQueriesContext(connection) as caught:
            assert program("GET", f"/api/guidelines/{slug}/{path}").status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1] and counts[0] <= 14, counts


def test_saving_takes_the_same_number_of_queries_however_many_entries_there_are(ana):
    counts, program = [], Program(ana)
    for slug, n in (("small", 4), ("large", 90)):
        told = many(n)
        version, _made = import_version(content=content(*((e.key, e.texts) for e in told.entries), slug=slug))
        open_draft(guideline=version.guideline, by=ana)
        at = f"/api/guidelines/{slug}/versions/draft/entries/mistake-1/"
        program("GET", at)
        with CaptureQueriesContext(connection) as caught:
            saved = program("PATCH", at, {"texts": {"harms": "She digs in."}}, If_Match='"1"')
        assert saved.status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1], counts


def test_whoever_may_not_write_is_told_so_before_whether_anything_is_there(ben, eve, lena, draft):
    for person, status in ((ben, 403), (lena, 403), (eve, 403)):
        refused = Program(person)("PATCH", ENTRY, {"texts": {"harms": "x"}}, If_Match='"1"')
        assert refused.status_code == status and refused.json()["detail"]
        assert Program(person)("PATCH", MISTAKES.replace("novice", "no-such") + "versions/draft/entries/x/", {}
                               ).status_code == 403  # fmt: skip
    assert Program(ben)("GET", ENTRY).status_code == 200
    assert Program(eve)("GET", ENTRY).status_code == 403


@pytest.mark.parametrize("sent", [5, {"a": 1}, [["poor-listening"]], [None], ["poor-listening"] * 2])
def test_neighbours_that_are_no_list_of_keys_are_refused_with_the_reason(anas, draft, sent):
    refused = anas("PATCH", ENTRY, {"texts": {"confused_with": sent}}, If_Match='"1"')
    assert refused.status_code == 400 and refused.json()["errors"][0]["path"][0] == "confused_with"


@pytest.mark.parametrize("value", ["\ud800", "a\x00", "bell\x07"])
def test_a_level_is_named_without_control_characters(anas, rubric, ana, value):
    open_draft(guideline=rubric.guideline, by=ana)
    levels = [{"value": value, "anchor": "A."}, {"value": "b", "anchor": "B."}]
    entry = "/api/guidelines/feedback-quality/versions/draft/entries/clarity/"
    refused = anas("PATCH", entry, {"texts": {"levels": levels, "scale": "nominal"}}, If_Match='"1"')
    assert refused.status_code == 400 and "control character" in refused.json()["errors"][0]["reason"]

"""Files in and out, comparison, numbers and the trail through the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Answer
from guidelines import coverage, dependents, dumping, moving, publishing
from guidelines.differing import PAGE
from guidelines.formats.writing import TYPES
from guidelines.publishing import discard, import_version, open_draft
from tests.guidelines.api_client import DRAFT, MISTAKES, Program
from tests.guidelines.conftest import change, content, many

pytestmark = pytest.mark.django_db


@pytest.fixture
def anas(ana):
    return Program(ana)


def uploads(program, data: bytes, name="novice-mistakes.yaml"):
    return program.client.post(MISTAKES + "import/", {"file": SimpleUploadedFile(name, data)})


@pytest.mark.parametrize("format", TYPES)
def test_a_version_goes_out_in_every_format_as_from_its_page(format, anas, mistakes):
    answer = anas("GET", MISTAKES + f"versions/1/download/{format}/")
    assert answer.status_code == 200 and answer["Content-Type"] == TYPES[format]
    assert "novice-mistakes-v1-" in answer["Content-Disposition"]
    if format != "xlsx":
        assert answer.content == dumping.dump(mistakes, format)
    assert anas("GET", MISTAKES + "versions/1/download/exe/").status_code == 404


def test_a_file_is_previewed_then_taken_whole(anas, mistakes, replayed):
    out = anas("GET", MISTAKES + "versions/1/download/yaml/").content
    made = uploads(anas, out.replace(b"Interrupts.", b"Interrupts her."))
    assert made.status_code == 201, made.content
    preview = made.json()
    assert preview["counts"]["changed"] == 1 and preview["counts"]["unchanged"] == 2
    at = MISTAKES + f"import/{preview['token']}/"
    [row] = anas("GET", at + "?state=changed").json()["rows"]
    assert row["texts"]["shows"] == "Interrupts her."
    taken = anas("POST", at)
    assert taken.status_code == 200 and taken.json()["taken"] == 1
    assert anas("GET", DRAFT + "entries/poor-listening/").json()["texts"]["shows"] == "Interrupts her."
    assert anas("POST", at).status_code == 404


def test_a_refused_row_is_named_and_nothing_is_taken(anas, mistakes):
    out = anas("GET", MISTAKES + "versions/1/download/yaml/").content
    preview = uploads(anas, out.replace(b"name: Poor listening", b"name: ''")).json()
    [row] = [row for row in preview["rows"] if row["state"] == "refused"]
    assert row["problems"][0]["field"] == "name" and "line" in row["problems"][0]["place"]
    refused = anas("POST", MISTAKES + f"import/{preview['token']}/")
    assert refused.status_code == 409 and "refused" in refused.json()["detail"]
    assert anas("GET", DRAFT).status_code == 404


def test_a_file_that_cannot_be_read_says_where_and_why(anas, ben, mistakes):
    assert uploads(anas, b"x", "notes.txt").status_code == 400
    broken = uploads(anas, b"guideline: [")
    assert broken.status_code == 400 and "line" in broken.json()["detail"]
    assert uploads(Program(ben), b"x").status_code == 403
    assert anas("POST", MISTAKES + "import/", {"file": "x"}).status_code == 415
    huge = anas.client.post(MISTAKES + "import/", b"", content_type="multipart/form-data; boundary=x",
                            CONTENT_LENGTH=str(10**9))  # fmt: skip
    assert huge.status_code == 413


def test_a_preview_is_its_makers_own(anas, amir, mistakes):
    token = uploads(anas, anas("GET", MISTAKES + "versions/1/download/json/").content, "a.json").json()[
        "token"
    ]
    assert Program(amir)("GET", MISTAKES + f"import/{token}/").status_code == 404


def test_two_versions_are_compared_word_by_word(anas, ana, edited):
    told = anas("GET", MISTAKES + "compare/1..draft/").json()
    assert (told["same"], told["differ"], told["suggested_meaning"]) == (2, 1, "editorial")
    [entry] = told["changes"]
    assert (entry["key"], entry["state"]) == ("forcing-change", "changed")
    [field] = entry["fields_changed"]
    assert "".join(word["text"] for word in field["words"] if word["kind"] != "removed") == field["after"]
    assert anas("GET", DRAFT).json()["digest"] == told["digest"]
    discard(version=edited, by=ana)
    assert anas("GET", MISTAKES + "compare/1..draft/").status_code == 404


def test_what_differs_comes_a_page_at_a_time_and_is_counted_over_all_of_it(anas, amir, lena):
    version, _made = import_version(content=many(PAGE + 20))
    draft = open_draft(guideline=version.guideline, by=amir)
    for i in range(PAGE + 10):
        change(draft, amir, key=f"mistake-{i}", shows=f"Argues, urges, and overrides, {i}.")
    moving.move(version=draft, key="mistake-0", to="last", by=amir)
    publishing.drop_entry(version=draft, key=f"mistake-{PAGE + 15}", by=amir)
    at = MISTAKES + "compare/1..draft/"
    first = anas("GET", at).json()
    assert len(first["changes"]) == PAGE and first["previous"] is None
    assert (first["found"], first["differ"], first["same"]) == (PAGE + 11, PAGE + 11, 9)
    assert first["counts"] == {"added": 0, "removed": 1, "changed": PAGE + 10, "moved": 1}
    assert first["suggested_meaning"] == "semantic"
    second = anas("GET", first["next"]).json()
    assert second["next"] is None and second["suggested_meaning"] is None
    assert second["counts"] == first["counts"] and second["previous"] == at + "?start=mistake-1"
    told = [*first["changes"], *second["changes"]]
    assert len({one["key"] for one in told}) == len(told) == PAGE + 11
    assert told[-1]["state"] == "removed"
    [moved] = anas("GET", at + "?only=moved").json()["changes"]
    assert (moved["key"], moved["was"], moved["now"]) == ("mistake-0", 1, PAGE + 19)
    assert moved["state"] == "changed" and moved["fields_changed"]
    changed = anas("GET", at + "?only=changed").json()
    assert changed["found"] == PAGE + 10 and "only=changed" in changed["next"]
    assert anas("GET", at + "?only=nonsense&start=nothing").json() == first


def test_comparing_takes_the_same_number_of_queries_however_many_entries_differ(anas, ana):
    counts = []
    anas("GET", "/api/guidelines/")
    for slug, n in (("small", 3), ("large", 90)):
        told = many(n)
        version, _made = import_version(content=content(*((e.key, e.texts) for e in told.entries), slug=slug))
        draft = open_draft(guideline=version.guideline, by=ana)
        for entry in told.entries:
            change(draft, ana, key=entry.key)
        with CaptureQueriesContext(connection) as caught:
            assert anas("GET", f"/api/guidelines/{slug}/compare/1..draft/").json()["differ"] == n
        counts.append(len(caught))
    assert counts[0] == counts[1] and counts[0] <= 14, counts


def test_numbers_are_for_those_whom_they_do_not_sway_and_say_when_nobody_counts(anas, lena, ben, mistakes):
    for path in ("versions/1/dependents/", "coverage/", "trail/"):
        assert Program(ben)("GET", MISTAKES + path).status_code == 403
        assert Program(lena)("GET", MISTAKES + path).status_code == 200
    assert anas("GET", MISTAKES + "coverage/").json()["connected"]
    before, earlier = coverage.connect(None), dependents.connect(None)
    try:
        assert anas("GET", MISTAKES + "coverage/").json() == {"connected": False, "coverage": {}}
        assert not anas("GET", MISTAKES + "versions/1/dependents/").json()["connected"]
    finally:
        coverage.connect(*before)
        dependents.connect(*earlier)


def test_whoever_still_judges_by_the_guideline_is_not_told_how_others_did(anas, mistakes):
    before = coverage.connect(
        lambda *asked: {}, None, lambda user, guideline: Answer("You still judge by it.")
    )
    try:
        answer = anas("GET", MISTAKES + "coverage/")
        assert answer.status_code == 403 and answer.json()["detail"] == "You still judge by it."
    finally:
        coverage.connect(*before)


def test_the_trail_tells_who_did_what_and_to_leads_from_where(anas, lena, ana, draft):
    anas("PATCH", DRAFT + "entries/forcing-change/", {"texts": {"harms": "New."}}, If_Match='"1"')
    events = anas("GET", MISTAKES + "trail/").json()["events"]
    assert events[0]["what"] == "Wrote “Forcing change”" and events[0]["from_where"] == "api"
    assert events[0]["by"]["name"] == "Ana" and events[0]["address"] == ""
    assert [one["field"] for one in events[0]["changes"]] == ["harms"]
    by_lena = Program(lena)("GET", MISTAKES + "trail/?entry=forcing-change").json()["events"]
    assert by_lena[0]["address"] == "127.0.0.1" and {one["entry"] for one in by_lena} == {"forcing-change"}


def test_the_trail_takes_the_same_number_of_queries_for_many_events(anas, ana, draft):
    counts = []
    for n in (2, 20):
        for i in range(n):
            change(draft, ana, harms=f"Harm {n} {i}.")
        anas("GET", MISTAKES + "trail/")
        with CaptureQueriesContext(connection) as caught:
            anas("GET", MISTAKES + "trail/")
        counts.append(len(caught))
    assert counts[0] == counts[1], counts

"""What is sent to the API is taken whole or refused: no word of it is overlooked."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator

from guidelines import drafts
from guidelines.models import Proposal
from guidelines.publishing import approve, submit
from tests.guidelines.api_client import DRAFT, MISTAKES, Program
from tests.guidelines.conftest import pair_texts, revision_in

pytestmark = pytest.mark.django_db

ENTRY = DRAFT + "entries/forcing-change/"


@pytest.fixture
def anas(ana):
    return Program(ana)


def named(answer) -> set[tuple]:
    assert answer.status_code == 400, answer.content
    return {tuple(error["path"]) for error in answer.json()["errors"]}


def test_a_field_that_is_not_known_is_refused_by_its_name_and_nothing_is_saved(anas, draft):
    misspelled = {"texts": {"harms": "She digs in."}, "reasons": "After Tuesday."}
    refused = anas("PATCH", ENTRY, misspelled, If_Match='"1"')
    assert named(refused) == {("reasons",)}
    assert "known are reason, texts" in refused.json()["errors"][0]["reason"]
    assert revision_in(draft, "forcing-change").n == 1
    both = anas("PUT", ENTRY, {"text": {}}, If_Match='"1"')
    assert named(both) == {("text",), ("texts",)}
    assert named(anas("POST", DRAFT + "entries/", {"texts": pair_texts("Advice"), "slug": "advice"})) == {
        ("slug",)
    }
    assert named(anas("PATCH", ENTRY, {"texts": {}, "\ud800": 1}, If_Match='"1"')) == {("\\ud800",)}


def test_inside_a_list_it_is_named_with_its_place(anas, mistakes):
    of = [{"key": "forcing-change", "revision": 1, "digest": "9f2c"}]
    sent = {"kind": "retire", "of": of, "reason": "We never see it.", "votes": 3}
    assert named(anas("POST", MISTAKES + "proposals/", sent)) == {("of", "0", "digest"), ("votes",)}
    assert not Proposal.objects.exists()


def test_beside_a_file_too(anas, mistakes):
    form = {"file": SimpleUploadedFile("a.yaml", b"guideline: x"), "letters": "cp1252"}
    assert named(anas.client.post(MISTAKES + "import/", form)) == {("letters",)}


def test_an_act_that_takes_nothing_refuses_what_is_sent(anas, edited):
    refused = anas("POST", MISTAKES + "draft/submit/", {"note": "Ready."})
    assert named(refused) == {("note",)} and "takes nothing" in refused.json()["errors"][0]["reason"]
    assert anas("POST", MISTAKES + "draft/submit/", ["Ready."]).status_code == 400
    edited.refresh_from_db()
    assert edited.state == "draft"
    assert named(anas("DELETE", ENTRY, {"reason": "Gone."}, If_Match='"2"')) == {("reason",)}
    assert anas("POST", MISTAKES + "draft/submit/", {}).status_code == 200


def test_whoever_may_not_act_learns_nothing_of_what_would_be_taken(ben, draft):
    assert Program(ben)("POST", MISTAKES + "draft/submit/", {"note": "x"}).status_code == 403


def test_the_schema_says_that_there_is_nothing_else():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    shapes = schema["components"]["schemas"]
    taken = 0
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if not path.startswith("/api/guidelines/") or method == "get":
                continue
            assert "400" in operation["responses"], (method, path)
            for media in operation.get("requestBody", {}).get("content", {}).values():
                name = media["schema"]["$ref"].rsplit("/", 1)[-1]
                assert shapes[name]["additionalProperties"] is False, name
                taken += 1
    assert taken > 10 and shapes["ReadTextRequest"]["additionalProperties"] is False


def test_who_wrote_and_what_it_digests_to_is_asked_once_when_a_draft_is_read(anas, ana, amir, edited):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir, digest=drafts.digest(edited))
    with CaptureQueriesContext(connection) as caught:
        told = anas("GET", DRAFT).json()
    assert told["approvals"][0]["stands"] and told["you_may"]["publish"]["yes"]
    asked = [query["sql"] for query in caught.captured_queries]
    assert sum("WITH RECURSIVE" in sql for sql in asked) == 1
    assert sum('"guidelines_entry"."position" ASC' in sql for sql in asked) == 1

"""What the API says of itself: whole, valid, and on a page of our own."""

import re

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.access_table import TABLE

GUIDELINES = "/api/guidelines/"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_schema_is_valid_and_the_generator_has_nothing_to_complain_of():
    call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")


def test_every_address_of_the_guidelines_api_is_in_it(schema):
    listed = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{route}") for route in TABLE}
    assert {path for path in listed if path.startswith(GUIDELINES)} <= set(schema["paths"])


def test_every_operation_says_what_it_does_what_it_takes_and_how_it_refuses(schema):
    operations = {
        f"{method} {path}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if path.startswith(GUIDELINES)
    }
    for at, operation in operations.items():
        assert operation["summary"], at
        for status in ("401", "403", "404", "429"):
            assert PROBLEM in operation["responses"][status]["content"], at
        assert any(status.startswith("2") for status in operation["responses"]), at
        for media in operation.get("requestBody", {}).get("content", {}).values():
            assert media.get("examples") or "multipart/form-data" in operation["requestBody"]["content"], at
            assert "400" in operation["responses"], at
    assert len(operations) > 40


def test_what_is_edited_says_its_etag_and_asks_for_it(schema):
    entry = schema["paths"]["/api/guidelines/{slug}/versions/{name}/entries/{key}/"]
    assert "ETag" in entry["get"]["responses"]["200"]["headers"]
    for method in ("put", "patch", "delete"):
        assert "If-Match" in {parameter["name"] for parameter in entry[method]["parameters"]}
        assert {"412", "428"} <= set(entry[method]["responses"])
    stale = entry["put"]["responses"]["412"]["content"][PROBLEM]["schema"]["$ref"]
    assert stale.endswith("StaleProblem")


def test_the_schema_passes_the_standards_own_check(schema):
    validate_schema(schema)


@pytest.mark.django_db
def test_people_read_it_on_a_page_that_asks_no_other_server(log_in, ana):
    page = log_in(ana).get("/api/reference/").content.decode()
    assert "swagger-ui" in page and "/static/drf_spectacular_sidecar/" in page
    assert "//cdn" not in page and "https://" not in page
    assert log_in(ana).get("/api/schema/").status_code == 200

"""What the API says of itself: whole, valid, and on a page of our own."""

import re

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.access_table import TABLE

# Of each app: places, and how many operations there are at the least.
PLACES = {"guidelines": (("/api/guidelines/",), 40),
          "synthesis": (("/api/recipes/", "/api/runs/", "/api/instances/", "/api/profiles/"), 17)}  # fmt: skip
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_schema_is_valid_and_the_generator_has_nothing_to_complain_of():
    call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")


@pytest.mark.parametrize("app", PLACES)
def test_every_address_of_the_api_is_in_it(schema, app):
    listed = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{route}") for route in TABLE}
    wanted = {path for path in listed if path.startswith(PLACES[app][0])}
    assert wanted and wanted <= set(schema["paths"])


@pytest.mark.parametrize("app", PLACES)
def test_every_operation_says_what_it_does_what_it_takes_and_how_it_refuses(schema, app):
    places, at_least = PLACES[app]
    operations = {
        f"{method} {path}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if path.startswith(places)
    }
    for at, operation in operations.items():
        assert operation["summary"], at
        for status in ("401", "403", "404", "429"):
            assert PROBLEM in operation["responses"][status]["content"], at
        assert any(status.startswith("2") for status in operation["responses"]), at
        for media in operation.get("requestBody", {}).get("content", {}).values():
            assert media.get("examples") or "multipart/form-data" in operation["requestBody"]["content"], at
            assert "400" in operation["responses"], at
    assert len(operations) >= at_least


def test_a_run_planned_twice_by_one_request_and_acts_out_of_turn_are_in_it(schema):
    plan = schema["paths"]["/api/runs/"]["post"]
    assert {"200", "201", "400", "409"} <= set(plan["responses"])
    assert "Idempotency-Key" in {parameter["name"] for parameter in plan["parameters"]}
    assert "409" in schema["paths"]["/api/runs/{public_id}/steer/"]["post"]["responses"]
    for path in ("/api/runs/{public_id}/quality/", "/api/runs/{public_id}/progress/"):
        assert schema["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"][
            "$ref"
        ]


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

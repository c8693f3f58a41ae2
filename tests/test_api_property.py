"""Whatever is sent to the API, as its own schema says that it may be or otherwise: it never breaks, and what it answers
is what the schema says. The same requests every time."""

import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks

from accounts.models import Role
from accounts.tokens import make_token
from guidelines.discussion import talking
from guidelines.publishing import import_version, open_draft, propose_pair, save_entry
from tests.conftest import person
from tests.guidelines.conftest import change, content, pair_texts, revision_in

THERE = {"slug": "novice-mistakes", "key": "forcing-change", "name": "draft", "a": "1", "b": "draft", "n": 1,
         "remark": 1, "number": 1, "format": "csv"}  # fmt: skip
WANTED = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]

described = SchemaGenerator().get_schema(request=None, public=True)
config = SchemathesisConfig.from_dict(
    {"phases": {"coverage": {"enabled": False}}, "generation": {"with-security-parameters": False}}
)
schema = schemathesis.openapi.from_dict(described, config=config)
application = get_wsgi_application()


def nearby(environ, start_response):
    """A token is taken over an open line from this machine only."""
    return application(environ | {"REMOTE_ADDR": "127.0.0.1"}, start_response)


schema.app = nearby


def aimed(case):
    """Most requests go where something is and name the text that stands there; some stay as they were made."""
    at, size = case.path_parameters, len(repr((case.path_parameters, case.body)))
    if size % 5:
        case.path_parameters = {name: THERE.get(name, value) for name, value in at.items()}
    asked = {parameter["name"] for parameter in case.operation.definition.raw.get("parameters", [])}
    if "If-Match" in asked and size % 7:
        case.headers = {**(case.headers or {}), "If-Match": f'"{1 + bool(size % 3)}"'}
    return case


@pytest.fixture
def one_connection():
    """What the server does between requests, and Django's own test client leaves out too."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def program(db, one_connection):
    """Of a clinician who leads too, in a guideline with a draft, a thread and a proposal of a colleague."""
    ana, amir = person("Ana", Role.CLINICIAN, Role.LEAD), person("Amir", Role.CLINICIAN)
    version, _new = import_version(
        content=content(("forcing-change", pair_texts()), ("poor-listening", pair_texts("Poor listening")))
    )
    draft = open_draft(guideline=version.guideline, by=amir)
    change(draft, amir)
    save_entry(version=draft, key="advice", texts=pair_texts("Advice"), by=amir, base=None)
    now = revision_in(draft, "forcing-change")
    talking.begin(on=now, by=ana, words="One mistake or two?")
    words = [now.texts | {"harms": "She defends staying."}]
    propose_pair(
        guideline=version.guideline, kind="change", texts=words, of=[now], by=amir, reason="The harm."
    )
    _row, token = make_token(user=ana, name="a test", days=1, reads_only=False)
    return {"Authorization": f"Bearer {token}"}


@schema.include(path_regex="^/api/guidelines/").parametrize()
@settings(
    max_examples=int(os.environ.get("API_EXAMPLES", 3)),
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_is_answered_as_the_schema_says(case, program):
    answer = aimed(case).call_and_validate(headers=program, checks=WANTED)
    assert answer.status_code != 401, "nothing was tried: who sent it was not known"

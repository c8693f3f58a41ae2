"""Whatever is sent to the API, as its own schema says that it may be or otherwise: it never breaks, and what it answers
is what the schema says. The same requests every time."""

import os
import uuid

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
from guidelines.models import Version
from guidelines.publishing import import_version, open_draft, propose_pair, save_entry
from synthesis.models import Call, Hitch, Instance, Run
from tests.conftest import person
from tests.factories import client_profile
from tests.guidelines.conftest import change, content, pair_texts, revision_in
from tests.guidelines.translators import FA, speaks, translate
from tests.review.factories import made_instances

THERE = {"slug": "novice-mistakes", "key": "forcing-change", "name": "draft", "a": "1", "b": "draft", "n": 1,
         "remark": 1, "number": 1, "format": "csv",
         "language": FA}  # fmt: skip
RUN, OTHER, SESSION, CLIENT = (str(uuid.UUID(int=n, version=5)) for n in range(1, 5))
CALL = "a-call"
# What stands below each place of the engine.
BELOW = {"/api/runs/": {"public_id": RUN, "other": OTHER}, "/api/instances/": {"public_id": SESSION, "key": CALL},
         "/api/profiles/": {"public_id": CLIENT}}  # fmt: skip
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
        there = next((names for place, names in BELOW.items() if case.path.startswith(place)), THERE)
        case.path_parameters = {name: there.get(name, value) for name, value in at.items()}
    asked = {parameter["name"] for parameter in case.operation.definition.raw.get("parameters", [])}
    if "If-Match" in asked and size % 7:
        n = 1 + bool(size % 3)
        tag = f"1.{n}" if "language" in case.path_parameters else n
        case.headers = {**(case.headers or {}), "If-Match": f'"{tag}"'}
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
    for one in (ana, amir):
        speaks(one)
    for revision in (revision_in(version, "forcing-change"), now):
        translate(revision, amir)
    _row, token = make_token(user=ana, name="a test", days=1, reads_only=False)
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def engine(program, settings):
    """Two runs of the published version, in the first of them a session that was made by one call; an endpoint that
    nothing asks.
    """
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "http://127.0.0.1:1/v1", "scripted"
    version = Version.objects.published().get()
    client = client_profile("joana", public_id=CLIENT)
    for n, public_id in enumerate((RUN, OTHER), start=1):
        run = Run.objects.create(
            serial=n,
            public_id=public_id,
            recipe="supervised_dialogue",
            version=version,
            budget={"tokens": 1000},
        )
        about = {"run": run, "origin": "run", "profiles": [client]}
        session = made_instances(
            1, version, trace=[CALL], **about | ({"public_id": SESSION} if n == 1 else {})
        )[0]
        made_instances(2, version, state="failed", made_at=None, content=None, digest="", **about)
        Hitch.objects.create(run=run, instance=session, endpoint="environment", kind="hang")
    Call.objects.create(
        key=CALL, instance=Instance.objects.get(public_id=SESSION), endpoint="environment", model="m", role="client",
        step="client 1", seed=1, messages_digest="", messages=[{"role": "user", "content": "Hello."}],
        reply={"choices": []}, text="Hello.", latency_ms=5, tokens_in=1, tokens_out=None,
    )  # fmt: skip
    return program


@schema.include(path_regex="^/api/(guidelines|recipes|runs|instances|profiles)/").parametrize()
@settings(
    max_examples=int(os.environ.get("API_EXAMPLES", 3)),
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_is_answered_as_the_schema_says(case, engine):
    answer = aimed(case).call_and_validate(headers=engine, checks=WANTED)
    assert answer.status_code != 401, "nothing was tried: who sent it was not known"

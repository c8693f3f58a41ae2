"""The settings page, what waits for a person, and what every process loads."""

import subprocess
import sys
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Grant, TrailEvent, User
from accounts.roles import Refused
from config.pages import health, stages, waiting
from exports import nodes
from exports.models import Dataset, Node, TrainingRun
from guidelines.publishing import approve, open_draft, submit
from review.rounds import close_round
from synthesis import cast, connecting
from synthesis.models import Endpoint, ModelRole, Run
from tests.fakes.model_server import ModelServer
from tests.guidelines.conftest import change, content, pair_texts
from tests.review.factories import judge, made_instances, published_pairs, round_of, says

FOUND = {"support": "honoured", "models": ["small"], "model": "small"}


@pytest.fixture
def endpoint(db):
    return Endpoint.objects.create(
        name="clinic", base_url="http://127.0.0.1:9/v1", probed=FOUND, probed_at=timezone.now()
    )


@pytest.mark.parametrize(("change", "kept"), [({}, True), ({"base_url": "http://127.0.0.1:8/v1"}, False),
                                              ({"key_env": "OTHER_API_KEY"}, False)])  # fmt: skip
def test_an_endpoint_with_another_address_forgets_what_was_found_at_the_old_one(
    log_in, lena, endpoint, change, kept
):
    sent = {"name": "clinic", "base_url": endpoint.base_url, "key_env": ""}
    log_in(lena).post(reverse("endpoint_save"), sent | change)
    endpoint.refresh_from_db()
    assert (endpoint.probed == FOUND, endpoint.probed_at is not None) == (kept, kept)


@pytest.mark.parametrize(
    "name", ["DJANGO_SECRET_KEY", "REVIEW_ACCOUNTS_KEY", "DATABASE_URL", "LABEL_STUDIO_TOKEN", "path"]
)
def test_no_secret_of_this_installation_is_sent_to_an_endpoint_as_its_key(log_in, lena, db, name):
    sent = {"name": "elsewhere", "base_url": "https://elsewhere.example.org/v1", "key_env": name}
    answer = log_in(lena).post(reverse("endpoint_save"), sent)
    assert answer.status_code == 400 and "must end in _API_KEY" in answer.content.decode()
    assert not Endpoint.objects.filter(name="elsewhere").exists()


def test_an_endpoint_is_not_called_like_a_part_whose_test_would_hide_its_own(log_in, lena):
    sent = {"name": "database", "base_url": "https://elsewhere.example/v1", "key_env": ""}
    assert log_in(lena).post(reverse("endpoint_save"), sent).status_code == 400
    assert not Endpoint.objects.exists()


PRICED = {"endpoint": "clinic", "tokens_in": "0.15", "tokens_out": "0.6", "currency": "eur"}


def test_a_lead_says_what_an_endpoint_costs_and_reads_it_there(log_in, lena, endpoint):
    browser = log_in(lena)
    page = browser.get(reverse("settings")).content.decode()
    assert "not set" in page and "a budget in money can stop it" in page
    page = browser.post(reverse("endpoint_price"), PRICED, follow=True).content.decode()
    assert "The price of clinic is set." in page and "0.15 read, 0.6 written, EUR" in page
    endpoint.refresh_from_db()
    assert endpoint.price == {"in": 0.15, "out": 0.6, "currency": "EUR"} and endpoint.probed == FOUND
    assert TrailEvent.objects.get(verb="synthesis.set_price").by == lena


@pytest.mark.parametrize(
    ("sent", "said"),
    [({"tokens_in": "-1"}, "greater than or equal to 0"), ({"tokens_out": "1e7"}, "less than or equal to"),
     ({"tokens_in": "NaN"}, "Enter a number"), ({"currency": "€"}, "Three letters, such as EUR"),
     ({"endpoint": "nowhere"}, "not one of the available choices"), ({"tokens_out": ""}, "required")],
)  # fmt: skip
def test_what_is_no_price_is_refused_beside_its_box_and_changes_nothing(log_in, lena, endpoint, sent, said):
    answer = log_in(lena).post(reverse("endpoint_price"), PRICED | sent)
    assert answer.status_code == 400 and said in answer.content.decode()
    endpoint.refresh_from_db()
    assert endpoint.price == {}


def test_only_a_lead_says_what_an_endpoint_costs(log_in, eve, ana, ben, dan, endpoint):
    for one in (eve, ana, ben, dan):
        assert log_in(one).post(reverse("endpoint_price"), PRICED).status_code == 403
        with pytest.raises(Refused):
            connecting.set_price(
                endpoint="clinic", tokens_in=Decimal(1), tokens_out=Decimal(1), currency="EUR", by=one
            )
    endpoint.refresh_from_db()
    assert endpoint.price == {}


@pytest.mark.parametrize("name", ["x" * 81, "a\0b", " ", "cellar"], ids=["long", "NUL", "blank", "taken"])
def test_a_node_needs_a_short_name_of_its_own(log_in, lena, name):
    nodes.make_node(name="cellar", by=lena)
    answer = log_in(lena).post(reverse("node_make"), {"name": name}, follow=True)
    assert "Give the node a short name" in answer.content.decode() and Node.objects.count() == 1


def test_a_lead_withdraws_the_token_of_a_node(log_in, lena, eve):
    node, token = nodes.make_node(name="cellar", by=lena)
    address = reverse("node_retire", args=[node.pk])
    assert log_in(eve).post(address).status_code == 403 and nodes.by_token(token)
    browser = log_in(lena)
    assert "Withdraw its token" in browser.get(reverse("settings")).content.decode()
    browser.get(address)
    assert Node.objects.get().retired_at is None
    assert "cellar is withdrawn" in browser.post(address, follow=True).content.decode()
    assert nodes.by_token(token) is None
    assert "Withdraw its token" not in browser.get(reverse("settings")).content.decode()


def test_a_draft_waits_for_whoever_may_approve_it_as_it_stands(ana, amir, db):
    from guidelines.drafts import digest
    from guidelines.publishing import import_version

    version, _new = import_version(
        content=content(("forcing-change", pair_texts()), ("other", pair_texts("Other")))
    )
    draft = open_draft(guideline=version.guideline, by=ana)
    change(draft, ana)
    submit(version=draft, by=ana)
    assert waiting.numbers(ana)["guidelines"] == 0, "she wrote it"
    assert waiting.numbers(amir)["guidelines"] == 1
    approve(version=draft, by=amir, digest=digest(draft))
    assert waiting.numbers(amir)["guidelines"] == 0 and not waiting.work(amir)
    change(draft, ana, key="other")
    assert waiting.numbers(amir)["guidelines"] == 1, "the later edit voided his approval"
    [row] = waiting.work(amir)
    assert (row["n"], row["since"]) == (1, draft.opened_at)


@pytest.mark.parametrize("slow", ["openai", "scipy", "sklearn", "label_studio_sdk"])
def test_no_web_process_loads_what_takes_seconds_and_few_pages_need(slow):
    code = (
        "import django, sys; django.setup(); import config.urls, synthesis.tasks, synthesis.probing;"
        f"sys.exit('{slow}' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], env=_environment(), check=False).returncode == 0


def _environment() -> dict:
    import os

    return os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}


def test_a_preview_that_failed_waits_for_nobody(lena):
    version = published_pairs()
    for serial, purpose in enumerate(("preview", "run"), start=1):
        run = Run.objects.create(serial=serial, recipe="r", version=version, purpose=purpose)
        failed = {"state": "failed", "content": None, "digest": "", "made_at": None}
        made_instances(1, version, run=run, origin="run", **failed)
    assert waiting.numbers(lena)["runs"] == 1
    assert [(row["place"], row["n"]) for row in waiting.work(lena)] == [("runs", 1)]


def test_a_dispute_of_a_closed_round_waits_for_nobody(lena, ben, chloe):
    made = round_of(1, [ben, chloe], lena)
    item = made.items.get()
    judge(item, ben, says())
    judge(item, chloe, says("reject"))
    [row] = waiting.work(lena)
    assert (row["n"], row["url"]) == (1, f"/rounds/{made.public_id}/sessions/?show=disputed")
    close_round(round=made, by=lena)
    assert waiting.work(lena) == []


def test_a_part_that_is_not_started_is_named_in_words(settings, db):
    settings.LABEL_STUDIO_URL, settings.REDIS_URL = "http://127.0.0.1:1", "redis://127.0.0.1:1/0"
    for found in (health.label_studio(), health.broker()):
        assert found["state"] == "down" and "is it started?" in found["message"]


def a_planned_run(specs: dict) -> Run:
    version = published_pairs()
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=version, model_specs=specs)
    made_instances(1, version, run=run, state="planned", made_at=None, content=None, digest="")
    return run


def test_the_endpoint_that_is_asked_is_the_one_looked_at(settings, db):
    settings.OPENAI_BASE_URL = "http://127.0.0.1:9/v1"
    assert "environment: nothing answers" in health.model_endpoint()["message"]
    with ModelServer() as server:
        ours = Endpoint.objects.create(name="ours", base_url=server.url)
        ModelRole.objects.create(role="default", endpoint=ours, model="small")
        assert health.model_endpoint()["state"] == "ok"  # nobody asks the environment's any more
        planned = a_planned_run({"client": {"endpoint": "elsewhere"}})
        Endpoint.objects.create(name="elsewhere", base_url="http://127.0.0.1:9/v1")
        assert "elsewhere: nothing answers" in health.model_endpoint()["message"]
        planned.instances.update(state="failed", failure="The endpoint was down.")
        assert health.model_endpoint()["state"] == "ok"


def test_a_failed_training_is_stuck_until_somebody_asks_again(db):
    dataset = Dataset.objects.create(serial=1, name="first", selection={})
    failed = {"dataset": dataset, "state": "failed", "error": "No memory.", "ended_at": timezone.now()}
    TrainingRun.objects.create(serial=1, **failed)
    assert any("A training run failed" in sentence for sentence in stages.training()["stuck"])
    TrainingRun.objects.create(serial=2, dataset=dataset)
    assert not any("A training run failed" in sentence for sentence in stages.training()["stuck"])
    TrainingRun.objects.create(serial=3, **failed)
    assert any("A training run failed" in sentence for sentence in stages.training()["stuck"])


def test_an_annotator_without_a_record_is_asked_for_it(log_in, ben, lena):
    newcomer = User.objects.create_user("noor@example.org", "a long password", name="Noor")
    Grant.objects.create(user=newcomer, role="annotator")
    for user, asked in ((newcomer, True), (ben, False), (lena, False)):
        page = log_in(user).get(reverse("home")).content.decode()
        assert ("Fill in my reviewer record" in page) == asked


def test_the_road_says_what_planned_sessions_wait_for(settings, db):
    settings.OPENAI_BASE_URL, settings.REDIS_URL = "http://127.0.0.1:9/v1", "redis://127.0.0.1:1/0"
    assert stages.synthesis()["stuck"] == []
    a_planned_run({})
    endpoint, broker = stages.synthesis()["stuck"]
    assert "environment: nothing answers" in endpoint and "broker" in broker


def test_the_address_that_the_environment_sets_is_not_changed_where_the_next_run_would_undo_it(
    log_in, lena, db, settings
):
    settings.OPENAI_BASE_URL = "http://127.0.0.1:9/v1"
    cast.environment_endpoint()
    sent = {"name": cast.ENVIRONMENT, "base_url": "http://127.0.0.1:10/v1", "key_env": ""}
    answer = log_in(lena).post(reverse("endpoint_save"), sent)
    assert answer.status_code == 400 and "OPENAI_BASE_URL" in answer.content.decode()
    assert Endpoint.objects.get().base_url == settings.OPENAI_BASE_URL
    assert log_in(lena).post(reverse("endpoint_save"), sent | {"name": "ours"}).status_code == 302

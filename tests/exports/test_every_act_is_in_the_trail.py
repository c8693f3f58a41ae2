"""Whatever a person does with settings, runs, rounds, datasets and trainings writes one event; the list of what she
can do is read from the code.
"""

import ast
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Role, TrailEvent
from accounts.roles import Refused
from config.pages.trail import KINDS, VOCABULARY
from exports import building, nodes
from exports.models import Node
from exports.training import launch
from review import handing_on, rounds
from review.disputes import Dispute
from review.flags.answering import name_risk_lead, resolve
from review.raters import rater_for
from review.welfare.choosing import choose
from review.welfare.providing import provide
from synthesis import cast, connecting, holding, loading, planning, planning_once, steering
from synthesis.models import Endpoint, Run
from tests import factories
from tests.conftest import person
from tests.exports.acts_of_appeals import APPEAL_ACTS, appealed
from tests.exports.acts_of_experts import EXPERTS_ACTS
from tests.exports.acts_of_gold import GOLD_ACTS
from tests.exports.acts_of_judges import JUDGES_ACTS
from tests.exports.acts_on_excerpts import EXCERPT_ACTS
from tests.exports.acts_on_servers import server_offered, server_saved
from tests.parsing import tree_of
from tests.review import factories as review_factories

ROOT = Path(__file__).resolve().parents[2]
# These only call a verb of the list, or write a row that names who made it and when and is never changed.
WITHIN = {
    "review.closing.read_and_close": "review.rounds.close_round",
    "review.disputes.settle": "review.workflow.settling.adjudicate",
    "review.disputes.judge_first": "review.workflow.judging_first.judge_first",
    "review.workflow.judging_first.judge_first": "what she says before anything is revealed is a row that nobody changes",
    "review.workflow.reading_again.judge_again": "a row that nobody changes; an event would tell her that it was settled",
    "review.workflow.reading_again.tell_settled": "a row that nobody changes: which page she has read",
    "review.rereading.read_again": "review.rounds.make_round",
    "review.label_studio.gateway.passes.issue": "opening the editor changes nothing; what is judged there is a row",
    "synthesis.remaking.remake": "an event for each new run: tests/config/stale/test_making_again.py",
    "synthesis.holding_many.hold_all": "an event for each session: tests/synthesis/test_holding_many.py",
    "synthesis.holding_many.release_all": "the same",
    "review.my_work.proposing.propose": "review.feedback.propose",
    "review.flags.raising.raise_flag": "a flag is a row of its own that nobody changes",
    "review.feedback.propose": "a proposal is a row of its own that nobody changes",
    "exports.building.freeze": "exports.building.plan",
}


def verbs() -> set[str]:
    """Every public function, or method, of these apps that is told by whom it is done."""
    found = set()
    for app in ("synthesis", "review", "exports"):
        for path in (ROOT / app).rglob("*.py"):
            if path.name == "trail.py" or "migrations" in path.parts:
                continue
            for node in ast.walk(tree_of(path)):
                told = isinstance(node, ast.FunctionDef) and "by" in {arg.arg for arg in node.args.kwonlyargs}
                if told and not node.name.startswith("_"):
                    found.add(".".join([*path.relative_to(ROOT).with_suffix("").parts, node.name]))
    return found


def chosen() -> dict:
    version, profiles = factories.published_guideline(), [factories.client_profile()]
    return {
        "recipe": "supervised_dialogue", "version": version, "profiles": profiles, "pairs": "all",
        "model": "scripted",
    }  # fmt: skip


def a_run(lena) -> Run:
    return planning.plan(**chosen(), by=lena)


def planned(lena, **_):
    a_run(lena)


def planned_once(lena, **_):
    wanted = chosen()
    for _click in range(2):
        planning_once.plan(key="one click, made twice", asked={}, by=lena, **wanted)


def previewed(lena, **_):
    planning.preview(**chosen(), by=lena)


def paused(lena, **_):
    steering.pause(run=a_run(lena), by=lena)


def resumed(lena, **_):
    run = a_run(lena)
    Run.objects.update(state="stopped")
    steering.resume(run=run, by=lena)


def cancelled(lena, **_):
    steering.cancel(run=a_run(lena), by=lena)


def retried(lena, **_):
    run = a_run(lena)
    run.instances.update(state="failed", failure="no answer")
    steering.retry_failed(run=run, by=lena)


def held(lena, **_):
    version = review_factories.published_pairs()
    instance = review_factories.made_instances(1, version)[0]
    holding.hold(instance=instance, reason="SECRET: You should simply ring", by=lena)
    return instance


def released(lena, **_):
    holding.release(instance=held(lena), reason="SECRET: You should simply ring", by=lena)


def concurrency_set(lena, **_):
    steering.set_concurrency(run=a_run(lena), to=3, by=lena)


def budget_set(lena, **_):
    steering.set_budget(run=a_run(lena), budget={"tokens": 1000}, by=lena)


def connected(lena, **_):
    connecting.save_endpoint(
        name="ours",
        base_url="https://lena:SECRET@models.example/v1?key=SECRET",
        key_env="OURS_API_KEY",
        by=lena,
    )


def priced(lena, **_):
    Endpoint.objects.create(name="ours", base_url="https://models.example/v1")
    price = {"tokens_in": Decimal("0.15"), "tokens_out": Decimal("0.6"), "currency": "EUR"}
    connecting.set_price(endpoint="ours", **price, by=lena)


def role_chosen(lena, **_):
    endpoint = Endpoint.objects.create(name="ours", base_url="https://models.example/v1")
    connecting.save_role(role="client", endpoint=endpoint, model="m-1", temperature=0.3, by=lena)


def opened(lena, ben, chloe, **_):
    return review_factories.round_of(2, [ben, chloe], lena)


def opened_of_chosen(lena, ben, chloe, **_):
    review_factories.chosen_round([ben, chloe], lena)


def closed(lena, **people):
    rounds.close_round(round=opened(lena, **people), by=lena)


def settled(lena, ben, chloe, dan):
    item = opened(lena, ben, chloe).items.first()
    review_factories.judge(item, ben, review_factories.says("accept"))
    review_factories.judge(item, chloe, review_factories.says("reject"))
    review_factories.settle(item, dan, [Dispute(item).judged["draft"]], reason="BECAUSE OF HER TONE")


def handed_on(lena, ben, chloe):
    handing_on.hand_on(seat=opened(lena, ben, chloe).seats.first(), by=lena)


def given_back(lena, ben, chloe):
    handing_on.give_back_skipped(seat=opened(lena, ben, chloe).seats.get(rater__user=ben), by=ben)


def seated_more(lena, ben, chloe):
    noor = rater_for(person("Noor", Role.ANNOTATOR))
    handing_on.seat_more(round=opened(lena, ben, chloe), raters=[noor], by=lena)


def placed(lena, ben, chloe):
    handing_on.place_waiting(round=opened(lena, ben, chloe), by=lena)


def risk_lead_named(lena, ben, chloe):
    name_risk_lead(round=opened(lena, ben, chloe), lead=person("Lou", Role.LEAD), by=lena)


def flag_answered(lena, ben, chloe):
    item = opened(lena, ben, chloe).items.first()
    review_factories.judge(item, ben, review_factories.says("reject", unsafe=True))
    resolve(flag=item.flags.get(), holds=True, reason="BECAUSE OF TURN 4", by=lena)


def chosen_what_to_read(ben, **_):
    choose(reads=["abuse"], daily_cap=3, by=ben)


def provided(lena, **_):
    provide(contact_name="SECRET", contact_reach="SECRET@example.org", by=lena)


def asked_for(lena, get, **_):
    building.plan(name="First", rounds=[get("mixed_round")], by=lena)


def node_made(lena, **_):
    nodes.make_node(name="gpu-1", by=lena)


def node_retired(lena, **_):
    node, _token = nodes.make_node(name="gpu-1", by=lena)
    nodes.retire(node=node, by=lena)


def started(lena, get, **_):
    return launch.start(dataset=get("dataset"), by=lena)


def training_cancelled(lena, get, **_):
    launch.cancel(run=started(lena, get), by=lena)


ACTS = {
    "synthesis.planning.plan": planned,
    "synthesis.planning.preview": previewed,
    "synthesis.planning_once.plan": planned_once,
    "synthesis.steering.pause": paused,
    "synthesis.steering.resume": resumed,
    "synthesis.steering.cancel": cancelled,
    "synthesis.steering.retry_failed": retried,
    "synthesis.holding.hold": held,
    "synthesis.holding.release": released,
    "synthesis.steering.set_concurrency": concurrency_set,
    "synthesis.steering.set_budget": budget_set,
    "synthesis.connecting.save_endpoint": connected,
    "synthesis.connecting.set_price": priced,
    "synthesis.connecting.save_role": role_chosen,
    "review.rounds.make_round": opened,
    "review.choosing.opening.make_chosen_round": opened_of_chosen,
    "review.rounds.close_round": closed,
    "review.workflow.settling.adjudicate": settled,
    "review.handing_on.hand_on": handed_on,
    "review.handing_on.give_back_skipped": given_back,
    "review.handing_on.seat_more": seated_more,
    "review.handing_on.place_waiting": placed,
    "review.flags.answering.name_risk_lead": risk_lead_named,
    "review.flags.answering.resolve": flag_answered,
    "review.welfare.choosing.choose": chosen_what_to_read,
    "review.welfare.providing.provide": provided,
    "review.label_studio.servers.save_server": server_saved,
    "review.label_studio.servers.offer_server": server_offered,
    **APPEAL_ACTS,
    **GOLD_ACTS,
    **JUDGES_ACTS,
    **EXPERTS_ACTS,
    **EXCERPT_ACTS,
    "exports.building.plan": asked_for,
    "exports.nodes.make_node": node_made,
    "exports.nodes.retire": node_retired,
    "exports.training.launch.start": started,
    "exports.training.launch.cancel": training_cancelled,
}
WITH_DATASETS = (asked_for, started, training_cancelled)


@pytest.fixture
def act(lena, ben, chloe, dan, settings, request):
    settings.OPENAI_BASE_URL = "https://models.example/v1"

    def done(name: str):
        how = ACTS[name]
        if how in WITH_DATASETS:
            how(lena, get=request.getfixturevalue)
        elif how is chosen_what_to_read:
            how(ben)
        elif how is settled:
            how(lena, ben, chloe, dan)
        else:
            how(lena, ben=ben, chloe=chloe)
        return {settled: dan, given_back: ben, appealed: ben, chosen_what_to_read: ben}.get(how, lena)

    return done


def test_no_act_is_missing_from_this_list():
    assert verbs() == {*ACTS, *WITHIN}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_writes_exactly_one_event_that_names_who_did_it(name, act):
    who = act(name)
    app, *_modules, function = name.split(".")
    (event,) = TrailEvent.objects.filter(verb=f"{app}.{function}")
    assert event.by == who and event.from_where == "program" and event.kind in KINDS
    assert event.verb in VOCABULARY.words
    assert {*event.before, *event.after} <= {*VOCABULARY.labels}


@pytest.mark.parametrize("name", ACTS)
def test_an_event_holds_no_secret_no_address_of_a_person_and_no_word_of_a_session(name, act):
    act(name)
    said = json.dumps(list(TrailEvent.objects.values("name", "part", "before", "after")))
    hidden = [
        "SECRET",
        "@example.org",
        "BECAUSE",
        "accept",
        "reject",
        "You should simply ring",
        "putting off a call",
    ]
    assert [words for words in hidden if words in said] == []
    assert [node.token_digest for node in Node.objects.all() if node.token_digest in said] == []


def test_an_act_that_is_refused_or_rolled_back_leaves_no_event(lena, eve, settings):
    settings.OPENAI_BASE_URL = "https://models.example/v1"
    run = a_run(lena)
    before = TrailEvent.objects.count()
    with pytest.raises(Refused):
        steering.pause(run=run, by=eve)
    with pytest.raises(steering.NotNow):
        Run.objects.update(state="cancelled")
        steering.pause(run=run, by=lena)
    with pytest.raises(Refused):
        connecting.save_endpoint(name="ours", base_url="https://models.example/v1", by=eve)
    with pytest.raises(KeyError), transaction.atomic():
        nodes.make_node(name="gpu-1", by=lena)
        raise KeyError
    assert TrailEvent.objects.count() == before


def test_doing_again_what_is_done_writes_nothing(lena, node, settings):
    settings.OPENAI_BASE_URL = "https://models.example/v1"
    run = a_run(lena)
    steering.resume(run=run, by=lena)
    nodes.retire(node=node[0], by=lena)
    nodes.retire(node=node[0], by=lena)
    steering.retry_failed(run=run, by=lena)
    cast.environment_endpoint()
    done = list(TrailEvent.objects.order_by("id").values_list("verb", flat=True))
    assert done == [
        "exports.make_node", "synthesis.environment_endpoint", "synthesis.plan", "exports.retire",
    ]  # fmt: skip


def test_a_frozen_dataset_says_its_hash_and_who_asked(dataset, lena):
    asked, frozen = TrailEvent.objects.of("dataset", str(dataset.public_id)).in_order()
    assert (asked.by, frozen.by) == (lena, None)
    assert frozen.after["sha256"] == dataset.sha256 and frozen.after["items"] == dataset.dataset_items.count()


def test_loading_clients_is_counted_and_names_nobody(db):
    loading.load("shipped")
    (event,) = TrailEvent.objects.of("profiles")
    assert event.after["new"] == 12 and event.by is None
    loading.load("shipped")
    assert TrailEvent.objects.of("profiles").count() == 1


def test_an_administrator_cannot_change_what_stands_there(act):
    act("exports.nodes.make_node")
    with pytest.raises(DatabaseError), transaction.atomic():
        TrailEvent.objects.update(by=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        TrailEvent.objects.all().delete()

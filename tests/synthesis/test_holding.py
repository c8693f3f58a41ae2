"""What the quality rules find a reason in is held back for a person, stays out of rounds, and is released by a lead who
says why.
"""

import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Grant, Role, TrailEvent
from accounts.roles import Refused
from synthesis import holding, planning, quality, tiers
from synthesis.models import Instance, Mark, QualityReport
from synthesis.quality import keeping
from tests.factories import client_profile, published_guideline
from tests.fakes import model_server as fake
from tests.review.factories import content, made_instances, published_pairs, round_of

LOOP = "I feel so low. I feel so low. I feel so low. I feel so low. I feel so low."


def looping(number, body):
    """The client of the first session runs in a loop; every other answer is a valid one."""
    is_client = "You play Client-0" in body["messages"][0]["content"]
    return fake.Reply(json.dumps({"text": LOOP})) if is_client else None


def test_a_bad_session_is_made_and_held_with_the_reason_in_words(endpoint, plan, drive):
    endpoint(looping)
    run = plan(clients=2)
    assert drive(run).made == 2
    bad, good = run.instances.order_by("profile__key")
    (mark,) = bad.marks.all()
    assert (mark.kind, mark.by, mark.by_machine) == ("held", None, "quality")
    assert "A turn runs in a loop: turns 2, 4, 6" in mark.reason
    assert tiers.held(bad) and not tiers.held(good)
    assert list(run.instances.held()) == [bad]


def test_a_run_that_only_reports_holds_nothing_and_counts_all_the_same(endpoint, plan, drive):
    endpoint(looping)
    run = plan(clients=2, holds="report")
    drive(run)
    assert not Mark.objects.exists()
    found = quality.report(run)
    assert found["talking"]["with_a_reason_to_hold"]["part"] == 1
    assert found["held"] == {"all": 0, "by_rule": 0, "by_people": 0, "released": 0, "policy": "report"}


def test_a_bad_session_is_planned_under_the_same_name_whether_held_or_not(endpoint, plan):
    """The stored replies of the one serve the other: what becomes of a session is no part of how it is made."""
    endpoint()
    version, client = published_guideline(), client_profile()
    one, other = (plan(version=version, profiles=[client], holds=how) for how in ("hold", "report"))
    assert one.instances.get().cell == other.instances.get().cell


def test_unknown_ways_to_hold_are_refused(endpoint, plan):
    endpoint()
    with pytest.raises(planning.NotPlanned, match="holds"):
        plan(holds="drop")


def test_a_lead_holds_and_releases_and_says_why(lena):
    (instance,) = made_instances(1, published_pairs())
    mark = holding.hold(instance=instance, reason="  Ask the ethics board. ", by=lena)
    assert (mark.by, mark.reason) == (lena, "Ask the ethics board.")
    with pytest.raises(holding.NotHeld, match="already"):
        holding.hold(instance=Instance.objects.get(), reason="Again.", by=lena)
    holding.release(instance=Instance.objects.get(), reason="They agreed.", by=lena)
    assert not tiers.held(Instance.objects.get())
    with pytest.raises(holding.NotHeld, match="not held"):
        holding.release(instance=Instance.objects.get(), reason="Again.", by=lena)
    assert list(TrailEvent.objects.values_list("verb", "kind", "name").order_by("id")) == [
        (f"synthesis.{verb}", "session", str(instance.public_id)) for verb in ("hold", "release")
    ]


def test_nobody_holds_without_a_reason_and_nobody_but_a_lead(lena, eve, ben):
    (instance,) = made_instances(1, published_pairs())
    with pytest.raises(holding.NotHeld, match="Say why"):
        holding.hold(instance=instance, reason="  ", by=lena)
    for person in (eve, ben):
        with pytest.raises(Refused):
            holding.hold(instance=instance, reason="Because.", by=person)
    assert not Mark.objects.exists() and not TrailEvent.objects.exists()


def test_what_is_not_made_cannot_be_held(endpoint, plan, lena):
    endpoint()
    with pytest.raises(holding.NotHeld, match="made"):
        holding.hold(instance=plan().instances.get(), reason="Because.", by=lena)


def test_a_lead_who_judges_the_session_neither_holds_nor_releases_it(lena, ben, chloe):
    (instance,) = made_instances(1, pairs := published_pairs())
    Grant.objects.create(user=lena, role=Role.ADJUDICATOR)
    round_of(0, [ben, chloe], lena, pairs_version=pairs, instances=[instance])
    lena = type(lena).objects.get(pk=lena.pk)
    with pytest.raises(Refused, match="judge"):
        holding.hold(instance=instance, reason="Because.", by=lena)


def test_a_report_is_kept_until_something_changes(endpoint, plan, drive, lena, django_assert_num_queries):
    endpoint(looping)
    run = plan(clients=2)
    drive(run)
    first = quality.report(run)
    assert first["held"]["by_rule"] == 1 and first["balance"]["states"] == {"made": 2}
    with django_assert_num_queries(5):  # the kept one; the states, the newest mark and hitch, the prices
        assert quality.report(run) == json.loads(json.dumps(first))
    holding.release(instance=run.instances.held().get(), reason="It is meant so.", by=lena)
    assert quality.report(run)["held"]["released"] == 1
    assert QualityReport.objects.count() == 1


def test_measuring_asks_as_many_questions_of_many_sessions_as_of_few(
    endpoint, plan, drive, django_assert_num_queries
):
    endpoint()
    version = published_guideline()
    first = plan(2, version=version, profiles=[client_profile("first")])
    few = plan(2, version=version, profiles=[client_profile("one")])
    many = plan(2, version=version, profiles=[client_profile(f"many-{n}") for n in range(2)], pairs="all")
    for run in (first, few, many):
        drive(run)
    keeping.remeasure(first)
    with CaptureQueriesContext(connection) as asked:
        keeping.remeasure(few)
    with django_assert_num_queries(len(asked)):
        found = keeping.remeasure(many).report
    assert found["balance"]["states"] == {"made": 12} and found["duplicates"]["earlier"] == 4


def test_the_command_prints_the_whole_report(endpoint, plan, drive, capsys):
    endpoint(looping)
    run = plan(clients=2)
    drive(run)
    call_command("quality", str(run.public_id), json=True, skip_checks=True)
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert found["run"] == str(run.public_id) and found["verdicts"]["settled"] == 0
    assert "1 of 2 sessions have a reason to be held back; 1 are." in said.err


def test_refusals_are_counted_by_the_clients_tier(endpoint, plan, drive):
    endpoint(lambda n, body: fake.FILTERED if "You play Mara" in body["messages"][0]["content"] else None)
    clients = [client_profile("mara", tier="ideation", name="Mara"), client_profile("calm", name="Calm")]
    run = plan(2, profiles=clients)
    drive(run)
    found = quality.report(run)["refusals"]
    assert (found["ideation"]["refused"]["part"], found["ideation"]["refused"]["n"]) == (2, 2)
    assert (found["none"]["refused"]["part"], found["none"]["refused"]["n"]) == (0, 2)


def test_the_same_cell_made_again_is_no_duplicate(endpoint, plan, drive):
    endpoint()
    version, client = published_guideline(), client_profile()
    for _ in range(2):
        run = plan(3, version=version, profiles=[client])
        drive(run)
    assert quality.report(run)["duplicates"]["earlier"] == 0


def test_content_without_feedback_still_measures(lena):
    version = published_pairs()
    run = planning.Run.objects.create(serial=1, recipe="other", version=version)
    made_instances(3, version, run=run, recipe="other", content={"utterances": content()["utterances"]})
    found = quality.report(run)
    assert "not_recorded" in found["labels"] and "not_recorded" in found["validators"]
    assert json.dumps(found, allow_nan=False)

"""The quality report as a page and as JSON: what a lead sees, what stays closed to one who still judges."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Grant, ReviewerRecord, Role
from review.rounds import close_round
from synthesis import holding, tiers
from synthesis.models import Instance, Run
from synthesis.quality import alarms, keeping, naming, presenting, verdicts
from tests.conftest import person
from tests.review.factories import (
    client_profile,
    content,
    judge,
    made_instances,
    published_pairs,
    published_rubric,
    round_of,
    says,
)
from tests.synthesis.quality.sessions import smollm2


@pytest.fixture
def run(db) -> Run:
    """Nine sessions, three of them by the poor real model."""
    version = published_pairs()
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=version)
    poor = [stored["content"] for stored in smollm2()[:3]]
    for n in range(9):
        said = content(n) | ({"utterances": poor[n]["utterances"]} if n < 3 else {})
        client = client_profile(f"client-{n % 3}")
        made_instances(1, version, run=run, origin="run", profiles=[client], content=said)
    return run


def page(client, run, **query):
    return client.get(reverse("run_quality", args=[run.public_id]), query)


def a_round(run, people, lead, **options):
    about = {"pairs_version": run.version, "rubric_version": published_rubric("rubric-of-the-round")}
    return round_of(0, people, lead, instances=list(run.instances.all()), unaided_share=0, **about, **options)


def test_a_lead_reads_what_deserves_an_eye_and_every_number_with_how_many_it_is_of(run, lena, log_in):
    said = page(log_in(lena), run).content.decode()
    assert "33 % of 9 sessions have a reason to be held back; the limit is 5 %." in said
    assert "a speaker repeats an earlier turn of its own" in said
    assert "33 % [12 %, 65 %] n=9" in said
    assert "labelled sentences that it was not fitted to" in said and "90 % [77 %, 96 %] n=40" in said
    assert "This run has paid for no reply." in said
    assert said.count("<figure role=") == said.count("<svg") >= 6
    assert "currentColor" in said and "var(--accent)" in said and "#010203" not in said


def test_every_chart_has_its_words_and_its_table(run):
    found = keeping.remeasure(run).report | {"verdicts": verdicts.told(run)}
    drawn = [section for section in presenting.sections(found) if section.chart]
    assert len(drawn) >= 6
    for section in drawn:
        assert section.in_words and section.tables and section.tables[0].rows, section.key


def test_mistakes_and_clients_are_called_by_name(run, lena, log_in):
    one = run.instances.first()
    said = page(log_in(lena), run).content.decode()
    assert one.pair_revision.name in said and one.pair_revision.pair.key not in said
    found = keeping.report(run)
    found["balance"]["factors"] = {"pair": {"alarm": "Nothing was made at: a.", "levels": [], "test": {}}}
    alarm = next(alarm for alarm in alarms.of(found) if alarm["where"] == "balance.factors.pair")
    assert alarm["words"] == "Intended mistake: Nothing was made at: a."
    names = {"a": "Advice too soon", "at": "no", "made": "no", "Intended": "no"}
    assert naming.named(alarm, names) == "Intended mistake: Nothing was made at: Advice too soon."
    assert naming.named(alarm | {"where": "balance.factors.style"}, names) == alarm["words"]
    collapsed = {"where": "intended", "words": "Mistakes: Collapsed: “a” is 92 % of 40 at a."}
    assert naming.named(collapsed, names) == "Mistakes: Collapsed: “Advice too soon” is 92 % of 40 at a."


def test_four_sessions_alarm_nobody_unless_none_may_be_so(run):
    found = keeping.report(run)
    all_of_them = {"part": 4, "n": 4, "share": 1.0, "low": 0.51, "high": 1.0}
    found["talking"]["with_a_reason_to_hold"] = found["duplicates"]["within"]["exact"] = all_of_them
    told = {alarm["where"] for alarm in alarms.of(found)}
    assert "duplicates.within.exact" in told and "talking.with_a_reason_to_hold" not in told
    found["talking"]["with_a_reason_to_hold"] = all_of_them | {"part": 5, "n": 5}
    assert "talking.with_a_reason_to_hold" in {alarm["where"] for alarm in alarms.of(found)}


def test_the_page_and_the_json_tell_the_same(run, lena, log_in):
    client = log_in(lena)
    found = client.get(reverse("run_quality_json", args=[run.public_id])).json()
    assert found == page(client, run, format="json").json()
    assert found["talking"]["with_a_reason_to_hold"]["part"] == 3
    assert found["balance"]["states"] == {"made": 9}
    assert len(found["talking"]["first_with_a_reason"]) == 3


def test_a_run_without_sessions_says_so(lena, log_in):
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=published_pairs())
    said = page(log_in(lena), run).content.decode()
    assert "No session has been made yet" in said and "<svg" not in said


def test_a_second_look_measures_nothing_and_asks_as_much_of_many_sessions(run, lena, log_in):
    client = log_in(lena)
    page(client, run)
    measured = run.quality_report.measured_at
    with CaptureQueriesContext(connection) as few:
        page(client, run)
    run.quality_report.refresh_from_db()
    assert run.quality_report.measured_at == measured
    made_instances(20, run.version, run=run, origin="run")
    page(client, run)
    with CaptureQueriesContext(connection) as many:
        page(client, run)
    assert len(few) == len(many)


def test_a_large_run_is_measured_by_a_worker_while_the_page_shows_the_last_report(run, lena):
    keeping.remeasure(run)
    made_instances(keeping.AT_ONCE, run.version, run=run, origin="run")
    asked = []
    keeping.QualityReport.objects.update(measured_at="2026-01-01T00:00Z")
    kept, is_current = keeping.shown(run, lambda run: not asked.append(run))
    assert asked == [run] and not is_current and kept.report["talking"]["with_a_reason_to_hold"]["n"] == 9
    kept, is_current = keeping.shown(run, lambda run: False)  # nobody works: the page does
    assert is_current and kept.report["balance"]["states"] == {"made": 9 + keeping.AT_ONCE}


def test_while_a_run_is_made_it_is_not_measured_at_every_look(run):
    keeping.remeasure(run)
    made_instances(keeping.AT_ONCE, run.version, run=run, origin="run")
    asked = []
    assert keeping.shown(run, asked.append)[1] is False and asked == []  # measured a moment ago


def test_a_lead_who_may_settle_the_sessions_sees_neither_labels_nor_verdicts_nor_single_sessions(
    run, lena, ben, chloe, log_in
):
    Grant.objects.create(user=lena, role=Role.ADJUDICATOR)
    round = a_round(run, [ben, chloe], lena)
    lena = type(lena).objects.get(pk=lena.pk)
    client = log_in(lena)
    found = client.get(reverse("run_quality_json", args=[run.public_id])).json()
    for part in ("labels", "validators", "verdicts", "intended"):
        assert list(found[part]) == ["withheld"]
    assert sorted(found["balance"]) == ["states", "withheld"]
    said = page(client, run).content.decode()
    pairs = {instance.pair_revision for instance in run.instances.all()}
    hidden = [str(instance.public_id) for instance in run.instances.all()]
    hidden += [word for one in pairs for word in (one.pair.key, one.name)]
    hidden += [instance.profile.key for instance in run.instances.all()]
    assert not [word for word in hidden if word in json.dumps(found) or word in said]
    assert "You judge sessions of this run, or may settle them, in an open round" in said
    close_round(round=round, by=lena)
    assert "withheld" not in client.get(reverse("run_quality_json", args=[run.public_id])).json()["labels"]


def settle(round, people):
    """The first accepted, the second edited, the third rejected, the others left."""
    for item, verdict in zip(round.items.order_by("pk"), ("accept", "edit", "reject"), strict=False):
        for one in people:
            judge(item, one, says(verdict, "Other words, kinder.", findings=[]))


def test_verdicts_are_those_that_people_settled_in_closed_rounds(run, lena, ben, chloe):
    round = a_round(run, [ben, chloe], lena)
    settle(round, [ben, chloe])
    told = verdicts.told(run)
    assert (told["settled"], told["waiting"]) == (0, 9)
    close_round(round=round, by=lena)
    told = verdicts.told(run)
    assert [told[name]["part"] for name in ("accepted", "edited", "rejected")] == [1, 1, 1]
    assert (told["settled"], told["waiting"], told["undecided"]) == (3, 0, 0)


def test_a_rehearsal_counts_for_nothing(run, lena):
    simulated = [person(name, Role.ANNOTATOR) for name in ("Sim", "Sam")]
    for one in simulated:
        ReviewerRecord.objects.create(user=one, n=2, profession="invented", terms_version="1", simulated=True)
    round = a_round(run, simulated, lena)
    assert round.rehearsal
    settle(round, simulated)
    close_round(round=round, by=lena)
    assert (verdicts.told(run)["settled"], verdicts.told(run)["waiting"]) == (0, 0)


def test_the_cost_is_that_of_the_run_over_the_accepted(run, lena, ben, chloe):
    round = a_round(run, [ben, chloe], lena)
    settle(round, [ben, chloe])
    close_round(round=round, by=lena)
    calls = {"calls": 60, "tokens_in": 9_000, "tokens_out": 1_000, "money": 0.5, "currency": "USD"}
    cost = verdicts.told(run, calls)["cost"]
    assert cost == {"approved": 2, "tokens": 5_000, "calls": 30, "money": 0.25, "currency": "USD"}
    assert verdicts.told(run, calls | {"money": None})["cost"]["money"] is None


def test_a_lead_holds_a_session_on_its_page_and_finds_it_among_the_held(run, lena, log_in):
    client, instance = log_in(lena), run.instances.first()
    there = reverse("instance", args=[instance.public_id])
    assert "Hold this session back" in client.get(there).content.decode()
    act = reverse("instance_hold", args=[instance.public_id])
    said = client.post(
        act, {"act": "hold", "reason": "She contradicts herself."}, follow=True
    ).content.decode()
    assert "Held back." in said and "She contradicts herself." in said and "Release this session" in said
    listed = client.get(reverse("run", args=[run.public_id]), {"state": "held"}).content.decode()
    assert str(instance.public_id) in listed
    assert not any(str(i.public_id) in listed for i in run.instances.all() if i != instance)
    client.post(act, {"act": "release", "reason": "It is meant so."})
    assert not tiers.held(Instance.objects.get(pk=instance.pk))
    said = client.get(there).content.decode()
    assert "It is meant so." in said and "Hold this session back" in said


def test_without_a_reason_nothing_is_held_and_the_page_says_why(run, lena, log_in):
    client, instance = log_in(lena), run.instances.first()
    act = reverse("instance_hold", args=[instance.public_id])
    said = client.post(act, {"act": "hold", "reason": " "}, follow=True).content.decode()
    assert "Say why" in said and not tiers.held(Instance.objects.get(pk=instance.pk))
    assert "Choose whether" in client.post(act, {"reason": "x"}, follow=True).content.decode()


def test_eve_neither_reads_nor_holds(run, eve, lena, log_in):
    client, instance = log_in(eve), run.instances.first()
    assert page(client, run).status_code == 403
    assert (
        client.post(reverse("instance_hold", args=[instance.public_id]), {"act": "hold"}).status_code == 403
    )
    holding.hold(instance=instance, reason="Because.", by=lena)
    assert client.get(reverse("run_quality_json", args=[run.public_id])).status_code == 403

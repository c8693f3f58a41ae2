"""Who may ask a judge, of what, and where its questions go."""

import json
import signal

import pytest
from django.core.management import call_command

from accounts.models import Role
from accounts.roles import Refused
from review import tasks
from review.judges import driving
from review.judges.asking import CannotAsk, ask_judge, go_on_judging, stop_judging
from review.judges.families import kin
from review.models import Decision, JudgeOutcome, Judging, Reading
from synthesis.models import Call, Endpoint
from tests.conftest import person
from tests.exports.acts_of_gold import trained
from tests.review import factories
from tests.review.judges.answering import aided, always
from tests.synthesis.test_killing import start, until


def elsewhere() -> Endpoint:
    return Endpoint.objects.get_or_create(name="far", defaults={"base_url": "https://models.example/v1"})[0]


def test_only_a_lead_who_judges_nothing_of_the_round_asks(round, ask, ben, dan, eve):
    for who in (ben, dan, eve):
        with pytest.raises(Refused):
            ask_judge(round=round, endpoint=elsewhere(), model="m", by=who)
    assert not Judging.objects.exists()


def test_a_lead_who_judges_or_may_settle_these_sessions_is_told_that_another_asks(lena, ben):
    judging_lead = person("Lou", Role.LEAD, Role.ANNOTATOR)
    settling_lead = person("Sol", Role.LEAD, Role.ADJUDICATOR)
    round = factories.round_of(2, [ben, judging_lead], lena)
    for who in (judging_lead, settling_lead):
        with pytest.raises(Refused):
            ask_judge(round=round, endpoint=elsewhere(), model="m", by=who)


def test_a_clients_record_goes_only_where_it_may(ben, chloe, lena):
    mira = factories.client_profile(may_leave_machine=False)
    pairs = factories.published_pairs()
    instances = factories.made_instances(2, pairs, profiles=[mira])
    round = factories.round_of(0, [ben, chloe], lena, instances=instances, pairs_version=pairs)
    with pytest.raises(CannotAsk, match="“mira” must not be sent to “far”"):
        ask_judge(round=round, endpoint=elsewhere(), model="m", by=lena)
    here = Endpoint.objects.create(name="here", base_url="http://127.0.0.1:9/v1")
    assert ask_judge(round=round, endpoint=here, model="m", by=lena).repeats == 1


def test_an_address_that_moved_away_since_is_asked_nothing(ask, read, ben, chloe, lena):
    mira = factories.client_profile(may_leave_machine=False)
    pairs = factories.published_pairs()
    instances = factories.made_instances(2, pairs, profiles=[mira])
    round = factories.round_of(0, [ben, chloe], lena, instances=instances, pairs_version=pairs)
    here = Endpoint.objects.create(name="here", base_url="http://127.0.0.1:9/v1")
    judging = ask_judge(round=round, endpoint=here, model="m", by=lena)
    Endpoint.objects.filter(name="here").update(base_url="https://models.example/v1")
    read(judging)
    judging.refresh_from_db()
    assert judging.state == "stopped" and "must not be sent" in judging.why
    assert not JudgeOutcome.objects.exists() and not Call.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"repeats": 0},
        {"repeats": 21},
        {"model": " "},
        {"model": "m" * 200},
        {"model": "m\ud800"},
        {"temperature": 2.5},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(round, lena, wrong):
    with pytest.raises(CannotAsk):
        ask_judge(round=round, endpoint=elsewhere(), by=lena, **({"model": "m"} | wrong))
    assert not Judging.objects.exists() and not Reading.objects.of_judges().exists()


def test_the_same_judge_is_asked_once_and_another_temperature_is_another_judge(round, lena):
    endpoint = elsewhere()
    ask_judge(round=round, endpoint=endpoint, model="m", by=lena)
    with pytest.raises(CannotAsk, match="already"):
        ask_judge(round=round, endpoint=endpoint, model="m", repeats=3, by=lena)
    ask_judge(round=round, endpoint=endpoint, model="m", temperature=0.0, by=lena)
    assert Judging.objects.count() == 2


def test_no_judge_reads_where_people_are_trained(ben, chloe, lena):
    round = trained(lena, ben, chloe)
    with pytest.raises((CannotAsk, Refused), match="training round"):
        ask_judge(round=round, endpoint=elsewhere(), model="m", by=lena)


def test_a_judge_that_is_stopped_asks_nothing_until_it_goes_on(round, ask, read, lena):
    judging = ask(round, always(aided()))
    stop_judging(judging=judging, by=lena)
    assert read(judging) is None and not judging.server.requests
    assert driving.to_drive() == []
    with pytest.raises(CannotAsk):
        stop_judging(judging=judging, by=lena)
    go_on_judging(judging=judging, by=lena)
    assert driving.to_drive() == [judging.pk]
    read(judging)
    assert driving.to_drive() == []


def test_no_two_workers_are_at_one_judge(round, ask, read, held, beside, lena):
    judging = ask(round, held)
    first = beside(lambda: read(judging))
    until(lambda: held.inside)
    assert read(judging) is None and driving.to_drive() == []
    held.release()
    assert sum(first().outcomes.values()) == 4


def test_a_worker_reads_for_a_while_and_then_makes_room(round, ask, read):
    judging = ask(round, always(aided()))
    assert read(judging, seconds=0.0).calls == 0
    assert driving.has_work(judging)


def test_the_task_reads_what_is_left_and_a_second_one_does_no_harm(round, ask):
    judging = ask(round, always(aided()))
    tasks.judge(judging.pk)
    tasks.judge(judging.pk)
    tasks.judge_waiting()
    assert JudgeOutcome.objects.count() == 4 == len(judging.server.requests)


def test_a_judge_of_the_makers_family_is_marked():
    makers = ["Qwen/Qwen2.5-7B-Instruct", "gpt-4o", "smollm2"]
    assert kin("qwq-32b", makers) == ["Qwen/Qwen2.5-7B-Instruct"]
    assert kin("o3-mini", makers) == ["gpt-4o"]
    assert kin("DeepSeek-R1-Distill-Qwen-7B", makers) == ["Qwen/Qwen2.5-7B-Instruct"]
    assert kin("claude-3-5-sonnet", makers) == [] and kin("scripted", ["scripted", "other"]) == ["scripted"]


def test_a_command_reads_a_round_and_prints_how_the_judge_compares(round, endpoint, capsys):
    server = endpoint(always(aided()))
    call_command("judge_round", str(round.public_id), "--model", "m", "--repeats", "2", "--wait", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["outcomes"] == {"judged": 8} and told["waiting"] == 0 and told["rater"] == "model"
    call_command("judge_round", str(round.public_id), "--model", "m", "--wait")
    assert len(server.requests) == 8


def test_a_judge_that_is_killed_in_the_middle_is_finished_and_nothing_is_lost_or_doubled(
    ben, chloe, lena, endpoint
):
    round = factories.round_of(12, [ben, chloe], lena, unaided_share=0.0)
    server = endpoint(always(aided()), delay=0.1)
    asked = ("judge_round", str(round.public_id), "--model", "m", "--repeats", "2", "--wait", "--json")
    child = start(*asked, url=server.url)
    until(lambda: JudgeOutcome.objects.count() >= 5)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    kept = set(JudgeOutcome.objects.values_list("reading", "decision"))
    stored = set(Call.objects.values_list("seed", flat=True))
    assert len(kept) < 24, "the kill came too late to prove anything"
    before = len(server.requests)
    child = start(*asked, url=server.url)
    out, err = child.communicate(timeout=120)
    assert child.returncode == 0, err.decode()
    told = json.loads(out.decode().splitlines()[-1])
    assert told["outcomes"] == {"judged": 24} and told["waiting"] == 0
    assert kept <= set(JudgeOutcome.objects.values_list("reading", "decision"))
    assert Decision.objects.filter(rater__kind="model").count() == 24 == JudgeOutcome.objects.count()
    assert not {body["seed"] for body in server.requests[before:]} & stored, (
        "a stored reply was paid for twice"
    )
    assert len(server.requests) - Call.objects.count() <= driving.AT_ONCE

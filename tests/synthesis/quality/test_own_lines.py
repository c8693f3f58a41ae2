"""What a recipe measures of its own sessions, in the report, on its page and beside another run's."""

import pytest
from django.urls import reverse

from accounts.models import Role
from synthesis import planning, quality
from synthesis.models import Instance, Run
from synthesis.quality import alarms, presenting, side_by_side
from synthesis.quality.own import Own, values_of
from synthesis.quality.withholding import for_reader
from synthesis.recipes.declaring import Measure
from synthesis.recipes.technique_words import MEASURES
from tests.conftest import person
from tests.synthesis.sessions_of_techniques import Agents, intake

CHOICES = {"a": "A", "b": "B", "c": "C"}


def session(technique="continuum", how="enough", exchange=5, early=False, moves=(("reflection",),)) -> dict:
    return {
        "plan": {"technique": technique} if technique else None,
        "turns": [{"moves": list(one)} for one in moves],
        "ending": {"how": how, "exchange": exchange, "of": 12, "early": early},
    }


def told(*sessions) -> dict:
    own = Own(MEASURES)
    for one in sessions:
        own.take(values_of(one, MEASURES))
    return {"recipe": "technique_session", "own": own.told()}


def warned(report: dict) -> list[str]:
    return [one["words"] for one in alarms._own(report)]


def test_each_kind_of_measure_says_what_it_is_of():
    measures = (
        Measure("s", "spread", "S", lambda content: content["s"], choices=CHOICES),
        Measure("r", "rate", "R", lambda content: content["r"], choices=CHOICES),
        Measure("n", "number", "N", lambda content: [content["n"]]),
    )
    own = Own(measures)
    own.take(values_of({"s": ["a", "b", "a"], "r": ["a", "a"], "n": 3}, measures))
    own.take(values_of({"s": ["b"], "r": [], "n": 5}, measures))
    found = {name: one["found"] for name, one in own.told().items()}
    assert found["s"]["counts"] == {"a": 2, "b": 2} and found["s"]["evenness"] == pytest.approx(
        1 / 1.58496, rel=1e-4
    )
    assert (found["r"]["a"]["part"], found["r"]["a"]["n"], found["r"]["b"]["part"]) == (1, 2, 0)
    assert (found["n"]["mean"], found["n"]["least"], found["n"]["most"]) == (4, 3, 5)


def test_a_planner_that_collapses_raises_an_alarm_and_one_that_does_not_raises_none():
    collapsed = told(*[session("decatastrophising")] * 26, *[session("continuum")] * 4)
    assert any(
        "Techniques of the plans: Collapsed: “decatastrophising” is 87 %" in one for one in warned(collapsed)
    )
    names = ["continuum", "problem-solving", "pros-and-cons", "reality-testing"]
    assert not any("Techniques" in one for one in warned(told(*[session(names[n % 4]) for n in range(32)])))


def test_a_client_that_never_ends_in_nearly_all_sessions_raises_an_alarm():
    never = told(*[session(how="limit")] * 60)
    assert "100 % of 60 sessions ended only because the time was up; the limit is 90 %." in warned(never)
    now_and_then = told(*[session(how="limit")] * 30, *[session(how="leave")] * 30, *[session()] * 30)
    assert not any("time was up" in one for one in warned(now_and_then))


def test_clients_that_end_at_once_raise_an_alarm():
    early = told(*[session(how="leave", exchange=1, early=True)] * 8, *[session()] * 12)
    assert any(one.startswith("40 % of 20 sessions ended before there was any work") for one in warned(early))


@pytest.fixture
def run(endpoint, drive) -> Run:
    endpoint(Agents(goes_on=1, ends="leave"))
    clients = [intake(f"client-{n}") for n in range(3)]
    run = planning.plan(recipe="technique_session", profiles=clients, parameters={"exchanges": "12"})
    drive(run)
    return run


def test_the_page_shows_plans_choices_and_endings_and_measures_a_session_once(run, log_in):
    found = quality.report(run)
    assert found["own"]["endings"]["found"]["leave"]["part"] == 3
    assert found["own"]["moves"]["found"]["counts"] == {"reflection": 3, "questioning": 3}
    page = log_in(person("lena@example.org", Role.LEAD)).get(reverse("run_quality", args=[run.public_id]))
    said = page.content.decode()
    assert (
        "Techniques of the plans" in said
        and "How sessions end" in said
        and "Ways chosen for one turn" in said
    )
    assert "the client did not want to go on" in said and "3 / 3" in said
    assert "Sessions that end too soon" in said and "held back now" in said
    titles = [section.title for section in presenting.sections(found | {"verdicts": {"withheld": "-"}})]
    assert titles.index("Techniques of the plans") < titles.index("Lengths")
    # Of mistakes, which nobody plays or names here, it says nothing.
    assert not {"Labels against each other", "The validator’s checks", "How widely choices are spread"} & set(
        titles
    )
    assert "intended mistake" not in said and "Conversational style" not in said
    assert "first words the same" not in said


def test_whoever_still_judges_the_run_is_not_told_its_plans(run):
    from accounts.roles import Answer

    closed = for_reader(quality.report(run) | {"verdicts": {}}, Answer("You judge it."))
    assert closed["own"] == {"withheld": "You judge it."}
    assert "You judge it." in [section.why_not for section in presenting.sections(closed)]


def test_two_runs_are_compared_by_it(run):
    report = quality.report(run) | {"verdicts": {"withheld": "-"}}
    rows = {line.key: line for line in side_by_side.lines(report, report)}
    assert rows["own.endings.leave"].a["part"] == 3 and "median" in rows["own.exchanges"].label


def test_a_report_of_an_older_release_is_shown_without_it(run):
    report = {name: part for name, part in quality.report(run).items() if name != "own"} | {
        "verdicts": {"withheld": "-"}
    }
    assert "Techniques of the plans" not in [section.title for section in presenting.sections(report)]
    assert alarms.of(report) is not None and Instance.objects.count() == 3

"""Two runs side by side: what they were told otherwise, what came of each, how good it is, and the same session of both;
by a page and by a program. What is still closed to a reader stays closed here.
"""

import re
import uuid

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import Grant, Role
from review.rounds import close_round
from synthesis import prompting
from synthesis.models import Instance, Run
from synthesis.quality import side_by_side
from synthesis.quality.rates import rate
from synthesis.quality.side_by_side import Line
from tests.guidelines.api_client import Program
from tests.review.factories import (
    client_profile,
    content,
    made_instances,
    published_pairs,
    published_rubric,
    round_of,
)
from tests.synthesis.quality.sessions import smollm2

pytestmark = pytest.mark.django_db
WORDS = {"supervisor": "Say what the counsellor did.", "client": "You are the client."}


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


def made(serial, version, sessions, **about) -> Run:
    words = about.pop("words", WORDS)
    run = Run.objects.create(
        serial=serial, recipe="supervised_dialogue", version=version, prompts=prompting.keep(words), **about
    )
    for n, said in enumerate(sessions):
        client = client_profile(f"client-{n}")
        made_instances(1, version, run=run, origin="run", profiles=[client], content=content(n) | said)
    return run


@pytest.fixture
def runs(db):
    """Twelve sessions of ordinary talk, and twelve of which nine are by a poor real model."""
    version = published_pairs()
    poor = [{"utterances": stored["content"]["utterances"]} for stored in smollm2()[:3]] * 3
    ordinary = made(1, version, [{}] * 12, parameters={"supervisor": "untold"})
    other = made(2, version, [*poor, {}, {}, {}], parameters={"supervisor": "told"},
                 words=WORDS | {"supervisor": "Say kindly what the counsellor did."})  # fmt: skip
    return ordinary, other


def compared(browser, runs) -> str:
    a, b = runs
    return browser.get(reverse("runs_compare"), {"a": a.public_id, "b": b.public_id}).content.decode()


def line(page: str, label: str) -> list[str]:
    """The cells of a row of a table, without markup."""
    (row,) = [row for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL) if f">{label}</th>" in row]
    return [re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]


def test_the_page_tells_the_quality_of_both_and_where_they_are_apart(log_in, lena, runs):
    page = compared(log_in(lena), runs)
    one, other, apart = line(page, "with a reason to be held back")
    assert one.startswith("0 % [0 %, 24 %] n=12") and other.startswith("75 % [") and apart == "apart"
    assert line(page, "words of risk")[2] == ""
    for run in runs:
        assert reverse("run_quality", args=[run.public_id]) in page


def test_what_they_were_told_otherwise_is_told_and_each_prompt_word_by_word(log_in, lena, runs):
    page = compared(log_in(lena), runs)
    assert line(page, "Supervisor") == [
        "is not told the intended mistake and must find it",
        "is told the intended mistake",
    ]
    assert page.count("<summary>Prompt ") == 1 and "<ins>kindly" in re.sub(r"<ins[^>]*>", "<ins>", page)
    same = compared(log_in(lena), (runs[0], runs[0]))
    assert "All prompts are the same, word by word." in same


def test_the_same_session_of_both_is_found_by_client_mistake_and_sample(log_in, lena, runs):
    page = compared(log_in(lena), runs)
    assert page.count("Side by side</a>") == 12 and "not planned there" not in page
    a, b = re.findall(r"compare/sessions/\?a=([0-9a-f-]{36})&amp;b=([0-9a-f-]{36})", page)[0]
    one, other = (Instance.objects.get(public_id=pk) for pk in (a, b))
    assert one.profile == other.profile and one.pair_revision == other.pair_revision
    assert (one.run, other.run) == runs


@pytest.mark.parametrize("somebody_works", [True, False])
def test_a_comparison_waits_for_no_measuring_of_a_large_run(log_in, lena, runs, monkeypatch, somebody_works):
    monkeypatch.setattr("synthesis.quality.keeping.AT_ONCE", 5)
    monkeypatch.setattr("synthesis.tasks.measure", lambda run: somebody_works)
    page = compared(log_in(lena), runs)
    assert "The sessions are being measured." in page and "apart" not in page
    found = Program(lena)("GET", f"/api/runs/{runs[0].public_id}/compare/{runs[1].public_id}/").json()
    assert found["quality"] is None
    monkeypatch.setattr("synthesis.tasks.measure", lambda run: True)
    found = Program(lena)("GET", f"/api/runs/{runs[0].public_id}/quality/").json()
    assert found == {"measured_at": None, "is_current": False, "report": None}


def test_a_program_reads_the_report_and_the_same_lines(lena, runs):
    a, b = runs
    report = Program(lena)("GET", f"/api/runs/{b.public_id}/quality/").json()
    assert report["is_current"] and report["measured_at"]
    assert report["report"]["talking"]["with_a_reason_to_hold"]["part"] == 9
    found = Program(lena)("GET", f"/api/runs/{a.public_id}/compare/{b.public_id}/").json()["quality"]
    by_key = {one["key"]: one for one in found}
    held = by_key["with_a_reason_to_hold"]
    assert (held["a"]["part"], held["b"]["part"], held["apart"]) == (0, 9, True)
    assert held["b"]["value"] is None and by_key["words.client"]["a"]["value"] > 0
    expected = side_by_side.lines(*(side_by_side.side(lena, run, lambda run: False).report for run in runs))
    assert [one["key"] for one in found] == [one.key for one in expected]


def test_a_lead_who_may_settle_sessions_of_one_is_told_neither_labels_nor_verdicts_of_it(
    log_in, lena, ben, chloe, runs
):
    a, b = runs
    Grant.objects.create(user=lena, role=Role.ADJUDICATOR)
    lena = type(lena).objects.get(pk=lena.pk)
    version = a.version
    about = {"pairs_version": version, "rubric_version": published_rubric("rubric-of-the-round")}
    round = round_of(0, [ben, chloe], lena, instances=list(a.instances.all()), unaided_share=0, **about)
    page = compared(log_in(lena), runs)
    hidden, *_rest = line(page, "labels")
    assert "You judge sessions of this run, or may settle them" in hidden
    assert "75 % [" in page, "what says nothing of single sessions is told"
    assert "hidden for now" in page and "client-3" not in page.lower()
    report = Program(lena)("GET", f"/api/runs/{a.public_id}/quality/").json()["report"]
    assert list(report["labels"]) == list(report["verdicts"]) == ["withheld"]
    found = Program(lena)("GET", f"/api/runs/{a.public_id}/compare/{b.public_id}/").json()["quality"]
    closed = {one["key"]: one for one in found}["verdicts"]
    assert closed["a"] is None and "You judge sessions of this run" in closed["why_not"]
    close_round(round=round, by=lena)
    page = compared(log_in(lena), runs)
    assert ">labels</th>" not in page and ">labels: quotes of words that nobody said</th>" in page


def test_nobody_but_a_lead_compares_and_a_run_that_is_not_there_is_not_found(log_in, ben, lena, runs):
    a, b = runs
    assert log_in(ben).get(reverse("runs_compare"), {"a": a.public_id, "b": b.public_id}).status_code == 403
    assert Program(ben)("GET", f"/api/runs/{a.public_id}/quality/").status_code == 403
    nobodys = uuid.uuid4()
    assert log_in(lena).get(reverse("runs_compare"), {"a": a.public_id, "b": nobodys}).status_code == 404
    assert Program(lena)("GET", f"/api/runs/{nobodys}/quality/").status_code == 404


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [(rate(0, 12), rate(9, 12), True), (rate(9, 12), rate(0, 12), True), (rate(3, 12), rate(5, 12), False),
     (rate(0, 0), rate(9, 12), False), (None, rate(9, 12), False), (3.0, 9.0, False)],
)  # fmt: skip
def test_rates_are_apart_where_their_intervals_do_not_overlap(one, other, apart):
    assert Line("key", "label", one, other).apart is apart

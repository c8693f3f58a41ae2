"""A session is measured once: later reports, of its run and of others, read what is kept of it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from synthesis.models import Endpoint, Hitch, Instance, Measured, Run
from synthesis.quality import facts, keeping, measuring, reading
from tests.factories import client_profile
from tests.review.factories import made_instances, published_pairs
from tests.synthesis.quality.sessions import GOOD, talk

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return published_pairs()


def run_of(version, *contents, serial=1, **fields) -> Run:
    run = Run.objects.create(serial=serial, recipe="supervised_dialogue", version=version, **fields)
    for n, content in enumerate(contents):
        client = client_profile(f"client-{serial}-{n}")
        made_instances(1, version, run=run, origin="run", profiles=[client], content=content)
    return run


def session(n: int) -> dict:
    """All of them different."""
    said = [(who, f"{text} {n} " + " ".join(f"{word}{n}" for word in text.split())) for who, text in GOOD]
    return talk(said).content


def told(run) -> dict:
    return {name: part for name, part in measuring.measure(run).items() if name != "measured_at"}


def read(asked: CaptureQueriesContext) -> list[str]:
    """Queries that read sessions."""
    return [query["sql"] for query in asked if '_instance"."content"' in query["sql"].split(" FROM ")[0]]


def test_a_second_report_says_the_same_and_reads_no_session(version):
    run = run_of(version, session(1), session(2), session(2))
    first = told(run)
    assert first["duplicates"]["within"]["exact"]["part"] == 1 and Measured.objects.count() == 3
    with CaptureQueriesContext(connection) as asked:
        assert told(run) == first
    assert not read(asked) and asked.captured_queries


def test_what_was_made_since_is_read_and_nothing_else(version, monkeypatch):
    run = run_of(version, session(1), session(2))
    told(run)
    measured = []
    known = facts.facts_of
    monkeypatch.setattr(reading, "facts_of", lambda one, **given: measured.append(one) or known(one, **given))
    made_instances(1, version, run=run, origin="run", content=session(3))
    assert told(run)["talking"]["with_a_reason_to_hold"]["n"] == 3 and len(measured) == 1


def test_by_other_rules_it_is_measured_anew(version, monkeypatch):
    run = run_of(version, session(1))
    before = told(run)
    Measured.objects.update(found=None)
    monkeypatch.setattr(reading, "rules", lambda: "others")
    assert told(run) == before
    assert Measured.objects.get().rules == "others"


def test_a_session_of_which_only_the_print_was_kept_is_measured_whole(version):
    old, new = run_of(version, session(1)), run_of(version, session(1), serial=2)
    assert told(new)["duplicates"]["against"]["exact"]["part"] == 1
    assert Measured.objects.get(instance__run=old).found is None
    assert told(old)["lengths"]["turns"]["counts"] == {"10": 1}


def test_every_earlier_session_is_compared_with_however_long_ago_it_was_made(version, monkeypatch):
    monkeypatch.setattr(reading, "BATCH", 2)
    monkeypatch.setattr(reading, "CHUNK", 1)
    run_of(version, *(session(n) for n in range(5)))
    run_of(version, session(7), serial=2)
    found = told(run_of(version, session(0), session(4), session(8), serial=3))["duplicates"]
    assert (found["earlier"], found["against"]["exact"]["part"]) == (6, 2)


def test_a_preview_is_nothing_that_others_are_like(version):
    run_of(version, session(1), purpose="preview")
    assert told(run_of(version, session(1), serial=2))["duplicates"]["earlier"] == 0


def test_chunks_of_a_run_are_measured_as_one(version, monkeypatch):
    run = run_of(version, *(session(n % 4) for n in range(7)))
    whole = told(run)
    Measured.objects.all().delete()
    monkeypatch.setattr(reading, "CHUNK", 2)
    assert told(run) == whole and Instance.objects.count() == Measured.objects.count()


FEEDBACK = {"strengths": [], "findings": []}


def test_only_a_counsellor_who_slips_unhelped_was_to_show_a_mistake(version):
    run = run_of(version)
    arms = ({}, {"counsellor": "novice"}, {"counsellor": "normal"}, {"counsellor": "supervised"})
    for n, factors in enumerate(arms):
        content = session(n) | {"feedback": FEEDBACK, "supervisor": "untold"}
        client = client_profile(f"client-{n}")
        made_instances(1, version, run=run, origin="run", profiles=[client], factors=factors, content=content)
    found = told(run)
    silent, good = (
        found["labels"][name]
        for name in ("mistake_meant_nothing_found_untold", "good_practice_with_findings")
    )
    assert (silent["part"], silent["n"], good["n"]) == (2, 2, 1)
    assert found["intended"]["counts"] == {"premature-advice": 2, "good practice": 1}


def test_mistakes_are_spread_over_those_that_the_run_planned(version):
    run = run_of(version, *(session(n) for n in range(21)))
    found = told(run)
    assert (found["intended"]["n"], found["intended"]["levels"]) == (21, 1) and not found["intended"]["alarm"]


def test_a_report_is_of_what_failed_again_and_of_todays_prices(version, endpoint_row):
    run = run_of(version, session(1), model_specs={"client": {"endpoint": endpoint_row.name, "model": "m"}})
    first = keeping.remeasure(run)
    assert keeping.basis(run) == first.basis
    Hitch.objects.create(run=run, endpoint=endpoint_row.name, kind="malformed", told="no form")
    again = keeping.basis(run)
    assert again != first.basis
    Endpoint.objects.update(price={"in": 1.0, "out": 2.0, "currency": "EUR"})
    assert keeping.basis(run) != again


@pytest.fixture
def endpoint_row():
    return Endpoint.objects.create(name="here", base_url="http://127.0.0.1:1/v1")

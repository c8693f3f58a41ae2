"""The measurement of the review works, at a size that says nothing about time; and nothing is lost or doubled in it."""

import subprocess
import sys

import pytest
from django.core.cache import cache

from bench import pages
from bench.reviewing import deciding, looking, study
from config.demo.environments import ROOT
from review.models import Decision, Round, Standing
from review.workflow.storing import restand


@pytest.fixture
def few(monkeypatch):
    """A study of few readers and rounds, in which forty sessions are judged and then copied."""
    for name, n in (("READERS", 4), ("OTHER_ROUNDS", 2), ("BATCH", 40)):
        monkeypatch.setattr(study, name, n)


def stands() -> list[tuple]:
    return list(Standing.objects.order_by("item", "aspect").values_list("item", "aspect", "state", "outcome"))


def test_a_study_made_at_once_stands_as_the_rule_has_it(transactional_db, few, monkeypatch):
    monkeypatch.setattr(study, "_VERDICTS", ("edit", "reject"))  # so that an adjudicator approves an edit
    made = study.build(80)
    assert made.round.items.count() == 80
    decisions = Decision.objects.filter(item__round=made.round)
    assert decisions.count() == 2 * decisions.filter(item__position__lt=40).count()
    before = stands()
    for item in made.round.items.all():
        restand(item)
    assert stands() == before
    assert {state for _item, _aspect, state, _outcome in before} == {"open", "disputed", "settled"}
    approved = [d for d in decisions.exclude(approved_edits=[]) if d.kind == "adjudication"]
    assert approved
    for one in approved:
        named = Decision.objects.filter(public_id__in=one.approved_edits)
        assert [edit.item_id for edit in named] == [one.item_id]


def test_its_pages_are_looked_at_and_ask_no_more_of_more(transactional_db, few):
    found = {}
    for n in (40, 160):
        cache.clear()  # what was added up of the first study
        found[n] = list(looking.stages(study.build(n), rounds=1, agreed=False))
    for few_rows, many in zip(found[40], found[160], strict=True):
        for name, one in few_rows.items():
            # The rounds of the first study are one more row in a list, which asks for nothing of its own.
            assert one.queries == many[name].queries, name
        told = pages.table({40: few_rows, 160: many}, "sessions")
        assert len(told.splitlines()) == 2 + 2 * len(few_rows)
    assert Round.objects.filter(name="The large one", state="closed").count() == 2


def test_processes_that_write_at_once_and_are_killed_lose_and_double_nothing(transactional_db):
    found, counted = deciding.measure(writers=4, each=3, rounds=1)
    assert [len(one.each) for own in found.values() for one in own] == [12, 12]
    assert (counted.confirmed, counted.lost, counted.doubled) == (24, 0, 0)


@pytest.mark.labelstudio
def test_nothing_submitted_to_a_real_label_studio_is_lost_or_doubled():
    command = [sys.executable, "-m", "bench.review", "--small", "--only", "sending", "reading", "writers"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    for what in ("each body submitted twice", "changed in two tabs", "Label Studio killed", "our gateway killed",
                 "our worker killed"):  # fmt: skip
        (row,) = [line for line in done.stdout.splitlines() if what in line and line.startswith("| ")]
        confirmed, _again, lost, doubled = [cell.strip() for cell in row.split("|")[2:6]]
        assert (confirmed, lost, doubled) == ("12", "0", "0"), row
    assert "Lost or doubled in all: 0." in done.stdout

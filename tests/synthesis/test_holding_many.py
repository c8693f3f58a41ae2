"""All sessions behind one number of the quality report are held back, or released, at once: each as if it were done
alone.
"""

import pytest
from django.db import DatabaseError
from django.urls import reverse

from accounts.models import Grant, Role, TrailEvent
from accounts.roles import Refused
from synthesis import holding, holding_many, trail
from synthesis.holding_many import hold_all, release_all
from synthesis.models import Instance, Mark, Run
from synthesis.quality import behind, keeping
from tests.guidelines.api_client import Program
from tests.review.factories import client_profile, content, made_instances, published_pairs, round_of
from tests.synthesis.quality.sessions import smollm2

pytestmark = pytest.mark.django_db
REPEATS = "talking.kinds.repeats_itself"


@pytest.fixture
def run() -> Run:
    """Nine sessions, three of them by the poor real model, and one of these three word for word as another."""
    version = published_pairs()
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=version)
    poor = [stored["content"]["utterances"] for stored in smollm2()[:2]]
    for n in range(9):
        said = content(n) | ({"utterances": poor[n % 2]} if n < 3 else {})
        client = client_profile(f"client-{n % 3}")
        made_instances(1, version, run=run, origin="run", profiles=[client], content=said)
    return run


def held(run) -> list[int]:
    return list(run.instances.held().order_by("pk").values_list("pk", flat=True))


def events() -> list[dict]:
    columns = ("verb", "kind", "name", "by", "before", "after", "from_where", "within")
    return list(TrailEvent.objects.order_by("id").values(*columns))


def test_all_behind_a_number_are_held_with_a_mark_and_an_event_each(run, lena):
    poor = list(run.instances.order_by("pk")[:3])
    holding.hold(instance=poor[0], reason="Looked at it.", by=lena)
    assert hold_all(run=run, where=REPEATS, reason="  They run in circles. ", by=lena) == 2
    assert held(run) == [one.pk for one in poor]
    marks = Mark.objects.filter(kind="held").order_by("pk")
    assert [(mark.instance, mark.reason, mark.by) for mark in marks] == [
        (poor[0], "Looked at it.", lena),
        (poor[1], "They run in circles.", lena),
        (poor[2], "They run in circles.", lena),
    ]
    single, *many = events()
    assert many == [single | {"name": str(one.public_id)} for one in poor[1:]]
    assert release_all(run=run, where=REPEATS, reason="Meant so.", by=lena) == 3
    assert held(run) == [] and [one["verb"] for one in events()[3:]] == ["synthesis.release"] * 3


def test_what_is_like_another_can_be_chosen_too(run, lena):
    hold_all(run=run, where="duplicates.within.exact", reason="Twice.", by=lena)
    first, second, third, *_rest = run.instances.order_by("pk")
    assert third.pk in held(run) and first.pk not in held(run) and second.pk not in held(run)


@pytest.mark.parametrize("where", behind.PLACES)
def test_as_many_are_behind_a_number_as_the_report_counts(run, where):
    """Of rates of sessions; those of quotes, findings and turns are of something else, and only agree on none."""
    rate = behind.alarms.at(keeping.report(run), where) or {}
    rate = rate.get("sessions", rate)
    found = behind.sessions(run, where)
    if where.startswith(("talking", "duplicates", "validators", "labels.good")):
        assert len(found) == rate.get("part", 0)
    assert bool(found) == bool(rate.get("part"))


def test_it_is_all_or_none(run, lena, monkeypatch):
    monkeypatch.setattr(holding_many, "AT_ONCE", 1)
    known, times = trail.record_each, []

    def fails_at_the_second(**given):
        times.append(given)
        if len(times) == 2:
            raise DatabaseError("gone")
        known(**given)

    monkeypatch.setattr(trail, "record_each", fails_at_the_second)
    with pytest.raises(DatabaseError):
        hold_all(run=run, where=REPEATS, reason="Circles.", by=lena)
    assert not held(run) and not Mark.objects.exists() and not TrailEvent.objects.exists()


def test_nobody_holds_many_without_a_reason_nor_by_a_name_that_is_none_nor_twice(run, lena):
    for given, said in (({"reason": " "}, "Say why"), ({"where": "balance"}, "Choose which")):
        with pytest.raises(holding.NotHeld, match=said):
            hold_all(**{"run": run, "where": REPEATS, "reason": "Circles.", "by": lena} | given)
    with pytest.raises(holding.NotHeld, match="None of these"):
        release_all(run=run, where=REPEATS, reason="Fine.", by=lena)
    hold_all(run=run, where=REPEATS, reason="Circles.", by=lena)
    with pytest.raises(holding.NotHeld, match="already"):
        hold_all(run=run, where=REPEATS, reason="Circles.", by=lena)


def test_nobody_but_a_lead_does_and_not_while_she_judges_a_session_of_the_run(run, lena, eve, ben, chloe):
    for person in (eve, ben):
        with pytest.raises(Refused):
            hold_all(run=run, where=REPEATS, reason="Circles.", by=person)
    Grant.objects.create(user=lena, role=Role.ADJUDICATOR)
    other = run.instances.order_by("pk").last()  # one that is not behind the number
    round_of(0, [ben, chloe], lena, pairs_version=run.version, instances=[other])
    lena = type(lena).objects.get(pk=lena.pk)
    with pytest.raises(Refused, match="judge"):
        hold_all(run=run, where=REPEATS, reason="Circles.", by=lena)
    assert not held(run) and not Mark.objects.filter(kind="held").exists()


def test_nor_while_she_judges_the_same_session_of_another_run(run, lena, ben, chloe):
    Grant.objects.create(user=lena, role=Role.ADJUDICATOR)
    first = run.instances.order_by("pk").first()
    again = made_instances(1, run.version, cell=first.cell)
    round_of(0, [ben, chloe], lena, pairs_version=run.version, instances=again)
    lena = type(lena).objects.get(pk=lena.pk)
    with pytest.raises(Refused, match="You judge this session"):
        hold_all(run=run, where=REPEATS, reason="Circles.", by=lena)
    assert not held(run)


def test_on_the_page_of_the_report(run, lena, log_in):
    client, page = log_in(lena), reverse("run_quality", args=[run.public_id])
    act = reverse("run_quality_hold", args=[run.public_id])
    said = client.get(page).content.decode()
    assert f'<option value="{REPEATS}">' in said and "talking.kinds.not_speech" not in said
    given = {"act": "hold", "where": REPEATS, "reason": "They run in circles."}
    said = client.post(act, given, follow=True).content.decode()
    assert "3 sessions are held back." in said and len(held(run)) == 3
    assert "already" in client.post(act, given, follow=True).content.decode()
    assert "Choose whether" in client.post(act, given | {"act": ""}, follow=True).content.decode()
    said = client.post(act, given | {"act": "release"}, follow=True).content.decode()
    assert "3 sessions are released." in said and not held(run)
    assert client.get(act).status_code == 302


def test_the_page_offers_nothing_to_who_still_judges(run, lena, ben, chloe, log_in):
    Grant.objects.create(user=lena, role=Role.ADJUDICATOR)
    round_of(0, [ben, chloe], lena, pairs_version=run.version, instances=list(run.instances.all()))
    client = log_in(type(lena).objects.get(pk=lena.pk))
    assert "many-where" not in client.get(reverse("run_quality", args=[run.public_id])).content.decode()
    act = reverse("run_quality_hold", args=[run.public_id])
    given = {"act": "hold", "where": REPEATS, "reason": "They run in circles."}
    assert client.post(act, given).status_code == 403 and not held(run)


def test_a_program_holds_and_releases_as_the_page_does(run, lena):
    ask = Program(lena)
    many = f"/api/runs/{run.public_id}/quality/hold/"
    sent = {"act": "hold", "where": REPEATS, "reason": "They repeat themselves."}
    n = len(behind.sessions(run, REPEATS))
    answer = ask("POST", many, sent)
    assert (answer.status_code, answer.json()) == (200, {"sessions": n}) and len(held(run)) == n > 0
    assert ask("POST", many, sent).status_code == 409  # nothing is left
    for wrong in ({"where": "nowhere"}, {"reason": " "}, {"act": "burn"}, {"more": 1}):
        assert ask("POST", many, sent | wrong).status_code == 400
    one = Instance.objects.get(pk=held(run)[0])
    at = f"/api/instances/{one.public_id}/hold/"
    released = ask("POST", at, {"act": "release", "reason": "It is meant so."})
    assert released.status_code == 200 and released.json()["held"] is False
    assert released.json()["marks"][-1]["reason"] == "It is meant so."
    assert ask("POST", at, {"act": "release", "reason": "Again."}).status_code == 409
    assert len(held(run)) == n - 1


def test_a_reason_that_says_nothing_holds_nothing(run, lena):
    for reason in ("", " \n", "\u200b", "x" * 1001, "a\0b"):
        with pytest.raises(holding.NotHeld):
            hold_all(run=run, where=REPEATS, reason=reason, by=lena)
    assert held(run) == []

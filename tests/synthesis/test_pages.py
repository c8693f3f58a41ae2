"""What a lead plans and reads on the pages of synthesis."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guidelines.models import Entry, Version
from synthesis import planning
from synthesis.models import Instance, Run
from tests.factories import client_profile, published_guideline

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client, lena, settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "http://127.0.0.1:1/v1", "some-model"
    client.force_login(lena)
    return client


def planned(lead, version, **chosen):
    sent = {"version": version.pk, "samples": 1, "limit": 4, "supervisor": "untold", **chosen}
    return lead.post(reverse("run_plan"), sent)


def test_two_runs_of_a_share_of_the_grid_draw_other_cells(lead):
    version = published_guideline()
    for n in range(12):
        client_profile(f"client-{n}")
    for _ in range(2):
        assert planned(lead, version).status_code == 302
    first, second = (set(run.instances.values_list("cell", flat=True)) for run in Run.objects.all())
    assert len(first) == len(second) == 4 and first != second


def test_the_newest_run_comes_first_on_every_list(lead):
    version = published_guideline()
    client_profile()
    for _ in range(3):
        planned(lead, version)
    shown = [run.serial for run in lead.get(reverse("runs")).context["runs"]]
    on_the_road = [row["run"].serial for row in lead.get(reverse("road")).context["runs"]]
    older = [run.serial for run in lead.get(reverse("runs") + "?before=3").context["runs"]]
    assert shown == on_the_road == [3, 2, 1] and older == [2, 1]


def test_without_a_model_endpoint_the_page_says_what_to_set(lead, settings):
    settings.OPENAI_BASE_URL = ""
    client_profile()
    answer = planned(lead, published_guideline())
    assert answer.status_code == 400 and "OPENAI_BASE_URL" in answer.content.decode()
    assert not Run.objects.exists()


def test_a_page_that_watches_a_run_is_shown_anew_when_the_run_ends(lead):
    client_profile()
    planned(lead, published_guideline())
    run = Run.objects.get()
    watched = reverse("run_progress", args=[run.public_id])
    assert "HX-Refresh" not in lead.get(watched).headers
    run.instances.update(state="failed", failure="The endpoint was down.")
    assert lead.get(watched).headers["HX-Refresh"] == "true"


def test_a_run_that_waits_for_an_earlier_one_says_which(lead):
    version = published_guideline()
    client_profile()
    for _ in range(3):
        planned(lead, version)
    third, second, first = Run.objects.all()
    said = "the workers are still at"

    def page(run) -> str:
        return lead.get(reverse("run_progress", args=[run.public_id])).content.decode()

    assert not any(said in page(run) for run in (first, second, third))
    one = Instance.objects.filter(run=first).first()
    lease = {"lease_by": "a worker", "lease_until": timezone.now()}
    Instance.objects.filter(pk=one.pk).update(state="making", **lease)
    assert said not in page(first)
    assert all(said in page(run) and f"run {first.serial}<" in page(run) for run in (second, third))
    Instance.objects.filter(pk=Instance.objects.filter(run=third).first().pk).update(state="making", **lease)
    assert said not in page(third)


def test_clients_with_a_risk_tier_are_marked_where_they_are_chosen(lead):
    published_guideline()
    client_profile("calm")
    client_profile("at-risk", tier="ideation")
    page = lead.get(reverse("run_plan")).content.decode()
    assert page.count("risk tier: ideation") == 1


def next_version(version: Version) -> Version:
    made = Version.objects.create(guideline=version.guideline, serial=version.serial + 1)
    for entry in version.entries.all():
        Entry.objects.create(version=made, position=entry.position, pair_revision=entry.pair_revision)
    Version.objects.filter(pk=made.pk).update(
        state="published", number=made.serial, published_at=timezone.now(), digest="d"
    )
    return Version.objects.get(pk=made.pk)


def test_a_mistake_that_several_versions_hold_is_offered_once(lead):
    def asked() -> tuple[list[str], int]:
        with CaptureQueriesContext(connection) as captured:
            form = lead.get(reverse("run_plan")).context["form"]
        return [key for _, pairs in form.fields["pairs"].choices for key, _ in pairs], len(captured)

    version = published_guideline()
    before = asked()
    next_version(next_version(version))
    assert asked() == before == (["forcing-change", "poor-listening", "good-practice"], before[1])


def test_a_turn_with_two_mistakes_shows_both(lead):
    version = published_guideline()
    said = {"quotes": ["You must."], "why": "w", "severity": 2, "correction": "c", "better": "b"}
    findings = [{"mistake": key, "utterances": [1], **said} for key in ("forcing-change", "poor-listening")]
    made = Instance.objects.create(
        recipe="supervised_dialogue", version=version, pair_revision=version.entries.first().pair_revision,
        profile=client_profile(), origin="import", cell="1", state="made", made_at=timezone.now(), digest="d",
        content={
            "client_name": "Joana",
            "utterances": [{"id": 1, "speaker": "counsellor", "text": "You must."}],
            "feedback": {"strengths": [], "findings": findings},
            "refinement": {"outcome": "accepted_as_is", "rounds": []},
            "manual_check": [],
        },
    )  # fmt: skip
    page = lead.get(reverse("instance", args=[made.public_id])).content.decode()
    (turn,) = [line for line in page.splitlines() if 'id="u1"' in line]
    assert "Forcing change" in turn and "Poor listening" in turn


@pytest.mark.django_db(transaction=True)
def test_a_replayed_session_names_the_replies_that_another_run_paid_for(client, lena, endpoint, plan, drive):
    endpoint()
    version, profiles = published_guideline(), [client_profile()]
    for n in range(2):
        run = plan(version=version, profiles=profiles)
        assert (drive(run).calls == 0) == (n == 1)
    client.force_login(lena)
    replayed = run.instances.get()
    calls = client.get(reverse("instance", args=[replayed.public_id])).context["read"].calls
    assert [call.key for call in calls] == replayed.trace and not replayed.calls.exists()


def test_a_crossed_run_and_its_sessions_say_what_they_were_made_by(lead, lena):
    version, client = published_guideline(), client_profile()
    run = planning.plan(
        recipe="supervised_dialogue", version=version, profiles=[client], pairs="forcing-change", by=lena,
        factors={"mistakes": ["one", "two", "none"], "style": ["own", "hostile"], "language": ["de"]},
    )  # fmt: skip
    page = lead.get(reverse("run", args=[run.public_id])).content.decode()
    for label, levels in (("Conversational style", "as the client is, hostile"), ("Language", "German")):
        assert f"<dt>{label}</dt><dd>{levels}</dd>" in page
    assert page.count(">Forcing change, Poor listening</td>") == 2
    assert page.count(">Forcing change</td>") == 2 and page.count(">none</td>") == 2
    shown = {}
    for one in run.instances.all():
        answer = lead.get(reverse("instance", args=[one.public_id]))
        shown[one.factors["mistakes"], one.factors["style"]] = " ".join(answer.content.decode().split())
    assert "intended mistake: Forcing change, Poor listening <em>" in shown["two", "own"]
    assert "intended mistake: none <em>" in shown["none", "hostile"]
    for style, words in (("hostile", "hostile"), ("own", "as the client is")):
        assert f"<dt>Conversational style</dt><dd>{words}</dd>" in shown["one", style]
        assert "<dt>Language</dt><dd>German</dd>" in shown["one", style]


def test_the_page_of_a_run_asks_as_often_whatever_its_sessions_are_to_show(lead, lena):
    version = published_guideline()
    client_profile()

    def queries(samples: int) -> int:
        run = planning.plan(
            recipe="supervised_dialogue", version=version, profiles="all", pairs="all", samples=samples,
            parameters={"mistakes": "two"}, by=lena,
        )  # fmt: skip
        with CaptureQueriesContext(connection) as captured:
            lead.get(reverse("run", args=[run.public_id]))
        return len(captured)

    queries(1)
    assert queries(1) == queries(12)

"""What nobody meant to send: it is refused in words, changes nothing, and never breaks a page or an operation."""

import json

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.tokens import make_token
from synthesis import planning
from synthesis.holding import LONGEST_REASON
from synthesis.models import Hitch, Profile, Run
from synthesis.planning import NotPlanned
from tests.conftest import person
from tests.factories import client_profile, published_guideline
from tests.review.factories import made_instances, published_pairs, round_of

pytestmark = pytest.mark.django_db

LONG = "9" * 5000  # longer than Python turns into a number


@pytest.fixture
def version(settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "http://127.0.0.1:1/v1", "scripted"
    client_profile("client-1")
    return published_guideline()


@pytest.fixture
def run(version, lena):
    return planning.plan(
        recipe="supervised_dialogue", version=version, profiles="all", pairs="all", by=lena,
        budget={"tokens": 5000},
    )  # fmt: skip


@pytest.fixture
def session(run):
    return made_instances(1, run.version, run=run, origin="run", profiles=[Profile.objects.get()])[0]


@pytest.fixture
def lead(client, lena):
    client.force_login(lena)
    return client


def said(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


@pytest.mark.parametrize("given", [LONG, "1000000000", "-1", "²", ""])
def test_no_number_of_sessions_at_once_breaks_the_page(lead, run, given):
    sent = {"act": "concurrency", "concurrency": given}
    answer = lead.post(reverse("run_steer", args=[run.public_id]), sent, follow=True)
    assert said(answer) == ["Between 1 and 256 calls can be out at once."]


@pytest.mark.parametrize("given", ["0", "0.0000", "-1", "NaN", "1e400", "9" * 30])
def test_a_budget_that_is_none_is_refused_and_the_one_there_stays(lead, run, given):
    sent = {"act": "budget", "money": given}
    answer = lead.post(reverse("run_steer", args=[run.public_id]), sent, follow=True)
    run.refresh_from_db()
    assert said(answer) == ["A budget is a number above 0, or nothing."] and run.budget == {"tokens": 5000}


def test_seconds_that_the_page_shows_as_minutes_stay_where_nobody_changed_them(lead, run):
    Run.objects.filter(pk=run.pk).update(budget={"seconds": 90})
    shown = lead.get(reverse("run", args=[run.public_id])).context["budget"]["minutes"].value()
    for minutes, seconds in ((shown, 90), (shown + 1, 180)):
        sent = {"act": "budget", "tokens": "6000", "minutes": minutes}
        lead.post(reverse("run_steer", args=[run.public_id]), sent)
        run.refresh_from_db()
        assert run.budget == {"tokens": 6000, "seconds": seconds}


@pytest.mark.parametrize(("page", "field"), [("endpoint_save", "name"), ("model_role_save", "role")])
def test_a_name_that_no_database_takes_is_refused_at_its_field(lead, page, field):
    answer = lead.post(reverse(page), {field: "client\0"})
    form = "endpoint_form" if page == "endpoint_save" else "role_form"
    assert answer.status_code == 400 and field in answer.context[form].errors


def test_no_run_is_planned_without_a_bound_by_who_wrote_that_it_may_cost_nothing(lead, version):
    answer = lead.post(reverse("run_plan"), {"version": version.pk, "samples": 1, "money": "0"})
    assert answer.status_code == 400 and "money" in answer.context["form"].errors
    assert not Run.objects.exists()


@pytest.mark.parametrize("field", ["profiles", "version"])
@pytest.mark.parametrize("given", ["9" * 30, LONG, "x"])
def test_a_forged_choice_is_refused_at_its_field(lead, version, field, given):
    sent = {"version": version.pk, "samples": 1, field: [given]}
    answer = lead.post(reverse("run_plan"), sent)
    assert answer.status_code == 400 and field in answer.context["form"].errors


@pytest.mark.parametrize("seed", [-1, 2**32 + 1, 10**30])
def test_a_seed_that_no_database_takes_is_refused(version, seed):
    with pytest.raises(NotPlanned, match="seed"):
        planning.plan(
            recipe="supervised_dialogue", version=version, profiles="all", pairs="all", limit=1, seed=seed
        )


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("No\0thing", "control character U+0000"),
        ("x" * (LONGEST_REASON + 1), "longer than 1000"),
        ("\u200b \u202e", "Say why"),
    ],
)
def test_a_reason_that_nobody_could_read_holds_nothing(lead, session, reason, words):
    hold = reverse("instance_hold", args=[session.public_id])
    answer = lead.post(hold, {"act": "hold", "reason": reason}, follow=True)
    (told,) = said(answer)
    assert words in told and not session.marks.exists()


def test_a_reason_of_two_lines_is_kept_as_it_was_typed(lead, session):
    hold = reverse("instance_hold", args=[session.public_id])
    lead.post(hold, {"act": "hold", "reason": " First.\r\nSecond. "})
    assert session.marks.get().reason == "First.\nSecond."


def bearer(user) -> dict:
    _row, token = make_token(user=user, name="a test", days=1, reads_only=False)
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("part", [{"parameters": {"\ud800": "x"}}, {"factors": {"\ud800": ["x"]}}])
def test_half_a_character_in_a_name_is_refused_also_under_a_key(client, version, lena, part):
    answer = client.post(
        "/api/runs/", json.dumps({"recipe": "supervised_dialogue", **part}), content_type="application/json",
        headers={**bearer(lena), "Idempotency-Key": "once"},
    )  # fmt: skip
    assert answer.status_code == 400 and not Run.objects.exists()


def test_whoever_is_still_blind_is_not_told_by_which_steps_a_session_was_made(client, ben, lena):
    version = published_pairs()
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=version)
    sessions = made_instances(3, version, run=run, origin="run")
    reva = person("Reva", Role.LEAD, Role.ANNOTATOR)
    round_of(3, [ben, reva], lena, pairs_version=version, instances=sessions, unaided_share=0)
    Hitch.objects.create(run=run, instance=sessions[0], endpoint="e", kind="malformed", step="critique 2")

    def named(user) -> list[str | None]:
        answer = client.get(f"/api/runs/{run.public_id}/hitches/", headers=bearer(user))
        return [one["session"] for one in answer.json()["hitches"]]

    assert named(lena) == [str(sessions[0].public_id)] and named(reva) == [None]

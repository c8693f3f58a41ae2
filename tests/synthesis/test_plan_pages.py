"""A lead plans a run: what it comes to is counted while she chooses, and one session is made beforehand to look at."""

import re

import pytest
from django.core.management import call_command
from django.urls import reverse

from review.raters import rater_for
from review.rounds import CannotMakeRound, make_round
from synthesis.models import Call, Instance, PlanRequest, Run
from synthesis.recipes import RECIPES
from tests.factories import client_profile, published_guideline

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead(client, lena, settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "http://127.0.0.1:1/v1", "scripted"
    client.force_login(lena)
    return client


@pytest.fixture
def version(db):
    for n in range(4):
        client_profile(f"client-{n}")
    return published_guideline()


def send(lead, version, act="plan", **chosen):
    headers = chosen.pop("headers", None)
    sent = {"version": version.pk, "samples": 1, "limit": "", "act": act, **chosen}
    return lead.post(reverse("run_plan"), sent, headers=headers)


def counted(answer) -> int:
    return int(re.search(r"<strong>([\d,]+)</strong>", answer.content.decode())[1].replace(",", ""))


def test_what_is_chosen_is_counted_and_nothing_is_planned(lead, version):
    assert counted(send(lead, version, "count")) == 4 * 3
    assert counted(send(lead, version, "count", samples=5)) == 4 * 3 * 5
    assert counted(send(lead, version, "count", pairs=["forcing-change"])) == 4
    assert counted(send(lead, version, "count", limit=7)) == 7
    assert not Run.objects.exists()


def test_with_scripts_only_the_count_is_sent_and_without_them_the_whole_page(lead, version):
    part = send(lead, version, "count", headers=HTMX).content.decode()
    whole = send(lead, version, "count").content.decode()
    assert (
        "<form" not in part and "<form" in whole and counted(send(lead, version, "count", headers=HTMX)) == 12
    )


def test_a_count_that_cannot_be_made_says_why_and_is_no_error_of_hers_yet(lead, version):
    answer = send(lead, version, "count", samples="", headers=HTMX)
    assert answer.status_code == 200 and "Not counted yet" in answer.content.decode()


def test_the_count_says_who_may_not_be_sent_where(lead, version):
    client_profile("kept", may_leave_machine=False)
    lead.post(
        "/settings/endpoints/", {"name": "far", "base_url": "https://models.example.org/v1", "key_env": ""}
    )
    from synthesis.models import Endpoint, ModelRole

    ModelRole.objects.create(role="default", endpoint=Endpoint.objects.get(name="far"), model="big")
    assert "must not be sent to" in send(lead, version, "count").content.decode()


def test_the_form_asks_for_all_that_the_recipe_declares(lead, version):
    form = lead.get(reverse("run_plan")).context["form"]
    recipe = RECIPES["supervised_dialogue"]
    for name, choices in recipe.levels.items():
        assert [value for value, _words in form.fields[name].choices] == list(choices)


def test_a_second_click_on_the_same_page_plans_nothing_again(lead, version):
    once = lead.get(reverse("run_plan")).context["form"]["once"].value()
    first, second = (send(lead, version, once=once, seed=1) for _ in range(2))
    assert first.status_code == second.status_code == 302 and first["Location"] == second["Location"]
    assert Run.objects.count() == PlanRequest.objects.count() == 1
    assert send(lead, version, once=once, seed=1, samples=2)["Location"] != first["Location"]


@pytest.fixture
def previewed(client, lena, endpoint, drive):
    """The page of a plan whose preview is made, and what was sent for it."""

    def made(**chosen):
        server = endpoint()
        client.force_login(lena)
        for n in range(3):
            client_profile(f"client-{n}")
        version = published_guideline()
        sent = {"version": version.pk, "samples": 2, "limit": 5, **chosen}
        page = client.post(reverse("run_plan"), sent | {"act": "preview"})
        form = page.context["form"]
        sent |= {name: form[name].value() for name in ("seed", "preview")}
        run = Run.objects.previews().get()
        drive(run)
        return server, sent, run

    return made


@pytest.mark.django_db(transaction=True)
def test_a_preview_is_one_session_of_the_plan_and_the_run_pays_nothing_for_it_again(client, previewed, drive):
    server, sent, preview = previewed()
    (shown,) = preview.instances.all()
    paid = len(server.requests)
    planned = client.post(reverse("run_plan"), sent | {"act": "plan"})
    run = Run.objects.listed().get()
    assert planned["Location"] == reverse("run", args=[run.public_id]) and run.instances.count() == 5
    again = run.instances.get(cell=shown.cell)
    drive(run)
    again.refresh_from_db()
    assert again.digest == shown.digest and again.trace == shown.trace and not again.calls.exists()
    assert Instance.objects.listed().made().count() == 5 and Instance.objects.made().count() == 6
    assert len(server.requests) - paid == Call.objects.filter(instance__run=run).count()


@pytest.mark.django_db(transaction=True)
def test_a_preview_is_shown_as_a_conversation_on_the_page_that_plans(client, previewed):
    _server, sent, preview = previewed()
    page = client.post(reverse("run_plan"), sent | {"act": "count"}).content.decode()
    assert preview.instances.get().content["utterances"][0]["text"] in page
    watched = client.get(reverse("run_preview", args=[preview.public_id]), headers=HTMX)
    assert watched.headers["HX-Trigger"] == "previewed" and 'class="session"' in watched.content.decode()


@pytest.mark.django_db(transaction=True)
def test_after_a_preview_the_estimate_knows_what_a_session_takes(client, previewed):
    _server, sent, _preview = previewed()
    estimate = client.post(reverse("run_plan"), sent | {"act": "count"}).context["estimate"]
    assert estimate.looked_at == 1 and estimate.calls.middle >= 5 * 11


@pytest.mark.django_db(transaction=True)
def test_another_preview_is_another_session(client, previewed):
    _server, sent, preview = previewed()
    before = preview.instances.get().cell
    cells = set()
    for _ in range(4):
        page = client.post(reverse("run_plan"), sent | {"act": "another"})
        cells.add(Instance.objects.get(run__public_id=page.context["form"]["preview"].value()).cell)
    assert cells - {before}


@pytest.mark.django_db(transaction=True)
def test_a_preview_is_on_no_list_and_is_never_put_before_reviewers(client, lena, ben, chloe, previewed):
    _server, _sent, preview = previewed()
    assert not list(client.get(reverse("runs")).context["runs"])
    assert not list(client.get(reverse("road")).context["runs"])
    assert not client.get(reverse("round_new")).context["form"].fields["runs"].queryset.exists()
    from tests.review.factories import published_rubric

    with pytest.raises(CannotMakeRound, match="preview"):
        make_round(
            name="A round", instances=preview.instances.all(), raters=[rater_for(ben), rater_for(chloe)], by=lena,
            pairs_version=preview.version, rubric_version=published_rubric(),
        )  # fmt: skip


def test_somebody_elses_preview_is_not_hers_to_look_at(lead, version, amir, db):
    from accounts.models import Grant, Role
    from synthesis import planning

    Grant.objects.create(user=amir, role=Role.LEAD)
    chosen = {"recipe": "supervised_dialogue", "version": version, "profiles": "all", "pairs": "all"}
    theirs = planning.preview(by=amir, **chosen)
    assert lead.get(reverse("run_preview", args=[theirs.public_id])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_preview_that_waits_tells_what_makes_it_where_nothing_works_in_the_background(
    client, lena, endpoint
):
    server = endpoint()
    client.force_login(lena)
    client_profile()
    sent = {"version": published_guideline().pk, "samples": 1, "act": "preview"}
    page = client.post(reverse("run_plan"), sent)
    run = Run.objects.previews().get()
    assert f"<code>./bin/manage resume {run.public_id} --wait</code>" in page.content.decode()
    call_command("resume", str(run.public_id), "--wait")
    assert run.instances.made().count() == 1 and server.requests

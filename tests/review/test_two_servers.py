"""Two Label Studios at once: the same numbers on both are different things."""

import pytest
from django.urls import reverse

from accounts.models import TrailEvent
from accounts.roles import Refused
from review import handing_on, reports
from review.label_studio import comparing, connecting, syncing
from review.label_studio.gateway import passes, reach, serving
from review.label_studio.servers import CannotConnect, offer_server, save_server
from review.label_studio.syncing import sync_all
from review.matching import CannotMakeRound
from review.models import Account, Decision, Difference, RawAnnotation, Reading, SeatProject, Server
from review.raters import rater_for
from tests.conftest import person
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import round_of, says
from tests.review.studio import project_of, result_of

WARD = {"name": "ward", "url": "https://ward.example", "token_env": "LABEL_STUDIO_TOKEN_WARD",
        "gateway_url": "https://judge-ward.example"}  # fmt: skip


@pytest.fixture
def both(db, settings, monkeypatch, lena):
    """The environment's and the ward's."""
    settings.LABEL_STUDIO_URL, settings.LABEL_STUDIO_TOKEN = "https://first.example", "t" * 40
    settings.LABEL_STUDIO_GATEWAY_URL = "https://judge.example"
    settings.BASE_URL = "https://mirror.example"
    monkeypatch.setenv("LABEL_STUDIO_TOKEN_WARD", "w" * 40)
    return connecting.first(), save_server(**WARD, by=lena)


@pytest.fixture
def twins(both, ben, chloe, lena):
    """Two rounds of two sessions, one on each server: {server: (its fake, round)}."""
    found, options = {}, {}
    for server in both:
        round = round_of(2, [ben, chloe], lena, server=server, **options)
        options = {"pairs_version": round.pairs_version, "rubric_version": round.rubric_version}
        fake = FakeLabelStudio()
        fake.url = connecting.place(server).url
        sync_all(fake, server=server)
        found[server] = (fake, round)
    return found


def hers(round, item, user) -> Reading:
    return Reading.objects.get(seat__round=round, item=item, seat__rater__user=user)


def submit(fake, server, item, user, answers):
    from review.label_studio.keeping import password_of

    account = Account.objects.get(rater__user=user, server=server)
    task = hers(item.round, item, user).task_id
    session = fake.log_in(account.email, password_of(account))
    return session.submit(task, result_of(item, answers, fake.tasks[task]["data"]["dialogue"]), 3.0)


def test_the_same_numbers_on_two_servers_are_different_things(twins, ben, chloe):
    (first, (one, here)), (ward, (other, there)) = twins.items()
    projects = [set(SeatProject.objects.filter(server=s).values_list("project_id", flat=True)) for s in twins]
    tasks = [set(r.items.values_list("readings__task_id", flat=True)) for r in (here, there)]
    assert projects[0] == projects[1] and tasks[0] == tasks[1], "or this shows nothing"
    assert Account.objects.filter(rater=rater_for(ben)).values("ls_user_id").distinct().count() == 1
    lowest = {
        server: Reading.objects.filter(seat__round=round, seat__rater__user=ben)
        .order_by("task_id")
        .first()
        .item
        for server, (_, round) in twins.items()
    }
    made = [
        submit(fake, server, lowest[server], ben, says(verdict))
        for (server, (fake, round)), verdict in zip(twins.items(), ("accept", "reject"), strict=True)
    ]
    assert made[0] == made[1]
    moment = max(a["updated_at"] for f in (one, other) for a in f.annotations.values())
    for fake in (one, other):
        fake.annotations[made[0]]["updated_at"] = moment
        fake.tasks[fake.annotations[made[0]]["task"]]["updated_at"] = moment
    for _again in range(2):
        comparing.ask()
        assert [sync_all(fake, server=s).failing for s, (fake, _) in twins.items()] == [0, 0]
    assert [d.verdict for d in Decision.objects.order_by("item__round__serial")] == ["accept", "reject"]
    assert RawAnnotation.objects.values("ls_id", "task_id", "ls_updated_at").distinct().count() == 1
    assert RawAnnotation.objects.count() == 2 and not RawAnnotation.objects.uncounted_judgements().exists()


def test_a_server_that_is_down_holds_up_no_other(twins, ben, chloe):
    (first, (one, here)), (ward, (other, there)) = twins.items()
    one.down = True
    submit(other, ward, there.items.first(), ben, says())
    assert sync_all(one, server=first).failing == 2 and sync_all(other, server=ward).decided == 1
    assert SeatProject.objects.filter(failing_since__isnull=False, server=ward).count() == 0


def test_a_number_given_again_on_one_server_takes_nothing_from_the_other(twins, ben, chloe, lena):
    (first, (one, here)), (ward, (other, there)) = twins.items()
    known = list(Reading.objects.filter(seat__round=here).order_by("pk").values_list("task_id", "send_state"))
    other.restore(FakeLabelStudio().back_up())
    comparing.ask()
    for _again in range(3):
        sync_all(other, server=ward)
    sync_all(one, server=first)
    assert (
        list(Reading.objects.filter(seat__round=here).order_by("pk").values_list("task_id", "send_state"))
        == known
    )
    assert not Reading.objects.exclude(send_state="sent").exists()


def test_who_is_seated_later_judges_where_the_round_is(twins, lena):
    (_first, _), (ward, (other, there)) = twins.items()
    noor = person("Noor", "annotator")
    handing_on.hand_on(seat=there.seats.first(), by=lena)
    handing_on.seat_more(round=there, raters=[rater_for(noor)], by=lena)
    sync_all(other, server=ward)
    assert set(SeatProject.objects.filter(seat__round=there).values_list("server", flat=True)) == {ward.pk}


def test_the_hooks_of_a_server_carry_its_own_secret_and_wake_it_alone(twins, client, settings):
    (first, (one, _)), (ward, (other, _)) = twins.items()
    [hook] = {
        (url, tuple(h["headers"].items()))
        for p in other.projects.values()
        for url, h in p["webhooks"].items()
    }
    assert hook[0] == "https://mirror.example/hooks/label-studio/ward/"
    secret = dict(hook[1])["X-Mirror-Secret"]
    assert secret != settings.LABEL_STUDIO_WEBHOOK_SECRET

    def call(path, given):
        return client.post(
            path, b"{}", content_type="application/json", headers={"X-Mirror-Secret": given}
        ).status_code

    assert call("/hooks/label-studio/ward/", secret) == 202
    assert call("/hooks/label-studio/", secret) == 403
    assert call("/hooks/label-studio/ward/", settings.LABEL_STUDIO_WEBHOOK_SECRET) == 403
    assert call("/hooks/label-studio/other/", secret) == 403


def test_what_is_hers_on_one_server_opens_nothing_on_the_other(twins, ben, chloe):
    (first, (_, here)), (ward, (_, there)) = twins.items()
    ben_here, ben_there = (
        passes.Holder(rater_for(ben).pk, server.pk, 0, 0, "", "en") for server in (first, ward)
    )
    task = hers(there, there.items.first(), ben).task_id
    others = set(
        Reading.objects.filter(seat__round=here, seat__rater__user=chloe).values_list("task_id", flat=True)
    )
    assert reach.project_of_task(ben_there, task) is not None
    assert reach.may_open_task(ben_there, task) and reach.about_task(ben_there, task)[0]
    for other in others:
        assert reach.project_of_task(ben_here, other) is None
    # Where only the ward's seat is hers, the same number at the first one is not.
    noor = person("Noor", "annotator")
    stranger = passes.Holder(rater_for(noor).pk, first.pk, 0, 0, "", "en")
    assert reach.project_of_task(stranger, task) is None
    assert not reach.may_open_task(stranger, task) and reach.about_task(stranger, task) == ("", [])
    assert reach.project(ben_here, project_of(here.items.first(), chloe).project_id) is None


def test_a_ticket_opens_the_gateway_of_its_own_server_alone(twins, ben, client):
    (first, _), (ward, (_, there)) = twins.items()
    client.force_login(ben)
    given = passes.issue(
        project=project_of(there.items.first(), ben), by=ben, app_session=client.session.session_key
    )
    assert passes.enter(given, first.pk) is None
    session, _project = passes.enter(given, ward.pk)
    assert passes.holder(session, first.pk) is None
    holder = passes.holder(session, ward.pk)
    assert (holder.server_id, holder.account_id) == (
        ward.pk, Account.objects.get(rater__user=ben, server=ward).pk,
    )  # fmt: skip


def test_the_gateway_serves_all_by_host(twins):
    found = serving.gateways()
    assert [g.where.gateway for g in found.all] == ["https://judge.example", "https://judge-ward.example"]
    assert [g.upstream.url for g in found.all] == ["https://first.example", "https://ward.example"]
    assert len({g.where.cookie for g in found.all}) == 2


def test_the_desk_opens_each_round_where_it_is(twins, ben, client):
    client.force_login(ben)
    for server, (_, round) in twins.items():
        project = project_of(round.items.first(), ben)
        page = client.post(reverse("desk_open", args=[project.seat.public_id, project.form])).content.decode()
        assert f'action="{connecting.place(server).gateway_url}/enter"' in page
    assert [row.server.name for row in reports.desk_of(ben)] == ["environment", "ward"]


def test_a_lead_adds_a_server_and_chooses_it_for_a_round(both, client, lena):
    client.force_login(lena)
    shown = client.get(reverse("settings")).content.decode()
    assert "https://ward.example" in shown and "https://first.example" in shown
    assert "Label Studio server" in client.get(reverse("round_new")).content.decode()
    sent = {"name": "north", "url": "https://north.example/", "token_env": "LABEL_STUDIO_TOKEN_NORTH"}
    assert client.post(reverse("server_save"), sent).status_code == 302
    north = Server.objects.get(name="north")
    assert north.url == "https://north.example" and not connecting.place(north).is_set
    assert [s.name for s in connecting.for_new_rounds()] == ["environment", "ward"], (
        "without a token it is not offered"
    )
    assert "its token is not set" in client.get(reverse("settings")).content.decode()
    said = client.get(reverse("server_test", args=["north"])).content.decode()
    assert "LABEL_STUDIO_TOKEN_NORTH" in said
    client.post(reverse("server_offer", args=["ward"]))
    assert [s.name for s in connecting.for_new_rounds()] == ["environment"]
    client.post(reverse("server_offer", args=["ward"]), {"offered": "yes"})
    assert [s.name for s in connecting.for_new_rounds()] == ["environment", "ward"]
    verbs = list(TrailEvent.objects.order_by("id").values_list("verb", flat=True))
    assert verbs == ["review.save_server"] * 2 + ["review.offer_server"] * 2


@pytest.mark.parametrize(
    "change, field",
    [
        ({"name": "environment"}, "name"),
        ({"token_env": "LABEL_STUDIO_TOKEN"}, "token_env"),
        ({"token_env": "OPENAI_API_KEY"}, "token_env"),
        ({"name": "again"}, "url"),
        ({"name": "again", "url": "https://first.example/"}, "url"),
        ({"name": "again", "url": "https://again.example"}, "gateway_url"),
        ({"gateway_url": "https://judge.example/ward"}, "gateway_url"),
        ({"gateway_url": "https://judge.example"}, "gateway_url"),
    ],
)
def test_a_server_that_would_be_confused_with_another_is_refused(both, client, lena, change, field):
    with pytest.raises(CannotConnect) as refused:
        save_server(**WARD | change, by=lena)
    assert refused.value.field == field
    client.force_login(lena)
    assert client.post(reverse("server_save"), WARD | change).status_code == 400


def test_only_a_lead_says_which_servers_there_are(both, ben, eve):
    for other in (ben, eve):
        with pytest.raises(Refused):
            save_server(**WARD, by=other)
        with pytest.raises(Refused):
            offer_server(server=both[1], offered=False, by=other)


def test_a_server_that_takes_no_new_rounds_goes_on_with_those_it_has(twins, ben, chloe, lena):
    (_first, _), (ward, (other, there)) = twins.items()
    offer_server(server=ward, offered=False, by=lena)
    with pytest.raises(CannotMakeRound, match="takes no new rounds"):
        round_of(1, [ben, chloe], lena, server=ward, pairs_version=there.pairs_version,
                 rubric_version=there.rubric_version)  # fmt: skip
    submit(other, ward, there.items.first(), ben, says())
    assert sync_all(other, server=ward).decided == 1 and ward in connecting.servers()


def test_the_clock_asks_every_server_that_is_set_and_a_hook_its_own(twins, ben):
    (_first, _), (ward, (other, there)) = twins.items()
    for server, (fake, round) in twins.items():
        submit(fake, server, round.items.first(), ben, says())
    assert syncing.sync_servers(["ward"], connect=lambda server: twins[server][0]).decided == 1
    assert Decision.objects.get().item.round == there
    other.delete_task(hers(there, there.items.last(), ben).task_id)
    assert syncing.compare_servers(connect=lambda server: twins[server][0]).decided == 1
    assert Difference.objects.get().project.server == ward

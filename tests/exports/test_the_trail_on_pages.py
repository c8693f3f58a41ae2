"""Who reads the trail on which page."""

from django.urls import reverse

from accounts.models import TrailEvent
from exports import nodes
from exports.models import TrainingRun
from exports.training import launch
from review import rounds
from review.disputes import Dispute
from review.models import Round
from synthesis.models import Endpoint
from tests.review import factories as review_factories


def page(client, user, address):
    client.force_login(user)
    return client.get(address).content.decode()


def test_a_lead_reads_on_the_page_of_a_thing_who_did_what(client, lena, dataset):
    run = launch.start(dataset=dataset, by=lena)
    for address, said in (
        (reverse("dataset", args=[dataset.public_id]), "Asked for the dataset"),
        (reverse("training_run", args=[run.public_id]), "Started the training"),
        (reverse("trail"), "The dataset was frozen"),
    ):
        assert said in page(client, lena, address), address
    assert "First release" in page(client, lena, reverse("trail") + f"?kind=dataset&name={dataset.public_id}")
    assert "Nothing here fits" in page(client, lena, reverse("trail") + "?kind=round")


def test_a_saved_setting_is_told_on_the_page_of_the_settings(client, lena):
    client.force_login(lena)
    given = {"name": "ours", "base_url": "https://models.example/v1", "key_env": "OURS_API_KEY"}
    client.post(reverse("endpoint_save"), given)
    endpoint = Endpoint.objects.get(name="ours")
    chosen = {"role": "client", "endpoint": endpoint.pk, "model": "m-1", "temperature": "0.3"}
    client.post(reverse("model_role_save"), chosen)
    shown = page(client, lena, reverse("settings"))
    assert "Saved an endpoint" in shown and "Chose a model for a role" in shown and "OURS_API_KEY" in shown
    event = TrailEvent.objects.get(verb="synthesis.save_endpoint")
    assert (event.from_where, event.door) == ("page", "127.0.0.1")


def test_a_lead_who_judges_in_an_open_round_reads_nothing_of_its_trail(client, lena, ben, chloe, dan):
    from accounts.models import Grant, ReviewerRecord

    Grant.objects.create(user=lena, role="annotator")
    ReviewerRecord.objects.create(user=lena, n=1, profession="psychotherapist", years=9, languages=["en"],
                                  terms_version="2026-11")  # fmt: skip
    round = review_factories.round_of(2, [ben, lena], lena)
    item = round.items.first()
    review_factories.judge(item, ben, review_factories.says("accept"))
    review_factories.judge(item, lena, review_factories.says("reject"))
    dispute = Dispute(item)
    dispute.settle(by=dan, approved={text.token: True for text in dispute.texts}, reason="Heard first.")
    for address in (reverse("round", args=[round.public_id]), reverse("trail")):
        assert "What was in dispute" not in page(client, lena, address)
    rounds.close_round(round=Round.objects.get(), by=lena)
    for address in (reverse("round", args=[round.public_id]), reverse("trail")):
        shown = page(client, lena, address)
        assert "What was in dispute" in shown and "Ben, Lena" in shown


def test_the_trail_asks_no_more_for_many_acts(client, lena, django_assert_max_num_queries):
    client.force_login(lena)
    counted = []
    for n in (2, 20):
        for i in range(n):
            nodes.make_node(name=f"gpu-{n}-{i}", by=lena)
        with django_assert_max_num_queries(20) as asked:
            client.get(reverse("trail"))
        counted.append(len(asked))
    assert counted[0] == counted[1] and not TrainingRun.objects.exists()

"""Who has still to judge a session, or may have to settle it, reads it only where she judges: one answer, every door."""

import pytest
from django.urls import reverse

from accounts.models import Role, User
from review import access
from review.rounds import close_round
from synthesis.access import hidden_from, may_read_instance
from synthesis.models import Instance, Run
from tests.conftest import person
from tests.review.factories import judge, made_instances, published_pairs, round_of, says

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_round(ben, lena):
    """Six sessions of one run; Ben and Reva, who leads too, read the first three of them, and differ."""
    version = published_pairs()
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=version)
    instances = made_instances(6, version, run=run, origin="run")
    reva = person("Reva", Role.LEAD, Role.ANNOTATOR)
    made = round_of(3, [ben, reva], lena, pairs_version=version, instances=instances[:3], unaided_share=0)
    for item in made.items.all():
        judge(item, ben, says("accept"))
        judge(item, reva, says("reject"))
    return made


@pytest.fixture
def people(open_round, lena):
    """{a lead: how many of the six sessions are hidden from her}"""
    return {
        lena: 0,
        person("Nina", Role.LEAD, Role.ANNOTATOR): 0,
        User.objects.get(name="Reva"): 3,
        person("Sima", Role.LEAD, Role.ADJUDICATOR): 3,
    }


def test_every_door_hides_the_same_sessions(people, open_round):
    everything = list(Instance.objects.all())
    for user, n in people.items():
        judged = set(access.hidden_sessions(user))
        assert len(judged) == n, user
        assert {one.public_id for one in everything if not may_read_instance(user, one)} == judged, user
        hidden = hidden_from(user, everything)
        assert {one.public_id for one in everything if one.pk in hidden} == judged, user


def test_a_lead_who_may_settle_a_session_does_not_learn_first_what_was_intended(
    log_in, people, open_round, lena
):
    sima = next(user for user in people if user.name == "Sima")
    item = open_round.items.first()
    intended = item.instance.pair_revision.name
    browser, address = log_in(sima), reverse("instance", args=[item.instance.public_id])
    refused = browser.get(address)
    assert refused.status_code == 403 and intended not in refused.content.decode()
    run = reverse("run", args=[item.instance.run.public_id])
    shown = browser.get(run).content.decode()
    # Nor by elimination: the grid is full, so of its other sessions neither client nor mistake is told here.
    assert shown.count("hidden while you judge or may settle") == 6 and intended not in shown
    # Her own door stands open: the texts without names, none of them called the draft.
    dispute = browser.get(reverse("dispute", args=[item.public_id]))
    assert dispute.status_code == 200
    close_round(round=open_round, by=lena)
    assert browser.get(address).status_code == 200
    assert "hidden while you judge" not in browser.get(run).content.decode()

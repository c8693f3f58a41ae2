"""Nobody judges a session of which she was told how it is to be judged, or in which she wrote herself."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from review import access
from review.rounds import CannotMakeRound
from synthesis.models import Instance, Opening
from tests.conftest import person
from tests.review import factories
from tests.review.factories import judge, made_instances, published_pairs, published_rubric, says
from tests.review.gold import factories as gold_factories


@pytest.fixture
def versions(db):
    return published_pairs(), published_rubric()


def round_over(sessions, people, lena, versions, **options):
    pairs, rubric = versions
    return factories.round_of(
        0,
        people,
        lena,
        instances=sessions,
        pairs_version=pairs,
        rubric_version=rubric,
        unaided_share=0,
        **options,
    )


def edited(parent, by) -> Instance:
    """A session that goes on from the third turn of this one, in other words."""
    (child,) = made_instances(1, parent.version, parent=parent, origin="edit")
    said = parent.content["utterances"][:3]
    Opening.objects.create(instance=child, utterances=said, before="before", reason="warmer", by=by)
    return child


def test_whoever_was_told_the_answers_in_training_reads_the_session_in_no_round(ben, chloe, lena, versions):
    experts = [person(name, Role.CLINICIAN) for name in ("Ana", "Amir", "Ines")]
    (gold,) = gold_factories.agreed(1, experts, *versions)
    training = gold_factories.training_of([ben], lena, *versions)
    judge(training.items.get(), ben, says())
    amal = person("Amal", "annotator")
    round = round_over([gold.instance], [ben, chloe, amal], lena, versions)
    assert not round.items.get().readings.filter(seat__rater__user=ben).exists()
    with pytest.raises(CannotMakeRound, match="Who is not to judge it: Ben"):
        round_over([gold.instance], [ben, chloe], lena, versions)


def test_whoever_edited_a_turn_neither_judges_nor_settles_what_goes_on_from_it(
    ben, chloe, dan, lena, versions
):
    (parent,) = made_instances(1, versions[0])
    child, other = edited(parent, by=ben), edited(parent, by=dan)
    with pytest.raises(CannotMakeRound, match="Who is not to judge it: Ben"):
        round_over([child], [ben, chloe], lena, versions)
    item = round_over([other], [ben, chloe], lena, versions).items.get()
    judge(item, ben, says("accept"))
    judge(item, chloe, says("reject"))
    assert "wrote in this session" in str(access.may_settle(dan, item).reason)
    eva = person("Eva", Role.ADJUDICATOR)
    assert access.may_settle(eva, item)


@pytest.mark.parametrize("judged", ["parent", "child", "sibling"])
def test_who_judges_one_sees_none_of_those_that_share_its_beginning(client, ben, lena, versions, judged):
    rita, lou = person("Rita", Role.LEAD, Role.ANNOTATOR), person("Lou", Role.LEAD)
    (parent,) = made_instances(1, versions[0])
    family = {"parent": parent, "child": edited(parent, by=lena), "sibling": edited(parent, by=lou)}
    round_over([family[judged]], [ben, rita], lena, versions)
    (stranger,) = made_instances(1, versions[0], made_at=timezone.now())
    client.force_login(rita)
    answers = {
        name: client.get(reverse("instance", args=[one.public_id])).status_code
        for name, one in family.items()
    }
    assert set(answers.values()) == {403}
    assert client.get(reverse("instance", args=[stranger.public_id])).status_code == 200

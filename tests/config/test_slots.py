"""What apps on the left show of those on their right: numbers of closed rounds only, and nothing to who judges."""

import pytest
from django.urls import reverse

from accounts.models import Grant, Role
from guidelines import coverage
from review.rounds import close_round
from synthesis.models import Run
from tests.conftest import person as somebody
from tests.review.factories import judge, made_instances, published_pairs, says
from tests.review.factories import round_of as made_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def judged(ben, chloe, lena):
    """An open round of two sessions; the first is accepted by both readers, the second rejected."""
    made = made_round(2, [ben, chloe], lena, unaided_share=0)
    for item, verdict in zip(made.items.order_by("pk"), ["accept", "reject"], strict=True):
        for person in (ben, chloe):
            judge(item, person, says(verdict))
    return made


def test_verdicts_are_counted_only_when_their_round_is_closed(judged, lena):
    guideline = judged.pairs_version.guideline
    assert [(n.made, n.accepted, n.rejected) for n in coverage.of(guideline).values()] == [(2, 0, 0)]
    close_round(round=judged, by=lena)
    [found] = coverage.of(guideline).values()
    assert (found.made, found.accepted, found.edited, found.rejected) == (2, 1, 0, 1)


def test_numbers_are_for_those_who_lead_or_write_and_not_for_those_who_judge(
    client, judged, ana, ben, dan, lena
):
    close_round(round=judged, by=lena)
    slug = judged.pairs_version.guideline.slug
    pages = [reverse("guideline", args=[slug]), reverse("guideline_compare", args=[slug, "1", "1"])]
    table = reverse("guideline_coverage", args=[slug])
    for person, sees in ((ana, True), (lena, True), (ben, False), (dan, False)):
        client.force_login(person)
        assert client.get(table).status_code == (200 if sees else 403)
        first, compared = (client.get(page).content.decode() for page in pages)
        assert ("sessions made" in first) is sees, person
        assert ("1 round judges by the version before" in compared) is sees, person
        assert "not connected" not in first


def test_a_lead_who_judges_does_not_learn_on_the_runs_page_what_was_intended(client, ben, lena):
    Grant.objects.create(user=lena, role=Role.ANNOTATOR)
    lena.refresh_from_db()
    version = published_pairs()
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=version)
    instances = made_instances(6, version, run=run, origin="run")
    intended = instances[0].pair_revision.name
    lou = somebody("Lou", "lead")
    given = {"pairs_version": version, "instances": instances[:3], "risk_lead": lou}
    judged = made_round(3, [ben, lena], lena, unaided_share=0, **given)
    client.force_login(lena)
    page = client.get(reverse("run", args=[run.public_id])).content.decode()
    # Of none of them, for the three that are hidden could be guessed from the three that are not.
    assert page.count("hidden while you judge") == 6 and f">{intended}</td>" not in page
    close_round(round=judged, by=lena)
    page = client.get(reverse("run", args=[run.public_id])).content.decode()
    assert "hidden while you judge" not in page and page.count(f">{intended}</td>") == 6

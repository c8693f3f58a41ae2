"""All that came and does not count, and all that stands otherwise in Label Studio, beyond what a round's page shows."""

import re

import pytest

from accounts.models import Grant, Role
from review import kept_views, round_views
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Difference, DifferenceKind, RawAnnotation, SeatProject
from tests.conftest import person
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import round_of, says
from tests.review.studio import desk, submit


def words(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(kept_views, "PAGE", 3)
    monkeypatch.setattr(round_views, "NEWEST", 2)


@pytest.fixture
def round(ben, chloe, lena):
    return round_of(14, [ben, chloe], lena, overlap=1, unaided_share=0)


@pytest.fixture
def strange(round, ben, chloe):
    """Chloe judged the seven sessions that are Ben's."""
    fake = FakeLabelStudio()
    send(round, fake)
    for item in round.items.filter(readings__seat__rater__user=ben):
        submit(desk(fake, chloe), item, ben, says())
    sync_all(fake)
    return RawAnnotation.objects.order_by("-pk")


def walked(client, address: str, pattern: str) -> list[int]:
    """What the pages of this address show, one after the other."""
    found, more = [], ""
    while more is not None:
        page = client.get(address + more).content.decode()
        found += [int(n) for n in re.findall(pattern, page)]
        more = next(iter(re.findall(r'href="(\?before=\d+)"', page)), None)
    return found


@pytest.mark.usefixtures("few")
def test_every_judgement_that_does_not_count_is_found_page_by_page(log_in, lena, round, strange):
    client, address = log_in(lena), f"/rounds/{round.public_id}/"
    shown = client.get(address)
    assert (
        "Kept, but not counted (7)" in words(shown)
        and f'href="{address}not-counted/"' in shown.content.decode()
    )
    of_a_row = r"annotation (\d+)\""
    assert len(re.findall(of_a_row, shown.content.decode())) == 2
    known = [raw.ls_id for raw in strange]
    assert walked(client, f"{address}not-counted/", of_a_row) == known and len(known) == 7


@pytest.mark.usefixtures("few")
def test_everything_that_stands_otherwise_is_found_page_by_page(log_in, lena, round, strange):
    project = SeatProject.objects.filter(seat__round=round).first()
    known = [
        Difference.objects.create(project=project, kind=DifferenceKind.STRANGE_TASK, ls_id=n)
        for n in range(7, 0, -1)
    ]
    client, address = log_in(lena), f"/rounds/{round.public_id}/"
    shown = client.get(address).content.decode()
    assert f'href="{address}otherwise/"' in shown
    assert walked(client, f"{address}otherwise/", r'<td class="number"[^>]*>(\d+)</td>') == [
        one.ls_id for one in reversed(known)
    ]


def test_past_the_last_one_it_says_so(log_in, lena, round):
    for name in ("not-counted", "otherwise"):
        address = f"/rounds/{round.public_id}/{name}/"
        assert "There is nothing of this kind." in words(log_in(lena).get(address))
        assert "These were the last." in words(log_in(lena).get(f"{address}?before=1"))


def test_a_lead_who_judges_in_the_round_learns_from_neither(log_in, lena, ben):
    Grant.objects.create(user=lena, role=Role.ANNOTATOR)
    round = round_of(4, [ben, lena], person("Dana", Role.LEAD), overlap=2, unaided_share=0)
    for name in ("not-counted", "otherwise"):
        refused = log_in(lena).get(f"/rounds/{round.public_id}/{name}/")
        assert refused.status_code == 403 and "You judge in this round" in words(refused)

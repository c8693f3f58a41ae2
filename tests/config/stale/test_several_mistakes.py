"""A session that is to show several mistakes is stale when any of them changed, and is made and judged again whole."""

import pytest
from django.utils import timezone

from config.pages import dependents
from exports import built_on
from exports.models import DatasetItem
from review.models import Item
from synthesis.models import Instance
from tests.config.stale.graph import A, B, C, listed, read_again, remake, stale_page, third_version, waiting
from tests.factories import session_showing
from tests.guidelines.conftest import revision_in
from tests.review.factories import client_profile, judge, says
from tests.review.factories import content as session

pytestmark = pytest.mark.django_db


def showing(graph, *keys, state="made", n: int) -> Instance:
    made = (
        {"content": session(n), "digest": f"{n:064x}", "made_at": timezone.now()} if state == "made" else {}
    )
    return session_showing(
        *(revision_in(graph.first, key) for key in keys), run=graph.run, recipe="supervised_dialogue",
        version=graph.first, state=state, sample=n, profile=client_profile(), factors=graph.run.parameters,
        cell=f"{n:064x}", **made,
    )  # fmt: skip


@pytest.fixture
def beside(graph):
    """B is changed in words only by the second version, A in meaning, and C is dropped."""
    made = {
        keys: showing(graph, *keys, n=500 + n)
        for n, keys in enumerate(((A, B), (B, A), (B, C), (A, C), (B,), ()))
    }
    made["waits"] = showing(graph, B, A, state="planned", n=600)
    return made


def ids(beside, *which) -> set[int]:
    return {beside[one].pk for one in which}


STALE = ((A, B), (B, A), (B, C), (A, C), "waits")


def test_stale_is_what_has_any_mistake_that_changed_and_never_what_was_to_show_none(graph, beside, second):
    assert waiting(second) == graph.of(A, C) | ids(beside, *STALE)


def test_made_again_is_what_still_has_all_its_mistakes_with_all_of_them(graph, beside, second, lena):
    done = remake(second, lena)
    new = {one.parent_id: one for one in Instance.objects.filter(run__in=done.runs)}
    assert set(new) == graph.of(A) | ids(beside, (A, B), (B, A), "waits")
    assert sum(done.left_out.values()) == len(graph.of(C)) + 2
    for keys in ((A, B), (B, A)):
        again = new[beside[keys].pk]
        assert again.intended() == [revision_in(second, key) for key in keys]
        assert again.factors == beside[keys].factors and again.cell != beside[keys].cell
    assert Instance.objects.get(pk=beside["waits"].pk).state == "cancelled"
    assert waiting(second) == graph.of(C) | ids(beside, (B, C), (A, C))
    assert remake(second, lena).planned == 0


def test_it_is_counted_for_each_mistake_through_which_it_is_stale_and_once_in_all(
    graph, beside, second, lena
):
    found = dependents.of(graph.first, second, lena)
    assert {one.key: one.sessions for one in found.stale} == {A: 5 + 4, C: 5 + 2}
    assert found.sessions == len(waiting(second)) == 10 + 5
    # Of what B was to show, only what is not stale through another is reworded.
    assert [(one.key, one.sessions) for one in found.reworded] == [(B, 5 + 1)]


def test_the_list_shows_it_under_each_with_why_and_counts_what_can_be_done(
    graph, beside, second, log_in, lena
):
    client = log_in(lena)
    page = stale_page(client)
    assert listed(page) == waiting(second)
    assert listed(stale_page(client, pair=C)) == graph.of(C) | ids(beside, (B, C), (A, C))
    assert listed(stale_page(client, pair=A)) == graph.of(A) | ids(beside, (A, B), (B, A), (A, C), "waits")
    assert f'name="n" value="{len(waiting(second))}"' in page
    assert f"Make {5 + 3} sessions again" in page
    assert "Plays the problem down, Gives advice too soon<br>" in page
    # The name of any of its mistakes finds it.
    assert listed(stale_page(client, words="Interrupts")) == graph.of(C) | ids(beside, (B, C), (A, C))


def test_it_waits_until_it_is_judged_by_every_one_of_its_mistakes_as_that_stands(
    graph, beside, second, lena, ben, chloe
):
    round, _left_out = read_again(graph, second, lena, [ben, chloe])
    read = set(round.items.values_list("instance", flat=True))
    assert ids(beside, (A, B), (B, A), (B, C), (A, C)) <= read
    assert waiting(second) == graph.of(A, C, stages=("planned", "making", "out")) | ids(beside, "waits")
    for item in round.items.all():
        for person in (ben, chloe):
            judge(item, person, says())
    third = third_version()
    # A changed once more: what was to show it waits again, whatever else it shows; what shows C beside B does not.
    assert ids(beside, (A, B), (B, A), (A, C)) <= waiting(third)
    assert not waiting(third) & ids(beside, (B, C), (B,), ())


def test_a_release_names_what_is_stale_through_any_of_its_mistakes(graph, beside, second, lena, ben, chloe):
    for keys in ((B, A), (A, C), (B,), ()):
        item = Item.objects.create(
            round=graph.closed, instance=beside[keys], position=90 + len(keys) * 2 + len(str(keys))
        )
        DatasetItem.objects.create(dataset=graph.dataset, item=item, split="train")
    [stale] = built_on.stale_in(graph.dataset, lena)
    assert stale.n == 2 + 2  # those of A and C alone, and the two that show one of them beside another
    found = dependents.of(graph.first, second, lena)
    assert {one.key: one.datasets for one in found.stale} == {A: 1, C: 1}

"""Nobody judges, or settles, a session about a client whom she knows."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import ReviewerRecord
from accounts.roles import Refused
from review import access, conflicts, disputes
from review.conflicts import CannotDeclare, declare
from review.handing_on import seat_more
from review.models import Conflict, Reading
from review.raters import rater_for
from review.rounds import CannotMakeRound
from tests.conftest import person
from tests.review.factories import (
    client_profile,
    judge,
    made_instances,
    published_pairs,
    published_rubric,
    reading,
    round_of,
    says,
)


@pytest.fixture
def amal(db):
    return person("Amal", "annotator")


def of_two_clients(people, lena, n=6, **options):
    """Every other session is about Mira, the rest about Tom."""
    pairs = published_pairs()
    profiles = [client_profile("mira"), client_profile("tom", name="Tom")]
    sessions = made_instances(n, pairs, profiles=profiles)
    given = {"pairs_version": pairs, "rubric_version": published_rubric(), "unaided_share": 0}
    return round_of(0, people, lena, instances=sessions, **given, **options)


def hers(round, who, case="mira"):
    own = Reading.objects.filter(seat__round=round, seat__rater__user=who)
    return own.filter(item__instance__profile__base_case=case)


def test_a_session_goes_to_nobody_who_knows_its_client(ben, chloe, amal, lena):
    client_profile("mira")
    declare(person=ben, client="mira", by=lena)
    round = of_two_clients([ben, chloe, amal], lena)
    assert not hers(round, ben).exists() and hers(round, ben, "tom").exists()
    assert {item.readings.count() for item in round.items.all()} == {2}


def test_a_round_that_lacks_readers_for_it_is_refused_and_says_why(ben, chloe, lena):
    client_profile("mira")
    declare(person=ben, client="mira", by=lena)
    with pytest.raises(CannotMakeRound, match="here: Chloe. Who is not to judge it: Ben."):
        of_two_clients([ben, chloe], lena)


def test_what_she_holds_goes_to_somebody_else_and_what_she_judged_stays(ben, chloe, amal, lena):
    round = of_two_clients([ben, chloe, amal], lena, n=12)
    before = hers(round, ben)
    judged = before.first()
    judge(judged.item, ben, says())
    others = set(before.exclude(pk=judged.pk).values_list("item", flat=True))
    declare(person=ben, client="mira", reason="Her supervisor for years.", by=lena)
    assert not hers(round, ben).undecided().exists() and judged.decisions.exists()
    taken = Reading.objects.filter(replaces__seat__rater__user=ben)
    assert set(taken.values_list("item", flat=True)) == others
    assert hers(round, ben, "tom").undecided().exists()


def test_where_nobody_else_may_it_waits_and_whoever_is_seated_takes_it(ben, chloe, amal, lena):
    round = of_two_clients([ben, chloe], lena)
    declare(person=ben, client="mira", by=lena)
    assert Reading.objects.waiting().count() == 3
    declare(person=amal, client="mira", by=lena)
    assert seat_more(round=round, raters=[rater_for(amal)], by=lena).on == 0
    noor = person("Noor", "annotator")
    assert seat_more(round=round, raters=[rater_for(noor)], by=lena).on == 3


def test_all_records_of_the_same_person_are_one_client(ben, chloe, amal, lena):
    pairs = published_pairs()
    again = client_profile("mira-intake", base_case="mira")
    client_profile("mira")
    declare(person=ben, client="mira", by=lena)
    round = round_of(0, [ben, chloe, amal], lena, instances=made_instances(2, pairs, profiles=[again]),
                     pairs_version=pairs)  # fmt: skip
    assert not Reading.objects.filter(seat__round=round, seat__rater__user=ben).exists()


def test_an_adjudicator_settles_nothing_about_a_client_whom_she_knows(ben, chloe, dan, lena):
    round = of_two_clients([ben, chloe], lena)
    mira = round.items.filter(instance__profile__base_case="mira").first()
    judge(mira, ben, says("accept"))
    judge(mira, chloe, says("reject"))
    assert mira in disputes.waiting_for(dan) and access.may_settle(dan, mira)
    declare(person=dan, client="mira", by=lena)
    assert mira not in disputes.waiting_for(dan)
    assert "You know this client" in str(access.may_settle(dan, mira).reason)


def test_it_ends_when_a_lead_says_so_and_nothing_of_it_is_changed(ben, chloe, amal, lena):
    client_profile("mira")
    made = declare(person=ben, client="mira", by=lena)
    with pytest.raises(CannotDeclare, match="known already"):
        declare(person=ben, client="mira", by=lena)
    conflicts.end(conflict=made, by=lena)
    with pytest.raises(CannotDeclare, match="ended before"):
        conflicts.end(conflict=made, by=lena)
    assert not Conflict.objects.in_force().exists()
    round = of_two_clients([ben, chloe], lena)
    assert hers(round, ben).exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        Conflict.objects.update(stands=True)


def test_only_leads_say_so_and_only_of_a_client_that_is_there(ben, lena):
    with pytest.raises(Refused):
        declare(person=ben, client="mira", by=ben)
    with pytest.raises(CannotDeclare, match="There is no client “nobody”"):
        declare(person=ben, client="nobody", by=lena)


def test_a_session_that_she_was_to_read_opens_no_more(ben, chloe, amal, lena):
    from review.handing_on import may_be_given

    round = of_two_clients([ben, chloe, amal], lena)
    item = hers(round, ben).first().item
    assert may_be_given(reading(item, ben))
    Conflict.objects.create(person=ben, base_case="mira", stands=True, by=lena)
    assert not may_be_given(reading(item, ben))


def test_lena_says_it_on_the_page(client, ben, chloe, lena):
    client_profile("mira")
    n = chloe.reviewer_records.count() + 1
    ReviewerRecord.objects.create(
        user=chloe, n=n, profession="p", terms_version="1", conflicts="I taught Tom."
    )
    client.force_login(lena)
    page = client.get(reverse("conflicts")).content.decode()
    assert "None is known" in page and "I taught Tom." in page
    refused = client.post(reverse("conflicts"), {"person": ben.public_id, "client": "nobody"})
    assert refused.status_code == 400 and "There is no client" in refused.content.decode()
    answer = client.post(
        reverse("conflicts"),
        {"person": ben.public_id, "client": "mira", "reason": "<b>his niece</b>"},
        follow=True,
    )
    assert "&lt;b&gt;his niece" in answer.content.decode()
    ended = client.post(reverse("conflict_end", args=[Conflict.objects.get().pk]), follow=True)
    assert "None is known" in ended.content.decode()


def test_lena_finds_the_client_by_the_name_that_the_list_of_clients_shows(client, ben, lena):
    client_profile("cc-017", name="Mira Sandoval")
    client_profile("cc-018", name="Tom Reyes")
    client.force_login(lena)
    page = client.get(reverse("conflicts")).content.decode()
    assert '<option value="Mira Sandoval"></option>' in page and "cc-017" not in page
    answer = client.post(
        reverse("conflicts"), {"person": ben.public_id, "client": "mira sandoval"}, follow=True
    )
    assert Conflict.objects.get().base_case == "cc-017"
    told = answer.content.decode()
    assert "<td>Mira Sandoval</td>" in told and "cc-017" not in told


def test_of_two_clients_with_one_name_each_is_listed_with_its_key(client, ben, lena):
    client_profile("alex-1", name="Alex")
    client_profile("alex-2", name="Alex")
    client_profile("alex-2-intake", name="Alex", base_case="alex-2")
    client.force_login(lena)
    page = client.get(reverse("conflicts")).content.decode()
    assert page.count('<option value="Alex (') == 2 and "Alex (alex-2-intake)" not in page
    with pytest.raises(
        CannotDeclare,
        match=r"Several clients are called “Alex”. Choose one: Alex \(alex-1\); Alex \(alex-2\)",
    ):
        declare(person=ben, client="Alex", by=lena)
    assert declare(person=ben, client="Alex (alex-2)", by=lena).base_case == "alex-2"


def test_the_page_asks_the_same_however_many_clients_and_conflicts_there_are(
    client, ben, lena, django_assert_max_num_queries
):
    client.force_login(lena)
    asked = []
    for n in (1, 6):
        for one in range(n):
            client_profile(f"client-{n}-{one}", name=f"Client {n} {one}")
            declare(person=ben, client=f"client-{n}-{one}", by=lena)
        with django_assert_max_num_queries(60) as found:
            assert client.get(reverse("conflicts")).status_code == 200
        asked.append(len(found))
    assert asked[0] == asked[1]

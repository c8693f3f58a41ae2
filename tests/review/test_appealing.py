"""An appeal waits for a lead; granted, it opens a new item on the same session for other readers; nothing old changes."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Grant, TrailEvent, User
from accounts.roles import Refused
from review import access
from review.appealing import CannotAppeal, appeal, decline_appeal, grant_appeals, may_have_read
from review.handing_on import seat_more
from review.matching import CannotMakeRound
from review.models import Appeal, Decision, Item, Round, Standing
from review.raters import rater_for
from review.rounds import close_round
from review.workflow import adjudicate
from tests.conftest import person
from tests.review.factories import judge, made_instances, published_pairs, round_of, says

WHY = "The advice answers what the client asked for."


@pytest.fixture
def others(db):
    return [rater_for(person("Noor", "annotator")), rater_for(person("Omar", "annotator"))]


@pytest.fixture
def overturned(round, item, ben, chloe, dan, lena):
    """Ben accepts, Chloe rejects, Dan rejects; the round is closed."""
    judge(item, ben, says("accept"))
    judge(item, chloe, says("reject"))
    adjudicate(item=item, by=dan, verdict="reject", reason="Nobody has listened yet.")
    close_round(round=round, by=lena)
    return Item.objects.get(pk=item.pk)


def rows() -> list:
    return [list(model.objects.order_by("pk").values()) for model in (Item, Standing, Decision)]


def test_ben_appeals_once_and_nothing_of_the_item_changes(overturned, ben):
    before = rows()
    made = appeal(item=overturned, by=ben, reason=f"  {WHY}\n")
    assert (made.state, made.reason, made.by) == ("waiting", WHY, ben) and rows() == before
    with pytest.raises(Refused, match="appealed here already"):
        appeal(item=overturned, by=ben, reason="And another thing.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Appeal.objects.create(item=overturned, by=ben, reason="Twice.")


def test_who_did_not_judge_it_or_gives_no_reason_does_not_appeal(overturned, ben, dan, lena, eve, others):
    for stranger in (dan, lena, eve, others[0].user):
        with pytest.raises(Refused):
            appeal(item=overturned, by=stranger, reason=WHY)
    for reason in ("", " \n", "x" * 4_001, "a \0"):
        with pytest.raises(CannotAppeal):
            appeal(item=overturned, by=ben, reason=reason)
    assert not Appeal.objects.exists()


def test_there_is_no_appeal_before_resolutions_open_nor_against_what_was_never_settled(
    round, item, ben, chloe, lena
):
    judge(item, ben, says("accept"))
    with pytest.raises(Refused, match="when its round opens"):
        appeal(item=item, by=ben, reason=WHY)
    close_round(round=round, by=lena)
    with pytest.raises(Refused, match="was not settled"):
        appeal(item=item, by=ben, reason=WHY)


def test_lena_declines_in_writing_and_that_stands(overturned, ben, lena):
    made = appeal(item=overturned, by=ben, reason=WHY)
    with pytest.raises(CannotAppeal, match="Say why"):
        decline_appeal(appeal=made, by=lena, answer=" ")
    declined = decline_appeal(appeal=made, by=lena, answer="Dan's reason holds.")
    assert (declined.state, declined.answer, declined.answered_by) == (
        "declined",
        "Dan's reason holds.",
        lena,
    )
    with pytest.raises(CannotAppeal, match="before you"):
        decline_appeal(appeal=made, by=lena, answer="No.")
    with pytest.raises(Refused):
        appeal(item=overturned, by=ben, reason="Once more.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Appeal.objects.update(answer="Something else.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Appeal.objects.all().delete()


def test_granted_it_is_a_new_item_for_others_that_names_the_old_one(overturned, ben, chloe, lena, others):
    appeal(item=overturned, by=chloe, reason="I would accept it now.")
    made, before = appeal(item=overturned, by=ben, reason=WHY), rows()
    round = grant(made, others, lena)
    new = round.items.get()
    assert (new.instance, new.supersedes, new.arm) == (overturned.instance, overturned, "aided")
    assert {reading.seat.rater for reading in new.readings.all()} == set(others)
    # Both who appealed are answered by it.
    assert set(Appeal.objects.values_list("state", "led_to")) == {("granted", new.pk)}
    for rows_then, rows_now in zip(before, rows(), strict=True):
        assert rows_now[: len(rows_then)] == rows_then
    assert TrailEvent.objects.get(verb="review.grant_appeals").after == {"appeals": 2}
    with pytest.raises(Refused):
        appeal(item=overturned, by=ben, reason="Again.")


def grant(made, raters, by, **more):
    round = made.item.round
    versions = {"pairs_version": round.pairs_version, "rubric_version": round.rubric_version}
    return grant_appeals(appeals=[made], name="Appeals", raters=raters, by=by, **(versions | more))


def test_nobody_who_read_or_settled_it_judges_the_appeal(overturned, ben, chloe, dan, lena, others):
    Grant.objects.create(user=dan, role="annotator")
    made = appeal(item=overturned, by=ben, reason=WHY)
    for knows in (ben, chloe, dan):
        with pytest.raises(CannotMakeRound, match=f"these have had one of the sessions: {knows.name}"):
            grant(made, [others[0], rater_for(knows)], lena)
    assert Round.objects.count() == 1 and Appeal.objects.get().state == "waiting"


def test_what_was_read_without_the_draft_is_read_so_again(ben, chloe, lena, others):
    pairs = published_pairs()
    round = round_of(
        0, [ben, chloe], lena, pairs_version=pairs, instances=made_instances(10, pairs), unaided_share=0.5
    )
    items = {arm: round.items.filter(arm=arm).first() for arm in ("aided", "unaided")}
    for arm, item in items.items():
        for reader in (ben, chloe):
            judge(item, reader, says(None if arm == "unaided" else "accept"))
    close_round(round=round, by=lena)
    made = [appeal(item=item, by=ben, reason=WHY) for item in items.values()]
    versions = {"pairs_version": round.pairs_version, "rubric_version": round.rubric_version}
    with pytest.raises(CannotMakeRound, match="rounds of their own"):
        grant_appeals(appeals=made, name="Appeals", raters=others, by=lena, **versions)
    again = grant_appeals(appeals=made[1:], name="Appeals", raters=others, by=lena, **versions)
    assert [item.arm for item in again.items.all()] == ["unaided"] and again.unaided_share == 1


def test_a_session_that_is_judged_again_meanwhile_is_not_put_into_a_second_round(
    overturned, ben, lena, others
):
    made = appeal(item=overturned, by=ben, reason=WHY)
    round_of(0, [other.user for other in others], lena, instances=[overturned.instance],
             pairs_version=overturned.round.pairs_version, rubric_version=overturned.round.rubric_version,
             supersedes={overturned.instance_id: overturned.pk})  # fmt: skip
    more = [rater_for(person("Pia", "annotator")), rater_for(person("Quinn", "annotator"))]
    with pytest.raises(CannotMakeRound, match="judged again already"):
        grant(made, more, lena)


def test_one_who_is_no_lead_or_appealed_herself_answers_nothing(overturned, ben, dan, eve, others):
    made = appeal(item=overturned, by=ben, reason=WHY)
    Grant.objects.create(user=ben, role="lead")
    ben = type(ben).objects.get(pk=ben.pk)
    for other in (ben, dan, eve):
        with pytest.raises(Refused):
            decline_appeal(appeal=made, by=other, answer="No.")
        with pytest.raises(Refused):
            grant(made, others, other)


def test_a_lead_who_judges_in_the_round_learns_of_no_appeal_there(ben, chloe, lena):
    noor = person("Noor", "annotator", "lead")
    round = round_of(6, [ben, chloe, noor], lena, resolutions_from=timezone.now())
    item = round.items.exclude(readings__seat__rater__user=noor).first()
    for reader in (ben, chloe):
        judge(item, reader, says("accept"))
    made = appeal(item=item, by=ben, reason=WHY)
    assert not access.appeals_open_to(noor).exists() and list(access.appeals_open_to(lena)) == [made]
    with pytest.raises(Refused, match="another lead answers"):
        decline_appeal(appeal=made, by=noor, answer="No.")


def test_a_rehearsal_knows_no_appeal(round, item, ben, chloe, lena):
    simulated = rater_for(person("Sim", "annotator"))
    assert simulated.kind == "human"
    from review.models import Rater

    Rater.objects.filter(pk=simulated.pk).update(kind="simulated")
    rehearsal = round_of(0, [ben, simulated.user], lena, instances=made_instances(1, round.pairs_version),
                         pairs_version=round.pairs_version, rubric_version=round.rubric_version)  # fmt: skip
    assert rehearsal.rehearsal
    own = rehearsal.items.get()
    for reader in (ben, simulated.user):
        judge(own, reader, says("accept"))
    close_round(round=rehearsal, by=lena)
    with pytest.raises(Refused, match="rehearsal"):
        appeal(item=own, by=ben, reason=WHY)


def test_the_page_offers_only_those_who_have_had_none_of_the_sessions_and_says_who_has(
    log_in, overturned, ben, dan, lena
):
    Grant.objects.create(user=dan, role="annotator")
    made = appeal(item=overturned, by=ben, reason=WHY)
    client, address = log_in(lena), f"/rounds/appeals/grant/?appeal={made.public_id}"
    page = client.get(address)
    assert not page.context["form"].fields["reviewers"].queryset.exists()
    assert "Nobody is left who could judge them again" in page.content.decode()
    noor = person("Noor", "annotator")
    page = client.get(address)
    assert list(page.context["form"].fields["reviewers"].queryset) == [noor]
    # Readers, and who settled it; each with the session that she has had.
    assert {str(rater): items for rater, items in page.context["left_out"]} == {
        name: [overturned] for name in ("Ben", "Chloe", "Dan")
    }
    said = " ".join(page.content.decode().split())
    assert "Not offered here, as they have had one of these sessions" in said
    assert f"{overturned.round.name}, session {overturned.position + 1}" in said
    assert client.post(address, {"reviewers": [ben.public_id], "name": "Appeals"}).status_code == 400
    assert Round.objects.count() == 1


def test_a_lead_who_could_read_an_appeal_does_not_judge_it_again(log_in, overturned, ben, lena, others):
    """She read how it was settled and what is said against it, whether or not it is she who has it judged again."""
    made = appeal(item=overturned, by=ben, reason=WHY)
    Grant.objects.create(user=lena, role="annotator")
    lea = person("Lea", "lead", "annotator")
    noor, omar = (rater.user for rater in others)
    client, address = log_in(lena), f"/rounds/appeals/grant/?appeal={made.public_id}"
    page = client.get(address)
    assert set(page.context["form"].fields["reviewers"].queryset) == {noor, omar}
    assert [str(user) for user in page.context["read"]] == ["Lea", "Lena"]
    said = " ".join(page.content.decode().split())
    assert "they lead and could read the appeal and how the session was settled: Lea, Lena" in said
    assert client.post(address, {"reviewers": [lena.public_id], "name": "Appeals"}).status_code == 400
    lena = User.objects.get(pk=lena.pk)
    for reader in (lena, lea):
        with pytest.raises(CannotMakeRound, match=f"could read it: {reader}"):
            grant(made, [others[0], rater_for(reader)], lena)
    assert Round.objects.count() == 1 and not Appeal.objects.exclude(state="waiting").exists()


def test_a_lead_to_whom_the_appeal_is_hidden_has_not_read_it(overturned, ben, lena, others):
    """She judges the same session, of another run, in an open round: nothing is told to her."""
    made = appeal(item=overturned, by=ben, reason=WHY)
    lea = person("Lea", "lead", "annotator")
    twin = made_instances(
        1, overturned.round.pairs_version, cell=overturned.instance.cell, origin="evaluation"
    )
    versions = {name: getattr(overturned.round, name) for name in ("pairs_version", "rubric_version")}
    round_of(1, [lea, others[1].user], lena, name="Twin", instances=twin, **versions)
    assert may_have_read([made], [ben, lea, lena]) == [lena]


def test_nor_is_she_seated_later_in_the_round_that_was_made_of_it(overturned, ben, lena, others):
    round = grant(appeal(item=overturned, by=ben, reason=WHY), others, lena)
    with pytest.raises(CannotMakeRound, match="Lea leads, and could read the appeals"):
        seat_more(round=round, raters=[rater_for(person("Lea", "lead", "annotator"))], by=lena)
    seat_more(round=round, raters=[rater_for(person("Nils", "annotator"))], by=lena)

"""The risk route: what a reader flags is before the leads at once, and waits until one has answered in writing."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import Grant, Role, TrailEvent
from accounts.roles import Refused
from review import handing_on
from review.flags import waiting
from review.flags.answering import CannotResolve, name_risk_lead, resolve
from review.flags.raising import CannotFlag, raise_flag
from review.label_studio.reading_results import flag_in
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import Decision, Flag, RawAnnotation, Reading, Resolution, Round
from review.raters import rater_for
from review.rounds import CannotClose, CannotMakeRound, close_round
from review.workflow import adjudicate
from synthesis import tiers
from tests.conftest import person
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import judge, reading, round_of, says, standings
from tests.review.studio import desk, result_of, submit

FAR = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def lou(db):
    """A second lead."""
    return person("Lou", Role.LEAD)


@pytest.fixture
def studio(round):
    studio = FakeLabelStudio()
    send(round, studio)
    return studio


def words(answer) -> str:
    return " ".join(answer.content.decode().split())


def page(client, user, name, *args) -> str:
    client.force_login(user)
    return words(client.get(reverse(name, args=args)))


def flagged(studio, item, user, *, skipped=False, comment="She is not asked whether she is safe."):
    """She marks it unsafe in the editor."""
    answers = says(unsafe=True, comment=comment)
    if not skipped:
        return submit(desk(studio, user), item, user, answers)
    session = desk(studio, user)
    task = reading(item, user).task_id
    result = result_of(item, answers, studio.tasks[task]["data"]["dialogue"])
    return session._add(task, result, 3.0, None, was_cancelled=True)


# Raised.


def test_a_judgement_that_calls_a_session_unsafe_is_a_flag_of_its_own(round, item, ben):
    decision = judge(item, ben, says(unsafe=True, comment="Nobody asks."))
    flag = Flag.objects.get()
    assert (flag.item, flag.rater, flag.decision, flag.words) == (
        item,
        decision.rater,
        decision,
        "Nobody asks.",
    )
    assert flag.raised_at == decision.decided_at
    for change in (Flag.objects.all().delete, lambda: Flag.objects.update(words="")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_session_that_is_skipped_with_a_flag_is_flagged(round, item, ben, studio):
    flagged(studio, item, ben, skipped=True)
    assert sync_all(studio).decided == 0
    flag = Flag.objects.get()
    assert flag.raw == RawAnnotation.objects.get() and flag.rater.user == ben
    assert flag.words == "She is not asked whether she is safe." and not Decision.objects.exists()
    sync_all(studio)
    assert Flag.objects.count() == 1, "read again it is no other"


def test_what_comes_late_or_was_given_back_or_cannot_be_read_is_flagged_all_the_same(
    round, ben, chloe, lena, studio
):
    late, returned, unreadable, _quiet = round.items.all()
    noor = rater_for(person("Noor", Role.ANNOTATOR))
    handing_on.seat_more(round=round, raters=[noor], by=lena)
    handing_on.hand_on(seat=round.seats.get(rater__user=ben), by=lena)
    studio._now = FAR
    flagged(studio, returned, ben)
    task = reading(unreadable, chloe).task_id
    desk(studio, chloe).submit(
        task, [{"from_name": "unsafe", "value": {"choices": ["unsafe"]}}, {"from_name": "no"}], 3.0
    )
    assert sync_all(studio).decided == 0
    assert set(Flag.objects.values_list("item", "rater__user__name")) == {
        (returned.pk, "Ben"), (unreadable.pk, "Chloe"),
    }  # fmt: skip
    for flag in Flag.objects.all():
        resolve(flag=flag, holds=False, reason="Read.", by=lena)
    close_round(round=round, by=lena)
    flagged(studio, late, chloe)
    sync_all(studio)
    (flag,) = waiting.of_round(round)
    assert flag.item == late and "after the round was closed" in flag.raw.uncounted


def test_a_flag_of_somebody_who_is_not_its_reader_names_no_reader(round, item, ben, studio):
    stranger = studio.log_in("admin@example.com", "admin")
    task = reading(item, ben).task_id
    result = result_of(item, says(unsafe=True), studio.tasks[task]["data"]["dialogue"])
    stranger.submit(task, result, 3.0)
    sync_all(studio)
    assert Flag.objects.get().rater is None


def test_a_superseded_judgement_keeps_its_flag(round, item, ben):
    judge(item, ben, says(unsafe=True))
    judge(item, ben, says(comment="On second thoughts."), minutes=1)
    assert Flag.objects.get().decision.superseded_by and waiting.of_round(round).count() == 1


@pytest.mark.parametrize(
    "result",
    [None, "unsafe", [], ["unsafe"], [{"from_name": "comment", "value": {"text": ["unsafe"]}}], [{}]],
)
def test_what_does_not_call_it_unsafe_is_no_flag(result):
    assert flag_in(result) is None


@pytest.mark.parametrize("control, chosen", [("unsafe", "unsafe"), ("unsafe_texts", "second")])
def test_the_comment_beside_a_flag_is_found_in_whatever_shape(control, chosen):
    marked = {"from_name": control, "value": {"choices": [chosen]}}
    for text, found in ((["a", "b"], "a\nb"), ("a", "a"), (None, ""), ([None], "")):
        assert flag_in([marked, {"from_name": "comment", "value": {"text": text}}, 7]) == found
    assert flag_in([marked, {"from_name": "comment", "value": "broken"}]) == ""


# On our page.


def test_a_reader_says_on_our_page_that_a_text_may_concern_a_real_person(
    client, round, item, ben, chloe, lena
):
    from review.welfare.providing import provide

    provide(contact_name="Dr Okafor", contact_reach="extension 12", protocol="Ring the clinic.", by=lena)
    address = reverse("flag_raise", args=[reading(item, ben).external_id])
    client.force_login(ben)
    shown = words(client.get(address))
    assert "This software does not watch for emergencies, and calls nobody." in shown
    assert "Ring the clinic." in shown and "Dr Okafor, extension 12" in shown
    assert client.post(address, {"kind": "person", "words": " "}).status_code == 400
    client.post(address, {"kind": "person", "words": "Turn 2 names a street that I know."})
    flag = Flag.objects.get()
    assert (flag.kind, flag.rater.user, flag.decision, flag.raw) == ("person", ben, None, None)
    assert not TrailEvent.objects.filter(by=ben).exists(), "the round is blind"
    client.force_login(chloe)
    assert client.get(address).status_code == 403
    seen = page(client, lena, "flag", item.public_id)
    assert (
        "This may concern a real person" in seen
        and "a street that I know" in seen
        and "Ring the clinic." in seen
    )


def test_only_a_reader_of_the_session_raises_it_there_and_says_what_it_is(round, item, ben, chloe, lena):
    hers = reading(item, ben)
    for who in (chloe, lena):
        with pytest.raises(Refused):
            raise_flag(reading=hers, kind="unsafe", words="Turn 3.", by=who)
    for wrong in (
        {"kind": "other", "words": "x"},
        {"kind": "unsafe", "words": " \0 "},
        {"kind": "unsafe", "words": "x" * 4001},
    ):
        with pytest.raises(CannotFlag):
            raise_flag(reading=hers, **wrong, by=ben)
    close_round(round=round, by=lena)
    assert raise_flag(reading=hers, kind="unsafe", words="Turn 3.", by=ben).item == item


# Before the leads.


def test_it_is_at_once_before_the_named_lead_and_all_others_who_do_not_judge_there(
    client, round, item, ben, chloe, lena, lou
):
    judge(item, ben, says(unsafe=True, comment="Nobody asks."))
    assert round.risk_lead == lena, "who opened it"
    assert "for which you are the lead named for risk: look now" in page(client, lena, "home")
    assert "flagged in a round of another lead: look now" in page(client, lou, "home")
    for lead, said in (
        (lena, "You are the lead named for risk here."),
        (lou, "Lena is the lead named for risk here."),
    ):
        assert said in page(client, lead, "round", round.public_id)
        assert reverse("flag", args=[item.public_id]) in page(client, lead, "flags")
        seen = page(client, lead, "flag", item.public_id)
        assert "Nobody asks." in seen and "Ben" in seen and "You should simply ring him tonight." in seen
        rail = {place["label"]: place["waiting"] for place in client.get("/").context["rail"]}
        assert rail["Rounds"] == 1
    # Whoever judges in the round learns nothing of it, whatever her roles.
    Grant.objects.create(user=chloe, role=Role.LEAD)
    for name, *more in (("home",), ("flags",), ("round", round.public_id)):
        assert "look now" not in page(client, chloe, name, *more)
        assert str(item.public_id) not in page(client, chloe, name, *more)
    assert client.get(reverse("flag", args=[item.public_id])).status_code == 403


def test_whoever_may_settle_it_learns_who_said_so_when_it_is_settled(
    client, round, item, ben, chloe, lena, dan
):
    Grant.objects.create(user=lena, role=Role.ADJUDICATOR)
    judge(item, ben, says("reject", unsafe=True, comment="Nobody asks."))
    raise_flag(reading=reading(item, chloe), kind="person", words="A street.", by=chloe)
    seen = page(client, lena, "flag", item.public_id)
    assert "Ben" not in seen and "Chloe" not in seen and "Nobody asks." not in seen
    assert "A street." in seen, "that is no judgement"
    judge(item, chloe, says("reject"))
    adjudicate(item=item, by=dan, verdict="reject", unsafe=True, reason="A duty was missed.")
    assert standings(item)["verdict"][0] == "settled"
    assert "Nobody asks." in page(client, lena, "flag", item.public_id)


def test_the_lead_for_risk_is_a_lead_who_reads_nothing_in_the_round(round, ben, chloe, lena, lou, eve):
    with pytest.raises(CannotMakeRound, match="Eve is not a lead"):
        round_of(1, [ben, chloe], lena, **judged_by(round), risk_lead=eve)
    for one in (lena, lou):
        Grant.objects.create(user=one, role=Role.ANNOTATOR)
        one.refresh_from_db()
    with pytest.raises(CannotMakeRound, match="Lena reads in this round"):
        round_of(1, [ben, lena], lena, **judged_by(round))
    with pytest.raises(CannotMakeRound, match="lead named for risk"):
        handing_on.seat_more(round=round, raters=[rater_for(lena)], by=lena)
    with pytest.raises(DatabaseError), transaction.atomic():
        round.seats.create(rater=rater_for(lena))
    with pytest.raises(CannotMakeRound, match="reads in this round"):
        name_risk_lead(round=round, lead=named_lead(ben), by=lena)
    with pytest.raises(DatabaseError), transaction.atomic():
        Round.objects.filter(pk=round.pk).update(risk_lead=ben)
    close_round(round=round, by=lena)
    assert name_risk_lead(round=round, lead=lou, by=lena).risk_lead == lou, "flags may still come"


def judged_by(round) -> dict:
    return {"pairs_version": round.pairs_version, "rubric_version": round.rubric_version}


def named_lead(user):
    Grant.objects.create(user=user, role=Role.LEAD)
    user.refresh_from_db()
    return user


def test_another_lead_is_named_on_the_page_of_the_round(client, round, lena, lou, ben):
    client.force_login(lena)
    answer = client.post(
        reverse("round_risk_lead", args=[round.public_id]), {"lead": lou.public_id}, follow=True
    )
    assert "Lead for risk: Lou" in words(answer) and "Lead for risk: Lena → Lou" in words(answer)
    client.post(reverse("round_risk_lead", args=[round.public_id]), {"lead": ben.public_id})
    assert Round.objects.get().risk_lead == lou


# Answered.


def test_it_stays_until_a_lead_has_answered_in_writing_whatever_was_settled(
    client, round, item, ben, chloe, dan, lena
):
    judge(item, ben, says("reject", unsafe=True))
    judge(item, chloe, says("reject"))
    adjudicate(item=item, by=dan, verdict="reject", unsafe=True, reason="A duty was missed.")
    assert standings(item)["safety"] == ("settled", "unsafe") and waiting.of_round(round).count() == 1
    with pytest.raises(CannotClose, match="1 session carries a flag"):
        close_round(round=round, by=lena)
    client.force_login(lena)
    asked = client.get(reverse("round_close", args=[round.public_id]))
    assert "It cannot be closed yet." in words(asked) and "1 session carries a flag" in words(asked)
    assert "Close the round for good" not in words(asked) and reverse("flags") in asked.content.decode()
    refused = client.post(reverse("round_close", args=[round.public_id]), follow=True)
    assert "Nothing was closed." in words(refused) and Round.objects.get().state == "open"
    flag = Flag.objects.get()
    address = reverse("flag", args=[item.public_id])
    assert "Your answer to the flag “something here is unsafe”" in words(client.get(address))
    assert client.post(address, {"flag": flag.pk, "holds": "no", "reason": " "}).status_code == 400
    client.post(address, {"flag": flag.pk, "holds": "no", "reason": "Talked with Ben; held already."})
    answer = Resolution.objects.get()
    assert (answer.flag, answer.by, answer.holds) == (flag, lena, False)
    assert "Talked with Ben" in page(client, lena, "flag", item.public_id)
    for name, *more in (("home",), ("round", round.public_id)):
        assert "flagged" not in page(client, lena, name, *more)
    close_round(round=round, by=lena)
    told = TrailEvent.objects.get(verb="review.resolve")
    assert told.after == {"kind": "unsafe", "flags": 1, "holds": False}


def test_an_answer_may_hold_the_session_back(round, item, ben, lena):
    judge(item, ben, says(unsafe=True))
    resolve(flag=Flag.objects.get(), holds=True, reason="Method detail in turn 4.", by=lena)
    assert tiers.held(item.instance)
    assert standings(item)["safety"] == ("disputed", None), "what it counts as, an adjudicator says"


def test_a_flag_raised_after_an_answer_waits_again(round, item, ben, chloe, lena, lou):
    judge(item, ben, says(unsafe=True))
    first = Flag.objects.get()
    judge(item, chloe, says(unsafe=True))
    # She had not seen Chloe's when she wrote.
    resolve(flag=first, holds=False, reason="It is asked in turn 5.", by=lena)
    (second,) = waiting.of_round(round)
    assert second.rater.user == chloe
    resolve(flag=second, holds=False, reason="And in turn 7.", by=lou)
    assert not waiting.of_round(round).exists()
    with pytest.raises(CannotResolve, match="before you"):
        resolve(flag=second, holds=True, reason="Too late.", by=lena)
    judge(item, ben, says(unsafe=True, comment="Still."), minutes=2)
    assert waiting.of_round(round).get().words == "Still."


def test_an_answer_answers_those_before_it_and_of_its_kind(round, item, ben, chloe, lena):
    judge(item, ben, says(unsafe=True))
    judge(item, chloe, says(unsafe=True))
    raise_flag(reading=reading(item, ben), kind="person", words="A street.", by=ben)
    unsafe = Flag.objects.filter(kind="unsafe").order_by("pk").last()
    resolve(flag=unsafe, holds=False, reason="Read both.", by=lena)
    assert [flag.kind for flag in waiting.of_round(round)] == ["person"]


def test_who_may_answer(round, item, ben, chloe, dan, lena):
    judge(item, ben, says(unsafe=True))
    flag = Flag.objects.get()
    Grant.objects.create(user=chloe, role=Role.LEAD)
    chloe.refresh_from_db()
    for who in (ben, dan, chloe):
        with pytest.raises(Refused):
            resolve(flag=flag, holds=False, reason="Fine.", by=who)
    resolve(flag=flag, holds=False, reason="Fine.", by=lena)
    close_round(round=round, by=lena)
    chloe.refresh_from_db()
    later = raise_flag(reading=reading(item, chloe), kind="unsafe", words="It is not.", by=chloe)
    with pytest.raises(Refused, match="another lead answers"):
        resolve(flag=later, holds=False, reason="Mine.", by=chloe)
    assert not Reading.objects.filter(seat__rater__user=lena).exists()
    with pytest.raises(CannotResolve, match="Write what you found"):
        resolve(flag=later, holds=False, reason=" ", by=lena)


def test_the_list_asks_no_more_for_many_flags(client, round, ben, lena, django_assert_max_num_queries):
    items, counted = list(round.items.all()), []
    client.force_login(lena)
    for some in (items[:1], items[1:]):
        for item in some:
            judge(item, ben, says(unsafe=True))
        for name, *more in (("flags",), ("round", round.public_id)):
            client.get(reverse(name, args=more))  # what is counted once is counted here
            with django_assert_max_num_queries(70) as asked:
                client.get(reverse(name, args=more))
            counted.append(len(asked))
    assert counted[:2] == counted[2:]
    assert timedelta(0) <= Flag.objects.latest("at").at - Flag.objects.earliest("at").at


def test_the_list_says_which_session_and_what_is_flagged(client, round, ben, chloe, lena):
    first, second, *_ = round.items.all()
    judge(first, ben, says(unsafe=True))
    raise_flag(reading=reading(first, chloe), kind="person", words="A name that I know.", by=chloe)
    judge(second, ben, says(unsafe=True))
    client.force_login(lena)
    listed = " ".join(re.sub(r"<[^>]+>", " ", client.get(reverse("flags")).content.decode()).split())
    assert "1 may concern a real person ; unsafe 2" in listed and "2 unsafe 1" in listed
    page = " ".join(
        re.sub(r"<[^>]+>", " ", client.get(reverse("round", args=[round.public_id])).content.decode()).split()
    )
    assert "session 1 : may concern a real person ; unsafe" in page

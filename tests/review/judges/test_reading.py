"""A judge model reads a round as people do, and every reading of it comes to something that is kept."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from review.judges import driving
from review.models import (
    Decision,
    Flag,
    JudgeOutcome,
    Judging,
    Rater,
    Reading,
    Seat,
    Standing,
)
from synthesis.models import Call, Mark
from tests.fakes.model_server import BROKEN, DENIED, EMPTY, FILTERED, MALFORMED, REFUSED, TRUNCATED, Reply
from tests.review import factories, invented
from tests.review.judges.answering import aided, always, pair


def test_a_judge_reads_every_session_as_often_as_it_is_asked_to(round, ask, read):
    judging = ask(round, always(aided()), repeats=3)
    drove = read(judging)
    assert dict(drove.outcomes) == {"judged": 12} and drove.calls == 12
    said = Decision.objects.filter(rater__kind="model")
    assert said.count() == 12 and {d.verdict for d in said} == {"accept"}
    one = said.first()
    assert one.any_mistake and one.believable == 4 and one.rationale.startswith("You should")
    assert one.judged["draft"] and one.rubric_version == round.rubric_version
    assert [(f.pair_revision.pair.key, f.utterances, f.severity) for f in one.findings.all()] == [
        ("premature-advice", [3], 2)
    ]
    assert {r.dimension_revision.dimension.key: r.value for r in one.ratings.all()} == {
        "specific": "4",
        "supportive": "4",
    }
    # Repeats are asked with seeds of their own, so that they are no copies.
    assert len({body["seed"] for body in judging.server.requests}) == 12


def test_what_a_judge_is_told_is_the_rubric_the_guideline_and_the_words_and_nothing_that_is_hidden(
    round, ask, read
):
    judging = ask(round, always(aided()))
    read(judging)
    told = "\n".join(m["content"] for body in judging.server.requests for m in body["messages"])
    for words in (
        "anchor 3",
        "Gives advice too soon",
        "how minimising shows",
        "You should simply ring him tonight.",
    ):
        assert words in told
    for hidden in ("VALIDATOR-MARK", "told", str(round.public_id), "mira"):
        assert hidden not in told.replace("You keep being told", "")


def test_the_words_before_a_judge_are_those_before_a_person(round, ask, read):
    judging = ask(round, always(aided()))
    read(judging)
    draft = Decision.objects.filter(rater__kind="model").first().judged["draft"]
    assert any(draft in body["messages"][-1]["content"] for body in judging.server.requests)


def test_two_texts_are_put_in_both_positions_and_kept_by_their_own_names(ben, chloe, lena, ask, read):
    round = invented.round_of("reply_preference", 2, [ben, chloe], lena)
    # It always prefers what stands first: by their own names once this text and once the other.
    judging = ask(round, always(pair("first", level="first", unsafe=["first"])), repeats=2)
    read(judging)
    readings = Reading.objects.filter(seat=judging.seat, item=round.items.first()).order_by("pass_number")
    assert [r.position_ab for r in readings] == ["ab", "ba", "ab", "ba"]
    said = [Decision.objects.get(reading=r) for r in readings]
    assert [d.preferred for d in said] == ["a", "b", "a", "b"]
    assert [d.unsafe_texts for d in said] == [["a"], ["b"], ["a"], ["b"]]
    assert [d.ratings.first().value for d in said] == ["first", "second", "first", "second"]
    asked = [request["messages"][1]["content"] for request in judging.server.requests]
    stands_first = [one.index(invented.TEXTS["a"]) < one.index(invented.TEXTS["b"]) for one in asked]
    assert (
        sorted(stands_first) == [False] * 4 + [True] * 4
    )  # of both sessions, in whichever order they were asked


@pytest.mark.parametrize(
    ("reply", "kind"),
    [(REFUSED, "refused"), (FILTERED, "filtered"), (MALFORMED, "unreadable"), (EMPTY, "unreadable"),
     (TRUNCATED, "unreadable"), (aided("edit"), "unreadable"), (aided("reject", reject_reasons=[]), "unreadable"),
     (Reply("", status=400), "not_taken")],
)  # fmt: skip
def test_what_gives_no_judgement_is_named_and_counted_and_never_dropped(round, ask, read, reply, kind):
    judging = ask(round, always(reply))
    drove = read(judging)
    assert dict(drove.outcomes) == {kind: 4}
    assert not Decision.objects.filter(rater__kind="model").exists()
    assert {one.kind for one in JudgeOutcome.objects.all()} == {kind}
    assert all(one.why for one in JudgeOutcome.objects.all())
    asked = len(judging.server.requests)
    assert dict(read(judging).outcomes) == {} and len(judging.server.requests) == asked


def test_a_bad_reply_is_asked_for_anew_twice_and_then_it_is_unreadable(round, ask, read):
    judging = ask(round, lambda number, body: MALFORMED)
    read(judging)
    assert len(judging.server.requests) == 3 * 4


def test_an_edit_that_changes_nothing_is_an_answer_that_is_not_counted(round, ask, read):
    judged = factories.content()["feedback"]
    assert judged
    from review.judged import Wording

    draft = Wording().of(round.items.first())["draft"]
    drove = read(ask(round, always(aided("edit", words=draft))))
    assert dict(drove.outcomes) == {"not_counted": 4}
    assert "without a change" in JudgeOutcome.objects.first().why


def test_an_endpoint_that_refuses_everybody_stops_the_judge_which_goes_on_when_it_is_mended(
    round, ask, read, lena
):
    from review.judges.asking import go_on_judging

    judging = ask(round, always(DENIED))
    read(judging)
    judging.refresh_from_db()
    assert judging.state == "stopped" and judging.why
    assert not JudgeOutcome.objects.exists()
    assert read(judging) is None
    judging.server.script = always(aided())
    go_on_judging(judging=judging, by=lena)
    assert dict(read(judging).outcomes) == {"judged": 4}


def test_an_endpoint_that_is_down_loses_nothing(round, ask, read):
    judging = ask(round, always(BROKEN))
    read(judging)
    judging.refresh_from_db()
    assert judging.state == "stopped" and not JudgeOutcome.objects.exists()


def test_what_a_judge_said_once_is_found_again_in_another_round_and_not_paid_for_twice(
    round, ask, read, ben, chloe, lena
):
    read(ask(round, always(aided()), repeats=2))
    calls = Call.objects.count()
    again = factories.round_of(
        0, [ben, chloe], lena, name="Again", instances=[item.instance for item in round.items.all()],
        pairs_version=round.pairs_version, rubric_version=round.rubric_version,
    )  # fmt: skip
    judging = ask(again, always(aided("reject")), repeats=2)
    drove = read(judging)
    assert (drove.calls, drove.replayed) == (0, 8) and not judging.server.requests
    assert Call.objects.count() == calls
    assert set(Decision.objects.filter(item__round=again).values_list("verdict", flat=True)) == {"accept"}


def test_its_calls_are_in_no_runs_account(round, ask, read):
    read(ask(round, always(aided())))
    assert set(Call.objects.values_list("instance", "role")) == {(None, "judge")}


def test_a_closed_round_may_be_read_by_a_judge_and_nothing_of_the_round_moves(round, ask, read, ben, lena):
    from review.rounds import close_round

    factories.judge(round.items.first(), ben, factories.says())
    close_round(round=round, by=lena)
    before = list(Standing.objects.order_by("pk").values())
    assert dict(read(ask(round, always(aided(unsafe=True)))).outcomes) == {"judged": 4}
    assert list(Standing.objects.order_by("pk").values()) == before
    assert not Flag.objects.exists()


def test_a_session_held_back_is_not_read_and_one_held_later_is_named(round, ask, read, lena):
    from synthesis.holding import hold

    first, second = list(round.items.all())[:2]
    hold(instance=first.instance, reason="to be looked at", by=lena)
    judging = ask(round, always(aided()))
    assert judging.left_out_held == 1
    hold(instance=second.instance, reason="to be looked at", by=lena)
    assert dict(read(judging).outcomes) == {"judged": 2, "held": 1}
    assert len(judging.server.requests) == 2


# -- the database keeps it so


def test_a_model_never_sits_where_it_would_count_in_a_round_of_people(round, transactional_db):
    rater = Rater.objects.create(kind="model", model_name="here/judge")
    with pytest.raises(DatabaseError), transaction.atomic():
        Seat.objects.create(round=round, rater=rater, observer=False)


def test_a_reading_of_a_judge_is_marked_as_one_and_only_such_a_reading_is(round, ask, ben):
    judging = ask(round)
    one = Reading.objects.filter(seat=judging.seat).first()
    bens = Reading.objects.filter(seat__rater__user=ben).first()
    for change in (
        lambda: Reading.objects.filter(pk=one.pk).update(send_state="planned"),
        lambda: Reading.objects.filter(pk=one.pk).update(task_id=7),
        lambda: Reading.objects.filter(pk=bens.pk).update(send_state="never"),
        lambda: Reading.objects.create(
            seat=judging.seat, item=one.item, order=99, pass_number=9, content_hash="0"
        ),
        lambda: Reading.objects.create(
            seat=bens.seat, item=one.item, order=99, content_hash="0", send_state="never"
        ),
        lambda: Judging.objects.create(seat=bens.seat, repeats=1),
        lambda: JudgeOutcome.objects.create(reading=bens, kind="refused"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_judge_reads_a_session_once_for_each_repeat_and_position(round, ask, read):
    judging = ask(round, always(aided()))
    one = Reading.objects.filter(seat=judging.seat).first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Reading.objects.create(
            seat=one.seat, item=one.item, pass_number=1, order=99, content_hash="0", send_state="never"
        )
    read(judging)
    with pytest.raises(IntegrityError), transaction.atomic():
        JudgeOutcome.objects.create(reading=one, kind="refused")


def test_a_session_that_is_held_back_while_others_are_read_is_not_sent(
    ask, read, ben, chloe, lena, monkeypatch
):
    """All of them are of one batch; the last is held back when the first answer is kept."""
    judging = ask(factories.round_of(24, [ben, chloe], lena, unaided_share=0), always(aided()))
    last = judging.seat.readings.order_by("-pk").first().item.instance
    keep, kept = driving.hear_judge, []

    def keeping(**answer):
        if not kept:
            Mark.objects.create(instance=last, kind="held", by=lena, reason="A real person, perhaps.")
        kept.append(answer)
        return keep(**answer)

    monkeypatch.setattr(driving, "hear_judge", keeping)
    assert dict(read(judging).outcomes) == {"judged": 23, "held": 1}
    assert JudgeOutcome.objects.get(kind="held").reading.item.instance == last
    assert len(judging.server.requests) == 23

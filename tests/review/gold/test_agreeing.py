"""Known answers are proposed by one and stood by by three, word for word; then they are used until retired."""

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Role
from accounts.roles import Refused
from guidelines.models import Entry, Meaning, Version
from review.gold import agreeing
from review.gold.answers import BadAnswers
from review.gold.eligible import in_use
from review.models import Endorsement, Gold, Item, Retirement, Standing
from review.rounds import close_round
from synthesis.models import Mark
from tests.conftest import person
from tests.review.factories import judge, made_instances, round_of, says
from tests.review.gold.factories import agreed, answers, proposed


def used(pairs, rubric):
    return list(in_use(pairs, rubric))


def test_they_are_used_as_soon_as_three_stand_by_them_the_author_among_them(ana, amir, lena, pairs, rubric):
    gold = proposed(ana, pairs, rubric)
    for person_, enough in ((amir, False), (lena, True)):
        agreeing.endorse_gold(gold=gold, by=person_, digest=gold.digest)
        assert used(pairs, rubric) == ([gold] if enough else [])


def test_nobody_stands_by_them_twice(ana, amir, pairs, rubric):
    gold = proposed(ana, pairs, rubric)
    agreeing.endorse_gold(gold=gold, by=amir, digest=gold.digest)
    for same in (ana, amir):
        with pytest.raises(Refused, match="already"):
            agreeing.endorse_gold(gold=gold, by=same, digest=gold.digest)
    with pytest.raises(DatabaseError), transaction.atomic():
        Endorsement.objects.create(gold=gold, by=amir, digest=gold.digest)
    assert used(pairs, rubric) == []


def test_an_endorsement_is_bound_to_the_answers_that_were_read(ana, amir, pairs, rubric):
    gold = proposed(ana, pairs, rubric)
    with pytest.raises(Refused, match="not the answers that you read"):
        agreeing.endorse_gold(gold=gold, by=amir, digest="0" * 64)
    with pytest.raises(DatabaseError), transaction.atomic():
        Endorsement.objects.create(gold=gold, by=amir, digest="0" * 64)


def test_the_database_refuses_an_item_of_answers_that_fewer_than_three_stand_by(round, ana, amir):
    gold = proposed(ana, round.pairs_version, round.rubric_version)
    agreeing.endorse_gold(gold=gold, by=amir, digest=gold.digest)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Item.objects.create(round=round, instance=gold.instance, arm="aided", position=99, gold=gold)


def test_the_database_refuses_a_standing_of_known_answers(round, ana, amir, lena):
    (gold,) = agreed(1, [ana, amir, lena], round.pairs_version, round.rubric_version)
    item = Item.objects.create(round=round, instance=gold.instance, arm="aided", position=99, gold=gold)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Standing.objects.create(item=item, aspect="verdict", state="open")


def test_they_are_never_changed_only_retired(golds, ana, pairs, rubric, ben):
    gold = golds[0]
    for change in (lambda: Gold.objects.filter(pk=gold.pk).update(answers={}), gold.delete,
                   lambda: gold.endorsements.all().delete()):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(BadAnswers, match="why"):
        agreeing.retire_gold(gold=gold, by=ana, reason=" ")
    agreeing.retire_gold(gold=gold, by=ana, reason="Two of us read it otherwise now.")
    assert gold not in used(pairs, rubric) and len(used(pairs, rubric)) == 3
    with pytest.raises(Refused, match="retired"):
        agreeing.retire_gold(gold=Gold.objects.get(pk=gold.pk), by=ana, reason="Again.")
    assert Retirement.objects.count() == 1


def test_another_clinician_who_leads_nothing_does_not_retire_them(golds, amir, lena):
    with pytest.raises(Refused, match="A lead, or whoever wrote"):
        agreeing.retire_gold(gold=golds[0], by=amir, reason="No.")
    agreeing.retire_gold(gold=golds[0], by=lena, reason="Yes.")


@pytest.mark.parametrize("who", ["ben", "dan", "eve"])
def test_only_clinicians_and_leads_agree_on_them(who, request, golds, ana, pairs, rubric):
    user, gold = request.getfixturevalue(who), golds[0]
    for act in (lambda: proposed(user, pairs, rubric),
                lambda: agreeing.endorse_gold(gold=gold, by=user, digest=gold.digest),
                lambda: agreeing.look_at_gold(gold=gold, by=user),
                lambda: agreeing.retire_gold(gold=gold, by=user, reason="No.")):  # fmt: skip
        with pytest.raises(Refused):
            act()


def another_version(version, meaning) -> Version:
    """The next one, with the same entries."""
    made = Version.objects.create(guideline=version.guideline, serial=version.serial + 1)
    for entry in version.entries.all():
        Entry.objects.create(
            version=made, position=entry.position, pair_revision=entry.pair_revision,
            dimension_revision=entry.dimension_revision,
        )  # fmt: skip
    made.state, made.number, made.digest = "published", version.number + 1, "b" * 64
    made.published_at, made.meaning = version.published_at, meaning
    made.save()
    return made


@pytest.mark.parametrize("which", ["pairs", "rubric"])
@pytest.mark.parametrize("meaning, n", [(Meaning.EDITORIAL, 4), (Meaning.SEMANTIC, 0), ("", 0)])
def test_they_last_while_only_the_wording_changes(golds, pairs, rubric, which, meaning, n):
    if which == "pairs":
        assert len(used(another_version(pairs, meaning), rubric)) == n
    else:
        assert len(used(pairs, another_version(rubric, meaning))) == n


def test_a_change_of_meaning_in_between_ends_them_whatever_came_after(golds, pairs, rubric):
    newest = another_version(another_version(pairs, Meaning.SEMANTIC), Meaning.EDITORIAL)
    assert used(newest, rubric) == [] and len(used(pairs, rubric)) == 4


def test_bad_answers_change_nothing(ana, pairs, rubric):
    for bad, said in ((answers(verdict=()), "verdicts"), (answers(levels=("9",)), "rubric")):
        with pytest.raises(BadAnswers, match=said):
            proposed(ana, pairs, rubric, given=bad)
    with pytest.raises(BadAnswers, match="another kind"):
        proposed(ana, rubric, pairs)
    assert not Gold.objects.exists()


def test_nobody_writes_answers_to_a_session_that_she_has_to_judge_or_may_settle(round, ben, dan, ana):
    from accounts.models import Grant

    session = round.items.first().instance
    for user in (ben, dan):
        Grant.objects.create(user=user, role=Role.CLINICIAN)
        with pytest.raises(Refused, match="You judge this session, or may settle it"):
            proposed(
                type(user).objects.get(pk=user.pk),
                round.pairs_version,
                round.rubric_version,
                instance=session,
            )
    assert proposed(ana, round.pairs_version, round.rubric_version, instance=session)


def test_how_a_session_was_settled_is_not_taken_from_an_open_round(round, ana, lena, ben, chloe):
    item = round.items.first()
    for reader in (ben, chloe):
        judge(item, reader, says())
    given = {"instance": item.instance, "made_from": item}
    with pytest.raises(Refused, match="open"):
        proposed(ana, round.pairs_version, round.rubric_version, **given)
    close_round(round=round, by=lena)
    made_from = Item.objects.get(pk=item.pk)
    gold = proposed(
        ana, round.pairs_version, round.rubric_version, instance=item.instance, made_from=made_from
    )
    assert gold.made_from == item
    with pytest.raises(BadAnswers, match="another session"):
        proposed(ana, round.pairs_version, round.rubric_version, made_from=made_from)


def test_a_session_at_risk_is_for_leads(ana, lena, pairs, rubric):
    (session,) = made_instances(1, pairs)
    Mark.objects.create(instance=session, kind="tier", tier="self-harm-or-suicide", by=lena, reason="said so")
    with pytest.raises(Refused, match="risk tier"):
        proposed(ana, pairs, rubric, instance=session)
    assert proposed(lena, pairs, rubric, instance=session)


def test_who_reviews_sees_the_answers_when_she_asked_to_and_then_is_never_tested_by_them(
    golds, pairs, rubric, lena, ben
):
    from review.gold import access
    from review.gold.eligible import eligible
    from review.raters import rater_for

    noor, gold = person("Noor", Role.ANNOTATOR, Role.CLINICIAN), golds[0]
    rater = rater_for(noor)
    assert not access.may_see_answers(noor, gold)
    before = eligible(in_use(pairs, rubric), [rater], screen="supervised_dialogue")[rater]
    agreeing.look_at_gold(gold=gold, by=noor)
    agreeing.look_at_gold(gold=gold, by=noor)
    assert access.may_see_answers(noor, gold)
    after = eligible(in_use(pairs, rubric), [rater], screen="supervised_dialogue")[rater]
    assert len(before) == 4 and set(before) - set(after) == {gold}


def test_nobody_looks_at_the_answers_to_a_session_that_lies_on_her_desk(golds, pairs, rubric, lena):
    from review.gold import access

    noor = person("Noor", Role.ANNOTATOR, Role.CLINICIAN)
    round = round_of(3, [noor], lena, overlap=1, pairs_version=pairs, rubric_version=rubric, known_answers=1)
    given = Item.objects.get(round=round, gold__isnull=False).gold
    with pytest.raises(Refused, match="You judge this session"):
        agreeing.look_at_gold(gold=given, by=noor)
    assert not access.may_see_answers(noor, given)

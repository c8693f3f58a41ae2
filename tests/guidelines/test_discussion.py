"""A thread on a pair: begun on a text, answered, reworded, resolved; nobody's words vanish without a trace."""

import pytest
from django.db import DatabaseError, transaction

from accounts.roles import Refused
from guidelines.checking import BadTexts
from guidelines.discussion import mentioning, showing
from guidelines.discussion.talking import begin, reopen, reply, resolve, reword, take_back
from guidelines.drafts import WrongState
from guidelines.models import DimensionRevision, Mention, Remark, Thread
from guidelines.publishing import drop_entry
from tests.conftest import person
from tests.guidelines.conftest import change, revision_in


@pytest.fixture
def thread(mistakes, ana):
    return begin(on=revision_in(mistakes, "forcing-change"), by=ana, words="Is *urging* always wrong?")


def shown(thread, user):
    return showing.stream(thread, user)


def test_a_thread_is_answered_by_a_colleague_and_by_the_lead(thread, amir, lena):
    reply(thread=thread, by=amir, words="Not in an emergency.")
    reply(thread=thread, by=lena, words="Then say so in the text.")
    said = [(place.first.by.name, place.now.words) for place in shown(thread, amir)]
    assert said == [
        ("Ana", "Is *urging* always wrong?"),
        ("Amir", "Not in an emergency."),
        ("Lena", "Then say so in the text."),
    ]


def test_whoever_judges_sessions_neither_reads_nor_writes_it(thread, ben, dan, eve):
    for judge in (ben, dan, eve):
        with pytest.raises(Refused, match="could sway those who judge"):
            reply(thread=thread, by=judge, words="I think …")
        assert showing.open_by_key(thread.guideline, judge) is None


def test_a_thread_remembers_the_text_it_was_begun_on(thread, draft, ana):
    assert showing.changed_since(thread)["fields"] == []
    change(draft, ana)
    found = showing.changed_since(thread)
    assert (found["begun"].n, found["now"].n) == (1, 2)
    assert [one.field for one in found["fields"]] == ["shows"]
    drop_entry(version=draft, key="forcing-change", by=ana)
    assert showing.changed_since(thread)["now"] is None


def test_a_dimension_is_discussed_as_a_pair_is(rubric, ana, amir):
    thread = begin(on=DimensionRevision.objects.get(), by=ana, words="Three levels?")
    reply(thread=thread, by=amir, words="Two are enough.")
    assert showing.open_by_key(rubric.guideline, amir) == {"clarity": {"threads": 1}}


def test_other_words_are_a_new_row_and_the_earlier_ones_can_be_read(thread, ana):
    first = thread.remarks.get()
    reword(remark=first, by=ana, words="Is urging always a mistake?")
    [place] = shown(thread, ana)
    assert place.now.words == "Is urging always a mistake?"
    assert [remark.words for remark in place.earlier] == ["Is *urging* always wrong?"]
    assert thread.remarks.count() == 2


def test_words_that_were_taken_back_are_hidden_and_that_is_said(thread, ana, amir):
    reply(thread=thread, by=amir, words="I was wrong.")
    take_back(remark=thread.remarks.get(n=1), by=ana)
    first, second = shown(thread, amir)
    assert first.taken_back and first.first.by == ana and first.earlier == [] and first.now.words == ""
    assert second.now.words == "I was wrong."
    assert Remark.objects.get(n=1).words == "Is *urging* always wrong?", "kept in the database"


def test_nobody_changes_a_colleagues_words(thread, amir, lena):
    for other in (amir, lena):
        with pytest.raises(Refused, match="somebody else's words"):
            reword(remark=thread.remarks.get(), by=other, words="…")
        with pytest.raises(Refused, match="somebody else's words"):
            take_back(remark=thread.remarks.get(), by=other)


def test_words_are_changed_once_from_where_they_stand(thread, ana):
    first = thread.remarks.get()
    take_back(remark=first, by=ana)
    for act in (lambda: take_back(remark=first, by=ana), lambda: reword(remark=first, by=ana, words="x")):
        with pytest.raises(WrongState, match="already"):
            act()


@pytest.mark.parametrize("model", [Remark, Mention, Thread])
def test_the_database_refuses_to_change_or_delete_what_was_said(model, thread, ana, amir):
    reply(thread=thread, by=amir, words="@Ana look")
    row = model.objects.last()
    changed = {Remark: {"words": "x"}, Mention: {"person": amir}, Thread: {"n": 7}}[model]
    for act in (lambda: model.objects.filter(pk=row.pk).update(**changed), row.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_a_thread_is_resolved_and_reopened_and_says_by_whom(thread, amir, lena):
    resolve(thread=thread, by=amir, words="The text says it now.")
    assert showing.open_by_key(thread.guideline, amir) == {}
    with pytest.raises(WrongState, match="Amir has resolved it"):
        resolve(thread=thread, by=lena)
    with pytest.raises(WrongState, match="Reopen it"):
        reply(thread=thread, by=lena, words="But …")
    reopen(thread=thread, by=lena)
    reply(thread=thread, by=lena, words="But …")
    did = [(place.first.by.name, place.first.kind) for place in shown(thread, amir)]
    assert did == [("Ana", "said"), ("Amir", "resolved"), ("Lena", "reopened"), ("Lena", "said")]


@pytest.mark.parametrize(
    ("words", "why"), [("", "is missing"), (" \n", "is missing"), ("x" * 5_001, "longer than 5000"),
                       ("a\x00b", r"U\+0000"), ("a\x1bb", r"U\+001B"), ("a\ud800", r"U\+D800")]
)  # fmt: skip
def test_words_that_cannot_be_kept_are_refused(thread, amir, words, why):
    with pytest.raises(BadTexts, match=why):
        reply(thread=thread, by=amir, words=words)
    assert thread.remarks.count() == 1


def test_a_mention_waits_until_its_person_has_opened_the_thread(thread, ana, amir, lena):
    reply(thread=thread, by=amir, words="@Ana, and @lena: see the draft. Mail amir@ana.example.")
    assert [m.remark.by.name for m in mentioning.waiting(ana)] == ["Amir"]
    assert mentioning.waiting(lena).count() == 1 and not mentioning.waiting(amir)
    mentioning.seen(by=ana, threads=[thread])
    assert not mentioning.waiting(ana) and mentioning.waiting(lena).count() == 1


def test_people_are_mentioned_by_choice_as_well_and_nobody_by_herself(thread, ana, amir, lena):
    reply(thread=thread, by=amir, words="Look, @Amir.", mentions=[lena, amir])
    assert [mention.person for mention in Mention.objects.all()] == [lena]


def test_only_those_who_read_the_discussion_are_mentioned(thread, ana, ben):
    reply(thread=thread, by=ana, words="@Ben what do you think?", mentions=[ben])
    assert not Mention.objects.exists()


def test_a_name_that_two_people_have_has_to_be_chosen(thread, amir):
    other = person("ana2", "clinician")
    type(other).objects.filter(pk=other.pk).update(name="Ana")
    with pytest.raises(BadTexts, match="2 people are called “Ana”"):
        reply(thread=thread, by=amir, words="@Ana?")
    reply(thread=thread, by=amir, words="@Ana?", mentions=[other])
    assert [mention.person for mention in Mention.objects.all()] == [other]


def test_a_longer_name_is_not_taken_for_a_shorter_one(thread, ana, amir):
    sousa = person("sousa", "clinician")
    type(sousa).objects.filter(pk=sousa.pk).update(name="Ana Sousa")
    reply(thread=thread, by=amir, words="@Ana Sousa wrote it; @Anabel did not.")
    assert [mention.person.name for mention in Mention.objects.all()] == ["Ana Sousa"]


def test_taking_words_back_takes_back_the_mention(thread, ana, amir):
    said = reply(thread=thread, by=amir, words="@Ana nonsense")
    take_back(remark=said, by=amir)
    assert not mentioning.waiting(ana)


def test_a_renamed_person_is_still_the_one_who_was_mentioned(thread, ana, amir):
    reply(thread=thread, by=amir, words="@Ana look")
    type(ana).objects.filter(pk=ana.pk).update(name="Anna")
    assert Mention.objects.get().person.name == "Anna" and mentioning.waiting(ana).count() == 1

"""Of a reply to resistance another one is offered: what its readers think of it is kept with their judgement, and settles
nothing.
"""

import pytest

from review.label_studio.reading_results import BadValue, Incomplete, read
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.label_studio.writing_results import write
from review.models import Decision
from tests.fakes.label_studio import FakeLabelStudio
from tests.review import invented
from tests.review.factories import standings
from tests.review.studio import desk, submit

RECIPE = "resistance_reply"
LEVELS = [{"value": n, "anchor": "A."} for n in (0, 1, 2)]
DIMENSIONS = [
    {"key": key, "name": name, "definition": "How.", "scale": "ordinal", "levels": LEVELS}
    for key, name in invented.MECHANISMS.items()
]
SCREEN = {"form": "rated", "recipe": RECIPE, "pairs": [], "dimensions": DIMENSIONS}
JUDGED = {
    "dialogue": [{"speaker": "Client", "text": "No."}],
    "reply": invented.REPLY,
    "exemplar": invented.EXEMPLAR,
}
EDIT = "You have said no, and I went on. What would you like to talk about?"


@pytest.fixture
def judged(ben, chloe, lena):
    """One item before two readers: (what a reader sends becomes her decision, the item)."""
    round, fake = invented.round_of(RECIPE, 1, [ben, chloe], lena), FakeLabelStudio()
    send(round, fake)
    item = round.items.get()

    def sent(person, **answers) -> Decision:
        submit(desk(fake, person), item, person, invented.says(RECIPE, **answers))
        assert sync_all(fake).decided == 1
        return Decision.objects.in_force().get(rater__user=person)

    return sent, item


@pytest.mark.parametrize(
    ("verdict", "words"), [("accept", ""), ("edit", EDIT), ("reject", "Something else."), ("none", "")]
)
def test_what_a_reader_thinks_of_it_is_kept_and_her_words_are_her_better_reply(judged, ben, verdict, words):
    sent, _item = judged
    decision = sent(ben, exemplar_verdict=verdict, better_reply=words)
    assert (decision.exemplar_verdict, decision.better_reply, decision.verdict) == (verdict, words, "")
    assert decision.judged["exemplar"] == invented.EXEMPLAR, "the words that she judged"


def test_another_opinion_of_it_is_another_judgement_and_the_first_is_kept(judged, ben):
    sent, _item = judged
    first = sent(ben, exemplar_verdict="accept")
    second = sent(ben, exemplar_verdict="reject")
    assert second.supersedes == first and Decision.objects.count() == 2


def test_two_opinions_of_it_are_no_dispute(judged, ben, chloe):
    sent, item = judged
    sent(ben, exemplar_verdict="accept")
    sent(chloe, exemplar_verdict="reject")
    assert {state for state, _outcome in standings(item).values()} == {"settled"}


def result(**answers) -> list[dict]:
    return write(invented.says(RECIPE, **answers), dialogue=JUDGED["dialogue"], **SCREEN)


def read_of(entries):
    return read(entries, counsellor_turns=set(), judged=JUDGED, **SCREEN)


def edited(words: str) -> dict:
    of = {"from_name": "edited_exemplar", "to_name": "exemplar", "type": "textarea"}
    return {"id": "x", **of, "value": {"text": [words]}}


def without(name: str, entries: list[dict]) -> list[dict]:
    return [one for one in entries if one["from_name"] != name]


def test_a_box_that_was_filled_and_not_touched_says_nothing():
    found = read_of([*result(exemplar_verdict="accept"), edited(f" {invented.EXEMPLAR}")])
    assert (found.exemplar_verdict, found.better_reply) == ("accept", "")


def test_words_of_hers_are_never_dropped_for_a_verdict_that_asks_for_none():
    with pytest.raises(BadValue, match="with the verdict accept"):
        read_of([*result(exemplar_verdict="accept"), edited(EDIT)])


def test_an_edit_without_words_and_a_missing_opinion_are_asked_for():
    with pytest.raises(Incomplete, match="edited_exemplar"):
        read_of(without("edited_exemplar", result(exemplar_verdict="edit", better_reply=EDIT)))
    with pytest.raises(Incomplete, match="exemplar_verdict"):
        read_of(without("exemplar_verdict", result()))

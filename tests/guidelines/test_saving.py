"""Nobody's words are overwritten: a save names the revision it started from."""

import pytest

from guidelines import entries, keeping
from guidelines.models import DimensionRevision, PairRevision, PairScratch
from guidelines.publishing import BadTexts, StaleEdit, WrongState, open_draft, save_entry
from tests.guidelines.conftest import change, dimension_texts, pair_texts, revision_in
from tests.guidelines.test_publishing import at_once


def test_a_save_is_a_new_revision_that_names_its_base_and_author(draft, mistakes, ana):
    before = revision_in(draft, "forcing-change")
    revision = change(draft, ana)
    assert (revision.n, revision.base, revision.author) == (2, before, ana)
    assert revision_in(draft, "forcing-change") == revision
    assert revision_in(mistakes, "forcing-change") == before


def test_saving_the_same_words_again_makes_no_revision(draft, ana):
    now = revision_in(draft, "forcing-change")
    again = save_entry(version=draft, key="forcing-change", texts=now.texts, by=ana, base=now)
    assert again == now


def test_a_stale_save_is_refused_with_both_texts_and_the_words_are_kept(draft, ana, amir):
    base = revision_in(draft, "forcing-change")
    theirs = change(draft, ana)
    mine = base.texts | {"shows": "Amir's words."}
    with pytest.raises(StaleEdit) as stale:
        save_entry(version=draft, key="forcing-change", texts=mine, by=amir, base=base)
    assert stale.value.current == theirs
    assert stale.value.texts["shows"] == "Amir's words."
    assert PairScratch.objects.get(user=amir).texts["shows"] == "Amir's words."
    save_entry(version=draft, key="forcing-change", texts=mine, by=amir, base=theirs)
    assert not PairScratch.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_save_at_once_one_is_told_and_both_texts_are_kept(draft, ana, amir):
    base = revision_in(draft, "forcing-change")

    def save(by):
        texts = base.texts | {"shows": f"{by.name}'s words."}
        return save_entry(version=draft, key="forcing-change", texts=texts, by=by, base=base)

    said = at_once(save, [ana, amir])
    assert sorted(type(answer).__name__ for answer in said) == ["PairRevision", "StaleEdit"]
    saved = PairRevision.objects.get(n=2).shows
    assert {saved, PairScratch.objects.get().texts["shows"]} == {"Ana's words.", "Amir's words."}


def test_a_new_pair_is_put_at_the_end(draft, ana):
    save_entry(version=draft, key="lecturing", texts=pair_texts("Lecturing"), by=ana, base=None)
    assert draft.entries.order_by("position").last().pair_revision.name == "Lecturing"


def test_two_pairs_of_one_draft_do_not_share_a_name(draft, ana):
    with pytest.raises(BadTexts, match="also the name of poor-listening"):
        save_entry(version=draft, key="another", texts=pair_texts("Poor  Listening"), by=ana, base=None)


def test_a_mistake_without_a_correction_is_not_saved(draft, ana):
    with pytest.raises(BadTexts, match="corrections: is missing"):
        change(draft, ana, corrections=[])


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x85", "\ud800"])
def test_control_characters_are_refused_on_save(draft, ana, sign):
    with pytest.raises(BadTexts, match="control character"):
        change(draft, ana, shows=f"Argues{sign}and urges.")


def test_a_published_version_takes_no_edit(mistakes, ana):
    with pytest.raises(WrongState, match="published as version 1"):
        change(mistakes, ana)


def test_a_dimension_is_saved_by_the_same_rules(rubric, ana, amir):
    draft = open_draft(guideline=rubric.guideline, by=ana)
    base = DimensionRevision.objects.get()
    texts = dimension_texts(definition="How easily it can be followed.")
    saved = save_entry(version=draft, key="clarity", texts=texts, by=ana, base=base)
    assert (saved.n, saved.base) == (2, base)
    with pytest.raises(StaleEdit):
        save_entry(version=draft, key="clarity", texts=dimension_texts("Plainness"), by=amir, base=base)
    with pytest.raises(BadTexts, match="anchor of level 2 is missing"):
        levels = [{"value": 1, "anchor": "No."}, {"value": 2, "anchor": ""}]
        save_entry(version=draft, key="clarity", texts=texts | {"levels": levels}, by=ana, base=saved)
    with pytest.raises(BadTexts, match="shows: is not a known field"):
        save_entry(version=draft, key="x", texts=pair_texts(), by=ana, base=None)


@pytest.fixture(params=["pair", "dimension"])
def written(request, ana):
    """An open draft, the key of an entry in it, and three texts of that entry."""
    version = request.getfixturevalue("mistakes" if request.param == "pair" else "rubric")
    key = "forcing-change" if request.param == "pair" else "clarity"
    base = entries.one(version, key)
    texts = [base.texts | {"name": name} for name in ("Theirs", "Mine", "Mine, later")]
    return open_draft(guideline=version.guideline, by=ana), key, base, texts


def test_the_words_of_a_stale_save_wait_until_they_are_saved(written, ana, amir):
    draft, key, base, (theirs, mine, _later) = written
    at = {"version": draft, "key": key}
    now = save_entry(**at, texts=theirs, by=ana, base=base)
    with pytest.raises(StaleEdit):
        save_entry(**at, texts=mine, by=amir, base=base)
    [kept] = keeping.of(draft.guideline, key, amir)
    assert (kept.texts, kept.base) == (mine, base)
    save_entry(**at, texts=mine, by=amir, base=now)
    assert not keeping.of(draft.guideline, key, amir).exists()


def test_words_that_wait_are_not_pushed_out_by_those_of_a_stale_save(written, ana, amir):
    draft, key, base, (theirs, mine, later) = written
    at = {"version": draft, "key": key}
    keeping.keep(guideline=draft.guideline, key=key, texts=mine, by=amir, base=base)
    now = save_entry(**at, texts=theirs, by=ana, base=base)
    for stale in (base, None):
        with pytest.raises(StaleEdit) as refused:
            save_entry(**at, texts=later, by=amir, base=stale)
        assert refused.value.texts == later
    save_entry(**at, texts=later, by=amir, base=now)
    assert keeping.of(draft.guideline, key, amir).get().texts == mine


def test_whoever_changed_nothing_leaves_no_words_behind(written, ana, amir):
    draft, key, base, (theirs, *_mine) = written
    save_entry(version=draft, key=key, texts=theirs, by=ana, base=base)
    with pytest.raises(StaleEdit):
        save_entry(version=draft, key=key, texts=base.texts, by=amir, base=base)
    assert not keeping.of(draft.guideline, key, amir).exists()

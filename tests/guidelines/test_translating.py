"""A clinician translates, a colleague approves; approved words stay, and a newer source leaves them behind."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import ReviewerRecord
from accounts.roles import Refused
from guidelines import trail
from guidelines.checking import BadTexts
from guidelines.drafts import WrongState, digest
from guidelines.keeping import NotKept
from guidelines.models import Translation, TranslationScratch, TranslationStep
from guidelines.translating import approving, keeping, languages, standing, texts_of
from guidelines.translating.finding import earlier_of, starts_from
from guidelines.translating.saving import StaleTranslation, newest, save_translation
from tests.guidelines.conftest import change, revision_in
from tests.guidelines.translators import FA, approved, in_persian, speaks, translate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("replayed")]


@pytest.fixture(autouse=True)
def translators(ana, amir):
    return speaks(ana), speaks(amir)


@pytest.fixture
def forcing(mistakes):
    return revision_in(mistakes, "forcing-change")


def states(version, language=FA):
    return {line.key: line.state for line in standing.lines(version, language)}


def test_a_translation_is_written_checked_by_a_colleague_and_then_read(forcing, mistakes, ana, amir):
    assert texts_of(forcing, FA).fell_back and texts_of(forcing, FA).texts == forcing.texts
    written = translate(forcing, ana)
    assert states(mistakes)["forcing-change"] == "draft" and texts_of(forcing, FA).fell_back
    approving.submit(translation=written, by=ana)
    assert states(mistakes)["forcing-change"] == "in_review" and texts_of(forcing, FA).fell_back
    approving.approve(translation=written, by=amir)
    assert states(mistakes)["forcing-change"] == "approved"
    said = texts_of(forcing, FA)
    assert not said.fell_back and said.language.direction == "rtl"
    assert said.texts["corrections"] == written.texts["corrections"]
    # What is the same in every language comes from the source.
    assert said.texts["confused_with"] == forcing.confused_with


def test_nobody_approves_words_that_she_wrote(forcing, ana, amir):
    mine = translate(forcing, ana)
    built_on = translate(forcing, amir, mark="۲ ")
    approving.submit(translation=built_on, by=amir)
    for author in (ana, amir):
        with pytest.raises(Refused, match="a colleague has to approve it"):
            approving.approve(translation=built_on, by=author)
    assert mine != built_on and not TranslationStep.objects.approved().exists()


def test_who_wrote_the_words_approved_before_may_approve_what_a_colleague_changed(forcing, ana, amir):
    approved(forcing, ana, amir)
    approved(forcing, amir, ana, mark="۲ ")
    assert texts_of(forcing, FA).texts["name"].startswith("ترجمهٔ ۲")


def test_approved_words_are_read_until_the_next_are_approved_too(forcing, mistakes, ana, amir):
    first = approved(forcing, ana, amir)
    second = translate(forcing, ana, mark="۲ ")
    assert states(mistakes)["forcing-change"] == "draft"
    assert texts_of(forcing, FA).texts["name"] == first.texts["name"]
    assert (second.n, second.base) == (2, first)


@pytest.mark.parametrize("table", [Translation, TranslationStep])
def test_what_was_written_and_approved_never_changes(table, forcing, ana, amir):
    approved(forcing, ana, amir)
    for act in (lambda: table.objects.update(n=9), lambda: table.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            act()


def test_the_database_refuses_a_second_approval(forcing, ana, amir):
    translation = approved(forcing, ana, amir)
    with pytest.raises(IntegrityError), transaction.atomic():
        TranslationStep.objects.create(translation=translation, n=9, state="approved", by=amir)


def test_a_changed_source_leaves_the_translation_behind_and_offers_it_as_a_start(draft, mistakes, ana, amir):
    old = revision_in(mistakes, "forcing-change")
    before = approved(old, ana, amir)
    new = change(draft, ana, corrections=["Say what you hear.", *old.corrections])
    assert states(draft)["forcing-change"] == "behind" and states(mistakes)["forcing-change"] == "approved"
    said = texts_of(new, FA)
    assert said.fell_back and said.behind and not texts_of(old, FA).fell_back
    assert earlier_of(new, FA) == before
    start = starts_from("pairs", new, before)
    assert start["shows",].was == old.shows and start["name",].was is None
    # An item that moved took its words along; the new one is to be translated.
    assert start["corrections", 1].text == before.texts["corrections"][0]
    assert start["corrections", 1].was is None and ("corrections", 0) not in start
    carried = save_translation(
        revision=new, language=FA, texts=in_persian("pairs", new.texts), by=amir, base=before
    )
    assert carried.n == 1 and carried.base == before and states(draft)["forcing-change"] == "draft"


def test_a_translation_serves_every_version_that_holds_its_text_and_enters_no_digest(
    mistakes, draft, ana, amir
):
    was = digest(draft)
    approved(revision_in(mistakes, "poor-listening"), ana, amir)
    assert digest(draft) == was == mistakes.digest
    assert states(draft)["poor-listening"] == states(mistakes)["poor-listening"] == "approved"
    assert standing.shown_in(draft) == standing.shown_in(mistakes) == {FA: 1}


def test_two_translate_at_once_and_nobodys_words_are_lost(forcing, ana, amir):
    translate(forcing, ana, base=None)
    with pytest.raises(StaleTranslation) as refused:
        translate(forcing, amir, mark="۲ ", base=None)
    assert refused.value.current.author == ana
    kept = keeping.of(revision=forcing, language=FA, user=amir)
    assert kept.texts["name"].startswith("ترجمهٔ ۲")
    merged = translate(forcing, amir, mark="۲ ")
    assert merged.n == 2 and keeping.of(revision=forcing, language=FA, user=amir) is None


def test_words_are_not_approved_after_a_colleague_wrote_others(forcing, ana, amir):
    first = translate(forcing, ana)
    approving.submit(translation=first, by=ana)
    translate(forcing, ana, mark="۲ ")
    with pytest.raises(WrongState, match="Ana saved other words"):
        approving.approve(translation=first, by=amir)


def test_an_unfinished_translation_is_saved_but_not_submitted(forcing, ana):
    partly = translate(forcing, ana, shows="", corrections=["یک", ""])
    with pytest.raises(WrongState, match="2 parts are empty"):
        approving.submit(translation=partly, by=ana)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"corrections": ["یک"]}, "must have 2 items"),
        ({"corrections": ["یک", "دو", "سه"]}, "must have 2 items"),
        ({"not_a_mistake": "چیزی"}, "where the source says nothing"),
        ({"name": "یک\nدو"}, "must be one line"),
        ({"shows": "\x07"}, "control character"),
        ({"tags": ["x"]}, "not a field that is translated"),
        ({"examples": [{"before": "x"}]}, "must have 0 items"),
    ],
)
def test_a_translation_keeps_the_shape_of_its_source(wrong, reason, forcing, ana):
    with pytest.raises(BadTexts, match=reason):
        translate(forcing, ana, **wrong)
    assert not Translation.objects.exists()


def test_the_levels_of_a_dimension_keep_their_values(rubric, ana, amir):
    clarity = rubric.entries.get().dimension_revision
    said = in_persian("rubric", clarity.texts)
    assert [level["value"] for level in said["levels"]] == [1, 2]
    for value in (7, 1.0, True):
        odd = said | {"levels": [said["levels"][0] | {"value": value}, said["levels"][1]]}
        with pytest.raises(BadTexts, match="stays 1 in every language"):
            save_translation(revision=clarity, language=FA, texts=odd, by=ana, base=None)
    approved(clarity, ana, amir, kind="rubric")
    assert texts_of(clarity, FA).texts["levels"][1] == {"value": 2, "anchor": said["levels"][1]["anchor"]}
    assert texts_of(clarity, FA).texts["scale"] == "ordinal"


def test_only_clinicians_who_work_in_the_language_translate(forcing, ana, ben, lena, chloe):
    for person in (speaks(ben), speaks(lena)):
        with pytest.raises(Refused, match="Only clinicians translate"):
            translate(forcing, person)
    with pytest.raises(Refused, match="not said that you work in German.*reviewer record"):
        translate(forcing, ana, language="de")
    said = {
        "profession": "psychotherapist",
        "languages": ["Deutsch", "French", "nothing"],
        "terms_version": "x",
    }
    ReviewerRecord.objects.create(user=ana, n=1, **said)
    ana.__dict__.pop("_languages")
    assert languages.of(ana) == {FA, "de", "fr"}
    translate(forcing, ana, language="de")
    assert newest(forcing, "de").author == ana and trail.of(forcing.pair.guideline).exists()


def test_steps_that_do_not_fit_are_refused(forcing, ana, amir):
    draft = translate(forcing, ana)
    for act in (approving.approve, approving.send_back):
        with pytest.raises(WrongState, match="is draft"):
            act(translation=draft, by=amir)
    approving.submit(translation=draft, by=ana)
    approving.send_back(translation=draft, by=amir)
    approving.submit(translation=draft, by=ana)
    approving.approve(translation=draft, by=amir)
    with pytest.raises(WrongState, match="is approved"):
        approving.send_back(translation=draft, by=ana)


def test_saving_what_is_there_already_writes_nothing(forcing, ana):
    first = translate(forcing, ana)
    assert translate(forcing, ana) == first and Translation.objects.count() == 1


def test_what_is_typed_is_kept_until_it_is_saved(forcing, ana):
    given = {"revision": forcing, "kind": "pairs", "language": FA, "by": ana, "base": None}
    keeping.keep(**given, texts={"name": "نیمه", "corrections": ["", ""]})
    assert TranslationScratch.objects.get().texts["name"] == "نیمه"
    with pytest.raises(NotKept, match="control character"):
        keeping.keep(**given, texts={"name": "\x07", "corrections": ["", ""]})
    saved = translate(forcing, ana)
    assert TranslationScratch.objects.get().texts["name"] == "نیمه"
    assert keeping.keep(**given, texts=saved.texts) is None
    assert not TranslationScratch.objects.exists()


def test_words_carried_to_a_newer_text_by_a_colleague_are_still_their_authors(draft, forcing, ana, amir):
    translate(forcing, ana)
    newer = change(draft, amir, harms="She digs in.")
    carried = save_translation(
        revision=newer, language=FA, texts=in_persian("pairs", forcing.texts), by=amir, base=None
    )
    approving.submit(translation=carried, by=amir)
    with pytest.raises(Refused, match="You wrote part"):
        approving.approve(translation=carried, by=ana)

"""The feedback of a session in another language names mistakes in that language, by the translations that its run keeps;
the report says for how many, and that the frame around it is English.
"""

import pytest
from django.urls import reverse

from review import judged
from review.models import Arm
from synthesis import translated
from synthesis.models import Instance, Run
from synthesis.quality import keeping, presenting, verdicts
from tests.factories import approved_translation
from tests.review.factories import content, made_instances, published_pairs

pytestmark = pytest.mark.django_db
KEY, NAME, SPOKEN = "premature-advice", "Gives advice too soon", "Vorschneller Rat"


@pytest.fixture
def version():
    return published_pairs()


def run_in(version, language: str, serial: int = 1) -> Run:
    """A run with one session of each of both languages, in which the draft names the mistake."""
    pins = translated.kept(translated.pinned(version, [language]))
    run = Run.objects.create(serial=serial, recipe="supervised_dialogue", version=version, translations=pins)
    said = content()
    said["feedback"]["findings"] = [said["feedback"]["findings"][0] | {"mistake": KEY}]
    for factors in ({}, {"language": language}):
        made_instances(1, version, run=run, origin="run", factors=factors, content=said)
    return run


def drafts(run) -> list[str]:
    wording = judged.Wording()
    sessions = run.instances.order_by("pk")
    return [wording.words(one, arm=Arm.AIDED)["draft"] for one in sessions]


def test_reviewers_read_the_mistakes_name_in_the_language_of_the_session(version):
    approved_translation(version, KEY, "de", name=SPOKEN)
    source, spoken = drafts(run_in(version, "de"))
    assert (NAME in source, SPOKEN in source) == (True, False)
    assert (NAME in spoken, SPOKEN in spoken) == (False, True)
    assert spoken == source.replace(NAME, SPOKEN)


def test_what_is_approved_after_the_run_was_planned_changes_no_word_of_its_feedback(version):
    run = run_in(version, "de")
    before = drafts(run)
    approved_translation(version, KEY, "de", name=SPOKEN)
    assert drafts(run) == before and NAME in before[1]
    assert SPOKEN in drafts(run_in(version, "de", serial=2))[1]


def test_runs_that_keep_other_translations_are_told_apart_by_one_look(version):
    before = run_in(version, "de")
    approved_translation(version, KEY, "de", name=SPOKEN)
    after = run_in(version, "de", serial=2)
    wording = judged.Wording()
    said = [
        wording.words(Instance.objects.get(run=run, factors__language="de"), arm=Arm.AIDED)["draft"]
        for run in (before, after)
    ]
    assert (NAME in said[0], SPOKEN in said[1]) == (True, True)


def test_the_page_of_the_session_names_it_so_too(version, lena, log_in):
    approved_translation(version, KEY, "de", name=SPOKEN)
    source, spoken = run_in(version, "de").instances.order_by("pk")
    client = log_in(lena)
    pages = [
        client.get(reverse("instance", args=[one.public_id])).content.decode() for one in (source, spoken)
    ]
    assert [SPOKEN in page for page in pages] == [False, True]


def test_the_report_says_how_many_names_are_translated_and_that_the_frame_is_not(version, lena, log_in):
    approved_translation(version, KEY, "de", name=SPOKEN)
    run = run_in(version, "de")
    found = keeping.remeasure(run).report
    assert list(found["languages"]) == ["de"]
    german = found["languages"]["de"]
    mistakes = version.entries.filter(pair_revision__positive=False).count()
    assert (german["sessions"], german["names_in_it"]["part"], german["names_in_it"]["n"]) == (1, 1, mistakes)
    said = log_in(lena).get(reverse("run_quality", args=[run.public_id])).content.decode()
    assert "is English in every session" in said and "German" in said


def test_a_run_in_the_source_alone_says_nothing_of_languages(version):
    run = Run.objects.create(serial=1, recipe="supervised_dialogue", version=version)
    made_instances(1, version, run=run, origin="run")
    found = keeping.remeasure(run).report | {"verdicts": verdicts.told(run)}
    assert found["languages"] == {}
    assert "languages" not in {section.key for section in presenting.sections(found)}

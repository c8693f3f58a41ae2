import pytest

from guidelines.naming import NotFound, find
from guidelines.publishing import import_version, retire
from tests.guidelines.conftest import content, pair_texts


@pytest.fixture
def second(mistakes):
    version, _created = import_version(content=content(("forcing-change", pair_texts("Pushing"))))
    return version


def test_a_name_without_a_number_means_the_latest_published_version(mistakes, second):
    assert find("novice-mistakes") == second
    assert find("novice-mistakes@1") == mistakes


def test_a_retired_version_is_found_only_when_asked_for(mistakes, second, lena):
    retire(version=second, by=lena)
    assert find("novice-mistakes") == mistakes
    with pytest.raises(NotFound, match="Version 2 of “novice-mistakes” was retired"):
        find("novice-mistakes@2")
    assert find("novice-mistakes@2", retired_too=True) == second


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("no-such", "no guideline “no-such”; there are: novice-mistakes"),
        ("novice-mistakes@9", "has no version 9"),
        ("novice-mistakes@latest", "is not a name such as"),
        ("", "is not a name such as"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(mistakes, name, sentence):
    with pytest.raises(NotFound, match=sentence):
        find(name)


def test_a_draft_has_no_name(db, ana):
    import_version(content=content(("a", pair_texts())), draft=True)
    with pytest.raises(NotFound, match="no published version"):
        find("novice-mistakes")

"""Bad files are refused with file, line and field, and nothing is stored."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from guidelines.loading import BadFile, load, read, shipped
from guidelines.models import Guideline, Pair, PairRevision, Version
from guidelines.publishing import WrongState
from tests.guidelines.bad_files import BAD, CSV, GOOD, RUBRIC


def written(folder, name, text):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_file_line_and_field(case, tmp_path):
    name, text, line, field, reason = BAD[case]
    path = written(tmp_path, name, text)
    with pytest.raises(BadFile) as refusal:
        read(path)
    found = refusal.value
    assert (found.file, found.line, found.field) == (str(path), line, field), str(found)
    assert reason in found.reason
    message = str(found)
    assert str(path) in message and "\n" not in message
    assert line is None or f"line {line}" in message
    assert not field or f"“{field}”" in message


@pytest.mark.django_db
@pytest.mark.parametrize("case", ["a missing correction", "no YAML at all", "bad UTF-8", "30 MB of nonsense"])
def test_the_command_ends_with_2_and_stores_nothing_of_any_file(case, tmp_path):
    good = written(tmp_path, "good.yaml", GOOD.replace("mine", "yours"))
    name, text, *_rest = BAD[case]
    with pytest.raises(CommandError) as refusal:
        call_command("load_guideline", str(good), str(written(tmp_path, name, text)))
    assert refusal.value.returncode == 2
    for model in (Guideline, Version, Pair, PairRevision):
        assert not model.objects.exists()


@pytest.mark.django_db
def test_an_aliased_bomb_is_refused_before_it_grows(tmp_path):
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    with pytest.raises(BadFile, match="repeat a text"):
        read(written(tmp_path, "bomb.yaml", "\n".join(lines)))


@pytest.mark.django_db
def test_a_good_file_is_published_marked_imported(tmp_path):
    ((version, created),) = load([written(tmp_path, "a.yaml", GOOD)])
    assert created and version.imported and version.published_by is None
    assert (version.state, version.number, version.meaning) == ("published", 1, "semantic")
    assert [entry.pair_revision.name for entry in version.entries.all()] == [
        "Forcing change",
        "Poor listening",
    ]


@pytest.mark.django_db
def test_identical_content_is_nothing_new_whatever_its_format(tmp_path):
    first = read(written(tmp_path, "a.yaml", GOOD.replace("Argues.", '"Argues,\\nand urges."')
                         .replace("[Listen.]", "[Listen., Ask.]")))  # fmt: skip
    assert first == read(written(tmp_path, "a.csv", CSV))
    assert first == read(written(tmp_path, "a.json", json.dumps(first.as_data())))
    load([tmp_path / "a.yaml"])
    ((version, created),) = load([tmp_path / "a.csv"])
    assert not created and version.number == 1
    assert Version.objects.count() == 1 and PairRevision.objects.count() == 2


@pytest.mark.django_db
def test_only_what_changed_gets_a_new_revision(tmp_path):
    load([written(tmp_path, "a.yaml", GOOD)])
    ((version, created),) = load([written(tmp_path, "a.yaml", GOOD.replace("Argues.", "Urges."))])
    assert created and version.number == 2
    assert PairRevision.objects.count() == 3
    assert PairRevision.objects.get(n=2).base.shows == "Argues."


@pytest.mark.django_db
def test_with_draft_nothing_is_published(tmp_path):
    ((version, created),) = load([written(tmp_path, "a.yaml", GOOD)], draft=True)
    assert created and version.state == "draft" and version.number is None
    ((again, created),) = load([tmp_path / "a.yaml"], draft=True)
    assert again == version and not created


@pytest.mark.django_db
def test_a_file_does_not_pass_over_an_open_draft(tmp_path, edited):
    path = written(tmp_path, "a.yaml", GOOD.replace("mine", "novice-mistakes"))
    with pytest.raises(WrongState, match="started by Ana"):
        load([path])
    with pytest.raises(CommandError, match="started by Ana") as refusal:
        call_command("load_guideline", str(path))
    assert refusal.value.returncode == 2


@pytest.mark.django_db
def test_a_guideline_does_not_change_its_kind(tmp_path, mistakes):
    path = written(tmp_path, "a.yaml", RUBRIC.replace("guideline: mine", "guideline: novice-mistakes"))
    with pytest.raises(WrongState, match="is there already"):
        load([path])


@pytest.mark.django_db
def test_the_shipped_guidelines_are_loaded_by_one_word():
    out = io.StringIO()
    call_command("load_guideline", "shipped", stdout=out)
    assert Version.objects.published().count() == len(shipped()) == 13
    assert "novice-mistakes@1 (16 pairs, published)" in out.getvalue()
    out = io.StringIO()
    call_command("load_guideline", "shipped", stdout=out)
    assert out.getvalue().count("identical content, nothing new") == 13
    assert Version.objects.count() == 13

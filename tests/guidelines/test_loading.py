"""Bad files are refused with file, line and field, and nothing is stored."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from guidelines.loading import BadFile, load, read, shipped
from guidelines.models import Guideline, Pair, PairRevision, Version
from guidelines.publishing import WrongState

HEAD = "guideline: mine\nkind: pairs\ntitle: Mine\npairs:\n"
PAIR = "- key: forcing-change\n  name: Forcing change\n  shows: Argues.\n  corrections: [Listen.]\n"
OTHER = "- key: poor-listening\n  name: Poor listening\n  shows: Interrupts.\n  corrections: [Let her finish.]\n"
GOOD = HEAD + PAIR + OTHER
RUBRIC = (
    "guideline: mine\nkind: rubric\ntitle: Mine\ndimensions:\n- key: clarity\n  name: Clarity\n"
    "  definition: How clear it is.\n  scale: ordinal\n  levels:\n"
    "  - {value: 1, anchor: Not at all.}\n  - {value: 2, anchor: Fully.}\n"
)
CSV = (
    "# guideline,mine\n# kind,pairs\n# title,Mine\nkey,name,shows,corrections,positive\n"
    'forcing-change,Forcing change,"Argues,\nand urges.",Listen. | Ask.,\n'
    "poor-listening,Poor listening,Interrupts.,Let her finish.,no\n"
)

# name: (file, its text, line, field, words of the reason)
BAD = {
    "a wrong field": ("a.yaml", GOOD + "  harm: Digs in.\n", 13, "harm", "not a known field"),
    "a wrong field at the head": ("a.yaml", "titel: Mine\n" + GOOD, 1, "titel", "not a known field"),
    "a missing correction": ("a.yaml", HEAD + PAIR.replace("[Listen.]", "[]"), 8, "corrections", "missing"),
    "no corrections at all": (
        "a.yaml", HEAD + OTHER + PAIR.replace("  corrections: [Listen.]\n", ""), 9, "corrections", "missing",
    ),
    "an empty correction": ("a.yaml", HEAD + PAIR.replace("[Listen.]", '[Listen., ""]'), 8, "corrections", "empty"),
    "a duplicate key": ("a.yaml", GOOD.replace("poor-listening", "forcing-change"), 9, "key", "another entry"),
    "a duplicate name": ("a.yaml", GOOD.replace("Poor listening", "forcing  Change"), 10, "name", "also the name"),
    "a field that is there twice": ("a.yaml", GOOD + "  name: Again\n", 13, "name", "twice"),
    "an unknown neighbour": (
        "a.yaml", GOOD + "  confused_with: [forcing-change, deafness]\n", 13, "confused_with", "“deafness” is not a pair",
    ),
    "a neighbour that is itself": (
        "a.yaml", GOOD + "  confused_with: [poor-listening]\n", 13, "confused_with", "itself",
    ),
    "a missing name": ("a.yaml", HEAD + PAIR.replace("name: Forcing change", "name:"), 6, "name", "text"),
    "a name that YAML takes for a number": ("a.yaml", GOOD.replace("Poor listening", "2020"), 10, "name", "quotes"),
    "a name that YAML takes for a date": ("a.yaml", GOOD.replace("Poor listening", "2020-01-02"), 10, "name", "quotes"),
    "a key with blanks": ("a.yaml", GOOD.replace("poor-listening", "poor listening"), 9, "key", "short name"),
    "no key": ("a.yaml", GOOD.replace("- key: poor-listening\n ", "-"), 9, "key", "missing"),
    "an unknown kind": ("a.yaml", GOOD.replace("kind: pairs", "kind: pears"), 2, "kind", "pairs or rubric"),
    "no entries": ("a.yaml", HEAD, 4, "pairs", "at least one"),
    "a flag that is not one": ("a.yaml", GOOD + "  positive: perhaps\n", 13, "positive", "true or false"),
    "a scale that is none": ("a.yaml", RUBRIC.replace("ordinal", "likert"), 8, "scale", "“likert” is not a scale"),
    "a missing anchor": ("a.yaml", RUBRIC.replace(", anchor: Fully.", ""), 11, "levels", "anchor of level 2"),
    "levels that fall": ("a.yaml", RUBRIC.replace("value: 2", "value: 0"), 11, "levels", "must rise"),
    "one level only": ("a.yaml", RUBRIC.replace("  - {value: 2, anchor: Fully.}\n", ""), 9, "levels", "two levels"),
    "no levels": ("a.yaml", RUBRIC.split("  levels")[0], 5, "levels", "two levels"),
    "bad UTF-8": ("a.yaml", GOOD.encode() + b"  harms: caf\xe9\n", 13, "", "not UTF-8"),
    "prose": ("a.yaml", "Dear all,\nplease find below", 1, "guideline", "must begin with"),
    "no YAML at all": ("a.yaml", GOOD + "  harms: [unclosed\n- x: }", 14, "", "not YAML"),
    "a control character": ("a.yaml", GOOD + "  harms: \x07\n", 13, "", "not YAML"),
    "an escaped control character": ("a.yaml", GOOD + '  harms: "\\x07"\n', 13, "harms", "control character"),
    "Python in YAML": ("a.yaml", GOOD + "  harms: !!python/object:os.system {}\n", 13, "harms", "text"),
    "an alias": ("a.yaml", GOOD.replace("Argues.", "&a Argues.") + "  harms: *a\n", 7, "", "repeat a text"),
    "nested lists without end": ("a.yaml", "guideline: " + "[" * 5_000, 1, "", "nested too deeply"),
    "not JSON": ("a.json", '{"guideline": "mine",\n "kind": pairs}', 2, "", "not JSON"),
    "JSON that ends early": ("a.json", '{"guideline": "mine",\n "pairs": [', 2, "", "not JSON"),
    "nested JSON": ("a.json", "[" * 5_000, 1, "", "nested too deeply"),
    "a wrong field in JSON": (
        "a.json", '{"guideline": "mine", "kind": "pairs", "title": "Mine", "pairs": [\n{"key": "a", "name": "A",\n'
        '"harm": "x"}]}', 3, "harm", "not a known field",
    ),
    "a wrong column": ("a.csv", CSV.replace("shows", "showing"), 4, "showing", "not a known column"),
    "no kind in CSV": ("a.csv", CSV.replace("# kind,pairs\n", ""), 3, "kind", "must come first"),
    "an empty correction in CSV": ("a.csv", CSV.replace("Let her finish.", " "), 7, "corrections", "missing"),
    "a flag that is not one in CSV": ("a.csv", CSV.replace(",no\n", ",nope\n"), 7, "positive", "true or false"),
    "too many cells": ("a.csv", CSV.replace(",no\n", ",no,maybe\n"), 7, "pairs", "more cells"),
    "a duplicate name in CSV": ("a.csv", CSV.replace("Poor listening", "Forcing change"), 7, "name", "also the name"),
    "an open quote": ("a.csv", CSV + '"', 8, "", "not CSV"),
    "bad UTF-8 in CSV": ("a.csv", CSV.encode() + b"caf\xe9", 8, "", "not UTF-8"),
    "another format": ("a.docx", GOOD, None, "", "must end in"),
    "10 MB of nonsense": ("a.yaml", b"\x00\xff" * 5_000_000, None, "", "larger than 5 MB"),
}  # fmt: skip


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
@pytest.mark.parametrize("case", ["a missing correction", "no YAML at all", "bad UTF-8", "10 MB of nonsense"])
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
    assert [entry.pair_revision.name for entry in version.entries.all()] == ["Forcing change", "Poor listening"]


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
    assert Version.objects.published().count() == len(shipped()) == 3
    assert "novice-mistakes@1 (16 pairs, published)" in out.getvalue()
    out = io.StringIO()
    call_command("load_guideline", "shipped", stdout=out)
    assert out.getvalue().count("identical content, nothing new") == 3
    assert Version.objects.count() == 3

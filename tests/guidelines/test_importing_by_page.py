"""A file comes in by the page: first it is shown what it would change, then all of it goes in, or nothing."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Refused
from guidelines import loading, previewing
from guidelines.applying import apply_import, placed
from guidelines.drafts import WrongState, digest
from guidelines.dumping import content_of
from guidelines.entries import revisions
from guidelines.formats.writing import WRITERS
from guidelines.kinds import key_of
from guidelines.models import Entry, ImportPreview, PairRevision, Version
from guidelines.previewing import preview_import
from guidelines.publishing import (
    BadTexts,
    approve,
    drop_entry,
    import_version,
    publish,
    save_entry,
    submit,
)
from guidelines.reading import document_of
from tests.guidelines.conftest import change, content, dimension_texts, many, pair_texts, revision_in


def url(name, *args):
    return reverse(name, args=["novice-mistakes", *args])


def file_of(version, changes=(), drop=(), more=(), format="yaml") -> bytes:
    """The version as a file, with texts of some entries changed, entries left out, entries added."""
    changes = dict(changes)
    before = content_of(version)
    entries = [
        (one.key, one.texts | changes.get(one.key, {})) for one in before.entries if one.key not in drop
    ]
    return WRITERS[format](content(*entries, *more, kind=before.kind, slug=before.guideline))


def upload(client, data, name="a.yaml", follow=True):
    return client.post(url("guideline_import"), {"file": SimpleUploadedFile(name, data)}, follow=follow)


def states(preview) -> dict[str, str]:
    return {row["key"]: row["state"] for row in preview.rows}


def previewed(version, by, **changed) -> ImportPreview:
    data = file_of(version, **changed)
    return preview_import(guideline=version.guideline, file="a.yaml", data=data, by=by)


NEW = ("lecturing", pair_texts("Lecturing", confused_with=["forcing-change"]))


@pytest.mark.parametrize("format", list(WRITERS))
@pytest.mark.usefixtures("replayed")
def test_a_file_is_shown_and_then_put_into_the_draft(format, log_in, ana, mistakes):
    browser = log_in(ana)
    data = file_of(
        mistakes, changes={"forcing-change": {"shows": "Argues and pleads."}}, drop=["good-practice"], more=[NEW],
        format=format,
    )  # fmt: skip
    shown = upload(browser, data, f"a.{format}")
    page = shown.content.decode()
    assert shown.status_code == 200 and "<ins>pleads</ins>" in page and "<del>" in page
    assert "1 entry is not in the file and stays as it is" in page and "Put 2 entries into the draft" in page
    assert "version 1; a draft is opened for it" in page
    assert "Lecturing" in browser.get(shown.request["PATH_INFO"] + "?show=new").content.decode()
    assert Version.objects.count() == 1 and PairRevision.objects.count() == 3

    done = browser.post(shown.request["PATH_INFO"], follow=True).content.decode()
    assert f"The draft took 2 entries from a.{format}" in done
    draft = Version.objects.get(state="draft")
    assert [key_of(one) for one in revisions(draft)] == [
        "forcing-change", "poor-listening", "lecturing", "good-practice",
    ]  # fmt: skip
    changed = revision_in(draft, "forcing-change")
    assert (changed.n, changed.author, changed.base.n) == (2, ana, 1)
    assert changed.reason == f"Imported from a.{format}" and changed.shows == "Argues and pleads."
    assert revision_in(draft, "poor-listening").n == 1
    assert not ImportPreview.objects.exists()
    assert browser.post(shown.request["PATH_INFO"]).status_code == 404


@pytest.mark.usefixtures("replayed")
def test_an_import_is_approved_by_a_colleague_like_everything_else(ana, amir, mistakes):
    draft, _n = apply_import(preview=previewed(mistakes, ana, more=[NEW]), by=ana)
    submit(version=draft, by=ana)
    with pytest.raises(Refused, match="You wrote part"):
        approve(version=draft, by=ana)
    approve(version=draft, by=amir)
    assert publish(version=draft, by=ana, meaning="semantic", note="Lecturing came in.").number == 2


def test_a_file_that_came_out_of_the_draft_changes_nothing(edited, ana):
    for format in WRITERS:
        data = WRITERS[format](content_of(edited))
        preview = preview_import(guideline=edited.guideline, file=f"a.{format}", data=data, by=ana)
        assert set(states(preview).values()) == {"unchanged"} and preview.stay == 0 and preview.head == []
        with pytest.raises(WrongState, match="nothing that the draft does not say already"):
            apply_import(preview=preview, by=ana)


def test_refused_entries_are_named_by_place_and_nothing_goes_in(log_in, ana, mistakes):
    browser = log_in(ana)
    bad = {
        "forcing-change": {"corrections": []},
        "poor-listening": {"name": "Good practice", "confused_with": ["deafness"]},
    }
    shown = upload(browser, file_of(mistakes, changes=bad, more=[NEW], format="xlsx"), "mine.xlsx")
    page = shown.content.decode()
    assert "3 entries are refused" in page and "Put 1 entry" not in page
    assert "sheet “pairs”, row 2, column H" in page and "a mistake needs at least one correction" in page
    assert "sheet “pairs”, row 3, column F" in page and "“deafness” is not a pair" in page
    assert "is also the name of" in page
    assert browser.post(shown.request["PATH_INFO"]).status_code == 409
    assert Version.objects.count() == 1 and PairRevision.objects.count() == 3


def test_a_file_that_cannot_be_read_is_refused_beside_the_form(log_in, ana, mistakes):
    browser = log_in(ana)
    for data, name, said in [
        (b"guideline: [", "a.yaml", "is not YAML"),
        (b"x", "C:\\Users\\ana\\mine.docx", "mine.docx: must end in"),
        (b"", "a.yaml", "empty"),
        (WRITERS["yaml"](content(NEW, slug="another")), "a.yaml", "this is “another”"),
        (
            WRITERS["csv"](content(("a", dimension_texts()), kind="rubric")),
            "a.csv",
            "this guideline holds pairs",
        ),
    ]:
        answer = upload(browser, data, name)
        assert answer.status_code == 400 and said in answer.content.decode()
    assert browser.post(url("guideline_import")).status_code == 400
    assert not ImportPreview.objects.exists()


def test_somebody_who_edited_meanwhile_is_not_written_over(log_in, ana, amir, draft):
    preview = previewed(draft, ana, changes={"forcing-change": {"shows": "Ana's."}}, more=[NEW])
    change(draft, amir, shows="Amir's.")
    before = digest(draft)
    answer = log_in(ana).post(url("guideline_import_preview", preview.token))
    said = answer.content.decode()
    assert answer.status_code == 409 and "Forcing change (Amir)" in said and "Upload the file again" in said
    assert digest(draft) == before and not draft.guideline.pairs.filter(key="lecturing").exists()


def test_an_entry_that_came_or_went_meanwhile_is_named_too(ana, amir, draft):
    preview = previewed(draft, ana, changes={"good-practice": {"shows": "Ana's."}}, more=[NEW])
    drop_entry(version=draft, key="good-practice", by=amir)
    save_entry(version=draft, key="lecturing", texts=pair_texts("Lecturing"), by=amir, base=None)
    with pytest.raises(WrongState, match="Good practice .dropped., Lecturing .Amir."):
        apply_import(preview=preview, by=ana)


def test_a_neighbour_that_was_dropped_meanwhile_refuses_the_import(ana, amir, draft):
    more = [("lecturing", pair_texts("Lecturing", confused_with=["good-practice"]))]
    preview = previewed(draft, ana, drop=["good-practice"], more=more)
    drop_entry(version=draft, key="good-practice", by=amir)
    with pytest.raises(BadTexts, match="“good-practice” is not a pair"):
        apply_import(preview=preview, by=ana)
    assert not draft.guideline.pairs.filter(key="lecturing").exists()


@pytest.mark.usefixtures("replayed")
def test_what_nobody_touched_in_the_file_stays_as_a_colleague_left_it(ana, amir, draft):
    """The file is of version 1; Amir has changed one entry and dropped another in the draft since."""
    version = draft.guideline.in_force
    change(draft, amir, shows="Amir's.")
    drop_entry(version=draft, key="good-practice", by=amir)
    preview = previewed(version, ana, changes={"poor-listening": {"shows": "Ana's."}})
    assert states(preview) == {
        "forcing-change": "older", "poor-listening": "changed", "good-practice": "older",
    }  # fmt: skip
    apply_import(preview=preview, by=ana)
    assert revision_in(draft, "forcing-change").shows == "Amir's."
    assert [key_of(one) for one in revisions(draft)] == ["forcing-change", "poor-listening"]


def test_a_change_over_a_colleagues_unpublished_words_says_whose_they_are(log_in, ana, amir, draft):
    change(draft, amir, shows="Amir's.")
    page = upload(log_in(ana), file_of(draft, changes={"forcing-change": {"shows": "Ana's."}}))
    assert "is by Amir and not yet published" in page.content.decode()


def test_a_column_that_the_table_lacks_is_left_alone(ana, mistakes):
    head = b"# guideline,novice-mistakes\n# kind,pairs\n# title,Other\n"
    data = head + b"key,name,harms\nforcing-change,Forcing change,Hurts.\n"
    preview = preview_import(guideline=mistakes.guideline, file="a.csv", data=data, by=ana)
    assert preview.head == ["title"] and preview.stay == 2
    draft, _n = apply_import(preview=preview, by=ana)
    saved = revision_in(draft, "forcing-change")
    assert saved.texts == mistakes.entries.first().pair_revision.texts | {"harms": "Hurts."}
    mistakes.guideline.refresh_from_db()
    assert mistakes.guideline.title == "Novice-mistakes"


@pytest.mark.usefixtures("replayed")
def test_an_import_into_a_draft_in_review_voids_the_approvals_and_says_so(log_in, ana, amir, edited):
    submit(version=edited, by=ana)
    approve(version=edited, by=amir)
    preview = previewed(edited, ana, more=[NEW])
    answer = log_in(ana).post(url("guideline_import_preview", preview.token), follow=True)
    assert "Approvals of the earlier words no longer count" in answer.content.decode()


@pytest.mark.usefixtures("replayed")
def test_a_rubric_is_imported_in_the_same_way(ana, rubric):
    changes = {"clarity": {"reverse": True}}
    preview = preview_import(
        guideline=rubric.guideline, file="a.csv", data=file_of(rubric, changes=changes, format="csv"), by=ana
    )
    draft, taken = apply_import(preview=preview, by=ana)
    revision = draft.entries.get().dimension_revision
    assert taken == 1 and revision.reverse and revision.n == 2 and revision.author == ana


def test_a_preview_belongs_to_whoever_uploaded_the_file_and_lasts_a_day(log_in, ana, amir, mistakes):
    preview = previewed(mistakes, ana, more=[NEW])
    assert log_in(amir).get(url("guideline_import_preview", preview.token)).status_code == 404
    with pytest.raises(WrongState, match="This preview is gone"):
        apply_import(preview=preview, by=amir)
    ImportPreview.objects.update(made_at=timezone.now() - timedelta(days=2))
    assert log_in(ana).get(url("guideline_import_preview", preview.token)).status_code == 404
    with pytest.raises(WrongState, match="older than a day"):
        apply_import(preview=preview, by=ana)
    previewed(mistakes, amir)
    assert not ImportPreview.objects.filter(pk=preview.pk).exists()
    for _n in range(7):
        previewed(mistakes, amir)
    assert ImportPreview.objects.filter(user=amir).count() == previewing.MOST_KEPT


def test_nobody_but_clinicians_imports(log_in, ben, lena, eve, mistakes):
    for person in (ben, lena, eve):
        answer = upload(log_in(person), file_of(mistakes))
        assert answer.status_code == 403 and "Only clinicians write the guidelines" in answer.content.decode()


def test_an_upload_of_a_gigabyte_is_refused_before_it_is_read_and_a_forged_one_too(ana, mistakes):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ana)
    announced = browser.post(
        url("guideline_import"), b"x", content_type="multipart/form-data", CONTENT_LENGTH="1000000000"
    )
    assert announced.status_code == 413 and "at most 20 MB" in announced.content.decode()
    forged = upload(browser, file_of(mistakes))
    assert forged.status_code == 403 and not ImportPreview.objects.exists()


@pytest.mark.parametrize(
    ("present", "file", "order"),
    [
        ("abc", "axbc", "axbc"),
        ("abc", "xabc", "xabc"),
        ("abc", "abcx", "abcx"),
        ("abc", "cxya", "abcxy"),
        ("abc", "xb", "axbc"),
        ("abc", "xy", "abcxy"),
        ("", "xy", "xy"),
    ],
)
def test_what_is_new_stands_where_the_file_has_it(present, file, order):
    assert "".join(placed(list(present), list(file))) == order


def test_preview_and_import_ask_no_more_for_thirty_entries_than_for_three(
    log_in, ana, django_assert_max_num_queries
):
    counted = []
    browser = log_in(ana)
    for n in (3, 30):
        slug = f"many-{n}"
        before = many(n)
        version, _made = import_version(
            content=content(*((one.key, one.texts) for one in before.entries), slug=slug)
        )
        changes = {f"mistake-{i}": {"shows": "Ana's."} for i in range(0, n, 2)}
        data = file_of(
            version, changes=changes, more=[(f"new-{i}", pair_texts(f"New {i}")) for i in range(n)]
        )
        address = reverse("guideline_import", args=[slug])
        with django_assert_max_num_queries(100) as asked:
            answer = browser.post(address, {"file": SimpleUploadedFile("a.yaml", data)})
            assert browser.get(answer.headers["Location"]).status_code == 200
            assert browser.get(answer.headers["Location"] + "?show=new").status_code == 200
            assert browser.post(answer.headers["Location"]).status_code == 302
        assert (
            Entry.objects.filter(version__guideline=version.guideline, version__state="draft").count()
            == 2 * n
        )
        # SQLite takes a limited number of values at a time: rows are written in batches.
        counted.append(len([one for one in asked if not one["sql"].startswith("INSERT")]))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("format", list(WRITERS))
def test_whoever_may_read_takes_a_version_with_her(format, log_in, ben, mistakes):
    answer = log_in(ben).get(url("guideline_download", "1", format))
    assert answer.status_code == 200
    named = f'filename="novice-mistakes-v1-{mistakes.digest[:12]}.{format}"'
    assert named in answer.headers["Content-Disposition"]
    assert loading.content_of(document_of(f"a.{format}", answer.content)) == content_of(mistakes)
    page = log_in(ben).get(url("guideline_version", "1")).content.decode()
    assert url("guideline_download", "1", format) in page


def test_a_draft_goes_out_too_and_what_is_not_there_does_not(log_in, ana, eve, edited):
    browser = log_in(ana)
    answer = browser.get(url("guideline_download", "draft", "json"))
    assert f"novice-mistakes-draft-{digest(edited)[:12]}.json" in answer.headers["Content-Disposition"]
    assert "Argues and urges (Ana)." in answer.content.decode()
    assert browser.get(url("guideline_download", "9", "json")).status_code == 404
    assert browser.get(url("guideline_download", "1", "docx")).status_code == 404
    assert log_in(eve).get(url("guideline_download", "1", "json")).status_code == 403


@pytest.mark.usefixtures("replayed")
def test_an_open_draft_takes_the_import(ana, draft):
    found, _n = apply_import(preview=previewed(draft, ana, more=[NEW]), by=ana)
    assert found.pk == draft.pk

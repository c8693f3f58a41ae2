"""The pages as clinicians use them, without JavaScript."""

from dataclasses import replace

import pytest
from django.urls import reverse

from guidelines import dependents, entries
from guidelines.drafts import digest
from guidelines.models import Guideline, PairRevision, Version
from guidelines.publishing import approve, import_version, open_draft, save_entry, send_back, submit
from guidelines.touching import Why
from tests.guidelines.conftest import change, dimension_texts, many, pair_texts, revision_in


def url(name, *args):
    return reverse(name, args=["novice-mistakes", *args])


def form_of(texts: dict, base) -> dict:
    """The fields as a browser would send them."""
    examples = texts["examples"]
    parts = {f"examples-{p}": [e.get(p, "") for e in examples] + [""] for p in ("context", "before", "after")}
    sent = texts | parts | {"tags": ", ".join(texts["tags"]), "base": base or "", "reason": ""}
    sent.pop("examples")
    if not sent.pop("positive"):
        return sent
    return sent | {"positive": "on"}


def test_eve_who_has_no_role_is_refused_with_the_reason(log_in, eve, mistakes):
    browser = log_in(eve)
    for address in (reverse("guidelines"), url("guideline"), url("pair_edit", "forcing-change")):
        answer = browser.get(address)
        assert answer.status_code == 403
    assert "Only clinicians write the guidelines." in answer.content.decode()


def test_ben_who_reviews_reads_the_guideline_but_cannot_write_it(log_in, ben, draft):
    browser = log_in(ben)
    page = browser.get(url("guideline")).content.decode()
    assert "Argues, urges and overrides." in page and url("pair_edit", "forcing-change") not in page
    for name in ("draft_open", "draft_submit", "draft_approve", "draft_publish", "draft_discard"):
        assert browser.post(url(name), {"meaning": "semantic", "note": "x"}).status_code == 403
    assert browser.post(url("pair_drop", "forcing-change")).status_code == 403


def test_a_pair_is_written_approved_and_published_by_clicking(client, ana, amir, mistakes):
    client.force_login(ana)
    client.post(url("draft_open"))
    page = client.get(url("pair_edit", "forcing-change"))
    assert page.context["form"].initial["base"] == 1
    texts = mistakes.entries.first().pair_revision.texts | {
        "shows": "Pushes <b>hard</b>.",
        "examples": [{"before": "Counsellor: You must.", "after": "Counsellor: What would help?"}],
    }
    answer = client.post(url("pair_edit", "forcing-change"), form_of(texts, 1), follow=True)
    assert answer.status_code == 200 and "is saved in the draft" in answer.content.decode()
    assert "Pushes &lt;b&gt;hard&lt;/b&gt;." in answer.content.decode()
    assert PairRevision.objects.get(n=2).texts == texts
    client.post(url("draft_submit"))
    own = client.get(url("guideline")).content.decode()
    assert "You wrote part of this draft" in own and "Nobody has approved this draft yet" in own

    client.force_login(amir)
    page = client.get(url("guideline"))
    client.post(url("draft_approve"), {"digest": page.context["digest"]})
    assert "another person has to publish it" in client.get(url("guideline")).content.decode()
    refused = client.post(url("draft_publish"), {"meaning": "semantic", "note": "Clearer."})
    assert refused.status_code == 403 and "another person has to publish it" in refused.content.decode()

    client.force_login(ana)
    assert client.post(url("draft_publish"), {"meaning": "", "note": ""}).status_code == 400
    client.post(url("draft_publish"), {"meaning": "semantic", "note": "Clearer."})
    assert Version.objects.get(number=2).published_by == ana
    compared = client.get(url("guideline_compare", "1", "2")).content.decode()
    assert "<ins>Pushes" in compared and "Approved by Amir" in compared
    assert client.get(url("guideline_version", "1")).status_code == 200


def test_a_stale_save_answers_409_with_both_texts_and_keeps_the_words(client, ana, amir, draft):
    base = revision_in(draft, "forcing-change")
    change(draft, ana, shows="Ana pushes.")
    client.force_login(amir)
    mine = form_of(base.texts | {"shows": "Amir presses."}, base.n)
    answer = client.post(url("pair_edit", "forcing-change"), mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Ana pushes." in page and "Amir presses." in page and "<del>" in page
    assert 'name="base" value="2"' in page

    later = client.get(url("pair_edit", "forcing-change"))
    assert "are kept and not saved" in later.content.decode()
    put = client.get(url("pair_edit", "forcing-change") + "?words=mine")
    assert put.context["form"].initial["shows"] == "Amir presses."

    merged = form_of(base.texts | {"shows": "Ana pushes, Amir presses."}, 2)
    assert client.post(url("pair_edit", "forcing-change"), merged).status_code == 302
    assert revision_in(draft, "forcing-change").shows == "Ana pushes, Amir presses."


def test_what_is_missing_in_a_form_is_said_beside_the_field(client, ana, draft):
    client.force_login(ana)
    sent = form_of(revision_in(draft, "forcing-change").texts | {"corrections": [], "shows": ""}, 1)
    answer = client.post(url("pair_edit", "forcing-change"), sent)
    assert answer.status_code == 400
    assert set(answer.context["form"].errors) == {"shows"}
    answer = client.post(url("pair_edit", "forcing-change"), sent | {"shows": "Pushes."})
    assert "at least one correction" in str(answer.context["form"].errors["corrections"])


def test_a_new_pair_gets_a_key_from_its_name_in_any_script(client, ana, draft):
    client.force_login(ana)
    for name in ("Lecturing the client", "説教する", "说教"):
        answer = client.post(url("pair_new"), form_of(pair_texts(name), None))
        assert answer.status_code == 302, answer.content.decode()
    keys = draft.guideline.pairs.order_by("pk").values_list("key", flat=True)
    assert list(keys)[-3:] == ["lecturing-the-client", "entry", "entry-2"]


def test_pairs_are_moved_and_dropped_and_restored(client, ana, edited):
    client.force_login(ana)
    client.post(url("pair_move", "good-practice"), {"to": "up"})
    names = [card.key for card in client.get(url("guideline")).context["cards"]]
    assert names == ["forcing-change", "good-practice", "poor-listening"]
    drop = url("pair_drop", "poor-listening")
    assert client.post(drop).status_code == 404
    refused = client.post(drop, {"base": "1"})
    assert refused.status_code == 409 and "Forcing change" in refused.content.decode()
    client.post(url("pair_restore", "forcing-change"), {"n": "1", "base": "2"})
    assert revision_in(edited, "forcing-change").n == 3
    history = client.get(url("pair_history", "forcing-change")).content.decode()
    assert "Restored from revision 1" in history and "Revision 2" in history
    late = client.post(url("pair_restore", "forcing-change"), {"n": "2", "base": "2"})
    assert late.status_code == 409 and revision_in(edited, "forcing-change").n == 3


def test_a_pair_that_a_colleague_changed_since_the_page_was_opened_is_not_dropped(client, ana, amir, draft):
    client.force_login(ana)
    assert 'name="base" value="1"' in client.get(url("guideline")).text
    change(draft, amir, harms="Other words.", confused_with=[])
    drop = url("pair_drop", "forcing-change")
    refused = client.post(drop, {"base": "1"})
    assert refused.status_code == 409 and "changed after you opened the page" in refused.text
    assert revision_in(draft, "forcing-change").n == 2
    assert client.post(drop, {"base": "2"}).status_code == 302
    assert "forcing-change" not in entries.names(draft)


def test_a_dimension_and_its_anchors_are_edited_in_a_form(client, ana, rubric):
    client.force_login(ana)
    draft = open_draft(guideline=rubric.guideline, by=ana)
    sent = {
        **{k: v for k, v in dimension_texts().items() if k not in ("levels", "reverse", "weight")},
        "levels-value": ["1", "2", "3", "", ""],
        "levels-anchor": ["Muddled.", "Mostly plain.", "Plain.", "", ""],
        "base": "1",
        "reason": "A middle level.",
    }
    address = reverse("pair_edit", args=["feedback-quality", "clarity"])
    assert "Cannot be followed." in client.get(address).content.decode()
    answer = client.post(address, sent)
    assert answer.status_code == 302
    revision = draft.entries.get().dimension_revision
    assert [level["value"] for level in revision.levels] == [1, 2, 3] and revision.reason == "A middle level."
    page = client.get(reverse("guideline", args=["feedback-quality"])).content.decode()
    assert "Mostly plain." in page and "Cannot be followed." in page
    answer = client.post(address, sent | {"base": "2", "levels-anchor": ["Muddled.", "", "Plain.", "", ""]})
    assert answer.status_code == 400
    assert "anchor of level 2 is missing" in str(answer.context["form"].errors["levels"])


def test_an_act_on_a_draft_that_is_gone_says_what_happened(client, ana, amir, mistakes):
    client.force_login(ana)
    answer = client.post(url("draft_submit"))
    assert answer.status_code == 409 and "No draft is open" in answer.content.decode()


@pytest.mark.parametrize("page", ["guideline", "guideline_compare", "pair_history", "pair_edit"])
def test_a_page_asks_the_database_no_more_for_thirty_pairs_than_for_three(
    page, client, ana, amir, django_assert_max_num_queries, db
):
    counted = []
    for n in (3, 30):
        slug = f"many-{n}"
        version, _created = import_version(content=named(many(n), slug))
        draft = open_draft(guideline=version.guideline, by=ana)
        for i in range(0, n, 2):
            change(draft, ana, f"mistake-{i}")
        submit(version=draft, by=ana)
        approve(version=draft, by=amir)
        client.force_login(ana)
        args = {
            "guideline_compare": ["1", "draft"],
            "pair_history": ["mistake-0"],
            "pair_edit": ["mistake-0"],
        }
        address = reverse(page, args=[slug, *args.get(page, [])])
        with django_assert_max_num_queries(54) as asked:
            assert client.get(address).status_code == 200
        counted.append(len(asked))
        # The rail asks about every draft in review: let one wait at a time.
        send_back(version=draft, by=ana)
    assert counted[0] == counted[1]


def named(content, slug):
    return replace(content, guideline=slug)


def test_the_list_asks_no_more_for_many_guidelines(client, ana, django_assert_max_num_queries, db):
    counted = []
    for n in (2, 6):
        for i in range(n):
            import_version(content=named(many(1), f"g-{i}"))
        client.force_login(ana)
        with django_assert_max_num_queries(20) as asked:
            client.get(reverse("guidelines"))
        counted.append(len(asked))
    assert counted[0] == counted[1] and Guideline.objects.count() == 6


def test_neighbours_named_in_another_order_are_no_change(ana, db):
    content = many(4)
    version, _created = import_version(content=named(content, "in-order"))
    draft = open_draft(guideline=version.guideline, by=ana)
    before = revision_in(draft, "mistake-0")
    texts = before.texts | {"confused_with": ["mistake-1", "mistake-2"]}
    saved = save_entry(version=draft, key="mistake-0", texts=texts, by=ana, base=before)
    turned = saved.texts | {"confused_with": ["mistake-2", "mistake-1"]}
    assert save_entry(version=draft, key="mistake-0", texts=turned, by=ana, base=saved) == saved


def test_a_colleague_approves_where_she_reads_what_changed_and_what_it_makes_stale(
    log_in, ana, amir, mistakes
):
    draft = open_draft(guideline=mistakes.guideline, by=ana)
    change(draft, ana)
    submit(version=draft, by=ana)
    stale = dependents.OfPair("forcing-change", "Forcing change", Why.MEANING, made=14, settled=7)
    before = dependents.connect(lambda before, after, user: dependents.Dependents(stale=[stale]))
    try:
        page = log_in(amir).get(url("guideline_compare", "1", "draft")).content.decode()
    finally:
        dependents.connect(*before)
    assert "21 sessions were planned or made" in page and "its meaning changed" in page
    assert "Approve these words" in page
    assert (
        "Approve these words" not in log_in(ana).get(url("guideline_compare", "1", "draft")).content.decode()
    )


def test_whoever_approved_is_told_so_instead_of_being_asked_again(log_in, ana, amir, mistakes):
    draft = open_draft(guideline=mistakes.guideline, by=ana)
    change(draft, ana)
    submit(version=draft, by=ana)
    browser = log_in(amir)
    pages = [url("guideline"), url("guideline_compare", "1", "draft")]
    for approved in (False, True):
        for page in pages:
            shown = browser.get(page).content.decode()
            assert ("You approved these words" in shown) == approved
            assert ("Approve these words" in shown) != approved
        approve(version=draft, by=amir, digest=digest(draft))
    assert draft.approvals.count() == 1


def test_a_pair_is_dropped_only_as_the_page_showed_it(client, ana, amir, draft):
    client.force_login(ana)
    key = "good-practice"
    assert f'name="base" value="{revision_in(draft, key).n}"' in client.get(url("guideline")).content.decode()
    change(draft, amir, key=key, shows="What Amir wrote since.")
    late = client.post(url("pair_drop", key), {"base": "1"})
    assert late.status_code == 409 and "was changed after you opened the page" in late.content.decode()
    assert revision_in(draft, key).shows == "What Amir wrote since."
    assert client.post(url("pair_drop", key)).status_code == 404
    assert client.post(url("pair_drop", key), {"base": "2"}).status_code == 302

"""The page of a guideline as somebody opens it: the pairs come first, what is rare stands in one quiet row."""

from guidelines.models import Version
from guidelines.publishing import approve, open_draft, submit
from tests.guidelines.test_pages import url
from tests.guidelines.test_talk_pages import words


def test_what_is_rare_stands_in_one_row_before_the_pairs(client, ana, mistakes):
    client.force_login(ana)
    page = client.get(url("guideline")).content.decode()
    row = page[page.index('class="more"') :].split("</nav>")[0]
    for name in ("proposals", "translations", "guideline_import"):
        assert url(name) in row and page.count(f'"{url(name)}"') == 1
    assert url("guideline_version", 1) in row
    paper = client.get(url("guideline_version", 1)).content.decode()
    assert url("version_pdf", 1) in paper and url("version_cite", 1, "bib") in paper


def test_edit_on_a_card_starts_the_draft_and_leads_to_its_form(client, ana, mistakes):
    client.force_login(ana)
    assert 'name="edit" value="forcing-change"' in client.get(url("guideline")).content.decode()
    begun = client.post(url("draft_open"), {"edit": "forcing-change"})
    assert begun.url == url("pair_edit", "forcing-change")
    assert client.get(begun.url).status_code == 200
    assert 'name="edit"' not in client.get(url("guideline")).content.decode()


def test_edit_leads_to_the_form_also_where_a_colleague_was_faster(client, ana, amir, mistakes):
    draft = open_draft(guideline=mistakes.guideline, by=amir)
    client.force_login(ana)
    assert client.post(url("draft_open"), {"edit": "forcing-change"}).url == url(
        "pair_edit", "forcing-change"
    )
    assert Version.objects.unpublished().get() == draft


def test_an_edit_of_what_is_not_there_only_starts_the_draft(client, ana, mistakes):
    client.force_login(ana)
    assert client.post(url("draft_open"), {"edit": "no/such"}).url == url("guideline")


def test_ben_who_reviews_sees_no_edit(log_in, ben, mistakes):
    assert 'name="edit"' not in log_in(ben).get(url("guideline")).content.decode()


def test_whoever_may_publish_is_not_told_that_a_colleague_has_to_approve(client, ana, amir, edited):
    submit(version=edited, by=ana)
    client.force_login(ana)
    assert "a colleague has to approve it" in words(client.get(url("guideline")))
    approve(version=edited, by=amir)
    assert "a colleague has to approve it" not in words(client.get(url("guideline")))


def test_the_history_says_where_an_earlier_text_is_restored(client, ana, amir, edited):
    said = "An earlier text is restored in a draft; none is open."
    client.force_login(ana)
    assert said not in words(client.get(url("pair_history", "forcing-change")))
    client.post(url("draft_discard"))
    assert said in words(client.get(url("pair_history", "forcing-change")))


def test_a_version_is_called_by_its_title_and_number(client, ana, mistakes):
    client.force_login(ana)
    page = client.get(url("guideline_version", 1))
    assert "novice-mistakes@1" not in words(page) and "/ version 1" in words(page)

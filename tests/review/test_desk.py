"""What the desk offers of a round, as far as its sessions are judged."""

from dataclasses import replace

import pytest

from review.judged import Wording
from review.label_studio.sending import send
from review.label_studio.syncing import sync_all
from review.models import RawAnnotation, Reading
from tests.fakes.label_studio import FakeLabelStudio
from tests.review.factories import judge, says
from tests.review.studio import desk, submit
from tests.review.test_pages import words

JUDGE, LOOK = "Judge the next one", "Look at my answers again"


@pytest.fixture
def sent(settings, round):
    settings.LABEL_STUDIO_GATEWAY_URL = "https://judge.example.org"
    send(round, FakeLabelStudio())
    return round


def test_where_all_is_judged_nothing_asks_her_to_judge_and_she_can_look_again(log_in, sent, ben):
    items = list(sent.items.all())
    for item in items[:-1]:
        judge(item, ben, says())
    page = words(log_in(ben).get("/desk/"))
    assert JUDGE in page and LOOK not in page
    judge(items[-1], ben, says())
    page = words(log_in(ben).get("/desk/"))
    assert "0 4 All judged. Thank you. Look at my answers again" in page and JUDGE not in page


def test_without_a_gateway_what_is_judged_is_said_and_opened_by_nothing(log_in, settings, sent, ben):
    settings.LABEL_STUDIO_GATEWAY_URL = ""
    for item in sent.items.all():
        judge(item, ben, says())
    page = words(log_in(ben).get("/desk/"))
    assert "All judged. Thank you." in page and LOOK not in page and "a lead has to set" not in page


@pytest.fixture
def unchanged(settings, round, ben):
    """Ben submitted one "edit" without a change, in a login of his own that no gateway stands before."""
    settings.LABEL_STUDIO_GATEWAY_URL = "https://judge.example.org"
    studio = FakeLabelStudio()
    send(round, studio)
    item = round.items.first()
    same = replace(says(), verdict="edit", edited_text=Wording().of(item)["draft"])
    submit(desk(studio, ben), item, ben, same)
    assert sync_all(studio).decided == 0
    return studio, item, same


def test_a_judgement_that_does_not_count_is_told_to_who_made_it_and_opens_from_her_desk(
    log_in, unchanged, ben, chloe
):
    _studio, item, _same = unchanged
    reading = Reading.objects.get(item=item, seat__rater__user=ben)
    page = log_in(ben).get("/desk/")
    assert "1 judgement of yours in “November” is kept and does not count yet" in words(page)
    assert "the text equals the draft" in words(page) and "Open it and mend it" in words(page)
    assert str(reading.external_id) in page.content.decode() and JUDGE in words(page)
    opened = log_in(ben).post(
        f"/desk/{reading.seat.public_id}/{item.arm}/", {"reading": str(reading.external_id)}
    )
    assert f'name="task" value="{reading.task_id}"' in opened.content.decode()
    assert "does not count yet" not in words(log_in(chloe).get("/desk/"))


def test_where_nothing_else_is_left_her_desk_does_not_ask_her_to_judge_the_next_one(
    log_in, unchanged, round, ben
):
    for item in list(round.items.all())[1:]:
        judge(item, ben, says())
    page = words(log_in(ben).get("/desk/"))
    assert JUDGE not in page and "Judged, and not counted yet: see below." in page


def test_when_she_has_mended_or_skipped_it_her_desk_says_no_more_of_it(log_in, unchanged, ben):
    studio, item, same = unchanged
    (annotation,) = RawAnnotation.objects.values_list("ls_id", flat=True)
    submit(desk(studio, ben), item, ben, replace(same, edited_text="Stay with her hesitation first."))
    assert sync_all(studio).decided == 1 and annotation
    assert "does not count yet" not in words(log_in(ben).get("/desk/"))


def test_the_lead_reads_whose_it_is_which_session_and_what_was_sent(log_in, unchanged, round, lena, ben):
    _studio, item, _same = unchanged
    page = log_in(lena).get(f"/rounds/{round.public_id}/")
    assert "Kept, but not counted (1)" in words(page)
    row = page.content.decode().partition("Kept, but not counted")[2]
    assert f"/instances/{item.instance.public_id}/" in row and str(ben) in row
    assert "What was sent" in row and "Accept after my edit" in row


def test_what_she_skipped_in_one_seat_is_offered_back_once_and_counted_whole(log_in, settings, round, ben):
    settings.LABEL_STUDIO_GATEWAY_URL = "https://judge.example.org"
    studio = FakeLabelStudio()
    send(round, studio)
    for reading in Reading.objects.filter(seat__rater__user=ben)[:2]:
        desk(studio, ben)._add(reading.task_id, [], 3.0, None, was_cancelled=True)
    sync_all(studio)
    page = words(log_in(ben).get("/desk/"))
    assert page.count("Give back what I skipped") == 1 and "You skipped 2 sessions" in page


def test_why_what_is_not_hers_to_mend_does_not_count_is_the_leads_to_read(log_in, settings, round, ben, lena):
    settings.LABEL_STUDIO_GATEWAY_URL = "https://judge.example.org"
    studio, item = FakeLabelStudio(), round.items.first()
    send(round, studio)
    task = Reading.objects.get(item=item, seat__rater__user=ben).task_id
    studio.tasks[task]["data"]["feedback"] = "Other words."
    submit(desk(studio, ben), item, ben, says())
    assert sync_all(studio).decided == 0
    page = words(log_in(ben).get("/desk/"))
    assert "It could not be counted as it came." in page and "Open it and mend it" not in page
    assert "changed in Label Studio" not in page
    assert "changed in Label Studio" in words(log_in(lena).get(f"/rounds/{round.public_id}/"))

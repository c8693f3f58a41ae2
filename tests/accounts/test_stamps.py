from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from accounts.templatetags.stamps import ago, stamp

NOON = datetime(2026, 11, 21, 12, 0, 5, tzinfo=UTC)


def test_a_moment_is_short_in_the_readers_zone_and_names_it_on_hover():
    with timezone.override(ZoneInfo("Asia/Kolkata")):
        shown = stamp(NOON, "j M, H:i")
    assert ">21 Nov, 17:30<" in shown and 'datetime="2026-11-21T17:30:05+05:30"' in shown
    assert 'title="Saturday 21 November 2026, 17:30:05 Asia/Kolkata"' in shown


def test_no_moment_shows_nothing():
    assert stamp(None) == ago(None) == ""


def test_a_moment_runs_in_its_own_direction_on_a_page_of_another():
    with translation.override("fa"):
        assert 'dir="auto">21 نوامبر 2026, 12:00<' in stamp(NOON, "j F Y, H:i")

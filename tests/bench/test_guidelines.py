"""The measurement of the guideline workspace runs, at a size that says nothing about time."""

import pytest
from django.db import connection

from bench import guidelines as bench
from guidelines import drafts
from guidelines.models import Version


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the floor is read by sqlite3")
def test_every_page_and_act_is_measured_and_each_round_finds_the_same_draft(db):
    place = bench.build(8)
    draft = Version.objects.unpublished().get()
    digest, serial = drafts.digest(draft), draft.serial
    found = bench.measure(place, rounds=1, act_rounds=1)
    names = {*bench.floors(place), *bench.pages(place), *bench.api(place), *bench.acts(place)}
    assert set(found) == names and all(len(one.clock) == len(one.processor) == 1 for one in found.values())
    assert found["search two words"].queries > found["floor: the rows of a page, sqlite3"].queries == 0
    draft = Version.objects.unpublished().get()
    assert (drafts.digest(draft), draft.serial, draft.state) == (digest, serial, "draft")
    lines = bench.table({8: found, 80: found}, "pairs").splitlines()
    assert len(lines) == 2 + 2 * len(names) and lines[2].startswith("| floor: an empty page | 8 | ")

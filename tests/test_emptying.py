"""Between transactional tests nothing is left of the one before, and what is frozen is as frozen as ever."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection

from accounts.freezing import check_triggers
from guidelines.models import PairRevision
from tests.emptying import empty, with_rows
from tests.factories import published_guideline


@pytest.mark.django_db(transaction=True)
def test_no_row_is_left_and_every_trigger_is():
    types = ContentType.objects.count()
    for _again in range(2):
        published_guideline()
        assert PairRevision.objects.exists()
        with pytest.raises(DatabaseError, match="frozen"):
            PairRevision.objects.update(name="Another")
        empty()
        assert with_rows(connection) == []
        assert check_triggers(databases=["default"]) == []
    assert types and ContentType.objects.count() == types

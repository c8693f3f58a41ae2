"""What was made from each pair is counted out of an index: a session's own row holds all its words."""

import pytest
from django.db import connection
from django.db.models import Count

from synthesis.models import Instance


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads a small table as a whole")
def test_sessions_are_counted_by_pair_without_reading_them():
    for made in (Instance.objects.made(), Instance.objects.listed().made()):
        counted = made.order_by().values_list("pair_revision").annotate(n=Count("id"))
        assert "COVERING INDEX made_from_a_pair" in counted.explain()
    plan = Instance.objects.made().filter(pair_revision__in=[1, 2]).order_by().values("pk").explain()
    assert "COVERING INDEX made_from_a_pair" in plan

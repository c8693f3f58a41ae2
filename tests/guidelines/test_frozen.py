"""Frozen is frozen: the database itself refuses, whatever code asks."""

import pytest
from django.db import DatabaseError, transaction

from guidelines.models import DimensionRevision, Entry, PairRevision, Version
from guidelines.publishing import retire


def refused(act):
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        act()


def test_an_entry_of_a_published_version_is_neither_changed_nor_removed_nor_added(mistakes, draft):
    entry = mistakes.entries.first()
    refused(lambda: Entry.objects.filter(pk=entry.pk).update(position=9))
    refused(lambda: Entry.objects.filter(pk=entry.pk).update(version=draft))
    refused(lambda: Entry.objects.filter(pk=entry.pk).delete())
    moved = draft.entries.first()
    refused(lambda: Entry.objects.filter(pk=moved.pk).update(version=mistakes, position=9))
    mine = PairRevision.objects.create(pair=entry.pair_revision.pair, n=2, name="x", shows="x", digest="x")
    refused(lambda: Entry.objects.create(version=mistakes, position=9, pair_revision=mine))


def test_a_revision_never_changes(mistakes, rubric):
    for model in (PairRevision, DimensionRevision):
        refused(lambda model=model: model.objects.update(name="Something else"))
        refused(lambda model=model: model.objects.all()._raw_delete("default"))


def test_a_published_version_may_only_be_retired_once(mistakes, lena):
    one = Version.objects.filter(pk=mistakes.pk)
    refused(lambda: one.update(note="Another reason"))
    refused(lambda: one.update(digest="0" * 64))
    refused(lambda: one.update(state="draft", number=None, published_at=None))
    refused(lambda: one._raw_delete("default"))
    retire(version=mistakes, by=lena)
    refused(lambda: one.update(state="published"))


def test_an_approval_is_never_taken_back(edited, ana, amir):
    from guidelines.publishing import approve, submit

    submit(version=edited, by=ana)
    approval = approve(version=edited, by=amir)
    refused(lambda: type(approval).objects.update(digest="x"))
    refused(lambda: type(approval).objects.filter(pk=approval.pk)._raw_delete("default"))

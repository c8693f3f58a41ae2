"""What the address of a page or of the API names in a guideline: its draft, a version, a text of an entry, a thread."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from guidelines import access
from guidelines.drafts import WrongState
from guidelines.kinds import shape_of
from guidelines.models import Guideline, Thread, Version


def draft_of(guideline: Guideline) -> Version:
    version = guideline.versions.unpublished().first()
    if version is None:
        raise WrongState(_("No draft is open. Start one on the page of the guideline."))
    return version


def named_version(guideline: Guideline, name: str) -> Version:
    """`draft`, or a number."""
    versions = guideline.versions.select_related("published_by", "opened_by")
    if name == "draft":
        version = versions.unpublished().first()
    else:
        version = versions.filter(number=int(name)).first() if name.isdecimal() and len(name) < 7 else None
    if version is None:
        raise Http404
    return version


def is_n(text: str) -> bool:
    """Whether it is the number of a revision, as a page writes it."""
    return text.isdecimal() and len(text) < 10


def revision_of(guideline: Guideline, key: str | None, n: int | None):
    if n is None or key is None:
        return None
    shape = shape_of(guideline)
    at = {f"{shape.identity_field}__guideline": guideline, f"{shape.identity_field}__key": key}
    return get_object_or_404(shape.revision.objects.select_related(shape.identity_field), n=n, **at)


def thread_of(guideline: Guideline, n: int, user) -> Thread:
    threads = guideline.threads.select_related(
        "begun_by", "proposal", "pair_revision__pair", "dimension_revision__dimension"
    )
    found = get_object_or_404(threads, n=n)
    if found.proposal and not access.may_see_proposal(user, found.proposal):
        # As `proposals.showing.visible`: that there is something would say that something was found.
        raise Http404
    return found

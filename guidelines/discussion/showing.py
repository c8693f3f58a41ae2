"""What the pages of a discussion show, in a number of queries that does not grow with what was said."""

from dataclasses import dataclass, field

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.utils.safestring import SafeString

from guidelines import access, present
from guidelines.comparing import fields_that_differ
from guidelines.discussion.marking import as_html
from guidelines.kinds import key_of, shape_of
from guidelines.models import Guideline, Proposal, Remark, RemarkKind, Thread, ThreadSource
from guidelines.proposals import origins

PAGE = 25


@dataclass
class Said:
    """One place in the stream: who was there first, and the words that stand there now."""

    first: Remark
    now: Remark
    earlier: list[Remark] = field(default_factory=list)
    mine: bool = False

    @property
    def taken_back(self) -> bool:
        return self.now.kind == RemarkKind.TAKEN_BACK

    @property
    def html(self) -> SafeString:
        return as_html(self.now.words)


def stream(thread: Thread, user) -> list[Said]:
    """What was said and done, in the order in which it was first said. Three queries."""
    remarks = thread.remarks.select_related("by").prefetch_related("mentions__person").order_by("n")
    found: list[Said] = []
    at: dict[int, Said] = {}
    for remark in remarks:
        if place := at.get(remark.supersedes_id):
            place.earlier.append(place.now)
            place.now = remark
        else:
            place = Said(remark, remark, mine=remark.by_id == user.pk and remark.kind == RemarkKind.SAID)
            found.append(place)
        at[remark.pk] = place
    for place in found:
        if place.taken_back:
            place.earlier, place.mine = [], False
    return found


def listed(threads):
    """With their first words, how many remarks, and when the last one came; one query."""
    remarks = Remark.objects.filter(thread=OuterRef("pk"))
    standing = remarks.filter(kind=RemarkKind.SAID, superseded_by=None).order_by("n")
    return threads.select_related("begun_by", "guideline").annotate(
        opening=Subquery(standing.values("words")[:1]),
        said=Count("remarks"),
        last_at=Max("remarks__at"),
    )


def page_of(threads, before: int | None) -> tuple[list, int | None]:
    """One page, newest first, and the number before which the next one starts."""
    found = listed(threads).order_by("-n")
    if before is not None:
        found = found.filter(n__lt=before)
    found = list(found[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].n if len(found) > PAGE else None


def changed_since(thread: Thread) -> dict:
    """The text that the thread was begun on, the present one, and what differs; `now` is None where it is gone."""
    begun, guideline = thread.begun_on, thread.guideline
    now = present.text_of(guideline, key_of(begun))
    fields = []
    if now is not None and now.pk != begun.pk:
        fields = fields_that_differ(guideline.kind, shape_of(guideline).revision, begun.texts, now.texts)
    return {"begun": begun, "now": now, "fields": fields}


def open_by_key(guideline: Guideline, user) -> dict[str, dict] | None:
    """{key: {"threads", "proposals"}} of what is open; None for those who do not see it. Two queries."""
    if not access.may_discuss(user):
        return None
    shape = shape_of(guideline)
    key = f"{shape.entry_field}__{shape.identity_field}__key"
    found: dict[str, dict] = {}
    begun = guideline.threads.open().filter(proposal=None).order_by().values_list(key)
    unclear = Count("begun_by", distinct=True, filter=Q(source=ThreadSource.REVIEW))
    for name, n, readers in begun.annotate(n=Count("id"), unclear=unclear):
        found.setdefault(name, {})["threads"] = n
        if readers:
            found[name]["unclear"] = readers
    about = Proposal.objects.open().filter(guideline=guideline, targets__isnull=False)
    about = about.exclude(instance__in=origins.hidden(user))
    for name, n in about.order_by().values_list(f"targets__{key}").annotate(n=Count("id", distinct=True)):
        found.setdefault(name, {})["proposals"] = n
    return found

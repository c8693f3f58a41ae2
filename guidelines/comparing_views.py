"""Two versions of a guideline, or the draft, beside each other; and two revisions of one entry."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from guidelines import access, comparing, dependents, drafts, entries
from guidelines.addressed import named_version
from guidelines.comparing import EntryChange
from guidelines.doors import door
from guidelines.history import history, numbered
from guidelines.kinds import shape_of
from guidelines.models import Version, VersionState

PAGE = 50
SIDES, INLINE = "sides", "inline"


@dataclass(frozen=True)
class Compared:
    """One entry on the page, with its revisions on both sides and what stands in the open draft now."""

    change: EntryChange
    before: object | None
    after: object | None
    current: object | None

    @property
    def returnable(self) -> list:
        """The texts here that the draft does not hold and could take back."""
        return [one for one in (self.before, self.after) if one and one != self.current]


def view_of(request) -> str:
    return SIDES if request.GET.get("view") == SIDES else INLINE


def views_of(request) -> list[tuple[str, str, bool]]:
    """(view, address of this page in that view, whether it is shown now): the switch, kept in the address."""
    now, asked = view_of(request), request.GET.dict()
    return [(view, "?" + urlencode(asked | {"view": view}), view == now) for view in (INLINE, SIDES)]


@door(access.may_read, methods=("GET", "HEAD"))
def guideline_compare_chosen(request, guideline):
    """Two versions chosen from lists: on to their address."""
    names = [named_version(guideline, request.GET.get(side, "")).number or "draft" for side in ("a", "b")]
    return redirect(_address(guideline, *names) + "?" + urlencode({"view": view_of(request)}))


def _address(guideline, a, b) -> str:
    return reverse("guideline_compare", args=[guideline.slug, a, b])


@door(access.may_read, methods=("GET", "HEAD"))
def guideline_compare(request, guideline, a, b):
    before, after = named_version(guideline, a), named_version(guideline, b)
    changes = comparing.entries_that_differ(before, after)
    counts = Counter(state for change in changes for state in comparing.STATES if change.is_in(state))
    only = request.GET.get("only") if request.GET.get("only") in comparing.STATES else ""
    differ = [change for change in changes if change.state != "same" and (not only or change.is_in(only))]
    at = next((n for n, change in enumerate(differ) if change.key == request.GET.get("start")), 0)
    digest = after.digest or drafts.digest(after)
    kept = {"view": view_of(request)} | ({"only": only} if only else {})
    in_review = after.state == VersionState.IN_REVIEW
    shown = differ[at : at + PAGE]
    context = {
        "guideline": guideline,
        "before": before,
        "after": after,
        "versions": _choices(guideline),
        "between": _between(before, after),
        "compared": _in_full(guideline, shown),
        "differ": sum(change.state != "same" for change in changes),
        "same": sum(change.state == "same" for change in changes),
        "counts": [(state, counts[state]) for state in comparing.STATES if counts[state]],
        "only": only,
        "earlier": "?" + urlencode(kept | {"start": differ[max(0, at - PAGE)].key}) if at else "",
        "later": "?" + urlencode(kept | {"start": differ[at + PAGE].key}) if at + PAGE < len(differ) else "",
        "view": view_of(request),
        "views": views_of(request),
        "approvals": _approvals(after, digest),
        "before_approvals": _approvals(before, before.digest or drafts.digest(before)),
        "dependents": dependents.of(before, after, request.user)
        if access.may_see_numbers(request.user)
        else dependents.Dependents(),
        "names": {change.key: change.name for change in changes},
        "digest": digest,
        "approved_these": in_review and request.user.pk in drafts.approvers(after),
        "may_approve": in_review and access.may_approve(request.user, after),
        "draft": guideline.versions.unpublished().first(),
        "may_write": access.may_write(request.user),
    }
    return render(request, "guidelines/compare.html", context)


def _choices(guideline) -> list[tuple[str, Version]]:
    """(name in the address, version), the draft first, then newest first."""
    versions = sorted(guideline.versions.all(), key=lambda version: version.serial, reverse=True)
    return [(str(version.number or "draft"), version) for version in versions]


def _between(before: Version, after: Version) -> list[Version]:
    """The versions published after the older of the two, up to the newer: what each said of itself."""
    old, new = sorted((before.serial, after.serial))
    found = before.guideline.versions.filter(number__isnull=False, serial__gt=old, serial__lte=new)
    return list(found.select_related("published_by").order_by("number"))


def _approvals(version: Version, digest: str) -> list:
    """Each approval with whether it is of the words that are compared here."""
    found = list(version.approvals.select_related("approver").order_by("at"))
    for approval in found:
        approval.counts = approval.digest == digest
    return found


def _in_full(guideline, changes: list[EntryChange]) -> list[Compared]:
    """One page of entries with their texts; two queries."""
    revisions = comparing.revisions_of(guideline, changes)
    draft = guideline.versions.unpublished().first()
    current = entries.some(draft, [change.key for change in changes]) if draft else {}
    return [
        Compared(
            comparing.with_fields(guideline, change, revisions),
            revisions.get(change.old),
            revisions.get(change.new),
            current.get(change.key),
        )
        for change in changes
    ]


@door(access.may_read, methods=("GET", "HEAD"))
def pair_history(request, guideline, key):
    """Every revision with what it changed; with `a` and `b`, these two beside each other."""
    revisions = numbered(guideline, key)
    if not revisions:
        raise Http404
    newest = next(iter(revisions.values()))
    draft = guideline.versions.unpublished().first()
    context = {
        "guideline": guideline,
        "key": key,
        "name": newest.name,
        "rows": history(guideline, key, revisions),
        "revisions": revisions.values(),
        "chosen": _chosen(request, guideline, revisions),
        "draft": draft,
        "current": entries.one(draft, key) if draft else None,
        "may_write": access.may_write(request.user),
        "may_see_trail": access.may_see_trail(request.user),
        "view": view_of(request),
        "views": views_of(request),
    }
    return render(request, "guidelines/history.html", context)


def _chosen(request, guideline, revisions: dict) -> dict | None:
    asked = [request.GET.get(side, "") for side in ("a", "b")]
    if not all(asked):
        return None
    found = [revisions.get(int(n)) if n.isdecimal() and len(n) < 10 else None for n in asked]
    if None in found:
        raise Http404
    a, b = found
    model = shape_of(guideline).revision
    fields = comparing.fields_that_differ(guideline.kind, model, a.texts, b.texts)
    return {"a": a, "b": b, "fields": fields}

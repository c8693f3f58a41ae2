"""What the pages of a guideline show, gathered in a number of queries that does not grow with its entries."""

from django.db.models import Prefetch

from guidelines import access, comparing, coverage, dependents, drafts, keeping
from guidelines.cards import cards
from guidelines.comparing import fields_that_differ
from guidelines.finding import STATES, Asked, Row, index, matching, page
from guidelines.kinds import shape_of
from guidelines.models import Guideline, Meaning, Version, VersionState

MOST_NAMES = 200  # beyond that, names are searched for rather than listed


def listed() -> list[dict]:
    """Every guideline with its version in force and its open draft."""
    numbered = Version.objects.published().order_by("-number").select_related("published_by")
    unpublished = Version.objects.unpublished().select_related("opened_by")
    found = Guideline.objects.order_by("kind", "title").prefetch_related(
        Prefetch("versions", numbered, to_attr="numbered"), Prefetch("versions", unpublished, to_attr="open")
    )
    return [
        {
            "guideline": one,
            "in_force": one.numbered[0] if one.numbered else None,
            "draft": one.open[0] if one.open else None,
        }
        for one in found
    ]


def workspace(guideline: Guideline, user, asked: Asked) -> dict:
    """One page of the entries as cards, draft beside published; who may do what with the draft, with the reasons."""
    draft = guideline.versions.unpublished().select_related("opened_by").first()
    published = guideline.versions.published().select_related("published_by").order_by("-number").first()
    for version in filter(None, (draft, published)):
        version.guideline = guideline
    sees_numbers = access.may_see_numbers(user)
    covered = coverage.of(guideline) if sees_numbers else None
    found = {
        "guideline": guideline,
        "published": published,
        "draft": draft,
        "in_review": draft is not None and draft.state == VersionState.IN_REVIEW,
        "may_write": access.may_write(user),
        "kept": keeping.waiting(guideline, user),
        "may_retire": access.may_retire(user),
        "may_see_trail": access.may_see_trail(user),
        "stale_place": dependents.place(guideline, user) if published and published.number > 1 else "",
        "coverage_missing": bool(sees_numbers) and covered is None,
        "versions": with_predecessors(guideline),
    }
    found |= listing(guideline, index(published, draft), asked, [v for v in (draft, published) if v], covered)
    return found | (_of_draft(draft, published, user) if draft else {})


def listing(
    guideline: Guideline, rows: list[Row], asked: Asked, versions: list[Version], covered=None
) -> dict:
    """The entries that were asked for: one page of cards, how many there are, and where the next page begins."""
    found = page(matching(rows, asked, guideline, versions), asked.start)
    return {
        "cards": cards(guideline, found.rows, covered),
        "names": {row.key: row.name for row in rows},
        "here": {row.key for row in found.rows},
        "all": rows if len(rows) <= MOST_NAMES else [],
        "total": len(rows),
        "found": found.found,
        "asked": asked,
        "back": asked.address(start=asked.start)[1:],
        "states": STATES if any(row.state != "published" for row in rows) else (),
        "before": asked.address(start=found.before) if found.before else "",
        "after": asked.address(start=found.after) if found.after else "",
    }


def _of_draft(draft: Version, published: Version | None, user) -> dict:
    in_review = draft.state == VersionState.IN_REVIEW
    meaning = Meaning.SEMANTIC
    if in_review and published:
        meaning = comparing.suggested_meaning(comparing.compare_versions(published, draft))
    return {
        "digest": drafts.digest(draft) if in_review or draft.approvals.exists() else "",
        "approvals": draft.approvals.select_related("approver").order_by("at"),
        "may_approve": access.may_approve(user, draft),
        "approved_these": user.pk in drafts.approvers(draft),
        "may_publish": access.may_publish(user, draft),
        "meaning": meaning,
        # While it is written the page of the comparison says so; here, when it is about to be published.
        "dependents": dependents.of(published, draft, user)
        if in_review and published and access.may_see_numbers(user)
        else dependents.Dependents(),
    }


def with_predecessors(guideline: Guideline) -> list[tuple[Version, Version | None]]:
    """Every numbered version, newest first, each with the one before it."""
    versions = list(guideline.versions.filter(number__isnull=False).order_by("-number"))
    return list(zip(versions, [*versions[1:], None], strict=False))


def history(guideline: Guideline, key: str) -> list[dict]:
    """Every revision of an entry, newest first, each with what it changed."""
    shape = shape_of(guideline)
    at = {f"{shape.identity_field}__guideline": guideline, f"{shape.identity_field}__key": key}
    revisions = shape.revision.objects.filter(**at).select_related("author", "base").order_by("-n")
    return [
        {
            "revision": revision,
            "fields": fields_that_differ(guideline.kind, shape.revision, revision.base.texts, revision.texts)
            if revision.base
            else [],
        }
        for revision in revisions
    ]

"""What the pages of a guideline show, gathered in a number of queries that does not grow with its entries."""

from functools import partial

from django.db.models import Prefetch

from guidelines import access, authorship, coverage, dependents, drafts, entries, keeping, meaning
from guidelines.cards import cards, neighbours_on
from guidelines.finding import Asked, find
from guidelines.models import Guideline, Kind, Meaning, Version, VersionState
from guidelines.states import STATES

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
    sees_numbers = coverage.may_see(user, guideline)
    covered = partial(coverage.of, guideline) if sees_numbers and guideline.kind == Kind.PAIRS else None
    found = {
        "guideline": guideline,
        "published": published,
        "draft": draft,
        "in_review": draft is not None and draft.state == VersionState.IN_REVIEW,
        "may_write": access.may_write(user),
        "kept": keeping.waiting(guideline, user),
        "may_retire": access.may_retire(user),
        "may_see_trail": access.may_see_trail(user),
        "covered": covered is not None and coverage.connected(),
        "keep_correcting": _keep_correcting(guideline, draft, published) if covered else {},
        "coverage_missing": bool(sees_numbers) and not coverage.connected(),
        "coverage_refused": "" if sees_numbers or not access.may_see_numbers(user) else sees_numbers.reason,
        "stale_place": dependents.place(guideline, user) if published and published.number > 1 else "",
        "versions": with_predecessors(guideline),
    }
    found |= listing(guideline, published, draft, asked, covered)
    return found | (_of_draft(draft, published, user) if draft else {})


def _keep_correcting(
    guideline: Guideline, draft: Version | None, published: Version | None
) -> dict[str, str]:
    """{key: name} of the entries here that reviewers keep correcting, the most corrected first."""
    keys = coverage.standing_out(guideline)
    if not keys:
        return {}
    called = entries.called(guideline, [version for version in (draft, published) if version], keys)
    return {key: called[key] for key in keys if key in called}


def listing(
    guideline: Guideline, published: Version | None, draft: Version | None, asked: Asked, covered=None
) -> dict:
    """The entries that were asked for: one page of cards, how many there are, and where the next page begins."""
    found, versions = find(published, draft, asked), [version for version in (draft, published) if version]
    numbers = covered([row.key for row in found.rows]) if covered else None
    shown = cards(guideline, found.rows, numbers)
    return {
        "cards": shown,
        "names": entries.called(guideline, versions, neighbours_on(shown)),
        "here": {row.key for row in found.rows},
        "all": entries.first_names(versions, MOST_NAMES) if found.total <= MOST_NAMES else {},
        "total": found.total,
        "found": found.found,
        "asked": asked,
        "back": asked.address(start=asked.start)[1:],
        "states": STATES if draft else (),
        "before": asked.address(start=found.before) if found.before else "",
        "after": asked.address(start=found.after) if found.after else "",
    }


def _of_draft(draft: Version, published: Version | None, user) -> dict:
    in_review = draft.state == VersionState.IN_REVIEW
    approvals = list(draft.approvals.select_related("approver").order_by("at"))
    # Each is had once for the page, not by everybody who asks: they take all entries of a long draft.
    digest = drafts.digest(draft) if in_review or approvals else ""
    known = {"authors": authorship.authors(draft)} if in_review else {}
    approvers = {one.approver_id for one in approvals if one.digest == digest}
    suggested = meaning.suggested(published, draft) if in_review and published else Meaning.SEMANTIC
    return {
        "digest": digest,
        "approvals": approvals,
        "may_approve": in_review and access.may_approve(user, draft, **known),
        "approved_these": user.pk in approvers,
        "may_publish": in_review and access.may_publish(user, draft, approvers=approvers, **known),
        "meaning": suggested,
        # While it is written the page of the comparison says so; here, when it is about to be published.
        "dependents": dependents.of(published, draft, user)
        if in_review and published and access.may_see_numbers(user)
        else dependents.Dependents(),
    }


def with_predecessors(guideline: Guideline) -> list[tuple[Version, Version | None]]:
    """Every numbered version, newest first, each with the one before it."""
    versions = list(guideline.versions.filter(number__isnull=False).order_by("-number"))
    return list(zip(versions, [*versions[1:], None], strict=False))

"""Guidelines and their versions, and the acts that lead a draft to publication, each under its name."""

from django.db.models import Count
from rest_framework.response import Response

from guidelines import access, drafts, overview, publishing
from guidelines.addressed import draft_of, named_version
from guidelines.api import representing
from guidelines.api.describing import describes, gives_etag
from guidelines.api.door import Door
from guidelines.api.shapes import versions as shapes
from guidelines.models import VersionState


def _head(guideline, in_force, draft) -> dict:
    return {
        "slug": guideline.slug,
        "kind": guideline.kind,
        "title": guideline.title,
        "in_force": representing.version(in_force) if in_force else None,
        "draft": representing.version(draft) if draft else None,
    }


class Guidelines(Door):
    may = {"GET": access.may_read}

    @describes(
        "guidelines", "Every guideline with its version in force and its draft", gives=shapes.Guidelines
    )
    def get(self, request):
        rows = overview.listed()
        return Response({"guidelines": [_head(r["guideline"], r["in_force"], r["draft"]) for r in rows]})


class Guideline(Door):
    may = {"GET": access.may_read}

    @describes("guideline", "One guideline, and what you may do with it", gives=shapes.Guideline)
    def get(self, request, slug):
        one, user = self.guideline, request.user
        versions = one.versions.select_related("opened_by", "published_by")
        in_force, draft = versions.published().order_by("-number").first(), versions.unpublished().first()
        about = {"about": one.about, "licence": one.licence, "source": one.source}
        you_may = representing.answers(
            write=access.may_write(user),
            release=access.may_release(user),
            discuss=access.may_discuss(user),
            see_numbers=access.may_see_numbers(user),
            see_trail=access.may_see_trail(user),
        )
        return Response(_head(one, in_force, draft) | about | {"you_may": you_may})


class Versions(Door):
    may = {"GET": access.may_read}

    @describes("versions", "Every version, newest first, and the open draft", gives=shapes.Versions)
    def get(self, request, slug):
        versions = self.guideline.versions.select_related("opened_by", "published_by")
        draft = versions.unpublished().first()
        numbered = versions.filter(number__isnull=False).order_by("-number")
        return Response(
            {
                "draft": representing.version(draft) if draft else None,
                "versions": [representing.version(one) for one in numbered],
            }
        )


def in_full(version, user) -> dict:
    digest = version.digest or drafts.digest(version)
    open = version.state in (VersionState.DRAFT, VersionState.IN_REVIEW)
    you_may = {"retire": access.may_retire(user)}
    if open:
        you_may = {"approve": access.may_approve(user, version), "publish": access.may_publish(user, version)}
    approvals = version.approvals.select_related("approver").order_by("at", "id")
    return representing.version(version) | {
        "digest": digest,
        "entries": version.entries.aggregate(n=Count("id"))["n"],
        "approvals": [
            {
                "by": representing.person(a.approver),
                "at": representing.moment(a.at),
                "stands": a.digest == digest,
            }
            for a in approvals
        ],
        "you_may": representing.answers(**you_may),
    }


def told(version, user, status: int = 200) -> Response:
    body = in_full(version, user)
    return Response(body, status=status, headers={"ETag": f'"{body["digest"]}"'})


class Version(Door):
    may = {"GET": access.may_read}

    @describes(
        "version", "One version, and what you may do with it", gives={200: shapes.VersionInFull},
        parameters=[gives_etag(200)],
    )  # fmt: skip
    def get(self, request, slug, name):
        """`name` is a number, or `draft`."""
        return told(named_version(self.guideline, name), request.user)


class Act(Door):
    """One act on the open draft; answers with the version as it stands after it."""

    bad_texts = 409


class Open(Act):
    may = {"POST": access.may_write}

    @describes(
        "draft_open", "Start a draft", status=201, gives=shapes.VersionInFull, refuses=(409,),
        parameters=[gives_etag(201)],
    )  # fmt: skip
    def post(self, request, slug):
        """It begins with the words of the version in force. There is at most one draft."""
        draft = publishing.open_draft(guideline=self.guideline, by=request.user)
        return told(draft, request.user, status=201)


class Submit(Act):
    may = {"POST": access.may_write}

    @describes(
        "draft_submit", "Ask colleagues to approve the draft", gives=shapes.VersionInFull, refuses=(409,),
        parameters=[gives_etag(200)],
    )  # fmt: skip
    def post(self, request, slug):
        return told(publishing.submit(version=draft_of(self.guideline), by=request.user), request.user)


class SendBack(Act):
    may = {"POST": access.may_write}

    @describes(
        "draft_send_back", "Take the draft back to writing", gives=shapes.VersionInFull, refuses=(409,),
        parameters=[gives_etag(200)],
    )  # fmt: skip
    def post(self, request, slug):
        return told(publishing.send_back(version=draft_of(self.guideline), by=request.user), request.user)


class Discard(Act):
    may = {"POST": access.may_write}

    @describes("draft_discard", "Throw the draft away", status=204, refuses=(409,))
    def post(self, request, slug):
        """What was written stays in the history of each entry. One that somebody approved stays."""
        publishing.discard(version=draft_of(self.guideline), by=request.user)
        return Response(status=204)


class Approve(Act):
    may = {"POST": access.may_write}

    @describes(
        "draft_approve", "Approve the draft as you read it", gives=shapes.VersionInFull, asks=shapes.Approve,
        refuses=(409,), parameters=[gives_etag(200)],
    )  # fmt: skip
    def post(self, request, slug):
        """A later change of the draft voids it. Nobody approves what she wrote herself."""
        version, digest = draft_of(self.guideline), self.read(shapes.Approve)["digest"]
        publishing.approve(version=version, by=request.user, digest=digest)
        return told(version, request.user)


class Publish(Act):
    may = {"POST": access.may_release}

    @describes(
        "draft_publish", "Publish the draft with the next number", gives=shapes.VersionInFull,
        asks=shapes.Publish, refuses=(409,), parameters=[gives_etag(200)],
    )  # fmt: skip
    def post(self, request, slug):
        """It can no longer be changed. Asks for an approval by somebody who neither wrote nor publishes it."""
        sent = self.read(shapes.Publish)
        published = publishing.publish(version=draft_of(self.guideline), by=request.user, **sent)
        return told(published, request.user)


class Retire(Act):
    may = {"POST": access.may_release}

    @describes(
        "version_retire", "Retire a published version", gives=shapes.VersionInFull, refuses=(409,),
        parameters=[gives_etag(200)],
    )  # fmt: skip
    def post(self, request, slug, number):
        """Nothing new is made under it; what names it stays as it is."""
        version = named_version(self.guideline, str(number))
        return told(publishing.retire(version=version, by=request.user), request.user)

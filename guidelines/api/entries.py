"""The entries of a version: found, read, and saved into the draft. Every save names the text that was read."""

from django.http import Http404
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from rest_framework.response import Response

from guidelines import access, entries, moving, publishing
from guidelines.addressed import draft_of, named_version
from guidelines.api import representing
from guidelines.api.describing import IF_MATCH, IF_NONE_MATCH, UNLESS, describes, gives_etag, query
from guidelines.api.door import Door
from guidelines.api.preconditions import base_of
from guidelines.api.refusing import NotSaid
from guidelines.api.shapes import entries as shapes
from guidelines.finding import Asked, find
from guidelines.kinds import shape_of
from guidelines.models import Guideline, Version
from guidelines.states import STATES
from guidelines.texts import fresh_key

FILTERS = [
    query("words", "Every one of these words occurs somewhere in the entry."),
    query("state", "Of a draft: only entries that are so beside the version in force.", enum=STATES),
    query("tag", "Only pairs with this tag."),
    query("start", "The key of the first entry of the page; `next` holds it."),
]


def draft_named(guideline: Guideline, name: str) -> Version:
    """The open draft, where a change is asked for; a version with a number never changes."""
    if name != "draft":
        named_version(guideline, name)
        raise publishing.WrongState(_("Only the draft can be changed; version %s is frozen.") % name)
    return draft_of(guideline)


def told(revision, key: str, status: int = 200) -> Response:
    headers = {"ETag": representing.etag(revision)}
    return Response(representing.revision(revision, key), status=status, headers=headers)


class Entries(Door):
    may = {"GET": access.may_read, "POST": access.may_write}

    @describes(
        "entries", "Find the entries of a version, a page at a time", gives=shapes.Entries, parameters=FILTERS
    )
    def get(self, request, slug, name):
        """In the order of the version; of a draft also what was dropped from it, last."""
        version, asked = named_version(self.guideline, name), Asked.of(request.GET)
        if version.number is None:
            found = find(self.guideline.in_force, version, asked)
        else:
            found = find(version, None, asked)
        shown = {row.key: row.draft or row.published for row in found.rows}
        revisions = shape_of(self.guideline).revision.objects.select_related("author").defer("said")
        texts = revisions.in_bulk(shown.values())
        rows = [
            representing.revision(texts[shown[row.key]], row.key) | {"state": row.state} for row in found.rows
        ]
        at = {
            side: request.path + asked.address(start=key) if key else None
            for side, key in (("next", found.after), ("previous", found.before))
        }
        return Response({"found": found.found, "total": found.total, **at, "entries": rows})

    @describes(
        "entry_new", "Write a new entry into the draft", status=201, gives=shapes.Revision, asks=shapes.New,
        refuses=(409, 412), parameters=[gives_etag(201)],
    )  # fmt: skip
    def post(self, request, slug, name):
        version, sent = draft_named(self.guideline, name), self.read(shapes.New)
        taken = shape_of(self.guideline).identity.objects.filter(guideline=self.guideline)
        key = sent.get("key")
        if key and entries.one(version, key):
            raise publishing.WrongState(_("“%s” is in the draft already.") % key)
        if not key:
            called = sent["texts"].get("name")
            stem = called if isinstance(called, str) else ""
            key = fresh_key(stem, set(taken.values_list("key", flat=True)))
        said = {"texts": sent["texts"], "by": request.user, "base": None, "reason": sent["reason"]}
        return told(publishing.save_entry(version=version, key=key, **said), key, status=201)


class Entry(Door):
    may = {"GET": access.may_read, "PUT": access.may_write, "PATCH": access.may_write,
           "DELETE": access.may_write}  # fmt: skip

    @describes(
        "entry", "Read one entry", gives={200: shapes.Revision, 304: None}, parameters=[UNLESS, gives_etag(200)]
    )  # fmt: skip
    def get(self, request, slug, name, key):
        revision = entries.one(named_version(self.guideline, name), key)
        if revision is None:
            raise Http404
        answer = told(revision, key)
        return get_conditional_response(request, etag=representing.etag(revision), response=answer)

    @describes(
        "entry_save", "Save the words of an entry in the draft", gives=shapes.Revision, asks=shapes.Save,
        refuses=(409, 412, 428), parameters=[IF_MATCH, IF_NONE_MATCH, gives_etag(200, 412)],
    )  # fmt: skip
    def put(self, request, slug, name, key):
        """All its words; what is left out is empty. The same words again change nothing."""
        version, sent = draft_named(self.guideline, name), self.read(shapes.Save)
        base = base_of(request, self.guideline, key)
        said = {"texts": sent["texts"], "by": request.user, "base": base, "reason": sent["reason"]}
        return told(publishing.save_entry(version=version, key=key, **said), key)

    @describes(
        "entry_change", "Change some fields of an entry in the draft", gives=shapes.Revision, asks=shapes.Change,
        refuses=(409, 412, 428), parameters=[IF_MATCH, gives_etag(200, 412)],
    )  # fmt: skip
    def patch(self, request, slug, name, key):
        """The fields that are sent, over the text that If-Match names."""
        version, sent = draft_named(self.guideline, name), self.read(shapes.Change)
        base = read_text(request, self.guideline, key)
        texts = base.texts | sent["texts"]
        said = {"texts": texts, "by": request.user, "base": base, "reason": sent["reason"]}
        return told(publishing.save_entry(version=version, key=key, **said), key)

    @describes(
        "entry_drop", "Take an entry out of the draft", status=204, refuses=(409, 412, 428),
        parameters=[IF_MATCH],
    )  # fmt: skip
    def delete(self, request, slug, name, key):
        """Its history stays. Refused while other entries name it; the reason lists them."""
        version = draft_named(self.guideline, name)
        base = read_text(request, self.guideline, key)
        publishing.drop_entry(version=version, key=key, by=request.user, base=base)
        return Response(status=204)


def read_text(request, guideline: Guideline, key: str):
    base = base_of(request, guideline, key)
    if base is None:
        raise NotSaid(_("Send If-Match with the ETag of the text that you read."))
    return base


class Move(Door):
    may = {"POST": access.may_write}

    @describes(
        "entry_move", "Put an entry of the draft at another place", gives=shapes.Moved, asks=shapes.Place,
        refuses=(409,),
    )  # fmt: skip
    def post(self, request, slug, name, key):
        """A place behind the last one is the last one."""
        version, to = draft_named(self.guideline, name), self.read(shapes.Place)["to"]
        place = moving.move(version=version, key=key, to=to, by=request.user)
        return Response({"place": place.n, "of": place.of})

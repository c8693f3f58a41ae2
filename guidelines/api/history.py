"""Every text that an entry ever had, and one of them put back."""

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.response import Response

from guidelines import access, publishing
from guidelines.addressed import draft_of, revision_of
from guidelines.api import representing
from guidelines.api.describing import IF_MATCH, IF_NONE_MATCH, describes, gives_etag
from guidelines.api.door import Door
from guidelines.api.entries import told
from guidelines.api.preconditions import base_of
from guidelines.api.shapes import entries as shapes
from guidelines.api.shapes.history import History as HistoryShape
from guidelines.history import history, numbered


class History(Door):
    may = {"GET": access.may_read}

    @describes("entry_history", "Every saved text of an entry, newest first", gives=HistoryShape)
    def get(self, request, slug, key):
        """Each with what it changed, word by word, in the text that it was written on."""
        revisions = numbered(self.guideline, key)
        if not revisions:
            raise Http404
        rows = history(self.guideline, key, revisions)
        return Response(
            {
                "key": key,
                "revisions": [
                    representing.revision(row["revision"], key)
                    | {
                        "base": row["base"].n if row["base"] else None,
                        "versions": [version.number for version in row["versions"]],
                        "changes": representing.changes(row["fields"]),
                    }
                    for row in rows
                ],
            }
        )


class Restore(Door):
    may = {"POST": access.may_write}

    @describes(
        "entry_restore", "Put an earlier text of an entry back into the draft", gives=shapes.Revision,
        asks=shapes.Which, refuses=(409, 412, 428),
        parameters=[IF_MATCH, IF_NONE_MATCH, gives_etag(200, 412)],
    )  # fmt: skip
    def post(self, request, slug, key):
        """As a new text; the history keeps both. If-Match names the text that stands now."""
        version, n = draft_of(self.guideline), self.read(shapes.Which)["revision"]
        if n >= 2**31:
            raise publishing.WrongState(_("There is no such text."))
        wanted, base = revision_of(self.guideline, key, n), base_of(request, self.guideline, key)
        restored = publishing.restore(version=version, revision=wanted, by=request.user, base=base)
        return told(restored, key)

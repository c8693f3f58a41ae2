"""Which text the sender read: a save names its base, so that nobody's words are overwritten."""

import re

from django.utils.translation import gettext as _

from guidelines.api.refusing import NeverWas, NotSaid
from guidelines.kinds import shape_of
from guidelines.models import Guideline

# A proxy that compresses marks a tag as weak; the number in it names the same words still.
_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')


def base_of(request, guideline: Guideline, key: str):
    """The revision that If-Match names; None with `If-None-Match: *`, for an entry that is not in the draft."""
    sent = request.headers.get("If-Match", "").strip()
    if not sent and request.headers.get("If-None-Match", "").strip() == "*":
        return None
    if not sent or sent == "*":
        raise NotSaid(
            _(
                "Send If-Match with the ETag of the text that you read, so that nobody's words are overwritten."
            )
        )
    found = _TAG.fullmatch(sent)
    shape = shape_of(guideline)
    at = {f"{shape.identity_field}__guideline": guideline, f"{shape.identity_field}__key": key}
    revision = shape.revision.objects.filter(n=int(found[1]), **at).first() if found else None
    if revision is None:
        raise NeverWas(_("There is no text of “%(key)s” with the ETag %(tag)s.") % {"key": key, "tag": sent})
    return revision

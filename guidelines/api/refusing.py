"""How the verbs' refusals leave. 412: you read another text than the one that stands now; 409: not in this state."""

from django.utils.translation import gettext as _
from rest_framework.response import Response

from accounts.api import problems
from accounts.api.problems import problem
from guidelines.api import representing
from guidelines.checking import BadTexts
from guidelines.comparing import fields_that_differ
from guidelines.formats.document import BadFile
from guidelines.kinds import shape_of
from guidelines.proposals.taking import Stale
from guidelines.publishing import StaleEdit, StillReferred, WrongState
from guidelines.translating import finding, forms, segments
from guidelines.translating.saving import StaleTranslation

STALE = "urn:one-way-mirror:stale-edit"
STALE_TRANSLATION = "urn:one-way-mirror:stale-translation"
STALE_PROPOSAL = "urn:one-way-mirror:stale-proposal"
STILL_REFERRED = "urn:one-way-mirror:still-referred"


class NotSaid(ValueError):
    """The request does not say which text its sender read."""


class NeverWas(ValueError):
    """It names a text that there never was."""


def answer(error: Exception, door) -> Response | None:
    if isinstance(error, StaleEdit):
        return _stale(error, door.guideline)
    if isinstance(error, StaleTranslation):
        return _stale_translation(error, door.guideline)
    if isinstance(error, NotSaid):
        return problem(428, str(error))
    if isinstance(error, NeverWas):
        return problem(412, str(error))
    if isinstance(error, BadTexts):
        return problem(door.bad_texts, _("Some words may not be stored."), errors=_named(error.problems))
    if isinstance(error, BadFile):
        at = {"path": [str(part) for part in (error.place, error.field) if part], "reason": error.reason}
        return problem(400, str(error), errors=[at])
    if isinstance(error, Stale):
        return problem(409, str(error), kind=STALE_PROPOSAL)
    if isinstance(error, StillReferred):
        return problem(409, str(error), kind=STILL_REFERRED)
    if isinstance(error, WrongState):
        return problem(409, str(error))
    return problems.answer(error)


def _named(found) -> list[dict]:
    return [{"path": [str(part) for part in one.path], "reason": one.reason} for one in found]


def _stale(error: StaleEdit, guideline) -> Response:
    """Both texts and what differs, word by word, as the page of a stale save shows them; her words are kept."""
    now, fields = error.current, []
    if now is not None:
        model = shape_of(guideline).revision
        fields = fields_that_differ(guideline.kind, model, now.texts, error.texts)
    more = {
        "base": error.base and error.base.n,
        "current": representing.revision(now, error.key) if now else None,
        "yours": error.texts,
        "differences": representing.changes(fields),
    }
    headers = {"ETag": representing.etag(now)} if now else None
    return problem(412, str(error), kind=STALE, headers=headers, **more)


def _stale_translation(error: StaleTranslation, guideline) -> Response:
    kind, source = guideline.kind, error.revision.texts
    theirs = segments.segments(kind, error.current.texts)
    yours = segments.segments(kind, error.texts)
    differ = [
        representing.at_place(
            place, forms.label(kind, source, place), theirs.get(place, ""), yours.get(place, "")
        )
        for place in segments.segments(kind, source)
        if theirs.get(place, "") != yours.get(place, "")
    ]
    more = {
        "current": representing.wording(error.current, error.revision.n),
        "yours": error.texts,
        "differences": differ,
    }
    headers = {"ETag": f'"{finding.named(error.current)}"'}
    return problem(412, str(error), kind=STALE_TRANSLATION, headers=headers, **more)

"""One text of an entry in one language: read, written, and moved on to approval. Every save names what was read."""

import re

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework.response import Response

from accounts.roles import require
from guidelines.api import representing
from guidelines.api.describing import IF_MATCH, IF_NONE_MATCH, describes, gives_etag
from guidelines.api.door import Door
from guidelines.api.refusing import NeverWas, NotSaid
from guidelines.api.shapes import translations as shapes
from guidelines.api.translations import language_named
from guidelines.models import Translation
from guidelines.translating import access, approving, finding, forms, segments, standing, texts_of
from guidelines.translating.saving import save_translation

_TAG = re.compile(r'(?:W/)?"(\d{1,9})\.(\d{1,9})"')


def translated_from(request, revision, language: str) -> Translation | None:
    """The words that If-Match names: of this text, or of another one that the new words are made from; None with
    `If-None-Match: *`.
    """
    sent = request.headers.get("If-Match", "").strip()
    if not sent and request.headers.get("If-None-Match", "").strip() == "*":
        return None
    if not sent or sent == "*":
        raise NotSaid(
            _(
                "Send If-Match with the ETag of the words that you read, or If-None-Match: * where there are none."
            )
        )
    found = _TAG.fullmatch(sent)
    base = found and finding.by_name(revision, language, int(found[1]), int(found[2]))
    if not base:
        raise NeverWas(_("There are no words in this language with the ETag %s.") % sent)
    return base


def _put_together(kind: str, revision, starts: dict) -> dict:
    return segments.assembled(kind, revision.texts, {place: one.text for place, one in starts.items()})


def in_full(guideline, revision, language: str, user) -> tuple[dict, Translation | None]:
    """The text with its translations, and the words that the next ones start from."""
    kind, key, source = guideline.kind, finding.identity_of(revision).key, revision.texts
    history = finding.history(revision, language)
    current = history[0] if history else None
    start = current or finding.earlier_of(revision, language)
    behind, now = start is not None and current is None, segments.segments(kind, source)
    starts = finding.starts_from(kind, revision, start) if start else {}
    texts = _put_together(kind, revision, starts)
    you_may = {"translate": access.may_translate(user, language)}
    if current:
        you_may["approve"] = access.may_approve(user, current)
    return {
        "key": key,
        "revision": revision.n,
        "language": language,
        "state": standing.standing(current and current.state, behind),
        "source": {
            "digest": revision.digest,
            "texts": {field: source[field] for field in segments.FIELDS[kind]},
        },
        "start": start and representing.wording(start, start.revision.n) | {"texts": texts},
        "stale": [
            representing.at_place(place, forms.label(kind, source, place), one.was, now[place])
            for place, one in starts.items()
            if one.was is not None
        ],
        "gone": segments.gone(kind, start.revision.texts, source) if behind else [],
        "left": [representing.path(place) for place in segments.missing(kind, source, texts)],
        "read": representing.spoken(texts_of(revision, language)),
        "history": [
            representing.wording(one, revision.n)
            | {
                "state": one.state,
                "steps": [
                    {
                        "state": step.state,
                        "by": representing.person(step.by),
                        "at": representing.moment(step.at),
                    }
                    for step in one.steps.all()
                ],
            }
            for one in history
        ],
        "elsewhere": [
            {"version": str(version.number or "draft"), "revision": n}
            for version, n in finding.current_of(guideline, key)
            if n != revision.n
        ],
        "you_may": representing.answers(**you_may),
    }, start  # fmt: skip


class OneText(Door):
    def found(self, key, n):
        revision = finding.text_of(self.guideline, key, n)
        if revision is None:
            raise Http404
        return revision

    def told(self, revision, language: str) -> Response:
        body, start = in_full(self.guideline, revision, language, self.request.user)
        return Response(body, headers={"ETag": f'"{finding.named(start)}"'} if start else None)


class Text(OneText):
    # Into which languages depends on the person: each method asks before it looks whether the text is there.
    may = {"GET": access.may_read, "PUT": access.may_read, "PATCH": access.may_read}

    @describes("translation", "Read one text of an entry in one language", gives=shapes.Text,
               parameters=[gives_etag(200)])  # fmt: skip
    def get(self, request, slug, language, key, n):
        """`n` is the number of the source text. Says what is translated, what is stale in it, and who approved it."""
        language_named(language)
        return self.told(self.found(key, n), language)

    @describes(
        "translation_save", "Translate one text of an entry", gives=shapes.Text, asks=shapes.Translate,
        refuses=(409, 412, 428), stale=shapes.StaleTranslationProblem,
        parameters=[IF_MATCH, IF_NONE_MATCH, gives_etag(200, 412)],
    )  # fmt: skip
    def put(self, request, slug, language, key, n):
        """All its words, in the shape of the source; what is empty is not translated yet. They are a draft. If-Match
        may name the words of an earlier text of the entry, where these were made from them.
        """
        return self._saved(language, key, n, shapes.Translate)

    @describes(
        "translation_change", "Translate some fields of a text", gives=shapes.Text, asks=shapes.TranslateSome,
        refuses=(409, 412, 428), stale=shapes.StaleTranslationProblem,
        parameters=[IF_MATCH, gives_etag(200, 412)],
    )  # fmt: skip
    def patch(self, request, slug, language, key, n):
        """The fields that are sent, over the words that If-Match names, carried over where the source has changed."""
        return self._saved(language, key, n, shapes.TranslateSome)

    def _saved(self, language, key, n, shape) -> Response:
        language_named(language)
        require(access.may_translate(self.request.user, language))
        revision, sent = self.found(key, n), self.read(shape)
        base, texts = translated_from(self.request, revision, language), sent["texts"]
        if shape is shapes.TranslateSome:
            if base is None:
                raise NotSaid(_("Send If-Match with the ETag of the words that you read."))
            kind = self.guideline.kind
            texts = _put_together(kind, revision, finding.starts_from(kind, revision, base)) | texts
        given = {"revision": revision, "language": language, "texts": texts, "by": self.request.user}
        save_translation(**given, base=base, reason=sent["reason"])
        return self.told(revision, language)


class Step(OneText):
    may = {"POST": access.may_read}

    def moved(self, verb, language, key, n) -> Response:
        language_named(language)
        revision, sent = self.found(key, n), self.read(shapes.MoveOn)
        translation = get_object_or_404(Translation.objects.of(revision, language), n=sent["n"])
        verb(translation=translation, by=self.request.user)
        return self.told(revision, language)


class Submit(Step):
    @describes("translation_submit", "Ask a colleague to approve a translation", gives=shapes.Text,
               asks=shapes.MoveOn, refuses=(409,), parameters=[gives_etag(200)])  # fmt: skip
    def post(self, request, slug, language, key, n):
        """Refused while a part is not translated."""
        return self.moved(approving.submit, language, key, n)


class SendBack(Step):
    @describes("translation_send_back", "Take a translation back to writing", gives=shapes.Text,
               asks=shapes.MoveOn, refuses=(409,), parameters=[gives_etag(200)])  # fmt: skip
    def post(self, request, slug, language, key, n):
        return self.moved(approving.send_back, language, key, n)


class Approve(Step):
    @describes("translation_approve", "Approve a translation as you read it", gives=shapes.Text,
               asks=shapes.MoveOn, refuses=(409,), parameters=[gives_etag(200)])  # fmt: skip
    def post(self, request, slug, language, key, n):
        """Readers see it from now on. Nobody approves what she wrote herself."""
        return self.moved(approving.approve, language, key, n)

"""The translations of a version: how far each language is, and one language entry by entry."""

from urllib.parse import urlencode

from django.http import Http404
from rest_framework.response import Response

from accounts import asking
from guidelines import entries
from guidelines.addressed import named_version
from guidelines.api import representing
from guidelines.api.describing import describes, query
from guidelines.api.door import Door
from guidelines.api.shapes import translations as shapes
from guidelines.translating import access, finding, languages, standing, texts_of_all
from guidelines.translating.languages import Language

STATE = query("state", "Only entries whose newest words are so.", enum=list(standing.LABELS))
FILTERS = [
    STATE,
    query("words", "Every one of these words occurs in the name or key of the entry, in the source."),
    query("start", "The key of the first entry of the page; `next` holds it."),
]


def language_named(code: str) -> Language:
    """One into which something can be translated; nothing is at the address of another."""
    if code not in languages.translatable():
        raise Http404
    return languages.translatable()[code]


class Languages(Door):
    may = {"GET": access.may_read}

    @describes("translations", "How far a version is translated, by language", gives=shapes.Languages)
    def get(self, request, slug, name):
        version, user = named_version(self.guideline, name), request.user
        mine = [one for code, one in languages.translatable().items() if access.may_translate(user, code)]
        return Response(
            {
                "source": representing.language(languages.source()),
                "total": version.entries.count(),
                "languages": [
                    {
                        "language": representing.language(row.language),
                        "shown": row.shown,
                        "counts": row.counts,
                    }
                    for row in standing.progress(version)
                ],
                "yours": [representing.language(one) for one in mine],
            }
        )


class Lines(Door):
    may = {"GET": access.may_read}

    @describes(
        "translation_list", "A version in one language, a page at a time", gives=shapes.Lines, parameters=FILTERS
    )  # fmt: skip
    def get(self, request, slug, name, language):
        """Each entry with its state and with the words that readers see: the approved ones, or the source."""
        version, tongue = named_version(self.guideline, name), language_named(language)
        state = request.GET.get("state", "")
        asked = {
            "state": state if state in standing.LABELS else "",
            "words": asking.words(request, "words")[:200],
        }
        found = finding.page(version, language, start=request.GET.get("start", ""), **asked)
        texts = entries.some(version, [line.key for line in found.lines])
        said = texts_of_all(texts.values(), language)
        kept = {name: value for name, value in asked.items() if value}
        at = {
            side: request.path + "?" + urlencode(kept | {"start": key}) if key else None
            for side, key in (("next", found.after), ("previous", found.before))
        }
        rows = [
            {
                "key": line.key,
                "name": line.name,
                "revision": line.n,
                "state": line.state,
                "shown": line.shown,
                "read": representing.spoken(said[texts[line.key].pk]),
            }
            for line in found.lines
            if line.key in texts  # a colleague may have dropped it from the draft this moment
        ]
        you_may = representing.answers(translate=access.may_translate(request.user, language))
        about = {"language": representing.language(tongue), "counts": found.counts}
        return Response(
            about | {"found": found.found, "total": found.total, **at, "entries": rows, "you_may": you_may}
        )

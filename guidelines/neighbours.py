"""Find the pairs that a writer names as neighbours, by key or by name, without listing all there are."""

from collections.abc import Iterable

from django.db.models import F, Q

from guidelines import present
from guidelines.kinds import shape_of
from guidelines.models import Entry, Guideline

MOST_OFFERED, MOST_LIKE_IT = 12, 4
MOST_ASKED = 100  # names in one form; of more, none is looked for and all are refused


class Others:
    """The entries of a guideline that another may name: those of the draft, else of the version in force.

    `but` are keys that it may not name, its own above all. However much a method is given, it asks the same few
    queries.
    """

    def __init__(self, guideline: Guideline, *, but: Iterable[str] = ()):
        self.guideline, self.but = guideline, set(but)

    def _rows(self):
        version, at = present.version_of(self.guideline), shape_of(self.guideline)
        entries = Entry.objects.filter(version=version) if version else Entry.objects.none()
        key, name = f"{at.entry_field}__{at.identity_field}__key", f"{at.entry_field}__name"
        rows = entries.annotate(key=F(key), name=F(name)).exclude(key__in=self.but)
        return rows.order_by("position").values_list("key", "name")

    def found(self, written: Iterable[str]) -> dict[str, tuple[str, str]]:
        """{what was written: (key, name)} where it is a key, or a name in whatever case."""
        wanted = {words for words in written if words and "\0" not in words}
        if not wanted or len(wanted) > MOST_ASKED:
            return {}
        rows = self._rows().order_by()
        found = {key: (key, name) for key, name in rows.filter(key__in=wanted)}
        names = wanted - set(found)
        asked = Q(pk=None)
        for words in names:
            # SQLite knows upper and lower case of ASCII letters only; as it was written is tried too.
            asked |= Q(name__iexact=words) | Q(name=words)
        known = {name.casefold(): (key, name) for key, name in rows.filter(asked)} if names else {}
        return found | {words: known[words.casefold()] for words in names if words.casefold() in known}

    def like(self, words: str) -> list[tuple[str, str]]:
        """(key, name) of the first ones that hold every word in their name."""
        asked = Q()
        for word in words.replace("\0", "").split()[:10]:
            asked &= Q(name__icontains=word) | Q(name__icontains=word.capitalize())
        return list(self._rows().filter(asked)[:MOST_OFFERED])

    def near(self, written: Iterable[str]) -> list[str]:
        """Names that hold a longer word of what was written, or nearly: what may have been meant."""
        asked = Q(pk=None)
        for word in sorted({word for words in written for word in words.replace("\0", "").split()})[:10]:
            if len(word) > 3:
                asked |= Q(name__icontains=word[:-1])
        return [name for _key, name in self._rows().filter(asked)[:MOST_LIKE_IT]]

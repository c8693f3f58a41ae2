"""The words of a revision in a language: the approved translation, or the source, and then visibly so."""

from collections.abc import Iterable
from dataclasses import dataclass

from guidelines.kinds import SHAPES
from guidelines.models import Kind, PairRevision, Translation
from guidelines.translating import languages
from guidelines.translating.languages import Language


@dataclass(frozen=True)
class Said:
    """`texts` are all fields of the entry; `language` is the one that they are in, `asked` the one wanted.

    `behind`: there are approved words in that language, of an earlier text of the entry.
    """

    texts: dict
    language: Language
    asked: Language
    behind: bool = False

    @property
    def attributes(self) -> str:
        """What every element that holds these words carries in HTML, wherever on the page it stands."""
        return self.language.attributes

    @property
    def fell_back(self) -> bool:
        return self.language != self.asked


def texts_of(revision, language: str) -> Said:
    """The texts of a revision in a language (its code), and whether they fell back to the source. Two queries."""
    return texts_of_all([revision], language)[revision.pk]


def texts_of_all(revisions: Iterable, language: str) -> dict[int, Said]:
    """As `texts_of`, by primary key, for revisions of one kind; two queries however many there are."""
    revisions, asked, source = list(revisions), languages.known()[language], languages.source()
    if not revisions or asked == source:
        return {revision.pk: Said(revision.texts, source, asked) for revision in revisions}
    shape = SHAPES[Kind.PAIRS if isinstance(revisions[0], PairRevision) else Kind.RUBRIC]
    field, identity = shape.entry_field, f"{shape.identity_field}_id"
    mine = Translation.objects.filter(language=language, **{f"{field}__in": [one.pk for one in revisions]})
    said = dict(mine.shown(field).values_list(f"{field}_id", "texts"))
    left = [getattr(one, identity) for one in revisions if one.pk not in said]
    earlier = Translation.objects.approved().filter(language=language, **{f"{field}__{identity}__in": left})
    first: dict[int, int] = {}
    for of, n in earlier.values_list(f"{field}__{identity}", f"{field}__n"):
        first[of] = min(n, first.get(of, n))
    return {
        one.pk: Said(one.texts | said[one.pk], asked, asked)
        if one.pk in said
        else Said(one.texts, source, asked, behind=first.get(getattr(one, identity), one.n) < one.n)
        for one in revisions
    }

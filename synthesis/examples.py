"""Edits that people made in earlier rounds, shown to the supervisor as examples of how to write.

They are chosen when a run is planned and stay with its sessions. A told supervisor sees edits on the pairs that it is
told of. Any other sees edits on as many different pairs as there are, the same whatever is meant: examples of one pair
would tell it what the session was made from.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.digesting import digest
from guidelines.models import Version
from synthesis import cast
from synthesis.cast import Example
from synthesis.choosing import NotPlanned
from synthesis.factors import EXAMPLES, LANGUAGES
from synthesis.grid import GridCell
from synthesis.identity import text_digest
from synthesis.models import Instance, PromptText, Shown

# Characters of all drafts and edits that one session is shown: they and the largest session fit one slot of the model
# server. The more examples, the shorter each.
ROOM = 4_200
NAME = "example"


class NoExamples(NotPlanned):
    """A run asks for examples, and there is none that it could show; the message says why."""


class Kept(NamedTuple):
    """An example as a session holds it: the digest of its text, and the id of the session that was edited."""

    text: str
    of: int


class Supply:
    """The edits that one run may show, read when the first session asks; used inside the transaction that plans it.
    `fewer`: how many sessions got less than they asked for.
    """

    def __init__(self, version: Version):
        self.fewer = 0
        self._version = version
        self._found: list[Example] | None = None
        self._chosen: dict[tuple, list[Kept]] = {}
        self._kept: dict[Example, Kept] = {}

    def of(self, cell: GridCell) -> list[Kept]:
        """Raises NoExamples where the whole run has none."""
        if not (wanted := int(cell.factors.get("examples", EXAMPLES[0]))):
            return []
        asked = {
            "wanted": wanted,
            "pairs": _told_of(cell),
            "base_case": cell.profile.base_case,
            "licence": cell.profile.licence,
            "language": cell.factors.get("language", LANGUAGES[0]),
        }
        # A grid asks the same of few clients and pairs again and again, and edits are many.
        if (key := tuple(asked.values())) not in self._chosen:
            self._chosen[key] = [self._keep(one) for one in self._choose(**asked)]
        found = self._chosen[key]
        self.fewer += len(found) < wanted
        return found

    def _choose(self, *, wanted: int, **whom) -> list[Example]:
        if self._found is None:
            self._found = _found(self._version)
        return chosen(_fitting(self._found, wanted), wanted=wanted, **whom)

    def _keep(self, example: Example) -> Kept:
        """Its text is stored by digest, as prompts are, when it is chosen first."""
        if example not in self._kept:
            text = written(example)
            row = PromptText(digest=text_digest(text), name=NAME, text=text)
            PromptText.objects.bulk_create([row], ignore_conflicts=True)
            self._kept[example] = Kept(row.digest, example.of)
        return self._kept[example]


def _told_of(cell: GridCell) -> frozenset[str]:
    """Keys of the pairs that its supervisor is told of; none in the arm of a comparison in which nothing is meant."""
    is_told = cell.factors.get("supervisor") == "told" and cell.factors.get("counsellor") != "normal"
    return frozenset(one.pair.key for one in cell.pairs) if is_told else frozenset()


def _found(version: Version) -> list[Example]:
    found = cast.examples(version)
    if found is None:
        raise NoExamples(_("Edits of earlier rounds are not connected, so there are no examples to show."))
    if not found:
        raise NoExamples(
            _(
                "No edit of an earlier round can be shown as an example: it takes an approved edit by a person, in a "
                "closed round under this guideline, of a session without risk that no evaluation split holds."
            )
        )
    return found


def _fitting(found: list[Example], wanted: int) -> list[Example]:
    longest = ROOM // wanted
    if fitting := [one for one in found if len(one.draft) + len(one.edited) <= longest]:
        return fitting
    raise NoExamples(
        _(
            "%(n)s edits could be shown as examples, but each is longer, with its draft, than the %(most)s characters "
            "that there are for one; with fewer examples there is more room for each."
        )
        % {"n": len(found), "most": longest}
    )


def chosen(
    found: Iterable[Example],
    *,
    wanted: int,
    pairs: Collection[str],
    base_case: str,
    licence: str,
    language: str,
) -> list[Example]:
    """Up to `wanted` examples, one pair after the other; of `pairs` alone where any are named. Pure.

    Never of the session's own client, whose words could be copied; only of a client under the same licence, which
    the new session goes under; only in its language. One session is shown once.
    """
    by_pair: dict[str, list[Example]] = {}
    for one in sorted(found, key=_lot):
        fits = (one.licence, one.language) == (licence, language) and one.base_case != base_case
        if fits and (not pairs or one.pair in pairs):
            by_pair.setdefault(one.pair, []).append(one)
    picked: dict[int, Example] = {}
    for one in _in_turn(list(by_pair.values())):
        if len(picked) == wanted:
            break
        picked.setdefault(one.of, one)
    return list(picked.values())


@lru_cache(maxsize=1024)
def _lot(example: Example) -> str:
    """An order that favours no client, no date and no pair, and is the same whenever a run is planned."""
    return digest([example.name, example.edited])


def _in_turn(lists: list[list[Example]]) -> Iterator[Example]:
    for round in range(max(map(len, lists), default=0)):
        for one in lists:
            if round < len(one):
                yield one[round]


def written(example: Example) -> str:
    """The text that is shown: the draft beside the words that a person made of it, and nothing about the person."""
    return f"First written:\n{example.draft}\n\nReworded by a clinician:\n{example.edited}"


def digests(kept: Iterable[Kept]) -> dict[str, str]:
    """What the name of a cell holds of its examples; nothing where it has none."""
    return {f"{NAME} {n}": one.text for n, one in enumerate(kept, start=1)}


def rows(instance: Instance, kept: Iterable[Kept]) -> list[Shown]:
    """That this session, which is not stored yet, is shown these."""
    return [
        Shown(instance=instance, position=n, text_id=one.text, of_id=one.of)
        for n, one in enumerate(kept, start=1)
    ]


def shown_again(instances: Collection[int], version: Version) -> dict[int, list[Kept]]:
    """What stored sessions are shown, by their ids, as far as it may be shown to those that are made in their place:
    since then an edited session may have been put aside for evaluation, or have turned out to carry a risk.
    """
    rows = list(
        Shown.objects.filter(instance__in=instances)
        .order_by("instance", "position")
        .values_list("instance", "text", "of")
    )
    allowed = {one.of for one in cast.examples(version, {of for *_, of in rows}) or ()} if rows else set()
    found: dict[int, list[Kept]] = {}
    for instance, text, of in rows:
        if of in allowed:
            found.setdefault(instance, []).append(Kept(text, of))
    return found


def texts_of(instance: Instance) -> tuple[str, ...]:
    """What the supervisor of this session is shown, in order; no query where its cell asks for none."""
    if instance.factors.get("examples", EXAMPLES[0]) == EXAMPLES[0]:
        return ()
    return tuple(instance.shown.order_by("position").values_list("text__text", flat=True))

"""What a change touches: of which older words it can be said that what was made by them no longer stands.

A session names the revision of the pair that it was to show, and the version that this stood in. Three things of a
version reach it. The pair's own text: the counsellor agent plays by `name` and `shows`, a told supervisor hears the
corrections, and whoever judges it reads the rest. The catalogue: `name` and `shows` of every mistake of the version
(good practice excepted) stand before the supervisor agent, and the names are what reviewers choose from. The rest of
the version, such as its order, reaches nothing. So a session is

- *stale* when its own pair was dropped, or changed its meaning, in a version after the last one that held its
  revision. Only stale sessions are made or judged again;
- *reworded* when its own pair changed in words only: nothing is stale, and it is counted apart for whoever reads the
  difference and thinks otherwise;
- *touched* when its own pair stands, but the catalogue changed: another mistake changed the meaning of its name or of
  how it shows, came, or was dropped. It is counted apart, and nothing follows of itself: its session was still made
  and judged by words that stand. A pair that was added makes nothing stale.

When does a pair change its meaning? A version published as *editorial* changes none: its publisher and an approver
said so. In a *semantic* one, or an imported one whose meaning nobody stated, those pairs do that the page itself
would call semantic by their differences (guidelines.comparing). Where it would call none so, and nothing came or
went, the publisher knew better: then every pair that changed did. References and tags have no meaning. A text that
was put back word for word stands again, and what was made by it. An open draft is taken as published semantic.
"""

from collections import Counter
from dataclasses import dataclass, field

from django.db import models
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from guidelines.comparing import EntryChange, FieldChange, fields_that_differ, suggested_meaning
from guidelines.models import Entry, Kind, Meaning, PairRevision, Version

WITHOUT_MEANING = ("references", "tags")
CATALOGUED = ("name", "shows", "positive")


class Why(models.TextChoices):
    """What became of a revision that the version no longer holds."""

    MEANING = "meaning", _("its meaning changed")
    DROPPED = "dropped", _("dropped")
    WORDS = "words", _("only its words changed")


@dataclass(frozen=True)
class Passed:
    """A revision that the version no longer holds: its pair and name, why, and the last version (None: the draft)
    in which its pair changed so. What was judged or made by that one, or by a later, is up to date.
    """

    key: str
    name: str
    why: Why
    at: int | None


@dataclass(frozen=True)
class Touched:
    """What is passed by `target`: revisions by id, and the ids of the versions whose catalogue changed since."""

    target: Version
    passed: dict[int, Passed] = field(default_factory=dict)
    other_catalogue: frozenset[int] = frozenset()

    def revisions(self, *whys: Why, key: str | None = None) -> list[int]:
        """Ids of the revisions that passed so; without an argument, those by which something is stale."""
        wanted = whys or (Why.MEANING, Why.DROPPED)
        return [pk for pk, one in self.passed.items() if one.why in wanted and key in (None, one.key)]

    def keys_of(self, why: Why) -> set[str]:
        return {one.key for one in self.passed.values() if one.why == why}

    def names(self) -> dict[str, str]:
        """{key: name} of the pairs that passed, as the newest text that passed calls them."""
        return {one.key: one.name for _pk, one in sorted(self.passed.items())}

    def stale_since(self) -> dict[int | None, list[int]]:
        """Ids of the stale revisions by the version in which their pair changed last."""
        found: dict[int | None, list[int]] = {}
        for pk in self.revisions():
            found.setdefault(self.passed[pk].at, []).append(pk)
        return found


@dataclass(frozen=True)
class _Step:
    """From one version to the next: the keys that changed their meaning (or came), and whether the catalogue did."""

    meant: frozenset[str]
    catalogue: bool


def by(target: Version) -> Touched:
    """What `target`, a draft or a numbered version of pairs, leaves behind of every version before it; three queries
    that read the texts of what differs, however many entries there are.
    """
    if target.guideline.kind != Kind.PAIRS:
        return Touched(target)
    versions = _until(target)
    if len(versions) == 1:
        return Touched(target)
    held, revisions = _that_differ(versions)
    steps = [_step(a, b, held, revisions) for a, b in zip(versions, versions[1:], strict=False)]
    last = {pk: n for n, version in enumerate(versions) for pk in held[version.pk].values()}
    now, passed = held[target.pk], {}
    for pk, n in last.items():
        key = revisions[pk].entry_key
        if pk in now.values() or key in now and revisions[now[key]].digest == revisions[pk].digest:
            continue
        changes = [at for at in range(n, len(steps)) if key in steps[at].meant]
        if key not in now:
            present = max(at for at, version in enumerate(versions) if key in held[version.pk])
            passed[pk] = Passed(key, revisions[pk].name, Why.DROPPED, versions[present + 1].number)
        elif changes:
            passed[pk] = Passed(key, revisions[pk].name, Why.MEANING, versions[changes[-1] + 1].number)
        else:
            passed[pk] = Passed(key, revisions[pk].name, Why.WORDS, target.number)
    catalogues = {version.pk: _catalogue(held[version.pk], revisions) for version in versions}
    other = {
        version.pk
        for n, version in enumerate(versions[:-1])
        if catalogues[version.pk] != catalogues[target.pk] and any(step.catalogue for step in steps[n:])
    }
    return Touched(target, passed, frozenset(other))


def _until(target: Version) -> list[Version]:
    numbered = target.guideline.versions.filter(number__isnull=False).order_by("number")
    if target.number is not None:
        return list(numbered.filter(number__lte=target.number))
    return [*numbered, target]


def _that_differ(versions: list[Version]) -> tuple[dict[int, dict[str, int]], dict[int, PairRevision]]:
    """{version: {key: revision}} and {revision: its texts} of the revisions that not every version holds."""
    entries = Entry.objects.filter(version__in=[version.pk for version in versions])
    differ = (
        entries.order_by().values("pair_revision").annotate(n=Count("pk")).filter(n__lt=len(versions))
    ).values("pair_revision")
    found = PairRevision.objects.filter(pk__in=differ).annotate(entry_key=models.F("pair__key"))
    revisions = {revision.pk: revision for revision in found}
    held: dict[int, dict[str, int]] = {version.pk: {} for version in versions}
    rows = entries.filter(pair_revision__in=differ).values_list("version_id", "pair_revision_id")
    for version, pk in rows:
        held[version][revisions[pk].entry_key] = pk
    return held, revisions


def _step(a: Version, b: Version, held: dict, revisions: dict[int, PairRevision]) -> _Step:
    old, new = held[a.pk], held[b.pk]
    came, went = new.keys() - old.keys(), old.keys() - new.keys()
    moved = [revisions[new[key]] for key in came] + [revisions[old[key]] for key in went]
    entered = any(not revision.positive for revision in moved)
    changed = {
        key: fields
        for key in old.keys() & new.keys()
        if (fields := _with_meaning(revisions[old[key]], revisions[new[key]]))
    }
    if b.meaning == Meaning.EDITORIAL:
        return _Step(frozenset(), entered)
    meant = {key for key, fields in changed.items() if _suggests(key, fields)}
    if not (meant or came or went):
        meant = set(changed)
    shown = {key for key in meant if any(one.field in CATALOGUED for one in changed[key])}
    catalogued = any(not (revisions[old[key]].positive and revisions[new[key]].positive) for key in shown)
    # A pair that comes back with other words than it had did change, for what was made by those.
    return _Step(frozenset(meant | came), entered or catalogued)


def _with_meaning(a: PairRevision, b: PairRevision) -> list[FieldChange]:
    if a.digest == b.digest:
        return []
    found = fields_that_differ(Kind.PAIRS, PairRevision, a.texts, b.texts)
    return [one for one in found if one.field not in WITHOUT_MEANING]


def _suggests(key: str, fields: list[FieldChange]) -> bool:
    return suggested_meaning([EntryChange(key, key, "changed", fields)]) == Meaning.SEMANTIC


def _catalogue(held: dict[str, int], revisions: dict[int, PairRevision]) -> Counter:
    shown = (revisions[pk] for pk in held.values() if not revisions[pk].positive)
    return Counter((revision.entry_key, revision.name, revision.shows) for revision in shown)

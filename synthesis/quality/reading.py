"""What a report needs of the database: the cells of a run one after the other, and little else. Sessions pass in chunks,
so that memory does not grow with their number; each chunk is read as a whole, as a cursor that stays open would refuse
the writing of what is measured meanwhile.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from guidelines.models import Entry, PairRevision
from synthesis import spending
from synthesis.factors import COUNSELLORS, OWN
from synthesis.models import (
    Call,
    HitchKind,
    Instance,
    InstanceState,
    Intended,
    Mark,
    Measured,
    Origin,
    Profile,
    Run,
)
from synthesis.models.marks import MarkKind
from synthesis.quality.duplicates import Print, print_of
from synthesis.quality.facts import Facts, facts_of, rules
from synthesis.quality.given import descriptions_of, prompts_of
from synthesis.quality.own import measures_of
from synthesis.quality.rates import rate
from synthesis.quality.sessions import session_of
from synthesis.recipes import RECIPES
from synthesis.translated import language_of, said

CHUNK = 200
BATCH = 1_000  # earlier sessions, of which little is read
FIELDS = ("pk", "public_id", "state", "factors", "failure", "profile_id", "pair_revision_id")
# How a refusal by the model or its provider is worded where no row was kept of it (runs before there were Hitches).
REFUSED = " refused at “"


@dataclass(frozen=True)
class Cell:
    """One cell of the grid; `facts` are None where nothing was made."""

    pk: int
    name: str
    state: str
    levels: dict[str, str]
    tier: str
    refused: bool
    language: str
    intended: tuple[str, ...]
    positive: bool
    facts: Facts | None


class Read:
    """One run."""

    def __init__(self, run: Run):
        self.run, self.prompts = run, prompts_of(run)
        how = RECIPES.get(run.recipe)
        self._has_styles = how is None or "style" in how.levels
        self._plays_mistakes = how is None or how.plays_mistakes
        mine = run.instances.order_by()
        self.profiles = {row.pk: row for row in Profile.objects.filter(pk__in=mine.values("profile"))}
        others = Intended.objects.filter(instance__run=run).order_by("instance", "position")
        shown = Q(pk__in=mine.values("pair_revision")) | Q(pk__in=others.order_by().values("pair_revision"))
        revisions = PairRevision.objects.filter(shown)
        self.revisions = {row.pk: row for row in revisions.select_related("pair")}
        entries = Entry.objects.filter(version=run.version, pair_revision__isnull=False)
        mistakes = entries.filter(pair_revision__positive=False).order_by("position")
        self.mistakes = list(mistakes.values_list("pair_revision__pair__key", flat=True))
        self._others: dict[int, list[PairRevision]] = {}
        for pk, revision in others.values_list("instance", "pair_revision"):
            self._others.setdefault(pk, []).append(self.revisions[revision])
        refusals = self.run.hitches.filter(kind__in=[HitchKind.CONTENT_FILTER, HitchKind.REFUSED_BY_MODEL])
        self._refused = set(refusals.values_list("instance", flat=True))

    def cells(self) -> Iterator[Cell]:
        """In the order of their planning; what is made and not measured yet is measured, and kept."""
        rows = self.run.instances.order_by("pk")
        last = 0
        while chunk := list(rows.filter(pk__gt=last)[:CHUNK].values_list(*FIELDS)):
            last = chunk[-1][0]
            facts = self._facts(chunk)
            for pk, name, state, factors, failure, profile, revision in chunk:
                client, intended = self.profiles.get(profile), self._intended(pk, revision)
                yield Cell(
                    pk=pk,
                    name=str(name),
                    state=state,
                    levels=self._levels(factors, client, intended[0] if intended else None),
                    tier=client.tier if client else "none",
                    refused=pk in self._refused or (state == InstanceState.FAILED and REFUSED in failure),
                    language=language_of(factors),
                    facts=facts.get(pk),
                    **_meant(intended, factors),
                )

    def _intended(self, pk: int, revision: int | None) -> list[PairRevision]:
        return [self.revisions[revision], *self._others.get(pk, ())] if revision else []

    def _facts(self, chunk: list[tuple]) -> dict[int, Facts]:
        made = {row[0]: row for row in chunk if row[2] == InstanceState.MADE}
        kept = Measured.objects.filter(instance__in=made, rules=rules(), found__isnull=False)
        found = {row.pk: Facts(row.found, bytes(row.words), _print(row)) for row in kept}
        if missing := made.keys() - found.keys():
            contents = dict(Instance.objects.filter(pk__in=missing).values_list("pk", "content"))
            fresh = {pk: self._measured(made[pk], contents[pk]) for pk in missing}
            _keep({pk: (facts.alike, facts.found, facts.words) for pk, facts in fresh.items()})
            found |= fresh
        return found

    def _measured(self, row: tuple, content: dict) -> Facts:
        pk, name, _state, factors, _failure, profile, revision = row
        intended = self._intended(pk, revision)
        session = session_of(
            content,
            name=str(name),
            language=language_of(factors),
            recipe=self.run.recipe,
            **_meant(intended, factors),
        )
        descriptions = descriptions_of(self.profiles.get(profile), intended)
        return facts_of(
            session, prompts=self.prompts, descriptions=descriptions, measures=measures_of(self.run.recipe)
        )

    def _levels(self, factors: dict, client: Profile | None, pair: PairRevision | None) -> dict[str, str]:
        found = {name: str(level) for name, level in factors.items()}
        if self._has_styles:
            found.setdefault("style", OWN)
        if self._plays_mistakes:
            found["pair"] = pair.pair.key if pair else "none"
        if client:
            found["client"] = client.key
            if found.get("style") == OWN:
                found["style"] = client.style or OWN
        return found

    def earlier(self) -> Iterator[list[tuple[str, Print]]]:
        """The made sessions of all earlier runs of the recipe, the newest first, in batches; but for those of the same
        cells, which were made from the same stored replies.
        """
        same = Instance.objects.filter(run=self.run, cell=OuterRef("cell"))
        before = (
            Instance.objects.listed()
            .made()
            .filter(~Exists(same), origin=Origin.RUN, recipe=self.run.recipe, run__serial__lt=self.run.serial)
        )
        rows, newest = before.order_by("-pk"), None
        while chunk := list(
            (rows.filter(pk__lt=newest) if newest else rows)[:BATCH].values_list("pk", "public_id")
        ):
            newest = chunk[-1][0]
            prints = _prints([pk for pk, _name in chunk], self.run.recipe)
            yield [(str(name), prints[pk]) for pk, name in chunk]

    def translated(self, language: str) -> int:
        """How many of the guideline's mistakes have a name in this language in the sessions of the run; one query."""
        pins = self.run.translations.get(language, [])
        return len(said(self.run.version, language, pins).keys() & set(self.mistakes))

    def held(self) -> dict[str, int]:
        """Sessions that are held now: {all, by_rule, by_people}, and how many were released."""
        kinds = [MarkKind.HELD, MarkKind.RELEASED]
        marks = Mark.objects.filter(instance__run=self.run, kind__in=kinds).order_by("pk")
        latest = {
            pk: (kind, machine) for pk, kind, machine in marks.values_list("instance", "kind", "by_machine")
        }
        n = Counter((kind, bool(machine)) for kind, machine in latest.values())
        rule, people = n[MarkKind.HELD, True], n[MarkKind.HELD, False]
        released = sum(times for (kind, _machine), times in n.items() if kind == MarkKind.RELEASED)
        return {"all": rule + people, "by_rule": rule, "by_people": people, "released": released}

    def calls(self) -> dict:
        """What this run paid for (synthesis.spending), replies that were asked for again because one was of no use, and
        the faults of endpoints and replies that it met, by kind.
        """
        spent = spending.spent(self.run)
        again = Call.objects.filter(instance__run=self.run, attempt__gt=1).count()
        return {
            "calls": spent.calls,
            "asked_again": rate(again, spent.calls),
            "tokens_in": spent.tokens_in,
            "tokens_out": spent.tokens_out,
            "money": None if spent.money is None or spent.unpriced else float(spent.money),
            "currency": spent.currency,
            "hitches": self.run.hitches.by_kind(),
        }


def _meant(intended: list[PairRevision], factors: dict) -> dict:
    """What a session was to show: the keys of its mistakes, and whether good practice. Neither, where the counsellor
    heard of each slip before the client did, and could say it again.
    """
    counsellor = factors.get("counsellor", COUNSELLORS[0])
    is_well = counsellor == "normal" or factors.get("mistakes") == "none"
    if is_well or counsellor == "supervised":
        return {"intended": (), "positive": is_well}
    return {
        "intended": tuple(one.pair.key for one in intended if not one.positive),
        "positive": any(one.positive for one in intended),
    }


def _prints(ids: list[int], recipe: str) -> dict[int, Print]:
    """Of these sessions; what nobody measured yet is, and kept."""
    kept = Measured.objects.filter(instance__in=ids, rules=rules()).defer("found", "words")
    found = {row.pk: _print(row) for row in kept}
    for begin in range(0, len(missing := [pk for pk in ids if pk not in found]), CHUNK):
        rows = Instance.objects.filter(pk__in=missing[begin : begin + CHUNK]).values_list("pk", "content")
        fresh = {pk: print_of(session_of(content, recipe=recipe)) for pk, content in rows}
        _keep({pk: (alike, None, b"") for pk, alike in fresh.items()})
        found |= fresh
    return found


def _print(row: Measured) -> Print:
    return Print(bytes(row.whole), row.opening, bytes(row.signature))


def _keep(fresh: dict[int, tuple[Print, dict | None, bytes]]) -> None:
    """Of two at once the later stays; both are right."""
    rows = [
        Measured(instance_id=pk, rules=rules(), found=found, words=words, **alike._asdict())
        for pk, (alike, found, words) in fresh.items()
    ]
    columns = [field.name for field in Measured._meta.concrete_fields if not field.primary_key]
    Measured.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["instance"], update_fields=columns
    )

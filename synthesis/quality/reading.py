"""What a report needs of the database: the cells of a run one after the other, and little else. A fixed number of
queries; sessions pass in chunks, so that memory does not grow with their number.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from guidelines.models import Entry, PairRevision
from synthesis import spending
from synthesis.factors import OWN
from synthesis.models import Call, HitchKind, Instance, InstanceState, Intended, Mark, Origin, Profile, Run
from synthesis.models.marks import MarkKind
from synthesis.quality.given import descriptions_of, language_of
from synthesis.quality.rates import rate
from synthesis.quality.sessions import Session, session_of

CHUNK = 200
# Earlier sessions of the recipe that are compared with this run's, the newest first.
MOST_EARLIER = 5_000
FIELDS = (
    "public_id",
    "state",
    "factors",
    "failure",
    "content",
    "profile_id",
    "pair_revision_id",
    "pk",
)
# How a refusal by the model or its provider is worded where no row was kept of it (runs before there were Hitches).
REFUSED = " refused at “"


@dataclass(frozen=True)
class Cell:
    """One cell of the grid; `session` is None where nothing was made."""

    pk: int
    name: str
    state: str
    levels: dict[str, str]
    tier: str
    refused: bool
    session: Session | None
    descriptions: list[str]


class Read:
    """One run."""

    def __init__(self, run: Run):
        self.run = run
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
        rows = self.run.instances.order_by("pk").values_list(*FIELDS)
        for row in rows.iterator(chunk_size=CHUNK):
            name, state, factors, failure, content, profile, revision, pk = row
            client, pair = self.profiles.get(profile), self.revisions.get(revision)
            intended = [pair, *self._others.get(pk, ())] if pair else []
            yield Cell(
                pk=pk,
                name=str(name),
                state=state,
                levels=self._levels(factors, client, pair),
                tier=client.tier if client else "none",
                refused=pk in self._refused or (state == InstanceState.FAILED and REFUSED in failure),
                session=self._session(str(name), content, factors, intended) if content else None,
                descriptions=descriptions_of(client, intended) if content else [],
            )

    @staticmethod
    def _levels(factors: dict, client: Profile | None, pair: PairRevision | None) -> dict[str, str]:
        found = {name: str(level) for name, level in factors.items()}
        found.setdefault("style", OWN)
        found["pair"] = pair.pair.key if pair else "none"
        if client:
            found["client"] = client.key
            if found["style"] == OWN:
                found["style"] = client.style or OWN
        return found

    @staticmethod
    def _session(name, content, factors, intended: list[PairRevision]) -> Session:
        return session_of(
            content,
            name=name,
            language=language_of(factors),
            intended=tuple(one.pair.key for one in intended if not one.positive),
            positive=any(one.positive for one in intended) or factors.get("mistakes") == "none",
        )

    def earlier(self) -> Iterator[Session]:
        """The newest made sessions of earlier runs of the recipe, but for those of the same cells: they were made from
        the same stored replies.
        """
        mine = set(self.run.instances.order_by().values_list("cell", flat=True))
        before = Instance.objects.made().filter(
            origin=Origin.RUN, recipe=self.run.recipe, run__serial__lt=self.run.serial
        )
        rows = before.order_by("-pk").values_list("public_id", "cell", "content")[:MOST_EARLIER]
        for name, cell, content in rows.iterator(chunk_size=CHUNK):
            if cell not in mine:
                yield session_of(content, name=str(name))

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

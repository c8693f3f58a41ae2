"""Which sessions fit a filter. Queries only, none of which reads the words of a session but that for machine checks."""

from dataclasses import dataclass

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from guidelines.models import Pair, PairRevision, Version
from review import access
from review.matching import RISKS
from review.models import Item
from synthesis import translated
from synthesis.models import Instance, InstanceState, Mark, Profile, Run
from synthesis.models.marks import MarkKind

SCREEN = "supervised_dialogue"
NO_TIER, ANY_TIER = "none", "any"
DID_NOT_PASS = "needs_manual_check"


class Checks(TextChoices):
    FLAGGED = "flagged", _("found something")
    CLEAR = "clear", _("found nothing")


class Seen(TextChoices):
    NEVER = "never", _("never put before reviewers")
    NOT_BY_VERSION = "version", _("not yet put before reviewers by this version of the guideline:")


@dataclass(frozen=True)
class Wanted:
    """What a lead asks for; what is empty leaves out nothing. `clients`: keys of profiles, in whichever revision."""

    recipe: str = SCREEN
    runs: tuple[Run, ...] = ()
    models: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    clients: tuple[str, ...] = ()
    tier: str = ""
    checks: str = ""
    seen: str = ""
    version: Version | None = None

    @property
    def tells_what_was_intended(self) -> bool:
        """Whoever asked so knows of the sessions what a reader must not."""
        return bool(self.pairs or self.checks)


@dataclass(frozen=True)
class Fitting:
    """`sessions` that can be put before reviewers; `held`: others that fit, and wait until a lead releases them."""

    sessions: QuerySet
    held: QuerySet


def fitting(wanted: Wanted, by) -> Fitting:
    """What `by` judges or may settle in an open round is left out: how many there are would tell her what was intended."""
    found = Instance.objects.made().filter(_of_runs(wanted))
    # Asked beforehand, as it is seldom so: otherwise each row would be read for its cell.
    if access.hides_any(by):
        found = found.exclude(cell__in=access.hidden_cells(by))
    for of in (_pairs, _clients, _tier, _seen, _checks):
        found = of(found, wanted)
    sessions, profiles = Instance.objects.held().values("pk"), _held_profiles()
    if not sessions.exists() and not profiles.exists():
        return Fitting(found, found.none())
    # By their ids, as a session of no client is not held for its client.
    held = Instance.objects.filter(Q(pk__in=sessions) | Q(profile__in=profiles)).values("pk")
    return Fitting(found.exclude(pk__in=held), found.filter(pk__in=held))


def models_of(run: Run) -> set[str]:
    return {spec["model"] for spec in run.model_specs.values() if spec.get("model")}


def languages_of(run: Run) -> list[str]:
    return run.factors.get("language") or [translated.LANGUAGES[0]]


def _of_runs(wanted: Wanted) -> Q:
    """By the runs, which are few and name what their sessions have in common; an index then finds these."""
    runs = list(Run.objects.listed().filter(recipe=wanted.recipe).only("factors", "model_specs"))
    if wanted.runs:
        chosen = {run.pk for run in wanted.runs}
        runs = [run for run in runs if run.pk in chosen]
    if wanted.models:
        runs = [run for run in runs if models_of(run) & set(wanted.models)]
    asked = set(wanted.languages)
    whole = [run.pk for run in runs if not asked or set(languages_of(run)) <= asked]
    found = Q(run__in=whole)
    if mixed := [run.pk for run in runs if asked and run.pk not in whole and set(languages_of(run)) & asked]:
        found |= Q(run__in=mixed) & _language(asked)
    if not wanted.runs and not wanted.models:
        # The state again, for an index: that of the recipe alone would find nearly every session.
        of_no_run = Q(run=None, state=InstanceState.MADE, recipe=wanted.recipe)
        found |= of_no_run & _language(asked) if asked else of_no_run
    return found


def _language(asked: set[str]) -> Q:
    found = Q(factors__language__in=sorted(asked))
    return found | Q(factors__language__isnull=True) if translated.LANGUAGES[0] in asked else found


def _pairs(found: QuerySet, wanted: Wanted) -> QuerySet:
    if not wanted.pairs:
        return found
    return found.intending(PairRevision.objects.filter(pair__in=wanted.pairs).values("pk"))


def _clients(found: QuerySet, wanted: Wanted) -> QuerySet:
    if not wanted.clients:
        return found
    return found.filter(profile__in=Profile.objects.filter(key__in=wanted.clients).values("pk"))


def _tier(found: QuerySet, wanted: Wanted) -> QuerySet:
    if not wanted.tier:
        return found
    if wanted.tier == NO_TIER:
        return found.exclude(_carries())
    return found.filter(_carries("" if wanted.tier == ANY_TIER else wanted.tier))


def at_risk(sessions: QuerySet) -> QuerySet:
    """Those that carry a risk tier."""
    return sessions.filter(_carries())


def _carries(tier: str = "") -> Q:
    """As synthesis.tiers.carried has it: a risk is in force until a mark lowers it; and what its client was marked with
    later counts too, the client's first tier only where the session has no mark of its own for that.
    """
    which = {"tier": tier} if tier else {"tier__in": RISKS}
    lowered = Mark.objects.filter(lowers=OuterRef("pk"))
    raised = Mark.objects.filter(~Exists(lowered), kind=MarkKind.TIER, lowers=None, **which)
    later = raised.filter(profile__isnull=False).exclude(tier=F("profile__tier"))
    of_client = Q(profile__in=later.values("profile"))
    first = Q(profile__in=Profile.objects.filter(**which).values("pk"))
    own_of_first = Mark.objects.filter(instance=OuterRef("pk"), by_machine="profile")
    # By their ids, as a session of no client is at no risk for its client.
    by_client = Instance.objects.filter(of_client | (first & ~Exists(own_of_first))).order_by()
    return Q(pk__in=raised.filter(instance__isnull=False).values("instance")) | Q(
        pk__in=by_client.values("pk")
    )


def _seen(found: QuerySet, wanted: Wanted) -> QuerySet:
    if not wanted.seen:
        return found
    # Of people: a rehearsal stands in for them nowhere.
    before = Item.objects.counted().filter(instance=OuterRef("pk"), round__rehearsal=False)
    if wanted.seen == Seen.NOT_BY_VERSION:
        before = before.filter(round__pairs_version=wanted.version)
    return found.filter(~Exists(before))


def _checks(found: QuerySet, wanted: Wanted) -> QuerySet:
    if not wanted.checks:
        return found
    by_rule = Mark.objects.filter(kind=MarkKind.HELD, by=None).values("instance")
    flagged = (
        Q(pk__in=by_rule.filter(instance__isnull=False))
        | Q(content__refinement__outcome=DID_NOT_PASS)
        | Q(content__manual_check__0__isnull=False)
    )
    # A session without refinement, of which the question has no answer, is not flagged.
    is_flagged = Case(When(flagged, then=Value(True)), default=Value(False))
    return found.alias(is_flagged=is_flagged).filter(is_flagged=wanted.checks == Checks.FLAGGED)


def _held_profiles() -> QuerySet:
    """Those whose latest mark of hold or release holds them."""
    latest = Mark.objects.filter(profile=OuterRef("profile"), kind__in=[MarkKind.HELD, MarkKind.RELEASED])
    held = Mark.objects.filter(kind=MarkKind.HELD, profile__isnull=False)
    return held.filter(pk=Subquery(latest.order_by("-pk").values("pk")[:1])).values("profile")

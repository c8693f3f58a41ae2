"""Only settled leaves: which items of a round may be released, and why the others stay."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from exports.grouping import groups_of
from exports.samples import Edit, Reply, Sample
from guidelines import briefing
from guidelines.models import DimensionRevision, Version
from review.matching import RISK_READERS
from review.models import Arm, Aspect, Decision, Flag, Item, RaterKind, Standing, StandingState
from review.standing import DIMENSION
from synthesis import tiers
from synthesis.factors import LANGUAGES
from synthesis.models import Instance, Tier

CHUNK = 100
WITHOUT_DRAFT = "read without the draft: findings only"
GRADED = "rated or compared, and no format that was asked for takes it"
UNSETTLED = [StandingState.OPEN, StandingState.DISPUTED]


class Selection:
    """The items of closed rounds that may leave. `left_out` counts the others by reason, in words.

    `named_tiers`: the risk tiers that this export names; only "none" unless it says otherwise.
    """

    def __init__(self, rounds, *, named_tiers: tuple[str, ...] = (Tier.NONE.value,)):
        self.rounds = list(rounds)
        self.named_tiers = named_tiers
        self.splits: dict[str, str] = {}
        self.left_out: Counter[str] = Counter()
        self._on_five: dict[int, bool] = {}
        self.verdicts: Counter[str] = Counter()
        self.tiers: Counter[str] = Counter()
        # Items that were rated or compared and may leave, in the same order; exports.graded says which of them do.
        self.graded: list[int] = []
        self._chosen: list[int] | None = None
        self._instances: dict[int, int] = {}
        self._groups: dict[int, str] = {}

    def items(self):
        """Those with known answers measure their readers: they are of no release, and not left out of one."""
        return Item.objects.counted().filter(round__in=self.rounds)

    def choose(self) -> list[int]:
        """Return the ids of the items that may leave, by public id; fill `left_out`, `verdicts` and `tiers`."""
        if self._chosen is not None:
            return self._chosen
        self._chosen, instances = [], {}
        queryset = (
            annotated(self.items())
            .select_related("instance__profile__source_text")
            .defer("instance__content", "instance__trace", "instance__profile__content",
                   "instance__profile__source_text__text")
            .prefetch_related("standings", "instance__marks", "instance__profile__marks")
            .order_by("public_id")
        )  # fmt: skip
        for item in queryset.iterator(chunk_size=CHUNK):
            standings = {s.aspect: s for s in item.standings.all()}
            if reason := self._why_not(item, standings):
                self.left_out[reason] += 1
                if reason == GRADED:
                    self.graded.append(item.pk)
            else:
                self._chosen.append(item.pk)
                self.verdicts[standings["verdict"].outcome] += 1
                self.tiers.update(tiers.carried(item.instance) or {Tier.NONE.value})
                instances[item.pk] = item.instance_id
        self._instances = instances
        self._groups = groups_of(instances)
        return self._chosen

    def join(self, more: list[Item]) -> list[int]:
        """Items that leave besides, read without a draft: they are not left out any more, and a split parts none of them
        from what it hangs together with. Returns the ids of all that leave.
        """
        chosen = self.choose()
        more = [item for item in more if item.pk not in self._instances]
        for item in more:
            self.left_out[GRADED if item.arm in (Arm.RATED, Arm.PAIR) else WITHOUT_DRAFT] -= 1
            self.tiers.update(tiers.carried(item.instance) or {Tier.NONE.value})
            self._instances[item.pk] = item.instance_id
        if more:
            self.left_out = +self.left_out
            self._groups = groups_of(self._instances)
        return [*chosen, *(item.pk for item in more)]

    def _why_not(self, item, standings: dict[str, Standing]) -> str | None:
        if item.arm == Arm.UNAIDED:
            return WITHOUT_DRAFT
        if reason := self.why_not_whatever_it_is_read_for(item, standings):
            return reason
        return GRADED if item.arm in (Arm.RATED, Arm.PAIR) else None

    def why_not_whatever_it_is_read_for(self, item, standings: dict[str, Standing]) -> str | None:
        """Why nothing of it leaves. `item`: of `annotated`."""
        if not standings or any(s.state == StandingState.OPEN for s in standings.values()):
            return "open when the round was closed"
        if any(s.state == StandingState.DISPUTED for s in standings.values()):
            return "in dispute when the round was closed"
        if item.read_again:
            return "read again later: the latest settled reading counts"
        if "safety" in standings and standings["safety"].outcome != "safe":
            return "judged unsafe"
        if item.called_unsafe:
            return "called unsafe in another reading, which nobody has resolved"
        if item.flagged:
            return "flagged by a reader, which no lead has answered in writing"
        if reason := self.why_not_the_session(item.instance):
            return reason
        if item.readers < RISK_READERS and tiers.carried(item.instance):
            return "carries a risk tier and was read by one person only"
        return None

    def why_not_the_session(self, instance) -> str | None:
        profile = instance.profile
        if tiers.held(instance) or (profile and tiers.held(profile)):
            return "held back"
        if profile is None or profile.licence.strip().lower() in ("", "unknown"):
            return "licence of the client unknown"
        if not profile.may_leave_machine:
            return "the client's record may not leave this machine"
        if profile.source_text and profile.source_text.erased_at:
            return "the text it came from was erased"
        unnamed = sorted(tiers.carried(instance) - set(self.named_tiers), key=tiers.ORDER.index)
        if unnamed:
            return f"risk tier {' and '.join(unnamed)}: leaves only in an export that names it"
        return None

    def groups(self) -> dict[int, str]:
        """{item id: group}: connected components (exports.grouping); a split never parts them."""
        self.choose()
        return self._groups

    def samples(self) -> Iterator[Sample]:
        """Yield the chosen samples in order of public id, a chunk at a time: memory stays constant."""
        chosen = self.choose()
        counted = Decision.objects.in_force().counting().order_by("public_id")
        written = Decision.objects.settling().exclude(edited_text="").order_by("public_id")
        briefs: dict[int, tuple[dict, ...]] = {}
        for start in range(0, len(chosen), CHUNK):
            chunk = chosen[start : start + CHUNK]
            queryset = (
                Item.objects.filter(pk__in=chunk)
                .select_related("round__pairs_version__guideline", "round__rubric_version__guideline",
                                "instance__profile", "instance__run", "instance__version__guideline")
                .defer("instance__content", "instance__trace", "instance__profile__content")
                .prefetch_related("standings", Prefetch("decisions", queryset=counted, to_attr="readers"),
                                  Prefetch("decisions", queryset=written, to_attr="written"))
                .order_by("public_id")
            )  # fmt: skip
            replies = _replies(chunk)
            for item in queryset:
                version = item.round.pairs_version
                if version.pk not in briefs:
                    briefs[version.pk] = tuple(briefing.for_supervisor(version, told=None))
                yield self._sample(item, briefs[version.pk], replies.get(item.instance_id))

    def _sample(self, item, mistakes, replied: dict | None) -> Sample:
        standings = {s.aspect: s for s in item.standings.all()}
        approved = set(standings["wording"].outcome) if "wording" in standings else set()
        judged = item.readers[0].judged
        instance = item.instance
        group = self._groups[item.pk]
        return Sample(
            item=str(item.public_id),
            instance=str(instance.public_id),
            group=group,
            split=self.splits.get(group, "train"),
            verdict=standings["verdict"].outcome,
            draft=judged["draft"],
            utterances=tuple({"speaker": u["speaker"], "text": u["text"]} for u in judged["dialogue"]),
            edits=tuple(
                Edit(str(d.public_id), d.edited_text, str(d.public_id) in approved)
                for d in item.readers
                if d.verdict == "edit"
            )
            + tuple(
                Edit(str(d.public_id), d.edited_text, str(d.public_id) in approved, _author(d))
                for d in item.written
            ),
            guideline=str(item.round.pairs_version),
            mistakes=mistakes,
            # Individual judgements stay beside the outcome (methods: standing), without names.
            provenance=provenance(item) | {"readers_verdicts": sorted(d.verdict for d in item.readers)},
            reply=self._reply(judged["reply"], standings, replied, item.round) if replied else None,
        )

    def _reply(self, text: str, standings: dict[str, Standing], content: dict, round) -> Reply:
        rubric = round.rubric_version
        if rubric.pk not in self._on_five:
            self._on_five[rubric.pk] = _is_on_five(rubric)
        return _reply(text, standings, content, self._on_five[rubric.pk])


def _replies(items: list[int]) -> dict[int, dict]:
    """{instance id: content} of those that are replies with a rewriting."""
    revised = Item.objects.filter(pk__in=items, arm=Arm.REVISED).values("instance")
    return dict(Instance.objects.filter(pk__in=revised).values_list("pk", "content"))


def _is_on_five(rubric: Version) -> bool:
    """Whether every dimension goes from 1, the worst, to 5, as the published mark of a low reply takes them."""
    scales = DimensionRevision.objects.filter(entries__version=rubric).values_list(
        "scale", "levels", "reverse"
    )
    five = [str(n) for n in range(1, 6)]
    return all(
        scale in ("ordinal", "interval") and not reverse and [str(one["value"]) for one in levels] == five
        for scale, levels, reverse in scales
    )


def _reply(text: str, standings: dict[str, Standing], content: dict, on_five: bool) -> Reply:
    """`standings` of an item that is settled as a whole."""
    ratings = {
        aspect.removeprefix(DIMENSION): str(one.outcome[0])
        for aspect, one in sorted(standings.items())
        if aspect.startswith(DIMENSION)
    }
    scores, after = (
        {name: one["score"] for name, one in sorted((content.get(of) or {}).items())}
        for of in ("rating", "rewrite_rating")
    )
    return Reply(text=text, ratings=ratings, scores=scores, draft_scores=after, on_five=on_five)


def provenance(item) -> dict:
    """Where a row comes from: client, licence, versions, prompts and models."""
    instance, run, profile = item.instance, item.instance.run, item.instance.profile
    return {
        "origin": profile.origin,
        "licence": profile.licence,
        "consent": profile.consent,
        "recipe": instance.recipe,
        "made_under": str(instance.version or ""),
        "rubric": str(item.round.rubric_version),
        "prompts": run.prompts if run else {},
        "models": {role: spec.get("model") for role, spec in run.model_specs.items()} if run else {},
        "seed": run.seed if run else None,
        "rehearsal": item.round.rehearsal,
        **_language(instance),
    }


def _author(decision) -> str:
    """Whose words an adjudicator's wording is, by what she says she began it from."""
    begun = set(decision.judged.get("written_from", ()))
    if not begun:
        return "an adjudicator"
    return (
        "model, edited by an adjudicator"
        if begun == {"draft"}
        else "model, edited by reviewers and an adjudicator"
    )


def _language(instance) -> dict:
    """The language that a run held the session in, where it is not that of the prompts: older rows stay as they are."""
    language = instance.factors.get("language", LANGUAGES[0])
    return {"language": language} if language != LANGUAGES[0] else {}


def annotated(items):
    """Each with `read_again`, `called_unsafe`, `flagged`, and `readers`: how many have judged its session."""
    return items.annotate(
        read_again=Exists(_later()),
        called_unsafe=Exists(_unresolved()),
        flagged=Exists(_flagged()),
        readers=Coalesce(Subquery(_readers()), 0),
    )


def _readers():
    """How many people have judged the session, in whichever round; for a rehearsal, how many raters in rehearsals."""
    judged = (
        Decision.objects.in_force()
        .filter(item__instance=OuterRef("instance"), item__round__rehearsal=OuterRef("round__rehearsal"))
        .exclude(reading__seat__observer=True)
    )
    counted = judged.order_by().values("item__instance").annotate(n=Count("rater", distinct=True))
    return counted.values("n")


def with_original(items):
    """Each with `original_waits`: what it goes on from was called unsafe or flagged, and nobody has answered."""
    of = "instance__parent"
    return items.annotate(original_waits=Exists(_unresolved(of)) | Exists(_flagged(of)))


def _later():
    """Settled items on the same instance, read in the same way, that came after this one.

    A rehearsal never outranks people, nor the other way round.
    """
    unsettled = Standing.objects.filter(item=OuterRef("pk"), state__in=UNSETTLED)
    settled = Standing.objects.filter(item=OuterRef("pk"))
    return (
        Item.objects.counted()
        .filter(instance=OuterRef("instance"), round__rehearsal=OuterRef("round__rehearsal"))
        .filter(Q(pk__gt=OuterRef("pk")) | Q(supersedes=OuterRef("pk")), arm=OuterRef("arm"))
        .filter(Exists(settled), ~Exists(unsettled))
        .exclude(pk=OuterRef("pk"))
        .order_by(F("pk"))
    )


def _unresolved(of="instance"):
    """Items on the same instance, or its parent, that a reader called unsafe, without an answer yet: whichever settles, the
    session stays. A simulated reader's call counts in rehearsals only.
    """
    people = Q(item__round__rehearsal=False) | Q(
        item__decisions__unsafe=True, item__decisions__rater__kind=RaterKind.HUMAN
    )
    return Standing.objects.filter(
        people | Q(item__round__rehearsal=OuterRef("round__rehearsal")),
        aspect=Aspect.SAFETY, state__in=UNSETTLED, item__instance=OuterRef(of),
    )  # fmt: skip


def _flagged(of="instance"):
    """Flags on the same instance, or its parent, that wait, in any round. A simulated reader's count in rehearsals only."""
    people = Q(rater=None) | Q(rater__kind=RaterKind.HUMAN)
    return Flag.objects.waiting().filter(
        people | Q(item__round__rehearsal=OuterRef("round__rehearsal")), item__instance=OuterRef(of)
    )

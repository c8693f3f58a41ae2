"""Only settled leaves: which items of a round may be released, and why the others stay."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Prefetch

from exports.grouping import groups_of
from exports.samples import Edit, Sample
from guidelines import briefing
from review.models import Arm, Decision, Item, Standing, StandingState
from synthesis import tiers

CHUNK = 200


class Selection:
    """The items of closed rounds that may leave. `left_out` counts the others by reason, in words."""

    def __init__(self, rounds, *, splits: dict[str, str] | None = None, named_tiers: tuple[str, ...] = ("none",)):
        self.rounds = list(rounds)
        self.named_tiers = named_tiers
        self.splits = splits or {}
        self.left_out: Counter[str] = Counter()
        self._chosen: list[int] | None = None
        self._groups: dict[int, str] = {}

    def items(self):
        return Item.objects.filter(round__in=self.rounds)

    def _why_not(self, item, standings: dict[str, Standing]) -> str | None:
        if item.arm == Arm.UNAIDED:
            return "read without the draft: findings only"
        if not standings or any(s.state == StandingState.OPEN for s in standings.values()):
            return "open when the round was closed"
        if any(s.state == StandingState.DISPUTED for s in standings.values()):
            return "in dispute when the round was closed"
        if item.pk in self._superseded:
            return "read again later: the latest settled reading counts"
        if item.instance_id in self._held:
            return "held by a lead"
        profile = item.instance.profile
        if profile is not None and not profile.licence:
            return "licence of the client unknown"
        if (tier := tiers.tier_in_force(item.instance)) not in self.named_tiers:
            return f"risk tier {tier}: leaves only in an export that names it"
        return None

    def choose(self) -> list[int]:
        """Return the ids of the items that may leave, ordered by public id; fill `left_out`."""
        if self._chosen is not None:
            return self._chosen
        self._superseded = set(
            Item.objects.filter(supersedes__round__in=self.rounds)
            .exclude(standings__state__in=[StandingState.OPEN, StandingState.DISPUTED])
            .filter(standings__isnull=False)
            .values_list("supersedes_id", flat=True)
        )
        self._held = tiers.held_instances()
        self._chosen, instances = [], {}
        queryset = (
            self.items().select_related("instance__profile", "instance__parent__profile")
            .prefetch_related("standings", "instance__marks", "instance__profile__marks").order_by("public_id")
        )  # fmt: skip
        for item in queryset.iterator(chunk_size=CHUNK):
            reason = self._why_not(item, {s.aspect: s for s in item.standings.all()})
            if reason:
                self.left_out[reason] += 1
            else:
                self._chosen.append(item.pk)
                instances[item.pk] = item.instance_id
        self._groups = groups_of(instances)
        return self._chosen

    def groups(self) -> dict[int, str]:
        """{item id: group}: connected components over base case and parentage; a split never parts them."""
        self.choose()
        return self._groups

    def samples(self) -> Iterator[Sample]:
        """Yield the chosen samples in order of public id, a chunk at a time: memory stays constant."""
        chosen = self.choose()
        edits = Decision.objects.in_force().readers().filter(verdict="edit").order_by("public_id")
        briefs: dict[int, tuple[dict, ...]] = {}
        for start in range(0, len(chosen), CHUNK):
            chunk = chosen[start : start + CHUNK]
            queryset = (
                Item.objects.filter(pk__in=chunk)
                .select_related("round__pairs_version__guideline", "round__rubric_version__guideline",
                                "instance__profile", "instance__run", "instance__version__guideline")
                .prefetch_related("standings", Prefetch("decisions", queryset=edits, to_attr="edits"),
                                  Prefetch("decisions", queryset=Decision.objects.readers(), to_attr="readers"))
                .order_by("public_id")
            )  # fmt: skip
            for item in queryset:
                version = item.round.pairs_version
                if version.pk not in briefs:
                    briefs[version.pk] = tuple(briefing.for_supervisor(version, told=None))
                yield self._sample(item, briefs[version.pk])

    def _sample(self, item, mistakes) -> Sample:
        standings = {s.aspect: s for s in item.standings.all()}
        verdict = standings["verdict"].outcome
        approved = set(standings["wording"].outcome) if "wording" in standings else set()
        judged = item.readers[0].judged
        instance, run, profile = item.instance, item.instance.run, item.instance.profile
        group = self._groups[item.pk]
        return Sample(
            item=str(item.public_id),
            instance=str(instance.public_id),
            group=group,
            split=self.splits.get(group, "train"),
            verdict=verdict,
            draft=judged["draft"],
            utterances=tuple(judged["dialogue"]),
            edits=tuple(
                Edit(str(d.public_id), d.edited_text, str(d.public_id) in approved) for d in item.edits
            ),
            guideline=str(item.round.pairs_version),
            mistakes=mistakes,
            provenance={
                "origin": profile.origin if profile else "unknown",
                "licence": profile.licence if profile else "",
                "consent": profile.consent if profile else "",
                "recipe": instance.recipe,
                "made_under": str(instance.version),
                "rubric": str(item.round.rubric_version),
                "prompts": run.prompts if run else {},
                "models": {role: spec.get("model") for role, spec in run.model_specs.items()} if run else {},
                "seed": run.seed if run else None,
                "rehearsal": item.round.rehearsal,
            },
        )

"""Plan a run: its whole grid becomes rows first, in one transaction; making them comes after."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import prod

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.identity import minter
from accounts.numbering import next_serial
from accounts.roles import require
from guidelines.models import Version
from synthesis import cast, choosing, examples, leaving, spending, trail, translated
from synthesis.access import may_plan
from synthesis.choosing import NotPlanned
from synthesis.examples import Kept
from synthesis.factors import LANGUAGES
from synthesis.grid import Grid, GridCell
from synthesis.identity import cell_digest, depends_digest
from synthesis.models import Endpoint, Holds, Instance, Intended, Origin, Profile, Purpose, Run, Shown
from synthesis.prompting import BadPrompt, keep, worded
from synthesis.recipes import RECIPES
from synthesis.translated import Pinned

MOST_CELLS = 200_000
LARGEST_SEED = 2**32
BATCH = 500


class NothingNew(NotPlanned):
    """Every cell that was asked for stands already: `standing` of them. Nothing was stored, and nothing is wrong."""

    def __init__(self, standing: int):
        self.standing = standing
        super().__init__(_("All %s sessions are made already, or planned in another run.") % standing)


@dataclass(frozen=True)
class Count:
    """How large a grid is, before it is planned: all its `cells`, and how many of them would be `planned`."""

    cells: int
    planned: int
    profiles: int
    pairs: int


def plan(*, recipe: str, version: Version | None = None, profiles="all", pairs="all", samples: int = 1,
         limit: int | None = None, parameters: dict | None = None,
         factors: dict[str, list[str]] | None = None, seed: int = 0,
         prompts: dict[str, str] | None = None, only_new: bool = False, by=None, model: str | None = None,
         concurrency: int = 8, budget: dict | None = None, holds: str = Holds.HOLD,
         purpose: str = Purpose.RUN) -> Run:  # fmt: skip
    """Store a run and all its instances. `by` None is the operator at the command line.

    `profiles` and `pairs` are rows, "all", or keys (a list or a comma-separated text); a recipe that plays no mistakes
    takes neither version nor pairs. `parameters` {name: level}
    hold for all cells; `factors` {name: [levels]} are crossed with clients and pairs. A `limit` below the grid's size
    takes a seeded, even sample (grid.Grid.sample). `prompts` {name: text} take the place of shipped ones.

    `only_new` leaves out what stands: cells that are made, or planned in another run, and depend on nothing that has
    changed since; how many those are is the run's `standing`. The sample is taken first, so that planning the same
    twice makes nothing new. A preview is the first cell of what would be planned, and no more.

    Raises NotPlanned (with `only_new` also NothingNew), faults.NoEndpoint, accounts.roles.Refused.
    """
    if by is not None:
        require(may_plan(by))
    how = choosing.chosen_recipe(recipe)
    choosing.require_version(how, version, pairs)
    profiles = choosing.chosen_profiles(profiles, kind=how.profile_kind)
    held = choosing.pairs_of(version) if version else {}
    pairs = choosing.chosen_pairs(held, pairs)
    parameters, factors = choosing.chosen_levels(how, parameters or {}, factors or {})
    mistakes = [revision for revision in held.values() if not revision.positive]
    choosing.require_mistakes(choosing.numbers_of_mistakes(how, parameters, factors), len(mistakes))
    grid = Grid(
        profiles=profiles, pairs=pairs, samples=max(samples, 0), parameters=parameters, factors=factors,
        mistakes=mistakes, plays_mistakes=how.plays_mistakes,
    )  # fmt: skip
    _check_size(len(grid), samples, limit, concurrency)
    if not 0 <= seed <= LARGEST_SEED:
        raise NotPlanned(_("A seed is a whole number from 0 to %s.") % LARGEST_SEED)
    texts = _worded((*how.prompts, *how.more_prompts), prompts or {})
    specs = cast.specs(how.roles_for(parameters, factors), model=model, sampling=how.sampling)
    if holds not in Holds.values:
        raise NotPlanned(f"holds: “{holds}” is none of {', '.join(Holds.values)}.")
    refuse_leaving(profiles, specs)
    try:
        budget = spending.checked(budget or {}, specs)
    except spending.NotABudget as refusal:
        raise NotPlanned(str(refusal)) from None
    cells = grid.sample(limit, seed) if limit is not None and limit < len(grid) else iter(grid)
    if purpose == Purpose.PREVIEW:
        # Of a whole grid any cell is in the plan: one that the seed draws, not always the same.
        cells = islice(cells if limit is not None and limit < len(grid) else grid.sample(1, seed), 1)
    with transaction.atomic():
        pins = translated.pinned(version, languages_of(parameters, factors))
        run = Run.objects.create(
            serial=next_serial(Run),
            purpose=purpose,
            recipe=recipe,
            version=version,
            seed=seed,
            parameters=parameters,
            factors=factors,
            translations=translated.kept(pins),
            prompts=keep(texts),
            model_specs=specs,
            concurrency=concurrency,
            holds=holds,
            budget=budget,
            planned_by=by,
        )
        mint = minter("synthesis.instance")
        supply = examples.Supply(version)
        rows = (instance_of(run, cell, pins, mint, shown=supply.of(cell)) for cell in cells)
        planned, run.standing = store(rows, only_new=only_new)
        if run.standing:
            if not planned:
                raise NothingNew(run.standing)
            run.save(update_fields=["standing"])
        told = {
            "recipe": recipe, "version": str(version or ""), "cells": planned, "parameters": parameters,
            "holds": run.holds, "models": {role: spec["model"] for role, spec in specs.items()},
        }  # fmt: skip
        more = {"factors": factors, "standing": run.standing, "fewer_examples": supply.fewer}
        told |= {name: value for name, value in more.items() if value}
        verb = "plan" if purpose == Purpose.RUN else "preview"
        trail.record(verb=verb, kind=trail.RUN, name=run.public_id, by=by, after=told)
    return run


def preview(*, by, **chosen) -> Run:
    """One session of the same plan, made for real: the run that follows replays its replies and pays nothing for them
    again. Raises what `plan` raises.
    """
    return plan(by=by, **chosen, purpose=Purpose.PREVIEW)


def count(*, recipe: str, version: Version | None = None, profiles="all", pairs="all", samples: int = 1,
          limit: int | None = None, parameters: dict | None = None,
          factors: dict[str, list[str]] | None = None) -> Count:  # fmt: skip
    """How large the grid is that `plan` would make of the same; two queries that read no text, and nothing is
    stored. Raises NotPlanned where `plan` would, for the same reason; models and who may plan are not asked.
    """
    how = choosing.chosen_recipe(recipe)
    choosing.require_version(how, version, pairs)
    signs = choosing.signs_of(version) if version else {}
    clients = choosing.count_of_profiles(profiles, kind=how.profile_kind)
    chosen = choosing.chosen_signs(signs, pairs)
    parameters, factors = choosing.chosen_levels(how, parameters or {}, factors or {})
    numbers = choosing.numbers_of_mistakes(how, parameters, factors)
    choosing.require_mistakes(numbers, list(signs.values()).count(False))
    own = {1: len(chosen), 0: 1}
    rows = sum(own.get(one.n, chosen.count(False)) for one in numbers)
    levels = prod(len(levels) for name, levels in factors.items() if name != "mistakes")
    cells = clients * rows * levels * max(samples, 0)
    _check_size(cells, samples, limit)
    return Count(cells, min(cells, limit or cells), clients, len(chosen))


def _worded(names, own: dict[str, str]) -> dict[str, str]:
    try:
        return worded(names, own)
    except BadPrompt as problem:
        raise NotPlanned(str(problem)) from None


def languages_of(parameters: dict[str, str], factors: dict[str, list[str]]) -> list[str]:
    return factors.get("language") or [parameters.get("language", LANGUAGES[0])]


def _check_size(cells: int, samples: int, limit: int | None, concurrency: int = 1) -> None:
    if samples < 1 or (limit is not None and limit < 1) or not 1 <= concurrency <= 256:
        raise NotPlanned(_("Samples and limit are at least 1; concurrency is between 1 and 256."))
    if not cells:
        raise NotPlanned(_("A run needs at least one client and one pair."))
    if cells > MOST_CELLS:
        told = {"cells": f"{cells:,}", "most": f"{MOST_CELLS:,}"}
        raise NotPlanned(
            _(
                "This grid has %(cells)s cells. At most %(most)s are allowed, also where a limit draws from them: "
                "choose fewer clients, mistakes or levels."
            )
            % told
        )


def store(
    rows: Iterator[tuple[Instance, list[Intended | Shown]]], *, only_new: bool = False
) -> tuple[int, int]:
    """Instances with what else is intended in them and the examples that they are shown, a batch at a time:
    bulk_create alone would hold all rows at once, whatever its batch size. Returns how many were stored and, with
    `only_new`, how many were not because they stand.
    """
    planned = standing = 0
    while batch := list(islice(rows, BATCH)):
        if only_new:
            stand = _standing([instance for instance, _beside in batch])
            standing += sum(instance.depends in stand for instance, _beside in batch)
            batch = [one for one in batch if one[0].depends not in stand]
        Instance.objects.bulk_create(instance for instance, _beside in batch)
        for model in (Intended, Shown):
            beside = (row for _instance, rows in batch for row in rows if isinstance(row, model))
            model.objects.bulk_create(beside)
        planned += len(batch)
    return planned, standing


def _standing(instances: list[Instance]) -> set[str]:
    """What of these stands already in other runs: made, or still to be."""
    made = Instance.objects.alive().filter(origin=Origin.RUN).exclude(run=instances[0].run)
    # A preview stands for nothing: no reviewer ever reads it.
    made = made.exclude(run__in=Run.objects.previews().values("pk"))
    return set(made.filter(depends__in={one.depends for one in instances}).values_list("depends", flat=True))


def instance_of(
    run: Run, cell: GridCell, pins: dict[str, dict[int, Pinned]], mint, parent: Instance | None = None,
    shown: Sequence[Kept] = (), opening: Sequence[dict] = (),
) -> tuple[Instance, list[Intended | Shown]]:  # fmt: skip
    """One cell of the run as rows that are not stored yet; `parent`: the stale session that it is made again for, or
    the one of which a turn was edited, which then gives its `opening`; `shown`: its examples.
    """
    how = RECIPES[run.recipe]
    first, others = cell.pairs[0] if cell.pairs else None, cell.pairs[1:]
    is_positive = bool(first and first.positive)
    used = how.uses(cell.factors, is_positive)
    pinned = pins.get(cell.factors.get("language", LANGUAGES[0]), {})
    # Empty where it is told in the source's words.
    translations = [pinned[one.pk].digest if one.pk in pinned else "" for one in cell.pairs]
    parts = {
        "recipe": run.recipe,
        "revision": str(first.public_id) if first else "",
        "profile": str(cell.profile.public_id),
        "sample": cell.sample,
        "others": [str(one.public_id) for one in others],
        "translations": translations if any(translations) else [],
        "opening": opening,
    }

    def prompts(names) -> dict[str, str]:
        return {p: text for p, text in run.prompts.items() if p in names} | examples.digests(shown)

    def name_of(factors: dict[str, str]) -> str:
        named = how.uses(factors, is_positive).prompts | set(how.prompts)
        return cell_digest(prompts=prompts(named), factors=how.naming(factors), **parts)

    name = name_of(cell.factors)
    usual = how.levels[how.arm][0] if how.arm else ""
    is_arm = bool(how.arm) and cell.factors.get(how.arm, usual) != usual
    depends = depends_digest(
        prompts=prompts(used.prompts),
        models={role: spec for role, spec in run.model_specs.items() if role in used.roles},
        factors=how.naming(cell.factors),
        **parts,
    )
    instance = Instance(
        public_id=mint(run.serial, name),
        run=run,
        origin=Origin.EDIT if opening else Origin.RUN,
        recipe=run.recipe,
        version_id=run.version_id,
        pair_revision=first,
        profile=cell.profile,
        factors=cell.factors,
        sample=cell.sample,
        cell=name,
        lot=name_of(cell.factors | {how.arm: usual}) if is_arm else "",
        depends=depends,
        parent=parent,
    )
    more = [
        Intended(instance=instance, pair_revision=one, position=n) for n, one in enumerate(others, start=2)
    ]
    return instance, [*more, *examples.rows(instance, shown)]


def refuse_leaving(profiles: Iterable[Profile], specs: dict[str, dict]) -> None:
    """Raises NotPlanned where a client's record would be sent to where it must not go."""
    try:
        leaving.refuse(
            profiles, Endpoint.objects.filter(name__in={spec["endpoint"] for spec in specs.values()})
        )
    except leaving.MustNotLeave as refusal:
        raise NotPlanned(str(refusal)) from None

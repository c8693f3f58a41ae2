"""Plan a run: its whole grid becomes rows first, in one transaction; making them comes after."""

import random
from collections import Counter
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.identity import minter
from accounts.numbering import next_serial
from accounts.roles import require
from guidelines.models import PairRevision, Version, VersionState
from synthesis import cast, leaving, trail
from synthesis.access import may_plan
from synthesis.identity import cell_digest
from synthesis.models import Endpoint, Instance, Profile, Run
from synthesis.prompting import keep, shipped
from synthesis.recipes import RECIPES
from synthesis.recipes.cell import Recipe

MOST_CELLS = 200_000
BATCH = 500


class NotPlanned(ValueError):
    """The run as asked for cannot be planned; the message says why, and nothing was stored."""


def chosen_profiles(wanted="all") -> list[Profile]:
    """Rows as they are; otherwise the newest revisions: "all", or those of the keys. Raises NotPlanned."""
    if _are_rows(wanted, Profile):
        return list(wanted)
    current = Profile.objects.current().of_kind("conceptualisation")
    if wanted == "all":
        profiles = list(current.order_by("key"))
        if not profiles:
            raise NotPlanned(_("There are no client profiles yet: load some first (load_profiles shipped)."))
        return profiles
    found = {profile.key: profile for profile in current.filter(key__in=_keys(wanted))}
    return [_known(found, key, _("There is no client profile “%s”.")) for key in _keys(wanted)]


def chosen_pairs(version: Version, wanted="all") -> list[PairRevision]:
    """The pairs of a version in its order, good practice included: all, or those of the keys. Raises
    NotPlanned.
    """
    if _are_rows(wanted, PairRevision):
        return list(wanted)
    entries = version.entries.filter(pair_revision__isnull=False).select_related("pair_revision__pair")
    revisions = {entry.pair_revision.pair.key: entry.pair_revision for entry in entries.order_by("position")}
    if wanted == "all":
        return list(revisions.values())
    missing = _("“%s” is not in this version of the guideline.")
    return [_known(revisions, key, missing) for key in _keys(wanted)]


def plan(*, recipe: str, version: Version, profiles, pairs, samples: int = 1, limit: int | None = None,
         spread: str = "profiles", parameters: dict | None = None, seed: int = 0, by=None,
         model: str | None = None, concurrency: int = 8) -> Run:  # fmt: skip
    """Store a run and all its instances. `by` None is the operator at the command line.

    `profiles` and `pairs` are rows, "all", or keys (a list or a comma-separated text). A `limit` below the
    grid's size takes a seeded sample; `spread="profiles"` lets nobody come twice before everybody came once.

    Raises NotPlanned, faults.NoEndpoint, accounts.roles.Refused.
    """
    if by is not None:
        require(may_plan(by))
    profiles, pairs = chosen_profiles(profiles), chosen_pairs(version, pairs)
    how, parameters = _checked(
        recipe, version, profiles, pairs, samples, limit, parameters or {}, concurrency
    )
    specs = cast.specs(how.roles, model=model)
    refuse_leaving(profiles, specs)
    cells = [(profile, pair, sample) for sample in range(samples) for profile in profiles for pair in pairs]
    if limit is not None and limit < len(cells):
        cells = sampled(cells, limit=limit, seed=seed, spread=spread)
    with transaction.atomic():
        prompts = keep(shipped(how.prompts))
        run = Run.objects.create(
            serial=next_serial(Run),
            recipe=recipe,
            version=version,
            seed=seed,
            parameters=parameters,
            prompts=prompts,
            model_specs=specs,
            concurrency=concurrency,
            planned_by=by,
        )
        mint = minter("synthesis.instance")
        rows = (instance_of(run, profile, pair, sample, mint) for profile, pair, sample in cells)
        # bulk_create alone would hold all rows at once, whatever its batch size.
        while batch := list(islice(rows, BATCH)):
            Instance.objects.bulk_create(batch)
        planned = {
            "recipe": recipe, "version": str(version), "cells": len(cells), "parameters": parameters,
            "models": {role: spec["model"] for role, spec in specs.items()},
        }  # fmt: skip
        trail.record(verb="plan", kind=trail.RUN, name=run.public_id, by=by, after=planned)
    return run


def sampled(cells: list[tuple], *, limit: int, seed: int, spread: str = "profiles") -> list[tuple]:
    """A seeded sample of (profile, pair, sample) cells."""
    shuffled = random.Random(seed).sample(cells, len(cells))
    if spread != "profiles":
        return shuffled[:limit]
    seen: Counter = Counter()
    turns = []
    for cell in shuffled:
        turns.append(seen[cell[0].pk])
        seen[cell[0].pk] += 1
    order = sorted(range(len(shuffled)), key=lambda i: turns[i])
    return [shuffled[i] for i in order[:limit]]


def instance_of(
    run: Run, profile: Profile, pair: PairRevision, sample: int, mint, parent: Instance | None = None
) -> Instance:
    """One cell of the run as a row that is not stored yet; `parent`: the stale session that it is made again for."""
    cell = cell_digest(
        recipe=run.recipe,
        prompts=run.prompts,
        revision=str(pair.public_id),
        profile=str(profile.public_id),
        factors=run.parameters,
        sample=sample,
    )
    return Instance(
        public_id=mint(run.serial, cell),
        run=run,
        recipe=run.recipe,
        version_id=run.version_id,
        pair_revision=pair,
        profile=profile,
        factors=run.parameters,
        sample=sample,
        cell=cell,
        parent=parent,
    )


def _checked(
    recipe, version, profiles, pairs, samples, limit, parameters, concurrency
) -> tuple[Recipe, dict]:
    if recipe not in RECIPES:
        raise NotPlanned(_("There is no recipe “%s”.") % recipe)
    how = RECIPES[recipe]
    if version.state != VersionState.PUBLISHED:
        raise NotPlanned(_("Runs use a published version; %s is not.") % version)
    if not profiles or not pairs:
        raise NotPlanned(_("A run needs at least one client and one pair."))
    if samples < 1 or (limit is not None and limit < 1) or not 1 <= concurrency <= 256:
        raise NotPlanned(_("Samples and limit are at least 1; concurrency is between 1 and 256."))
    if len(profiles) * len(pairs) * samples > MOST_CELLS:
        raise NotPlanned(_("A run has at most %s cells.") % MOST_CELLS)
    for name, value in parameters.items():
        if name not in how.parameters:
            raise NotPlanned(_("The recipe has no parameter “%s”.") % name)
        if value not in how.parameters[name]:
            raise NotPlanned(f"{name}: “{value}” is none of {', '.join(how.parameters[name])}.")
    return how, {name: parameters.get(name, choices[0]) for name, choices in how.parameters.items()}


def refuse_leaving(profiles: list[Profile], specs: dict[str, dict]) -> None:
    """Raises NotPlanned where a client's record would be sent to where it must not go."""
    try:
        leaving.refuse(
            profiles, Endpoint.objects.filter(name__in={spec["endpoint"] for spec in specs.values()})
        )
    except leaving.MustNotLeave as refusal:
        raise NotPlanned(str(refusal)) from None


def _are_rows(wanted, model) -> bool:
    return not isinstance(wanted, str) and all(isinstance(row, model) for row in wanted)


def _keys(wanted) -> list[str]:
    parts = wanted.split(",") if isinstance(wanted, str) else wanted
    keys = list(dict.fromkeys(key.strip() for key in parts if key.strip()))
    if not keys:
        raise NotPlanned(_("Nothing is named."))
    return keys


def _known(found: dict, key: str, missing: str):
    if key not in found:
        raise NotPlanned(missing % key)
    return found[key]

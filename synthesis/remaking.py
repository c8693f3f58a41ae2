"""Make stale sessions again: the same cells, under the words of a later version of the guideline."""

from collections import Counter
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.identity import minter
from accounts.numbering import next_serial
from accounts.roles import require
from guidelines import touching
from guidelines.models import Guideline, PairRevision, Version
from synthesis import cast, examples, trail, translated
from synthesis.access import may_remake
from synthesis.grid import GridCell
from synthesis.models import Instance, InstanceState, Intended, Origin, Profile, Run
from synthesis.planning import NotPlanned, instance_of, languages_of, refuse_leaving, store
from synthesis.recipes import RECIPES

DROPPED = gettext_lazy("its pair, or one of several, was dropped: there is nothing to play any more")
NOT_BY_A_RUN = gettext_lazy("no run made it: an imported or edited session is judged again instead")


@dataclass(frozen=True)
class Remade:
    """The new runs, one for each run that the sessions came from; how many sessions were planned again, how many of
    them were still waiting and are given up for it, and why others stay as they are.
    """

    runs: list[Run] = field(default_factory=list)
    planned: int = 0
    given_up: int = 0
    left_out: Counter = field(default_factory=Counter)


@transaction.atomic
def remake(*, instances: QuerySet, version: Version, by, own_models: bool = True) -> Remade:
    """Plan those of `instances` again that are stale under `version` and not planned again yet; of others nothing is
    said, so that a second call does nothing.

    Each comes from its own cell: the same client, mistakes, sample and parameters, in a run with the seed, prompts and
    (unless `own_models` is False) the models of its run, so that only the words of the guideline differ; and with the
    same bounds on what it may spend. A new instance names the one that it stands for as its parent. One that still
    waits to be made by the old words is cancelled.

    Raises Refused, NotPlanned, faults.NoEndpoint; then nothing is stored.
    """
    require(may_remake(by, version))
    # Two at once take turns here; the second finds what the first has planned.
    Guideline.objects.select_for_update().get(pk=version.guideline_id)
    stale = instances.stale(touching.by(version)).unreplaced()
    left_out = _left_out(stale, version)
    stale = playable(stale, version)
    sources = Run.objects.filter(pk__in=stale.order_by().values("run")).order_by("serial")
    # A cell names a text and does not read it.
    held = PairRevision.objects.filter(entries__version=version).only("public_id", "pair", "positive")
    revisions = {revision.pair_id: revision for revision in held}
    runs, planned, given_up = [], 0, 0
    for source in list(sources):
        made, n, waited = _remade(source, stale.filter(run=source), version, revisions, by, own_models)
        runs.append(made)
        planned, given_up = planned + n, given_up + waited
    return Remade(runs, planned, given_up, left_out)


def _pairs(version: Version) -> QuerySet:
    return version.entries.filter(pair_revision__isnull=False).values("pair_revision__pair")


def playable(stale: QuerySet, version: Version) -> QuerySet:
    """Those that can be made again: a run made them, and the version still has all that they were to show."""
    return _whole(stale, version).filter(origin=Origin.RUN, run__isnull=False)


def _whole(stale: QuerySet, version: Version) -> QuerySet:
    gone = Intended.objects.exclude(pair_revision__pair__in=_pairs(version))
    return stale.filter(pair_revision__pair__in=_pairs(version)).exclude(pk__in=gone.values("instance"))


def _left_out(stale: QuerySet, version: Version) -> Counter:
    whole = _whole(stale, version)
    dropped = stale.exclude(pk__in=whole.order_by().values("pk"))
    others = whole.exclude(origin=Origin.RUN, run__isnull=False)
    found = Counter({str(DROPPED): dropped.count(), str(NOT_BY_A_RUN): others.count()})
    return +found


def _remade(source, stale, version, revisions, by, own_models) -> tuple[Run, int, int]:
    if source.recipe not in RECIPES:
        raise NotPlanned(_("There is no recipe “%s”.") % source.recipe)
    how = RECIPES[source.recipe]
    roles = how.roles_for(source.parameters, source.factors)
    specs = source.model_specs if own_models else cast.specs(roles, sampling=how.sampling)
    cast.endpoints(specs)
    refuse_leaving(Profile.objects.filter(pk__in=stale.order_by().values("profile")).only("key"), specs)
    columns = ("pk", "profile_id", "pair_revision__pair_id", "factors", "sample")
    cells = list(stale.order_by("pk").values_list(*columns))
    further: dict[int, list[int]] = {}
    others = Intended.objects.filter(instance__in=stale.order_by().values("pk")).order_by(
        "instance", "position"
    )
    for pk, pair in others.values_list("instance_id", "pair_revision__pair_id"):
        further.setdefault(pk, []).append(pair)
    profiles = Profile.objects.defer("content").in_bulk({profile for _pk, profile, *_rest in cells})
    pins = translated.pinned(version, languages_of(source.parameters, source.factors))
    run = Run.objects.create(
        serial=next_serial(Run),
        recipe=source.recipe,
        version=version,
        seed=source.seed,
        parameters=source.parameters,
        factors=source.factors,
        translations=translated.kept(pins),
        prompts=source.prompts,
        model_specs=specs,
        concurrency=source.concurrency,
        holds=source.holds,
        budget=source.budget,
        planned_by=by,
    )
    mint = minter("synthesis.instance")
    shown = examples.shown_again(stale.order_by().values("pk"), version)
    store(
        instance_of(
            run,
            GridCell(
                profiles[profile],
                tuple(revisions[one] for one in (pair, *further.get(pk, ()))),
                factors,
                sample,
            ),
            pins,
            mint,
            parent=Instance(pk=pk),
            shown=shown.get(pk, ()),
        )
        for pk, profile, pair, factors, sample in cells
    )
    standing_for = Instance.objects.filter(run=run).values("parent")
    waiting = Instance.objects.filter(run=source, state=InstanceState.PLANNED, pk__in=standing_for)
    given_up = waiting.update(state=InstanceState.CANCELLED)
    told = {
        "recipe": run.recipe, "version": str(version), "cells": len(cells), "parameters": run.parameters,
        "models": {role: spec["model"] for role, spec in specs.items()}, "source": str(source),
        "given_up": given_up,
    }  # fmt: skip
    trail.record(verb="remake", kind=trail.RUN, name=run.public_id, by=by, after=told)
    return run, len(cells), given_up

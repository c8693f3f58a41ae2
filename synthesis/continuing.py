"""Edit a turn in the middle of a session, and let the session go on from there: a new one that names its parent."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.identity import minter
from accounts.numbering import next_serial
from accounts.roles import require
from synthesis import cast, examples, tiers, trail, translated
from synthesis.access import may_edit_turn
from synthesis.grid import GridCell
from synthesis.models import Instance, InstanceState, Mark, Opening, Origin, Purpose, Run
from synthesis.models.marks import MarkKind
from synthesis.planning import instance_of, refuse_leaving, store
from synthesis.recipes import RECIPES

LONGEST = 4_000  # characters of a turn: several times the longest that an agent may say
NORMAL = "normal"


class CannotContinue(ValueError):
    """Nothing was planned; the message says why."""


@transaction.atomic
def continue_from(
    *, instance: Instance, turn: int, text: str, reason: str, well: bool = False, by
) -> Instance:
    """Plan a session that is `instance` up to the utterance `turn`, which says `text` instead, and that goes on from
    there: with the same client, models, prompts and length, in a run of its own. `well`: the counsellor is to make no
    mistake from there on; otherwise what was intended stays. The same edit again gives the session that is there.

    Raises Refused, CannotContinue, NotPlanned, faults.NoEndpoint.
    """
    require(may_edit_turn(by, instance))
    # Two clicks take turns here; the second finds what the first has planned.
    instance = Instance.objects.select_for_update().get(pk=instance.pk)
    opening, before = edited(instance, turn, text)
    if not reason.strip():
        raise CannotContinue(_("Say why: whoever reads the session learns from it."))
    run = _run_like(instance.run, by)
    cast.endpoints(run.model_specs)
    refuse_leaving([instance.profile], run.model_specs)
    made, beside = _continued(instance, run, opening, well)
    again = Instance.objects.alive().filter(parent=instance, origin=Origin.EDIT, cell=made.cell).first()
    if again:
        return again
    run.save(force_insert=True)
    store(iter([(made, beside)]))
    made = Instance.objects.get(run=run)
    Opening.objects.create(instance=made, utterances=opening, before=before, reason=reason.strip(), by=by)
    _carry_tiers(instance, made)
    told = {"recipe": run.recipe, "version": str(run.version or ""), "cells": 1, "source": str(instance.run)}
    trail.record(verb="continue_from", kind=trail.RUN, name=run.public_id, by=by, after=told)
    return made


def edited(instance: Instance, turn: int, text: str) -> tuple[list[dict], str]:
    """The session up to this turn, in its new words, and the old ones. Raises CannotContinue."""
    require_continuable(instance)
    said = {one["id"]: one for one in instance.content["utterances"]}
    if turn not in said:
        raise CannotContinue(_("The session has no turn %s.") % turn)
    before, text = said[turn]["text"], text.strip()
    if not text or "\0" in text:
        raise CannotContinue(_("Write what is said instead."))
    if len(text) > LONGEST:
        raise CannotContinue(_("A turn has %s characters at most.") % LONGEST)
    if text.split() == before.split():
        raise CannotContinue(_("The words are the same; change them, or leave the session as it is."))
    opening = [said[n] for n in sorted(said) if n < turn]
    return [*opening, {**said[turn], "text": text}], before


def require_continuable(instance: Instance) -> None:
    """Raises CannotContinue where no agent could go on from it."""
    if instance.state != InstanceState.MADE:
        raise CannotContinue(_("The session is not made yet."))
    if instance.run is None or instance.recipe not in RECIPES or instance.profile is None:
        raise CannotContinue(_("It was not made by agents here, so none of them can go on with it."))
    if not RECIPES[instance.recipe].continues:
        raise CannotContinue(_("Sessions of this kind cannot be gone on with from an edited turn."))
    if instance.run.purpose == Purpose.PREVIEW:
        raise CannotContinue(_("It was made as a preview of a plan; edit a session of the run."))
    if tiers.held(instance) or tiers.held(instance.profile):
        raise CannotContinue(_("It is held back; it can be edited when it is released."))


def is_continuable(instance: Instance) -> bool:
    try:
        require_continuable(instance)
    except CannotContinue:
        return False
    return True


def _run_like(source: Run, by) -> Run:
    """Another run with all that this one was planned with; not stored yet."""
    same = (
        "recipe", "version_id", "seed", "parameters", "factors", "translations", "prompts", "model_specs",
        "concurrency", "holds", "budget",
    )  # fmt: skip
    return Run(serial=next_serial(Run), planned_by=by, **{name: getattr(source, name) for name in same})


def _continued(instance: Instance, run: Run, opening: list[dict], well: bool):
    factors = instance.factors | ({"counsellor": NORMAL} if well else {})
    cell = GridCell(instance.profile, tuple(instance.intended()), factors, instance.sample)
    shown = examples.shown_again([instance.pk], run.version).get(instance.pk, ())
    pins = translated.pinned_of(run)
    made, beside = instance_of(
        run, cell, pins, minter("synthesis.instance"), parent=instance, shown=shown, opening=opening
    )
    # As long as the session that it comes from.
    made.lot = instance.lot or instance.cell
    return made, beside


def _carry_tiers(instance: Instance, made: Instance) -> None:
    """What somebody saw in the session is in what goes on from it, until a person says otherwise."""
    Mark.objects.bulk_create(
        Mark(instance=made, kind=MarkKind.TIER, tier=tier, by_machine="parent", reason="As the session it goes on from.")
        for tier in sorted(tiers.tiers_in_force(instance))
    )  # fmt: skip

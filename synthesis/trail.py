"""What the trail keeps of acts on runs, clients, endpoints and models: settings and counts, no word of a session."""

from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from accounts import trail
from accounts.acts import Vocabulary
from accounts.models import TrailEvent
from accounts.trail import Thing

RUN, PROFILES, ENDPOINT, MODEL_ROLE = "run", "profiles", "endpoint", "model_role"
SESSION = "session"

VOCABULARY = Vocabulary(
    words={
        "synthesis.plan": _("Planned the run"),
        "synthesis.preview": _("Had one session made as a preview"),
        "synthesis.remake": _("Planned stale sessions again"),
        "synthesis.continue_from": _("Edited a turn of a session, which goes on from there"),
        "synthesis.pause": _("Paused the run"),
        "synthesis.resume": _("Let the run go on"),
        "synthesis.cancel": _("Cancelled the run"),
        "synthesis.stop": _("The run was stopped"),
        "synthesis.retry_failed": _("Planned what failed again"),
        "synthesis.hold": _("Held a session back"),
        "synthesis.release": _("Released a session"),
        "synthesis.set_concurrency": _("Changed how many calls are out at once"),
        "synthesis.set_budget": _("Changed what the run may spend"),
        "synthesis.store": _("Loaded clients"),
        "synthesis.import_sessions": _("Imported sessions"),
        "synthesis.import_replies": _("Imported replies"),
        "synthesis.import_preferences": _("Imported pairs of replies"),
        "synthesis.store_excerpts": _("Imported excerpts of real sessions"),
        "synthesis.look_again": _("Had an excerpt looked through again for names"),
        "synthesis.confirm": _("Confirmed an excerpt of a real session"),
        "synthesis.erase": _("Erased an excerpt of a real session and what was made of it"),
        "synthesis.save_endpoint": _("Saved an endpoint"),
        "synthesis.set_price": _("Set what an endpoint costs"),
        "synthesis.environment_endpoint": _("The environment named an endpoint"),
        "synthesis.save_role": _("Chose a model for a role"),
    },
    labels={
        "state": _("State"),
        "why": _("Why"),
        "recipe": _("Recipe"),
        "version": _("Guideline"),
        "cells": _("Sessions planned"),
        "models": _("Models"),
        "fewer_examples": _("Sessions with fewer examples than asked for"),
        "parameters": _("Parameters"),
        "factors": _("Crossed with"),
        "standing": _("Sessions that stood already"),
        "source": _("In place of sessions of"),
        "given_up": _("Given up for it, as they still waited"),
        "instances": _("Sessions"),
        "holds": _("Sessions with a reason to be held"),
        "held": _("Held back"),
        "concurrency": _("Calls at once"),
        "budget": _("Budget"),
        "new": _("New clients"),
        "revised": _("Changed clients"),
        "refused": _("Refused records"),
        "licence": _("Licence"),
        "found": _("Places that could tell who somebody is"),
        "erased": _("Erased"),
        "held_by": _("Had gone into"),
        "address": _("Address"),
        "price": _("Price of a million tokens"),
        "key_env": _("Variable that holds the key"),
        "endpoint": _("Endpoint"),
        "model": _("Model"),
        "sampling": _("Sampling"),
    },
)


def record(
    *, verb: str, kind: str, name, by, before: dict | None = None, after: dict | None = None
) -> TrailEvent:
    thing = Thing(kind, str(name))
    return trail.record(by=by, verb=f"synthesis.{verb}", thing=thing, before=before, after=after)


def record_each(*, verb: str, kind: str, names, by, before: dict, after: dict) -> None:
    """The same act on many things, an event for each as if it were done alone."""
    trail.record_all(
        trail.event(by=by, verb=f"synthesis.{verb}", thing=Thing(kind, str(name)), before=before, after=after)
        for name in names
    )


def address(url: str) -> str:
    """An endpoint's address without what may be secret in it: a name, a password, a query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

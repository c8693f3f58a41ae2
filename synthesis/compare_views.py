"""Two runs, two sessions of the same cell, or two wordings of a prompt, side by side."""

from django.http import Http404
from django.shortcuts import render

from accounts import asking, roles
from synthesis import access, comparing, prompt_versions, tasks
from synthesis.conversing import conversation, light_calls
from synthesis.listing import listed_sessions
from synthesis.models import Instance, Run
from synthesis.quality import side_by_side
from synthesis.spent_so_far import spent_so_far
from synthesis.translated import names_in
from synthesis.watching import failures, hitches, watched

OFFERED = 200


def _ask(run: Run) -> bool:
    """A worker measures a large run; where none does, its own quality page does, and a comparison does not wait."""
    return tasks.measure(run) or True


def _run(request, name: str) -> Run | None:
    wanted = asking.public_id(request, name)
    if wanted is None:
        return None
    found = Run.objects.listed().select_related("version__guideline").filter(public_id=wanted).first()
    if found is None:
        raise Http404
    return found


def runs(request):
    roles.require(access.may_read_runs(request.user))
    a, b = _run(request, "a"), _run(request, "b")
    offered = Run.objects.listed().select_related("version__guideline").order_by("-serial")[:OFFERED]
    context = {"a": a, "b": b, "offered": offered}
    if a and b:
        measured = [side_by_side.side(request.user, run, _ask) for run in (a, b)]
        all_measured = all(one.report for one in measured)
        rows, more = listed_sessions(a, after=asking.public_id(request, "after"))
        context |= {
            "settings": comparing.settings(a, b),
            "prompts": comparing.prompts(a, b),
            "sides": [_side(run) for run in (a, b)],
            "quality": measured,
            "lines": side_by_side.lines(*(one.report for one in measured)) if all_measured else [],
            "all_measured": all_measured,
            "cells": comparing.same_cells(rows, b),
            "more": more,
            "hides": access.hides_some(request.user, a) or access.hides_some(request.user, b),
        }
    return render(request, "synthesis/compare_runs.html", context)


def _side(run: Run) -> dict:
    found = watched(run)
    failed = failures(run) if found.counts["failed"] else []
    return {
        "run": run,
        "watched": found,
        "spent": spent_so_far(run),
        "failures": failed,
        "hitches": hitches(run),
    }


def sessions(request):
    """The same cell of two runs, or any two sessions: two conversations."""
    roles.require(access.may_read_runs(request.user))
    return render(
        request,
        "synthesis/compare_sessions.html",
        {"sides": [_session(request, name) for name in ("a", "b")]},
    )


def _session(request, name: str) -> dict:
    wanted = asking.public_id(request, name)
    related = ("run", "version__guideline", "pair_revision", "profile")
    found = Instance.objects.select_related(*related).filter(public_id=wanted).first() if wanted else None
    if found is None:
        raise Http404
    roles.require(access.may_read_instance(request.user, found))
    names = names_in(found)
    return {
        "instance": found,
        "read": conversation(found.recipe, found.content or {}, light_calls(found), names),
    }


def prompts(request):
    """Every wording that runs have used; with `name`, `a` and `b` two of them word by word."""
    roles.require(access.may_read_runs(request.user))
    found = prompt_versions.versions()
    chosen = found.get(request.GET.get("name", ""), [])
    by_number = {version.n: version for version in chosen}
    a, b = (by_number.get(asking.number(request, side)) for side in ("a", "b"))
    if len(chosen) > 1 and not (a and b):
        a, b = chosen[-2:]
    pair = [{"version": one, "counts": one.counts()} for one in (a, b) if one]
    name = chosen[0].name if chosen else ""
    context = {"versions": found, "chosen": chosen, "name": name, "a": a, "b": b, "pair": pair}
    return render(request, "synthesis/prompts.html", context)

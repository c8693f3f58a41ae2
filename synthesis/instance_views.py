"""Read a session: the conversation, the steps behind each turn, every call that it came from."""

import json

from django.http import Http404
from django.shortcuts import get_object_or_404, render

from accounts import roles
from guidelines import comparing
from synthesis import access, choice_words, continuing, holding, outcomes, tiers
from synthesis.conversing import conversation, light_calls, read_as_json
from synthesis.models import Call, Instance, Opening, Tier
from synthesis.translated import names_in


def _instance(request, public_id) -> Instance:
    roles.require(access.may_read_runs(request.user))
    found = get_object_or_404(
        Instance.objects.select_related(
            "run", "version__guideline", "pair_revision", "profile", "parent"
        ).prefetch_related("marks__by"),
        public_id=public_id,
    )
    roles.require(access.may_read_instance(request.user, found))
    return found


def instance(request, public_id):
    """The session as a conversation; hidden steps unfold, and a call's words load when somebody asks for them."""
    found = _instance(request, public_id)
    names = names_in(found)
    read = conversation(found.recipe, found.content or {}, light_calls(found), names)
    marks = sorted(found.marks.all(), key=lambda mark: mark.pk)
    context = {
        "instance": found,
        "read": read,
        "names": names,
        "settings": choice_words.rows(found.factors),
        "marks": marks,
        "tier_name": Tier(tiers.tier_in_force(found)).label,
        "outcomes": outcomes.of(request.user, found),
        "editable": _is_editable(found),
        **_edited(found),
        **holding.told(found),
        **_models(found),
    }
    return render(request, "synthesis/instance.html", context)


def _is_editable(found: Instance) -> bool:
    try:
        continuing.require_continuable(found)
    except continuing.CannotContinue:
        return False
    return True


def _edited(found: Instance) -> dict:
    """What it goes on from, and what goes on from it."""
    edits = Opening.objects.filter(instance__parent=found).select_related("by", "instance").order_by("pk")
    opening = Opening.objects.select_related("by").filter(instance=found).first()
    words = opening.utterances[-1]["text"] if opening else ""
    return {
        "edits": edits.defer("instance__content"),
        "opening": opening,
        "opening_diff": comparing.word_diff(opening.before, words) if opening else [],
    }


def _models(found: Instance) -> dict:
    if not found.run:
        return {"models": [], "prompts": []}
    specs = found.run.model_specs.items()
    return {
        "models": [{"role": choice_words.role(role), **spec} for role, spec in specs],
        "prompts": sorted(found.run.prompts.items()),
    }


def call(request, public_id, key):
    """One call as the agent and the endpoint saw it; below the session's address, whose rules hold for it."""
    found = _instance(request, public_id)
    call = Call.objects.filter(key=key).first()
    if call is None or (call.key not in found.trace and call.instance_id != found.pk):
        raise Http404
    context = {
        "instance": found,
        "call": call,
        "role": choice_words.role(call.role),
        "said": read_as_json(call.text),
        "raw": json.dumps(call.reply, ensure_ascii=False, indent=2),
        "paid_elsewhere": call.instance_id != found.pk,
    }
    return render(request, "synthesis/_call.html" if request.htmx else "synthesis/call.html", context)

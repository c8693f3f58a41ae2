"""Edit a turn of a session; what comes after it is said anew, in a session of its own."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import roles
from synthesis import access, continuing, tasks
from synthesis.faults import NoEndpoint
from synthesis.models import Instance
from synthesis.plan_views import say_that_nobody_works
from synthesis.planning import NotPlanned

HOW = [
    ("meant", gettext_lazy("as it was meant to: the mistake may come again")),
    ("well", gettext_lazy("without the mistake: from here on the counsellor works well")),
]


class TurnForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("What is said instead"), strip=True, max_length=continuing.LONGEST,
        widget=forms.Textarea({"rows": 4, "class": "form-control"}),
    )  # fmt: skip
    how = forms.ChoiceField(
        label=gettext_lazy("How the session goes on"), choices=HOW, initial="meant",
        widget=forms.RadioSelect({"class": "form-check-input"}),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Why you change it"), max_length=2_000,
        widget=forms.Textarea({"rows": 2, "class": "form-control"}),
    )  # fmt: skip


def edit_turn(request, public_id, turn):
    sessions = Instance.objects.select_related("run", "profile").prefetch_related("marks", "profile__marks")
    found = sessions.filter(public_id=public_id).first()
    if found is None:
        # That there is no such session is not for everybody either.
        roles.require(access.may_edit_turns(request.user))
        raise Http404
    roles.require(access.may_edit_turn(request.user, found))
    said = (found.content or {}).get("utterances", [])
    if not 1 <= turn <= len(said):
        raise Http404
    form = TurnForm(request.POST or None, initial={"text": said[turn - 1]["text"]})
    came_from = _came_from(request)
    if request.method == "POST" and form.is_valid() and (answer := _continued(request, found, turn, form)):
        return answer
    context = {
        "instance": found,
        "name": (found.content or {}).get("client_name", ""),
        "before": said[: turn - 1],
        "edited": said[turn - 1],
        "after": said[turn:],
        "form": form,
        "turn": turn,
        "reads_runs": bool(access.may_read_runs(request.user)),
        "came_from": came_from,
    }
    return render(request, "synthesis/edit_turn.html", context, status=400 if form.errors else 200)


def _continued(request, instance: Instance, turn: int, form: TurnForm):
    given = form.cleaned_data
    try:
        made = continuing.continue_from(
            instance=instance, turn=turn, text=given["text"], reason=given["reason"],
            well=given["how"] == "well", by=request.user,
        )  # fmt: skip
    except (continuing.CannotContinue, NotPlanned, NoEndpoint) as refusal:
        form.add_error(None, str(refusal))
        return None
    if made.state == "planned" and not tasks.wake(made.run):
        say_that_nobody_works(request, made.run)
    if access.may_read_runs(request.user):
        messages.success(request, _("The session goes on from your words as soon as it is made."))
        return redirect("instance", public_id=made.public_id)
    messages.success(
        request, _("Thank you. The session goes on from your words, and comes to reviewers like any other.")
    )
    # Back to where she read the session: the form, filled in still, would ask for it a second time.
    return redirect(_came_from(request) or "home")


def _came_from(request) -> str:
    """The page of ours from which she came here; empty where it is not known."""
    back = request.POST.get("next") or request.GET.get("next", "")
    return back if back and url_has_allowed_host_and_scheme(back, request.get_host()) else ""

"""Conflicts of interest, for leads: who knows which client."""

from django import forms
from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import roles
from accounts.models import Role, User
from review import access, clients
from review.conflicts import LONGEST_REASON, CannotDeclare, declare, end
from review.models import Conflict

MOST_SUGGESTED = 2000


class ConflictForm(forms.Form):
    person = forms.ModelChoiceField(
        label=gettext_lazy("Who"), queryset=User.objects.none(), to_field_name="public_id",
        widget=forms.Select({"class": "form-select"}),
    )  # fmt: skip
    client = forms.CharField(
        label=gettext_lazy("Client whom this person knows"), max_length=250,
        widget=forms.TextInput({"class": "form-control", "list": "clients", "autocomplete": "off"}),
        help_text=gettext_lazy("Begin to type the name. It holds for all records of the same person."),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Why, if there is more to say"), max_length=LONGEST_REASON, required=False,
        widget=forms.TextInput({"class": "form-control"}),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = User.objects.with_role(Role.ANNOTATOR) | User.objects.with_role(Role.ADJUDICATOR)
        self.fields["person"].queryset = people.distinct()


def conflicts(request):
    roles.require(access.may_run_rounds(request.user))
    form = ConflictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            declare(**form.cleaned_data, by=request.user)
        except CannotDeclare as refusal:
            form.add_error("client", str(refusal))
        else:
            messages.success(request, _("Kept. What was not judged yet goes to somebody else."))
            return redirect("conflicts")
    found = list(Conflict.objects.in_force().select_related("person", "by"))
    names = clients.called({one.base_case for one in found})
    for one in found:
        one.client = names[one.base_case]
    known = list(clients.named())[:MOST_SUGGESTED]
    context = {"form": form, "conflicts": found, "clients": known, "said": access.said_of_conflicts()}
    return render(request, "review/conflicts.html", context, status=400 if form.errors else 200)


def conflict_end(request, pk):
    roles.require(access.may_run_rounds(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        end(conflict=get_object_or_404(Conflict, pk=pk), by=request.user)
    except CannotDeclare as refusal:
        messages.error(request, str(refusal))
    return redirect("conflicts")

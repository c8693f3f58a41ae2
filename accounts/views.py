from django.contrib import messages
from django.contrib.auth import login as log_in
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import about, inviting, roles
from accounts.forms import InviteForm, JoinForm, MeForm, NewPasswordForm, RecordForm, RolesForm
from accounts.models import Invitation, User


def _told(form, error: ValidationError) -> None:
    """Show what a verb refused beside the form; fields the form does not have go to its head."""
    if hasattr(error, "error_dict"):
        for field, reasons in error.message_dict.items():
            form.add_error(field if field in form.fields else None, reasons)
    else:
        form.add_error(None, error)


@never_cache
@sensitive_post_parameters("password")
def join(request, token):
    try:
        invitation = inviting.find(token)
        if invitation.renews_password:
            form_class, verb = NewPasswordForm, inviting.renew_password
        else:
            form_class, verb = JoinForm, inviting.join
        form = form_class(request.POST or None)
        if form.is_valid():
            user = verb(token=token, **form.cleaned_data)
            log_in(request, user, backend="django.contrib.auth.backends.ModelBackend")
            return redirect("home")
    except inviting.InvitationRefused as refusal:
        return render(request, "accounts/link_refused.html", {"reason": str(refusal)}, status=410)
    except ValidationError as error:
        form.add_error("password", error)
    return render(request, "accounts/join.html", {"form": form, "invitation": invitation})


def _people(request, status=200, **more):
    """The people page; `more` may hold the form as it was sent and the link to show once."""
    people = User.objects.filter(is_active=True).prefetch_related("grants")
    waiting = Invitation.objects.open()
    context = {
        "people": people,
        "waiting": waiting.select_related("invited_by"),
        "form": InviteForm(),
    }
    return render(request, "accounts/people.html", context | more, status=status)


@login_required
@never_cache
def people(request):
    roles.require(roles.may_invite(request.user))
    if request.method != "POST":
        return _people(request)
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            invitation, token = inviting.invite(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            _told(form, error)
        else:
            return _with_link(request, invitation, token)
    return _people(request, form=form, status=400)


def _with_link(request, invitation, token: str):
    # Shown in the answer itself: the token is stored nowhere, so that no later page could show it.
    link = request.build_absolute_uri(reverse("join", args=[token]))
    return _people(request, invitation=invitation, link=link)


@login_required
@never_cache
def person_password_link(request, public_id):
    """Make the link by which a person who lost her password chooses another."""
    roles.require(roles.may_invite(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    person = get_object_or_404(User, public_id=public_id)
    try:
        invitation, token = inviting.password_link(by=request.user, user=person)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("people")
    return _with_link(request, invitation, token)


@login_required
def person_roles(request, public_id):
    roles.require(roles.may_invite(request.user))
    person = get_object_or_404(User, public_id=public_id)
    form = RolesForm(request.POST or None, initial={"roles_given": sorted(person.roles)})
    if request.method == "POST" and form.is_valid():
        try:
            inviting.set_roles(by=request.user, user=person, **form.cleaned_data)
        except ValidationError as error:
            _told(form, error)
        else:
            messages.success(request, _("The roles of %s are set.") % person)
            return redirect("people")
    status = 400 if form.errors else 200
    return render(request, "accounts/person_roles.html", {"form": form, "person": person}, status=status)


@login_required
def invitation_withdraw(request, pk):
    roles.require(roles.may_invite(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    invitation = get_object_or_404(Invitation, pk=pk)
    try:
        inviting.withdraw(by=request.user, invitation=invitation)
        messages.success(request, _("The invitation of %s is withdrawn.") % invitation.email)
    except inviting.InvitationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("people")


@login_required
def me(request):
    user = request.user
    known = {"name": user.name, "time_zone": user.time_zone, "language": user.language}
    form = MeForm(request.POST or None, initial=known)
    if form.is_valid():
        about.introduce(user=user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("me")
    return _me(request, form=form)


def _me(request, **more):
    user = request.user
    records = list(user.reviewer_records.order_by("-n"))
    context = {"records": records, "may_record": about.may_record(user)}
    if "form" not in more:
        known = {"name": user.name, "time_zone": user.time_zone, "language": user.language}
        more["form"] = MeForm(initial=known)
    if "record_form" not in more:
        latest = records[0] if records else None
        languages = ", ".join(latest.languages) if latest else ""
        more["record_form"] = RecordForm(instance=latest, initial={"languages": languages})
    failed = more["form"].errors or more["record_form"].errors
    return render(request, "accounts/me.html", context | more, status=400 if failed else 200)


@login_required
def reviewer_record(request):
    roles.require(about.may_record(request.user))
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = RecordForm(request.POST)
    if form.is_valid():
        about.record(user=request.user, **form.said)
        messages.success(request, _("Your record is kept with today's date; the earlier ones stay."))
        return redirect("me")
    return _me(request, record_form=form)

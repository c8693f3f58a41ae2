"""A person's own page of her tokens for programs."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accounts import tokens as verbs
from accounts.forms import Styled
from accounts.models import ApiToken

DAYS = [
    (7, gettext_lazy("a week")),
    (30, gettext_lazy("a month")),
    (90, gettext_lazy("three months")),
    (365, gettext_lazy("a year")),
]


class TokenForm(Styled, forms.Form):
    name = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=80,
        help_text=gettext_lazy("Such as: my reading list in a notebook."),
    )
    days = forms.TypedChoiceField(label=gettext_lazy("It lasts"), choices=DAYS, coerce=int, initial=30)
    reads_only = forms.BooleanField(
        label=gettext_lazy("It only reads and changes nothing"), required=False, initial=True
    )


@login_required
@never_cache
def tokens(request):
    form, token = TokenForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            # Shown in the answer itself: it is stored nowhere, so that no later page could show it.
            _made, token = verbs.make_token(user=request.user, **form.cleaned_data)
            form = TokenForm()
        except verbs.TokenRefused as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "token": token,
        "tokens": request.user.api_tokens.in_force(),
        "address": request.build_absolute_uri("/api/guidelines/"),
    }
    return render(request, "accounts/tokens.html", context, status=400 if form.errors else 200)


@login_required
def token_end(request, pk):
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    # Of somebody else's token she does not even learn that there is one.
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    verbs.end_token(token=token, by=request.user)
    messages.success(request, _("The token “%s” opens nothing any more.") % token)
    return redirect("tokens")

"""What a reviewer reads and how much in a day, at her own page."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import roles
from review import access, tasks
from review.matching import wish_of
from review.models import Round
from review.raters import record_in_force
from review.welfare.choosing import choose
from review.welfare.forms import Wishes
from review.welfare.providing import contact, provided


def wishes(request):
    roles.require(access.may_see_desk(request.user))
    now = wish_of(request.user)
    known = {"reads": now.reads, "daily_cap": now.daily_cap} if now else {}
    form = Wishes(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            choose(**form.cleaned_data, by=request.user)
        except ValidationError as error:
            for field, reasons in error.message_dict.items():
                form.add_error(field, reasons)
        else:
            for round in Round.objects.open().filter(seats__rater__user=request.user):
                tasks.wake(round)
            messages.success(request, _("Kept with today's date. You may change it on any day."))
            return redirect("desk")
    record = record_in_force(request.user)
    context = {
        "form": form,
        "wish": now,
        "qualified": bool(record and record.risk_qualified),
        "welfare": provided(),
        "contact": contact(),
    }
    return render(request, "review/wishes.html", context, status=400 if form.errors else 200)

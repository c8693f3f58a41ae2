"""Who the simulated clients are."""

from django.shortcuts import get_object_or_404, render

from accounts import roles
from synthesis import access
from synthesis.describing import described
from synthesis.models import Profile


def profiles(request):
    roles.require(access.may_load_profiles(request.user))
    found = list(Profile.objects.current().order_by("name"))
    spread = {}
    for profile in found:
        if profile.style:  # an intake form has none
            spread.setdefault(profile.get_style_display(), []).append(profile.name)
    return render(request, "synthesis/profiles.html", {"profiles": found, "spread": spread})


def profile(request, public_id):
    roles.require(access.may_load_profiles(request.user))
    found = get_object_or_404(Profile, public_id=public_id)
    return render(request, "synthesis/profile.html", {"profile": found, "rows": described(found.content)})

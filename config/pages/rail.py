"""The narrow left rail: only the places this person may enter, with her waiting work as a number on each."""

from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from config.pages import waiting
from review import disputes

# (url name, label, roles that may enter; None: everybody who holds a role)
PLACES = [
    ("home", _("Home"), None),
    ("road", _("The road"), {Role.LEAD}),
    ("guidelines", _("Guidelines"), None),
    ("profiles", _("Profiles"), {Role.LEAD}),
    ("runs", _("Runs"), {Role.LEAD}),
    ("rounds", _("Rounds"), {Role.LEAD}),
    ("golds", _("Known answers"), {Role.CLINICIAN, Role.LEAD}),
    ("desk", _("Desk"), {Role.ANNOTATOR}),
    ("disputes", _("Disputes"), {Role.ADJUDICATOR}),
    ("agreement", _("Agreement"), {Role.LEAD}),
    ("datasets", _("Datasets"), {Role.LEAD}),
    ("training", _("Training"), {Role.LEAD}),
    ("people", _("People"), {Role.LEAD}),
    ("settings", _("Settings"), {Role.LEAD}),
]


def places(request) -> dict:
    """Context processor. One query for each kind of waiting work that this person can have."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"rail": []}
    # Only where it is drawn: a part of a page that refreshes itself has no rail.
    return {"rail": SimpleLazyObject(lambda: _rail(request, user))}


def _rail(request, user) -> list[dict]:
    numbers = waiting.numbers(user)
    match = getattr(request, "resolver_match", None)
    here = (match.url_name or "") if match else ""
    rail = []
    for name, label, roles in PLACES:
        if roles is None or roles & user.roles:
            url = reverse(name)
            active = name == here or (name != "home" and request.path.startswith(url))
            n = numbers.get(name, 0)
            said = disputes.as_shown(n) if name == "disputes" else n
            rail.append({"url": url, "label": label, "active": active, "waiting": n and said})
    return rail

"""Excerpts of real sessions: what was found in each, who confirmed it, and erasing one. For the lead."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import roles
from guidelines.translating import languages
from synthesis import access, deidentifying, erasing, excerpts
from synthesis.models import Profile, ProfileKind

KINDS = {
    "PERSON": gettext_lazy("a name"),
    "EMAIL_ADDRESS": gettext_lazy("an e-mail address"),
    "PHONE_NUMBER": gettext_lazy("a telephone number"),
    "DATE_TIME": gettext_lazy("a date"),
    "URL": gettext_lazy("an address of the web"),
    "NUMBER": gettext_lazy("a long number"),
    "HANDLE": gettext_lazy("a user name"),
    "IBAN_CODE": gettext_lazy("a bank account"),
    "CREDIT_CARD": gettext_lazy("a card number"),
    "IP_ADDRESS": gettext_lazy("an address of the net"),
    "LOCATION": gettext_lazy("a place"),
}

# What looked, in words; one that is not here is told by its own name.
LOOKED = {
    "name lists": gettext_lazy("names: lists of them, and titles such as “Mrs” before one"),
    "pattern email_address": gettext_lazy("e-mail addresses"),
    "pattern url": gettext_lazy("addresses of the web"),
    "pattern number": gettext_lazy("long numbers"),
    "pattern handle": gettext_lazy("user names"),
    "PhoneRecognizer": gettext_lazy("telephone numbers"),
    "DateRecognizer": gettext_lazy("dates"),
    "IbanRecognizer": gettext_lazy("bank accounts"),
    "CreditCardRecognizer": gettext_lazy("card numbers"),
    "IpRecognizer": gettext_lazy("addresses of computers"),
    "SpacyRecognizer": gettext_lazy("names and places: a language model"),
}


def _excerpts(user):
    roles.require(access.may_confirm_excerpts(user))
    return Profile.objects.filter(kind=ProfileKind.EXCERPT, source_text__isnull=False).select_related(
        "source_text"
    )


def listed(request):
    found = _excerpts(request.user).current().defer("source_text__text")
    found = found.select_related("source_text", "source_text__confirmation__by").prefetch_related(
        "source_text__checks"
    )
    excerpts = list(found.order_by("key"))
    older = _still_there(request.user)
    for one in excerpts:
        one.older = [was for was in older.get(one.key, []) if was.source_text_id != one.source_text_id]
    return render(request, "synthesis/excerpts.html", {"excerpts": excerpts})


def _still_there(user) -> dict[str, list[Profile]]:
    """Revisions that are not the newest of their excerpt and whose words were not erased, by its key."""
    older = _excerpts(user).exclude(pk__in=Profile.objects.current().values("pk"))
    found: dict[str, list[Profile]] = {}
    for one in older.filter(source_text__erased_at=None).defer("source_text__text").order_by("key", "-n"):
        found.setdefault(one.key, []).append(one)
    return found


def excerpt(request, public_id):
    found = get_object_or_404(_excerpts(request.user), public_id=public_id)
    check = found.source_text.checks.last()
    context = {
        "excerpt": found,
        "source": found.source_text,
        "check": check,
        "looked": [
            (LOOKED.get(one["name"], one["name"]), one["found"]) for one in (check.ran if check else [])
        ],
        "language": languages.known()[found.language].name
        if found.language in languages.known()
        else found.language,
        "confirmation": getattr(found.source_text, "confirmation", None),
        "turns": _turns(found, check),
        "made": erasing.made_of(found.source_text).count(),
    }
    return render(request, "synthesis/excerpt.html", context)


def act(request, public_id):
    """Look through it again, confirm it, or erase it."""
    found = get_object_or_404(_excerpts(request.user), public_id=public_id)
    back = redirect("excerpt", public_id=public_id)
    if request.method != "POST":
        return back
    try:
        messages.success(request, _done(request, found))
    except (excerpts.NotConfirmed, erasing.NotErased, deidentifying.Unsupported) as refusal:
        messages.error(request, str(refusal))
    return back


def _done(request, found: Profile) -> str:
    given, by = request.POST, request.user
    if given.get("act") == "look":
        check = excerpts.look_again(profile=found, by=by)
        return _("Looked through again; places found: %s.") % len(check.found)
    if given.get("act") == "confirm":
        if given.get("read") != "yes":
            raise excerpts.NotConfirmed(_("Say that you have read it and that it tells of nobody."))
        checks = {str(one.pk): one for one in found.source_text.checks.all()}
        excerpts.confirm(profile=found, check=checks.get(given.get("check", "")), by=by)
        return _("Confirmed. It can be used from now on.")
    if given.get("act") == "erase":
        erased = erasing.erase(source=found.source_text, why=given.get("why", ""), by=by)
        return erased.sentence()
    raise excerpts.NotConfirmed(_("Choose what is to be done."))


def _turns(profile: Profile, check) -> list[dict]:
    """Every turn, cut where something was found: [{"speaker", "parts": [(words, what was found there or "")]}]."""
    told = excerpts.content_of(profile)
    speakers = [one["speaker"] for one in told.get("utterances", [])] + ["counsellor"]
    return [
        {
            "speaker": _("Client") if speaker == "client" else _("Counsellor"),
            "parts": _parts(text, [one for one in check.found if one["text"] == n] if check else []),
        }
        for n, (speaker, text) in enumerate(zip(speakers, excerpts.texts_of(profile), strict=False), start=1)
    ]


def _parts(text: str, found: list[dict]) -> list[tuple[str, str]]:
    parts, at = [], 0
    for one in found:
        if one["start"] < at:  # within what is marked already
            continue
        parts += [
            (text[at : one["start"]], ""),
            (text[one["start"] : one["end"]], KINDS.get(one["kind"], one["kind"])),
        ]
        at = one["end"]
    return [part for part in [*parts, (text[at:], "")] if part[0]]

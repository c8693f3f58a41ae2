"""What happened to accounts, in words. Who is meant stands in the rows that an event names, not in the event."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.keeping import INVITATION, PERSON
from accounts.models import Invitation, Role, TrailEvent, User
from accounts.trail_reading import Row

WORDS = {
    "accounts.invite": gettext_lazy("Invited %(whom)s"),
    "accounts.withdraw": gettext_lazy("Withdrew the link of %(whom)s"),
    "accounts.join": gettext_lazy("Joined"),
    "accounts.set_roles": gettext_lazy("Set the roles of %(whom)s"),
    "accounts.password_link": gettext_lazy("Made a link by which %(whom)s chooses a new password"),
    "accounts.renew_password": gettext_lazy("Chose a new password by a link"),
    "accounts.change_password": gettext_lazy("Changed their password"),
    "accounts.introduce": gettext_lazy("Changed their name, time zone or language"),
    "accounts.record": gettext_lazy("Kept reviewer record %(record)s"),
    "accounts.make_lead": gettext_lazy("Made %(whom)s a lead"),
    "accounts.make_token": gettext_lazy("Made a token for a program"),
    "accounts.end_token": gettext_lazy("Ended a token for a program"),
}
VERBS = {
    "accounts.invite": gettext_lazy("invite"),
    "accounts.withdraw": gettext_lazy("withdraw a link"),
    "accounts.join": gettext_lazy("join"),
    "accounts.set_roles": gettext_lazy("set roles"),
    "accounts.password_link": gettext_lazy("make a password link"),
    "accounts.renew_password": gettext_lazy("choose a password by a link"),
    "accounts.change_password": gettext_lazy("change their password"),
    "accounts.introduce": gettext_lazy("change their name, time zone or language"),
    "accounts.record": gettext_lazy("keep a reviewer record"),
    "accounts.make_lead": gettext_lazy("make a lead"),
    "accounts.make_token": gettext_lazy("make a token for a program"),
    "accounts.end_token": gettext_lazy("end a token for a program"),
}


def events():
    return TrailEvent.objects.filter(kind__in=[PERSON, INVITATION])


def rows(found: list[TrailEvent]) -> list[Row]:
    """Two queries, whatever is in them."""
    named = {kind: {event.name for event in found if event.kind == kind} for kind in (PERSON, INVITATION)}
    people = {str(user.public_id): user.name for user in User.objects.filter(public_id__in=named[PERSON])}
    emails = dict(Invitation.objects.filter(pk__in=named[INVITATION]).values_list("pk", "email"))
    whom = people | {str(pk): email for pk, email in emails.items()}
    return [_row(event, whom.get(event.name, event.name)) for event in found]


def _row(event: TrailEvent, whom: str) -> Row:
    words = WORDS.get(event.verb, event.verb)
    what = str(words) % {"whom": whom, "record": event.after.get("record", "")}
    lines = []
    if "roles" in event.before | event.after:
        before, after = (_roles(side.get("roles", [])) for side in (event.before, event.after))
        if before == after:
            pass
        elif event.verb in ("accounts.invite", "accounts.join"):
            lines.append(_("As: %s") % after)
        else:
            lines.append(_("Roles: %(before)s → %(after)s") % {"before": before, "after": after})
    for field in ("name", "time_zone", "language"):
        if field in event.after:
            label = str(User._meta.get_field(field).verbose_name).capitalize()
            lines.append(f"{label}: {event.before[field]} → {event.after[field]}")
    return Row(event, what, lines)


def _roles(roles: list[str]) -> str:
    labels = dict(Role.choices)
    return ", ".join(str(labels.get(role, role)) for role in roles) or _("none")

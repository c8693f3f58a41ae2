"""What waits for a person, and since when."""

from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Role
from guidelines import access, drafts
from guidelines.discussion import mentioning
from guidelines.models import Version, VersionState
from guidelines.proposals import showing as proposals
from review import access as review_access
from review import disputes
from review.flags import waiting as flags
from review.models import Reading, Standing
from synthesis.models import Instance, InstanceState, Run


def readings_of(user):
    """Readings in open rounds that this person has not judged."""
    return Reading.objects.undecided().filter(seat__rater__user=user, seat__round__state="open")


def disputes_for(user):
    """Items that this person may settle: not of sessions that she herself reviewed."""
    return disputes.waiting_for(user)


def appeals_for(user):
    """Appeals that wait for an answer and that this lead may give one to."""
    return review_access.appeals_open_to(user).waiting().exclude(by=user)


def drafts_to_approve(user) -> list[Version]:
    """Drafts in review that she may approve and whose words, as they stand, she has not approved."""
    waiting = Version.objects.filter(state=VersionState.IN_REVIEW).select_related("guideline")
    # One by one: each guideline has at most one draft, and authorship follows a chain of revisions.
    return [
        version
        for version in waiting
        if access.may_approve(user, version) and not drafts.has_approved(user, version)
    ]


def talk_for(user) -> list[dict]:
    """Mentions of her that she has not opened, and proposals that wait for her vote."""
    if not access.may_discuss(user):
        return []
    found = mentioning.waiting(user).aggregate(n=Count("id"), since=Min("remark__at"))
    rows = [{"place": "discussions", "sentence": _("mentions of you in the discussions"), **found}]
    if Role.CLINICIAN in user.roles:
        found = proposals.to_vote_on(user).aggregate(n=Count("id"), since=Min("at"))
        rows.append({"place": "discussions", "sentence": _("proposals to vote on"), **found})
    return rows


def numbers(user) -> dict[str, int]:
    """Return {place: how many} for the places with waiting work."""
    found = {}
    if Role.ANNOTATOR in user.roles:
        found["desk"] = readings_of(user).count()
    if Role.ADJUDICATOR in user.roles:
        found["disputes"] = disputes_for(user).count()
    if Role.CLINICIAN in user.roles:
        found["guidelines"] = len(drafts_to_approve(user))
    if talk := talk_for(user):
        found["guidelines"] = found.get("guidelines", 0) + sum(row["n"] for row in talk)
    if Role.LEAD in user.roles:
        found["runs"] = failed().count()
        flagged = flags.waiting_for(user).values("item").distinct().count()
        found["rounds"] = flagged + appeals_for(user).count()
    return found


def failed() -> QuerySet[Instance]:
    """Sessions that can be retried, found run by run, as the index has it: at once, every session would be looked at."""
    runs = Run.objects.listed()
    return Instance.objects.filter(state=InstanceState.FAILED, run__in=runs.values("pk")).order_by()


def work(user) -> list[dict]:
    """Return the person's waiting work, each with place, sentence, number and the time it has waited since."""
    rows = []
    if Role.LEAD in user.roles:
        flagged, named = flags.waiting_for(user), flags.named(user)
        told = {"n": Count("item", distinct=True), "since": Min("at")}
        words = _("sessions that a reader flagged, for which you are the lead named for risk: look now")
        rows.append({"place": "flags", "sentence": words, **flagged.filter(named).aggregate(**told)})
        words = _("sessions that a reader flagged in rounds of other leads: look now")
        rows.append({"place": "flags", "sentence": words, **flagged.exclude(named).aggregate(**told)})
        found = appeals_for(user).order_by().aggregate(n=Count("id"), since=Min("at"))
        rows.append({"place": "appeals", "sentence": _("appeals to answer"), **found})
    if Role.ANNOTATOR in user.roles:
        found = readings_of(user).aggregate(n=Count("id"), since=Min("at"))
        rows.append({"place": "desk", "sentence": _("sessions to judge"), **found})
    if Role.ADJUDICATOR in user.roles:
        since = next((item.since for item in disputes.longest_waiting(user, 1)), None)
        found = {"n": disputes_for(user).count(), "since": since}
        rows.append({"place": "disputes", "sentence": _("disputes to settle"), **found})
    if Role.CLINICIAN in user.roles:
        waiting = drafts_to_approve(user)
        found = {"n": len(waiting), "since": min((version.opened_at for version in waiting), default=None)}
        rows.append({"place": "guidelines", "sentence": _("drafts to read and approve"), **found})
    rows += talk_for(user)
    if Role.LEAD in user.roles:
        found = failed().aggregate(n=Count("id"), since=Min("planned_at"))
        rows.append({"place": "runs", "sentence": _("sessions that failed and can be retried"), **found})
        # What a closed round left in dispute waits for nobody any more.
        disputed = Standing.objects.disputed().filter(item__round__state="open")
        disputed = disputed.exclude(item__round__in=review_access.rounds_she_judges(user).values("pk"))
        found = disputed.aggregate(n=Count("item", distinct=True), since=Min("at"))
        rows.append(
            {"place": "rounds", "sentence": _("sessions in dispute; an adjudicator settles them"), **found}
        )
    return [row for row in rows if row["n"]]

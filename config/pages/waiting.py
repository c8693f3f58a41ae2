"""What waits for a person, and since when."""

from django.db.models import Count, F, Min, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import ngettext

from accounts.models import Role
from guidelines import access, drafts
from guidelines.discussion import mentioning, unclear
from guidelines.models import Version, VersionState
from guidelines.proposals import showing as proposals
from review import access as review_access
from review import disputes
from review.flags import waiting as flags
from review.gold import listing as golds
from review.models import Reading, Round, Standing
from review.sessions.access import with_one_hidden
from review.stood_so_far import stood_so_far
from synthesis.models import Instance, InstanceState, Run


def readings_of(user):
    """Readings in open rounds that this person has not judged."""
    return Reading.objects.undecided().filter(seat__rater__user=user, seat__round__state="open")


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
    """Mentions of her that she has not opened; for who writes the guidelines, proposals that wait for her vote, or for
    anybody to decide once she has voted, and what reviewers find unclear.
    """
    if not access.may_discuss(user):
        return []
    rows = [_talk(mentioning.waiting(user).aggregate(n=Count("id"), since=Min("remark__at")), _mentions)]
    if Role.CLINICIAN in user.roles:
        for waits, sentence in (
            (proposals.to_vote_on(user), _to_vote_on),
            (proposals.to_decide(user), _to_decide),
            (unclear.waiting_for(user), _unclear),
        ):
            rows.append(_talk(waits.order_by().aggregate(n=Count("id"), since=Min("at")), sentence))
    return rows


def _talk(found: dict, sentence) -> dict:
    return {"place": "discussions", "sentence": sentence(found["n"]), **found}


def _mentions(n: int) -> str:
    return ngettext("mention of you in the discussions", "mentions of you in the discussions", n)


def _to_vote_on(n: int) -> str:
    return ngettext("proposal to vote on", "proposals to vote on", n)


def _to_decide(n: int) -> str:
    return ngettext(
        "proposal that you voted on, to be taken or declined",
        "proposals that you voted on, to be taken or declined",
        n,
    )


def _unclear(n: int) -> str:
    return ngettext(
        "text that a reviewer finds unclear, to be answered",
        "texts that a reviewer finds unclear, to be answered",
        n,
    )


def numbers(user) -> dict[str, int]:
    """Return {place: how many} for the places with waiting work."""
    found = {}
    if Role.ANNOTATOR in user.roles:
        found["desk"] = readings_of(user).count()
    if Role.ADJUDICATOR in user.roles:
        found["disputes"] = disputes.how_many_wait(user)
    if Role.CLINICIAN in user.roles:
        found["guidelines"] = len(drafts_to_approve(user))
    if talk := talk_for(user):
        found["guidelines"] = found.get("guidelines", 0) + sum(row["n"] for row in talk)
    if user.roles & {Role.CLINICIAN, Role.LEAD}:
        found["golds"] = len(golds.to_stand_by(user))
    if Role.LEAD in user.roles:
        found["runs"] = failed().count()
        flagged = flags.waiting_for(user).values("item").distinct().count()
        found["rounds"] = flagged + appeals_for(user).count()
    return found


def failed() -> QuerySet[Instance]:
    """Sessions that can be retried, found run by run, as the index has it: at once, every session would be looked at."""
    runs = Run.objects.listed()
    found = Instance.objects.filter(state=InstanceState.FAILED, run__in=runs.values("pk"))
    return found.unerased().order_by()


def work(user) -> list[dict]:
    """Return the person's waiting work, each with place, address, sentence, number and the time it has waited since."""
    return [row | {"url": row.get("url") or reverse(row["place"])} for row in _rows(user) if row["n"]]


def _rows(user) -> list[dict]:
    rows = []
    if Role.LEAD in user.roles:
        flagged, named = flags.waiting_for(user), flags.named(user)
        told = {"n": Count("item", distinct=True), "since": Min("at")}
        found = flagged.filter(named).aggregate(**told)
        words = ngettext(
            "session that a reader flagged, for which you are the lead named for risk: look now",
            "sessions that a reader flagged, for which you are the lead named for risk: look now",
            found["n"],
        )
        rows.append({"place": "flags", "sentence": words, **found})
        found = flagged.exclude(named).aggregate(**told)
        words = ngettext(
            "session that a reader flagged in a round of another lead: look now",
            "sessions that a reader flagged in rounds of other leads: look now",
            found["n"],
        )
        rows.append({"place": "flags", "sentence": words, **found})
        found = appeals_for(user).order_by().aggregate(n=Count("id"), since=Min("at"))
        words = ngettext("appeal to answer", "appeals to answer", found["n"])
        rows.append({"place": "appeals", "sentence": words, **found})
    if Role.ANNOTATOR in user.roles:
        found = readings_of(user).aggregate(n=Count("id"), since=Min("at"))
        words = ngettext("session to judge", "sessions to judge", found["n"])
        rows.append({"place": "desk", "sentence": words, **found})
    if Role.ADJUDICATOR in user.roles:
        since = next((item.since for item in disputes.longest_waiting(user, 1)), None)
        found = {"n": disputes.how_many_wait(user), "since": since}
        words = ngettext("dispute to settle", "disputes to settle", found["n"])
        rows.append({"place": "disputes", "sentence": words, "shown": disputes.as_shown(found["n"]), **found})
    if Role.CLINICIAN in user.roles:
        waiting = drafts_to_approve(user)
        found = {"n": len(waiting), "since": min((version.opened_at for version in waiting), default=None)}
        words = ngettext("draft to read and approve", "drafts to read and approve", found["n"])
        rows.append({"place": "guidelines", "sentence": words, **found})
    rows += talk_for(user)
    if user.roles & {Role.CLINICIAN, Role.LEAD}:
        waiting = golds.to_stand_by(user)
        found = {"n": len(waiting), "since": min((gold.at for gold in waiting), default=None)}
        words = ngettext(
            "known answer that waits for experts to stand by it",
            "known answers that wait for experts to stand by them",
            found["n"],
        )
        rows.append({"place": "golds", "sentence": words, **found})
    if Role.LEAD in user.roles:
        found = failed().aggregate(n=Count("id"), since=Min("planned_at"))
        words = ngettext(
            "session that failed and can be retried", "sessions that failed and can be retried", found["n"]
        )
        rows.append({"place": "runs", "sentence": words, **found})
        rows += _in_dispute(user)
    return rows


def _in_dispute(user) -> list[dict]:
    """Sessions in dispute, round by round; for a lead who settles disputes herself, all together. What a closed round left
    in dispute waits for nobody any more.
    """
    counted = {round: stood.disputed for round, stood in stood_so_far().items() if stood.disputed > 0}
    rounds = Round.objects.open().filter(pk__in=counted)
    rounds = rounds.exclude(pk__in=review_access.rounds_she_judges(user).values("pk"))
    # As a sum, so that disputes are walked in their order, and not all sessions of a large round.
    own = Standing.objects.disputed().annotate(of=F("item__round") + 0).filter(of=OuterRef("pk"))
    rounds = rounds.annotate(since=Subquery(own.order_by("at").values("at")[:1])).order_by("since")
    # The last one may have been settled between the two questions.
    found = [{"n": counted[round.pk], "since": round.since, "of": round} for round in rounds if round.since]
    if Role.ADJUDICATOR in user.roles:
        n = sum(row["n"] for row in found)
        words = ngettext(
            "session in dispute in all rounds; an adjudicator who did not read it settles it",
            "sessions in dispute in all rounds; an adjudicator who did not read them settles them",
            n,
        )
        since = min((row["since"] for row in found), default=None)
        return [{"place": "disputes", "sentence": words, "n": n, "since": since}]
    totals_only = set(with_one_hidden(user, rounds).order_by().values_list("pk", flat=True))
    return [_in_dispute_in(row, totals_only) for row in found]


def _in_dispute_in(row: dict, totals_only: set[int]) -> dict:
    """Led to the sessions; where she may not see which they are, to the round."""
    round = row["of"]
    address = reverse("round_sessions", args=[round.public_id]) + "?show=disputed"
    words = ngettext(
        "session in dispute in “%s”; an adjudicator settles it",
        "sessions in dispute in “%s”; an adjudicator settles them",
        row["n"],
    )
    hidden = round.pk in totals_only
    return row | {
        "place": "round_sessions",
        "url": reverse("round", args=[round.public_id]) if hidden else address,
        "sentence": words % round.name,
    }

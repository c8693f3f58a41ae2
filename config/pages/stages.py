"""The road in numbers: every stage counted in one place, and what is stuck there in words."""

from collections import Counter, defaultdict
from datetime import timedelta

from django.db.models import Count, Exists, Max, Min, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.pages import health
from exports.models import Dataset, Node, TrainingRun
from guidelines.models import Version
from review import access, reports
from review.items_of_rounds import items_of
from review.judged_so_far import judged_so_far
from review.models import (
    Difference,
    RawAnnotation,
    Round,
    SeatProject,
)
from review.stood_so_far import stood_so_far
from synthesis.models import Call, Instance, Run


def _by_state(queryset, field="state") -> dict[str, int]:
    return dict(queryset.order_by().values_list(field).annotate(n=Count("id")))


def _stage(key, title, url, rows, stuck) -> dict:
    return {"key": key, "title": title, "url": url, "rows": rows, "stuck": [s for s in stuck if s]}


def guidelines() -> dict:
    n = _by_state(Version.objects.all())
    rows = [(_("published versions"), n.get("published", 0)), (_("drafts"), n.get("draft", 0)),
            (_("in review"), n.get("in_review", 0))]  # fmt: skip
    stuck = [None if n.get("published") else _("No guideline is in force: publish one.")]
    return _stage("guidelines", _("Guidelines"), reverse("guidelines"), rows, stuck)


def synthesis() -> dict:
    n = _by_state(Instance.objects.listed())
    rows = [(_("planned"), n.get("planned", 0)), (_("in the making"), n.get("making", 0)),
            (_("made"), n.get("made", 0)), (_("failed"), n.get("failed", 0)),
            (_("model replies"), Call.objects.count())]  # fmt: skip
    stuck = []
    if n.get("failed"):
        count = n["failed"]
        stuck.append(ngettext("%(n)s session failed; its run says why.", "%(n)s sessions failed; their runs say why.",
                              count) % {"n": count})  # fmt: skip
    overdue = Instance.objects.filter(
        state="making", lease_until__lt=timezone.now() - timedelta(minutes=2)
    ).count()
    if overdue:
        stuck.append(
            _("%(n)s sessions were left by a worker that stopped; ask whoever runs the server to start one.")
            % {"n": overdue}
        )
    if n.get("planned") and (model := health.model_endpoint())["state"] == "down":
        stuck.append(_("A model endpoint does not answer (%(why)s); planned sessions wait.")
                     % {"why": model["message"]})  # fmt: skip
    if n.get("planned") and health.broker()["state"] == "down":
        stuck.append(_("The message broker does not answer; planned sessions wait."))
    return _stage("synthesis", _("Sessions"), reverse("runs"), rows, stuck)


def review(user) -> dict:
    """What is in dispute where she judges herself is left out: it would tell her that somebody sees it otherwise."""
    hidden = access.rounds_she_judges(user)
    shown = (
        Round.objects.filter(state="open").exclude(pk__in=hidden.values("pk")).values_list("pk", flat=True)
    )
    stood = stood_so_far()
    disputed = sum(stood[pk].disputed for pk in shown if pk in stood)
    in_dispute = _("in dispute, without rounds that you judge in") if hidden.exists() else _("in dispute")
    waiting = reports.left_to_judge()
    made = sum(one.made for one in judged_so_far().values())
    under = sum(one.counted for one in items_of(Round.objects.only("pk", "opened_at")).values())
    rows = [(_("sessions under review"), under), (_("judgements to do"), waiting),
            (_("judgements made"), made), (in_dispute, disputed)]  # fmt: skip
    stuck = []
    failing = SeatProject.objects.filter(failing_since__isnull=False).aggregate(
        n=Count("id"), since=Min("failing_since")
    )
    if failing["n"]:
        since = timezone.localtime(failing["since"]).strftime("%H:%M")
        stuck.append(_("Label Studio has not answered since %(since)s; the queue waits.") % {"since": since})
    if disputed:
        stuck.append(_("Disputes wait for an adjudicator."))
    if uncounted := _by_round(RawAnnotation.objects.uncounted_judgements(), "seat_project__seat__round"):
        n = sum(uncounted.values())
        said = ngettext(
            "%(n)s judgement is kept but not counted.", "%(n)s judgements are kept but not counted.", n
        )
        stuck.append(_in_rounds(said % {"n": n}, uncounted, hidden))
    if differences := _by_round(Difference.objects.filter(over_at=None), "project__seat__round"):
        n = sum(differences.values())
        said = ngettext("Label Studio differs from what we know in %(n)s place.",
                        "Label Studio differs from what we know in %(n)s places.", n)  # fmt: skip
        stuck.append(_in_rounds(said % {"n": n}, differences, hidden))
    return _stage("review", _("Review"), reverse("rounds"), rows, stuck)


def _by_round(rows, round: str) -> dict[int, int]:
    """{id of an open round: how many}; one query. `round`: how a row names its round."""
    counted = rows.filter(**{f"{round}__state": "open"}).order_by().values_list(round)
    return dict(counted.annotate(n=Count("pk")))


def _in_rounds(said: str, by_round: dict[int, int], hidden) -> str:
    """The sentence, and behind it the rounds whose pages say more; not those that she judges in, which tell her nothing."""
    rounds = Round.objects.filter(pk__in=by_round).exclude(pk__in=hidden.values("pk")).order_by("-serial")
    links = [(reverse("round", args=[round.public_id]), round.name, by_round[round.pk]) for round in rounds]
    if not links:
        return said
    where = format_html_join(", ", '<a href="{}">{}</a> ({})', links)
    return format_html("{} {} {}", said, _("Which and why:"), where)


def datasets() -> dict:
    n = _by_state(Dataset.objects.all())
    rows = [(_("frozen"), n.get("frozen", 0)), (_("being built"), n.get("building", 0)),
            (_("failed"), n.get("failed", 0))]  # fmt: skip
    stuck = [_("A dataset could not be frozen; its page says why.") if n.get("failed") else None]
    return _stage("datasets", _("Datasets"), reverse("datasets"), rows, stuck)


def training() -> dict:
    n = _by_state(TrainingRun.objects.all())
    rows = [(_("waiting"), n.get("queued", 0)), (_("running"), n.get("running", 0)),
            (_("succeeded"), n.get("succeeded", 0)), (_("failed"), n.get("failed", 0))]  # fmt: skip
    stuck = []
    seen = Node.objects.filter(retired_at=None).aggregate(at=Max("seen_at"))["at"]
    if n.get("queued") and (seen is None or seen < timezone.now() - timedelta(minutes=2)):
        stuck.append(_("No training node has called in the last two minutes; start one."))
    # Whoever asked again has seen to it.
    again = TrainingRun.objects.filter(dataset=OuterRef("dataset"), serial__gt=OuterRef("serial"))
    if TrainingRun.objects.filter(~Exists(again), state="failed").exists():
        stuck.append(_("A training run failed; its page shows the last lines of its log."))
    return _stage("training", _("Training"), reverse("training"), rows, stuck)


def stages(user) -> list[dict]:
    return [guidelines(), synthesis(), review(user), datasets(), training()]


def runs_under_way(limit: int = 10) -> list[dict]:
    """The newest runs, each with its counts, rate (sessions a minute over the last ten) and time left."""
    since = timezone.now() - timedelta(minutes=10)
    runs = list(Run.objects.listed().order_by("-serial")[:limit])
    own = Instance.objects.filter(run__in=[run.pk for run in runs]).order_by()
    # Rows are counted and not ids, which these indexes do not hold.
    states: dict[int, Counter] = defaultdict(Counter)
    for run, state, n in own.values_list("run", "state").annotate(n=Count("*")):
        states[run][state] = n
    lately = own.filter(made_at__gte=since).values_list("run").annotate(n=Count("*"), first=Min("made_at"))
    recent = {run: (n, first) for run, n, first in lately}
    rows = []
    for run in runs:
        counts, (made_lately, first) = states[run.pk], recent.get(run.pk, (0, None))
        minutes = max((timezone.now() - first).total_seconds() / 60, 0.5) if first else None
        rate = made_lately / minutes if minutes else 0.0
        left, total = counts["planned"] + counts["making"], counts.total()
        run.made, run.failed, run.total = counts["made"], counts["failed"], total
        rows.append(
            {
                "run": run,
                "share": round(100 * (total - left) / total) if total else 0,
                "rate": round(rate, 1),
                "minutes_left": round(left / rate) if left and rate else None,
                "left": left,
            }
        )
    return rows

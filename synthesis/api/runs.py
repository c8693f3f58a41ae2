"""Runs: planned, counted beforehand, watched and steered by a program as by the pages."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from accounts import asking
from guidelines import naming
from guidelines.api.describing import describes, query
from guidelines.api.representing import moment
from synthesis import access, choice_words, comparing, holding_many, planning, planning_once, steering, tasks
from synthesis.api import representing
from synthesis.api.door import Door, run_named
from synthesis.api.shapes import plans, sessions
from synthesis.api.shapes import runs as shapes
from synthesis.counting import counted
from synthesis.listing import listed_runs, listed_sessions
from synthesis.models import Run as RunRow
from synthesis.models import RunState
from synthesis.quality import side_by_side
from synthesis.recipes import RECIPES
from synthesis.watching import progress, watched

PAGE = 200
BEFORE = query("before", "Only those before this one.", OpenApiTypes.INT)
ONCE = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Your own name of this request, at most 190 characters. Sent again with the same body it plans nothing "
    "again and answers with the run that there is (200); with another body: 409.",
)
LONGEST_KEY = 190
GUIDELINE = "novice-mistakes"


def chosen(sent: dict) -> dict:
    """As planning.plan takes it. Raises naming.NotFound."""
    plays_mistakes = RECIPES[sent["recipe"]].plays_mistakes
    guideline = sent.get("guideline") or (GUIDELINE if plays_mistakes else "")
    taken = {name: sent[name] for name in ("recipe", "samples", "limit", "seed", "parameters", "concurrency")}
    factors = {"factors": sent["factors"]} if sent["factors"] else {}
    return taken | factors | {
        "version": naming.find(guideline) if guideline else None,
        "profiles": sent["profiles"] or "all",
        "pairs": sent["pairs"] or "all",
        "budget": dict(sent["budget"]),
    }  # fmt: skip


def in_full(run: RunRow) -> dict:
    return representing.run_in_full(run, watched(run))


class Runs(Door):
    may = {"GET": access.may_read_runs, "POST": access.may_plan}

    @describes("runs", "Runs, newest first; previews are left out", gives=shapes.Runs, parameters=[BEFORE])
    def get(self, request):
        found, more = listed_runs(asking.number(request, "before"))
        return Response({"runs": [representing.run(one, one.watched) for one in found], "more": more})

    @describes(
        "run_plan", "Plan a run; workers begin at once", asks=plans.Plan, refuses=(409,),
        gives={201: shapes.RunInFull, 200: shapes.RunInFull}, parameters=[ONCE],
    )  # fmt: skip
    def post(self, request):
        sent = self.read(plans.Plan)
        key = request.headers.get("Idempotency-Key", "").strip()
        if len(key) > LONGEST_KEY:
            raise planning.NotPlanned(f"An Idempotency-Key has at most {LONGEST_KEY} characters.")
        run, is_new = planning_once.plan(
            key=f"api:{key}" if key else "", asked=sent, by=request.user, **chosen(sent)
        )
        if is_new:
            tasks.wake(run)
        return Response(in_full(run), status=201 if is_new else 200)


class Estimate(Door):
    may = {"POST": access.may_plan}

    @describes(
        "run_estimate", "How many sessions a plan makes, what they cost and how long they take",
        gives=plans.Estimate, asks=plans.Plan, refuses=(409,),
    )  # fmt: skip
    def post(self, request):
        """Nothing is planned. Judged by stored sessions of the same models; what is not known is said, not guessed."""
        return Response(representing.estimate(counted(**chosen(self.read(plans.Plan)))))


class Previews(Door):
    may = {"POST": access.may_plan}

    @describes(
        "run_preview", "Have one session of a plan made for real, to look at", gives=shapes.Previewed, status=201,
        asks=plans.Plan, refuses=(409,),
    )  # fmt: skip
    def post(self, request):
        """The run that is planned with the same body afterwards replays its replies and pays nothing for them again."""
        run = planning.preview(by=request.user, **chosen(self.read(plans.Plan)))
        tasks.wake(run)
        session = run.instances.values_list("public_id", flat=True).get()
        return Response(in_full(run) | {"session": str(session)}, status=201)


class Recipes(Door):
    @describes("recipes", "What can be made, and what can be chosen for it", gives=plans.Recipes)
    def get(self, request):
        def told(declared: dict) -> list[dict]:
            return [
                {"name": name, "label": choice_words.label(name), "choices": list(choices)}
                for name, choices in declared.items()
            ]

        rows = [
            {
                "name": name,
                "label": choice_words.recipe(name),
                "about": choice_words.about(name),
                "profiles": recipe.profile_kind,
                "plays_mistakes": recipe.plays_mistakes,
                "roles": list(recipe.roles),
                "parameters": told(recipe.parameters),
                "factors": told(recipe.factors),
            }
            for name, recipe in RECIPES.items()
        ]
        return Response({"recipes": rows})


class Run(Door):
    @describes("run", "One run: how it was planned and how far it is", gives=shapes.RunInFull)
    def get(self, request, public_id):
        return Response(in_full(run_named(public_id)))


def told_progress(run: RunRow) -> dict:
    found = progress(run)
    seen = found["watched"]
    return {
        "id": str(run.public_id),
        "state": seen.state,
        "counts": seen.counts,
        "share": seen.share,
        "rate": seen.rate,
        "seconds_left": seen.seconds_left,
        "spent": representing.spent(found["spent"]),
        "bounds": [{"name": one.name, "spent": one.spent, "of": one.of} for one in found["bounds"]],
        "workers": [
            {
                "machine": one.machine, "process": one.process, "since": moment(one.since),
                "in_flight": one.in_flight, "endpoints": dict(one.endpoints),
            }
            for one in found["workers"]
        ],
        "hitches": [{"kind": kind, "label": label, "n": n} for kind, label, n in found["hitches"]],
        "failures": [{"n": n, "reason": reason} for n, reason in found["failures"]],
    }  # fmt: skip


class Progress(Door):
    @describes("run_progress", "How far, how fast, what is spent, who works at it", gives=shapes.RunProgress)
    def get(self, request, public_id):
        """Costs the same however many sessions the run has: ask every few seconds."""
        return Response(told_progress(run_named(public_id)))


class Steer(Door):
    may = {"POST": access.may_steer}

    @describes(
        "run_steer", "Pause, go on, cancel, retry what failed, change how many at once or the budget",
        gives=shapes.RunInFull, asks=shapes.Steer, refuses=(409,),
    )  # fmt: skip
    def post(self, request, public_id):
        run, sent = run_named(public_id), self.read(shapes.Steer)
        who = {"run": run, "by": request.user}
        match sent["act"]:
            case "set_concurrency":
                steering.set_concurrency(**who, to=sent["concurrency"])
            case "set_budget":
                steering.set_budget(**who, budget=dict(sent["budget"]))
            case act:
                getattr(steering, act)(**who)
        run.refresh_from_db()
        if run.state == RunState.OPEN:
            tasks.wake(run)
        return Response(in_full(run))


class Hitches(Door):
    @describes(
        "run_hitches",
        "Every fault that a run met, the newest first",
        gives=shapes.Hitches,
        parameters=[BEFORE],
    )
    def get(self, request, public_id):
        run = run_named(public_id)
        tells = not access.hides_some(request.user, run)
        found = run.hitches.select_related("instance").order_by("-pk")
        if (before := asking.number(request, "before")) is not None:
            found = found.filter(pk__lt=before)
        rows = list(found.defer("instance__content", "instance__trace")[: PAGE + 1])
        more = rows[PAGE - 1].pk if len(rows) > PAGE else None
        return Response({"hitches": [_hitch(one, tells=tells) for one in rows[:PAGE]], "more": more})


def _hitch(one, *, tells: bool) -> dict:
    """`tells`: sessions of the run may be named. What they were asked says by which steps they were made, and so
    something of what was intended.
    """
    names = ("kind", "endpoint", "model", "step", "status", "told", "waited_ms")
    session = str(one.instance.public_id) if one.instance and tells else None
    taken = {name: getattr(one, name) for name in names}
    return {"id": one.pk, "at": moment(one.at), **taken, "session": session}


class Sessions(Door):
    @describes(
        "run_sessions", "The sessions of a run, in an order that says nothing of its grid", gives=sessions.Sessions,
        parameters=[
            query("state", "Only those that are so.", enum=shapes.STATES),
            query("after", "Only those after this one.", OpenApiTypes.UUID),
        ],
    )  # fmt: skip
    def get(self, request, public_id):
        run = run_named(public_id)
        rows, more = listed_sessions(
            run, state=request.GET.get("state", ""), after=asking.public_id(request, "after")
        )
        tells = not access.hides_some(request.user, run)
        lines = [representing.session_line(one, tells=tells) for one in rows]
        return Response({"sessions": lines, "more": str(more) if more else None})


def told_quality(user, run: RunRow) -> dict:
    found = side_by_side.side(user, run, tasks.measure)
    measured = found.measured.measured_at if found.measured else None
    return {"measured_at": moment(measured), "is_current": found.is_current, "report": found.report}


class Quality(Door):
    @describes(
        "run_quality", "How good what a run made is, as far as rules and counts say", gives=shapes.Quality
    )
    def get(self, request, public_id):
        """A large run is measured by a worker: until then `report` is null, or of what stood before. While you have
        still to judge sessions of the run, or may settle them, some parts say only that they are withheld.
        """
        return Response(told_quality(request.user, run_named(public_id)))


class HoldMany(Door):
    may = {"POST": access.may_read_runs}

    @describes(
        "run_hold", "Hold back, or release, all sessions behind a number of the quality report",
        gives=shapes.HowMany, asks=shapes.HoldMany, refuses=(409,),
    )  # fmt: skip
    def post(self, request, public_id):
        """All of them or none. 409 where nothing is left to hold back, or to release."""
        run, sent = run_named(public_id), self.read(shapes.HoldMany)
        act = holding_many.hold_all if sent["act"] == "hold" else holding_many.release_all
        n = act(run=run, where=sent["where"], reason=sent["reason"], by=request.user)
        return Response({"sessions": n})


class Compare(Door):
    @describes(
        "runs_compare", "What two runs were told otherwise, and what came of each", gives=shapes.Compared
    )
    def get(self, request, public_id, other):
        a, b = run_named(public_id), run_named(other)
        settings = [one for one in comparing.settings(a, b) if one.differs]
        return Response(
            {
                "a": told_progress(a),
                "b": told_progress(b),
                "settings": [{"label": one.label, "a": one.a, "b": one.b} for one in settings],
                "prompts": [{"name": one.name, "a": one.a, "b": one.b} for one in comparing.prompts(a, b)],
                "quality": _compared_quality(request.user, a, b),
            }
        )


def _compared_quality(user, a: RunRow, b: RunRow) -> list[dict] | None:
    # Where no worker measures a large run, its own quality door does; a comparison does not wait for that.
    reports = [side_by_side.side(user, run, lambda run: tasks.measure(run) or True).report for run in (a, b)]
    if None in reports:
        return None
    return [
        {
            "key": one.key, "label": one.label, "apart": one.apart, "why_not": one.why_not,
            **{name: _measure(value) for name, value in (("a", one.a), ("b", one.b))},
        }
        for one in side_by_side.lines(*reports)
    ]  # fmt: skip


def _measure(value: dict | float | None) -> dict | None:
    """A rate, or a number alone."""
    if value is None:
        return None
    nothing = {"part": None, "n": None, "share": None, "low": None, "high": None}
    return {"value": None, **value} if isinstance(value, dict) else {"value": value, **nothing}

"""Home: what waits for me, since when. For a lead before the first run: the five steps that begin a study."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.models import Role, User
from config.pages import health, waiting
from guidelines.models import Kind, Version
from review.raters import record_in_force
from synthesis.models import Run


def first_steps() -> list[dict]:
    """The five steps of a first run; each checks itself."""
    pairs = Version.objects.published().filter(guideline__kind=Kind.PAIRS).exists()
    model = health.model_endpoint()
    studio = health.label_studio()
    people = User.objects.with_role(Role.ANNOTATOR).count()
    return [
        {
            "done": pairs,
            "title": _("A guideline is in force"),
            "todo": _("Publish one, or load the shipped guidelines."),
            "url": "guidelines",
        },
        {
            "done": model["state"] == "ok",
            "title": _("The model endpoint answers"),
            "todo": model["message"],
            "url": "settings",
        },
        {
            "done": studio["state"] == "ok",
            "title": _("Label Studio answers"),
            "todo": studio["message"],
            "url": "settings",
        },
        {
            "done": people >= 2,
            "title": _("Two reviewers are invited"),
            "todo": _("Every session is read by two people."),
            "url": "people",
        },
        {
            "done": Run.objects.listed().exists(),
            "title": _("The first run is planned"),
            "todo": _("Choose mistakes and clients; plan a run."),
            "url": "runs",
        },
    ]


@login_required
def page(request):
    context = {"work": waiting.work(request.user)}
    # A judgement names the record in force when it was made; one made without stays "not recorded" for ever.
    context["record_missing"] = Role.ANNOTATOR in request.user.roles and not record_in_force(request.user)
    if Role.LEAD in request.user.roles and not Run.objects.listed().exists():
        context["steps"] = first_steps()
    return render(request, "home.html", context)

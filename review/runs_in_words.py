"""Runs as a lead tells them apart who chooses sessions of them."""

from django.db.models import Exists, OuterRef
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import ngettext

from synthesis import choice_words
from synthesis.models import Instance, Run
from synthesis.watching import counts_of


def offered():
    """Runs of which there is a session, the newest first; a queryset."""
    made = Instance.objects.made().filter(run=OuterRef("pk")).order_by()
    return Run.objects.listed().filter(Exists(made)).select_related("version__guideline").order_by("-serial")


def in_words(runs: list[Run]) -> dict[str, str]:
    """{public id: by which recipe and guideline, when, and how many sessions there are}; one query."""
    counts = counts_of(runs)
    return {str(run.public_id): _said(run, counts[run.pk]["made"]) for run in runs}


def _said(run: Run, made: int) -> str:
    sessions = ngettext("%(n)s session", "%(n)s sessions", made) % {"n": made}
    planned = date_format(localtime(run.planned_at), "j M Y")
    guideline = [run.version.in_words] if run.version else []
    return " · ".join([str(run), choice_words.recipe(run.recipe), *guideline, planned, sessions])

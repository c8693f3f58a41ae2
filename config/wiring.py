"""The one place where an app's named slots are filled by apps to its right."""

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _


def connect():
    """Fill every slot; called once when Django has loaded all apps."""
    from config.pages import dependents as made_under
    from guidelines import coverage, dependents
    from guidelines.proposals import origins
    from review import access as review_access
    from synthesis import access as synthesis_access

    synthesis_access.connect_readers(review_access.may_see_instance, review_access.hidden_instances)
    dependents.connect(made_under.of, made_under.place)
    coverage.connect(_made_of_pairs)
    origins.connect(
        _where_it_was_made, review_access.sessions_she_judges, _corrections, review_access.sessions_judged
    )


def _made_of_pairs(guideline):
    """Sessions made from each pair, and how closed rounds of people judged them. Two queries, counted in SQL.

    An open round is left out: its verdicts would tell whoever still judges there what her colleagues said.
    """
    from guidelines.coverage import Coverage
    from review.models import RoundState, Standing
    from synthesis.models import Instance

    keys = "pair_revision__pair__key"
    made = Instance.objects.made().filter(pair_revision__pair__guideline=guideline).order_by()
    counts = {key: {"made": n} for key, n in made.values_list(keys).annotate(n=Count("id"))}
    settled = Standing.objects.filter(
        aspect="verdict", state="settled", item__round__rehearsal=False, item__round__state=RoundState.CLOSED,
        item__instance__pair_revision__pair__guideline=guideline,
    )  # fmt: skip
    named = {"accept": "accepted", "edit": "edited", "reject": "rejected"}
    by_outcome = settled.order_by().values_list("item__instance__pair_revision__pair__key", "outcome")
    for key, outcome, n in by_outcome.annotate(n=Count("id")):
        counts.setdefault(key, {})[named[outcome]] = n
    return {key: Coverage(**values) for key, values in counts.items()}


def _where_it_was_made(user, proposal):
    """From a proposal to the session that it came from; for a clinician, to the correction made there."""
    from guidelines.proposals.origins import Place
    from review import access, feedback
    from synthesis import access as synthesis_access

    found = feedback.find(proposal.decision)
    if found is None or not access.may_see_correction(user, found):
        return None
    if synthesis_access.may_read_instance(user, found.item.instance):
        return Place(_("the session"), reverse("instance", args=[proposal.instance]))
    return Place(_("the correction"), reverse("correction", args=[found.public_id]))


def _corrections(user, guideline):
    """Where corrections that reviewers made under this guideline wait to become proposals."""
    from guidelines.proposals.origins import Place
    from review import access

    if guideline.kind != "pairs" or not access.may_see_corrections(user):
        return None
    return Place(_("Corrections made in review"), f"{reverse('corrections')}?guideline={guideline.slug}")

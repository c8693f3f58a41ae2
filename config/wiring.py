"""The one place where an app's named slots are filled by apps to its right."""

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _


def connect():
    """Fill every slot; called once when Django has loaded all apps."""
    from guidelines import coverage, dependents
    from guidelines.proposals import origins
    from review import access as review_access
    from review import by_pair
    from synthesis import access as synthesis_access

    synthesis_access.connect_readers(review_access.may_see_instance, review_access.hidden_instances)
    dependents.connect(_made_under)
    coverage.connect(by_pair.coverage, by_pair.standing_out, review_access.may_see_pairs_judged)
    origins.connect(
        _where_it_was_made, review_access.sessions_she_judges, _corrections, review_access.sessions_judged
    )


def _made_under(version):
    """What a new version would make stale: sessions and rounds that name this one. Two queries."""
    from guidelines.dependents import Dependents
    from review.models import Round
    from synthesis.models import Instance

    by_pair = Instance.objects.made().filter(version=version).values_list("pair_revision__pair__key")
    found = [
        Dependents(_("sessions"), key or "", n, reverse("runs"))
        for key, n in by_pair.annotate(n=Count("id")).order_by("pair_revision__pair__key")
    ]
    rounds = Round.objects.filter(pairs_version=version) | Round.objects.filter(rubric_version=version)
    if n := rounds.distinct().count():
        found.append(Dependents(_("rounds"), "", n, reverse("rounds")))
    return found


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

"""The one place where an app's named slots are filled by apps to its right."""

from django.urls import reverse
from django.utils.translation import gettext as _


def connect():
    """Fill every slot; called once when Django has loaded all apps."""
    from config.pages import dependents as made_under
    from exports import erased as exports_erased
    from guidelines import coverage, dependents
    from guidelines.proposals import origins
    from review import access as review_access
    from review import became, by_pair, by_run
    from review import erasing as review_erasing
    from synthesis import access as synthesis_access
    from synthesis import cast, outcomes
    from synthesis import erasing as synthesis_erasing
    from synthesis.quality import verdicts

    synthesis_access.connect_readers(
        review_access.may_see_instance,
        review_access.hidden_instances,
        review_access.hidden_cells,
        review_access.has_learned,
    )
    outcomes.connect(became.sentences)
    synthesis_erasing.connect(review_erasing.erase_of, exports_erased.went_into)
    verdicts.connect(by_run.verdicts, review_access.may_see_verdicts)
    dependents.connect(made_under.of, made_under.place)
    coverage.connect(by_pair.coverage, by_pair.standing_out, review_access.may_see_pairs_judged)
    cast.connect_examples(_examples)
    origins.connect(
        _where_it_was_made, review_access.hidden_sessions, _corrections, review_access.sessions_judged
    )


def _examples(version, of):
    """Edits by people, without those of sessions on the evaluation side of a release or in a group with one."""
    from exports import held_out
    from review import examples

    found = list(examples.edits(version, of))
    aside = held_out.among({one.of for one in found})
    return [one for one in found if one.of not in aside]


def _where_it_was_made(user, proposal):
    """From a proposal to the session that it came from; for a clinician, to the correction made there."""
    from guidelines.proposals.origins import Place
    from review import feedback
    from review.corrections import access
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
    from review.corrections import access

    if guideline.kind != "pairs" or not access.may_see_corrections(user):
        return None
    return Place(_("Corrections made in review"), f"{reverse('corrections')}?guideline={guideline.slug}")

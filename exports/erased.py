"""What held the words of what is erased and is not reached: releases and models, which cannot be called back, and proposals
to a guideline, which people judge and which may be part of one that is published. They are named.
"""

from django.utils.translation import gettext as _

from exports.models import Dataset, DatasetItem, TrainingRun
from guidelines.models import Proposal
from synthesis.models import Instance


def went_into(ids: list[int]) -> list[str]:
    """A sentence for each dataset that holds any of these instances, each training on it, and each proposal made of one."""
    held = DatasetItem.objects.filter(item__instance__in=ids)
    datasets = Dataset.objects.filter(pk__in=held.values("dataset")).order_by("pk")
    found = [_("dataset %s") % one.public_id for one in datasets]
    trained = TrainingRun.objects.filter(dataset__in=datasets).order_by("pk")
    found += [_("training %s") % one.public_id for one in trained]
    sessions = Instance.objects.filter(pk__in=ids).values_list("public_id", flat=True)
    proposed = Proposal.objects.filter(instance__in=list(sessions)).select_related("guideline").order_by("pk")
    return found + [
        _("proposal %(n)s to “%(guideline)s”, which may quote it")
        % {"n": one.n, "guideline": one.guideline.title}
        for one in proposed
    ]

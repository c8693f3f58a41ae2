"""Which releases and models held what is erased: they cannot be called back, and are named."""

from django.utils.translation import gettext as _

from exports.models import Dataset, DatasetItem, TrainingRun


def went_into(ids: list[int]) -> list[str]:
    """A sentence for each dataset that holds any of these instances, and for each training on it."""
    held = DatasetItem.objects.filter(item__instance__in=ids)
    datasets = Dataset.objects.filter(pk__in=held.values("dataset")).order_by("pk")
    found = [_("dataset %s") % one.public_id for one in datasets]
    trained = TrainingRun.objects.filter(dataset__in=datasets).order_by("pk")
    return found + [_("training %s") % one.public_id for one in trained]

"""The Label Studio of this installation, as the settings name it."""

from django.conf import settings
from django.utils.translation import gettext as _

from review.label_studio.client import LabelStudio


class NotConnected(RuntimeError):
    """No Label Studio is set; what there is to send waits."""


def is_set() -> bool:
    return bool(settings.LABEL_STUDIO_URL and settings.LABEL_STUDIO_TOKEN)


def connected() -> LabelStudio:
    if not is_set():
        raise NotConnected(_("No Label Studio is connected: set LABEL_STUDIO_URL and LABEL_STUDIO_TOKEN."))
    return LabelStudio(settings.LABEL_STUDIO_URL, settings.LABEL_STUDIO_TOKEN)

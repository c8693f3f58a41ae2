"""What a content notice says: the kind of content that a tier names, and nothing of why it is there. Pure."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from synthesis.models import Tier

# In the order in which they are shown.
NOTICES = {
    Tier.SELF_HARM.value: _("self-harm or suicide"),
    Tier.IDEATION.value: _("thoughts of suicide"),
    Tier.HARM_TO_OTHERS.value: _("harm to others"),
    Tier.ABUSE.value: _("abuse"),
}


def in_order(tiers: Iterable[str]) -> list[str]:
    return [tier for tier in NOTICES if tier in set(tiers)]

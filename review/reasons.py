"""What somebody gives as a reason: said, short enough to be read, and such that every database keeps it."""

from django.utils.translation import gettext as _

LONGEST = 4000  # characters


def why_not(words: str) -> str:
    """Why these cannot be kept, in words; empty where they can."""
    if len(words.strip()) > LONGEST or "\0" in words:
        return _("At most %d characters, all of which can be kept.") % LONGEST
    return ""

"""What a person is told whose work waits because nobody works in the background: the same on every page."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

SYNC = "./bin/manage sync_reviews"


def unheard(commands: Iterable[str]) -> str:
    """First what she can do, who mostly has no terminal; then the commands for whoever has one."""
    return _(
        "Nothing works in the background of this installation just now, so this waits. Nothing is lost and you need not"
        " do it again: ask the person who runs this installation to start the background work. For that person, at the"
        " command line: %s"
    ) % "; ".join(commands)

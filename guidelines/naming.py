"""Find a version by the name that people write: novice-mistakes, or novice-mistakes@2."""

import re

from django.utils.translation import gettext as _

from guidelines.models import Guideline, Version, VersionState

_NAME = re.compile(r"([A-Za-z0-9_-]+)(?:@([0-9]{1,6}))?")


class NotFound(LookupError):
    """No published version has this name; the message says what there is instead."""

    def __str__(self):
        return self.args[0]


def find(name: str, *, retired_too: bool = False) -> Version:
    """The published version of that number, or the latest one; raises NotFound with a sentence."""
    match = _NAME.fullmatch(name.strip())
    if not match:
        raise NotFound(_("“%s” is not a name such as novice-mistakes or novice-mistakes@2.") % name)
    slug, number = match[1], match[2] and int(match[2])
    guideline = Guideline.objects.filter(slug=slug).first()
    if guideline is None:
        there = ", ".join(Guideline.objects.order_by("slug").values_list("slug", flat=True)[:20]) or _("none")
        raise NotFound(
            _("There is no guideline “%(slug)s”; there are: %(there)s.") % {"slug": slug, "there": there}
        )
    states = [VersionState.PUBLISHED] + ([VersionState.RETIRED] if retired_too else [])
    numbered = guideline.versions.filter(number__isnull=False).select_related("guideline").order_by("-number")
    if number is not None:
        numbered = numbered.filter(number=number)
    if found := numbered.filter(state__in=states).first():
        return found
    if number is None:
        raise NotFound(_("“%s” has no published version.") % slug)
    if numbered.exists():
        raise NotFound(_("Version %(n)s of “%(slug)s” was retired.") % {"n": number, "slug": slug})
    raise NotFound(_("“%(slug)s” has no version %(n)s.") % {"slug": slug, "n": number})

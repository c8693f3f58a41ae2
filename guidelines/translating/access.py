"""Who may translate, and who may approve a translation; each answers yes, or no with a reason for the page."""

from django.utils.translation import gettext as _

from accounts.models import Role
from accounts.roles import Answer, holds
from guidelines import access
from guidelines.translating import languages
from guidelines.translating.lineage import authors

may_read = access.may_read
# Into which languages depends on the person and is asked by every verb.
may_bring = access.may_write


def may_translate(user, language: str) -> Answer:
    """A clinician who says of herself that she works in the language: wording is clinical work."""
    if not holds(user, Role.CLINICIAN):
        return Answer(_("Only clinicians translate a guideline."))
    if language not in languages.of(user):
        name = languages.known()[language].name
        return Answer(
            _(
                "You have not said that you work in %(language)s. Choose it as your language on your own page, or"
                " name it among the working languages of your reviewer record."
            )
            % {"language": name}
        )
    return Answer()


def may_approve(user, translation) -> Answer:
    """Four eyes: a clinician of the language who wrote none of what is new in it."""
    if not (may := may_translate(user, translation.language)):
        return may
    if user.pk in authors(translation):
        return Answer(_("You wrote part of this translation; a colleague has to approve it."))
    return Answer()

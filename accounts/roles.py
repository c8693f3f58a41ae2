"""Permissions answer with a reason. Page, API, webhook and command ask the same function."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Role


@dataclass(frozen=True)
class Answer:
    """Yes when there is no reason against it; a refusal carries its reason to the page."""

    reason: str = ""

    def __bool__(self) -> bool:
        return not self.reason


class Refused(PermissionError):
    """An act was asked for that the asker may not do; the message is for her."""


def require(answer: Answer) -> None:
    if not answer:
        raise Refused(answer.reason)


def holds(user, role: str) -> bool:
    return bool(user and user.is_active and role in user.roles)


def may_lead(user) -> Answer:
    return Answer() if holds(user, Role.LEAD) else Answer(_("Only a lead may do this."))


def may_write_guidelines(user) -> Answer:
    return Answer() if holds(user, Role.CLINICIAN) else Answer(_("Only clinicians write the guidelines."))


def may_read_guidelines(user) -> Answer:
    return Answer() if user and user.is_active and user.roles else Answer(_("Ask a lead for a role first."))


def may_annotate(user) -> Answer:
    return Answer() if holds(user, Role.ANNOTATOR) else Answer(_("Only annotators have a desk."))


def may_adjudicate(user) -> Answer:
    return Answer() if holds(user, Role.ADJUDICATOR) else Answer(_("Only adjudicators settle disputes."))


def may_invite(user) -> Answer:
    return Answer() if holds(user, Role.LEAD) else Answer(_("Only a lead invites people."))

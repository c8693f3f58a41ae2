"""What the trail keeps of acts on people: roles and numbers of rows, never an address, a password or a token."""

from accounts import trail
from accounts.models import Invitation, User
from accounts.trail import Thing

PERSON, INVITATION = "person", "invitation"


def of_person(user: User, *, by: User | None, verb: str, before=None, after=None) -> None:
    thing = Thing(PERSON, str(user.public_id))
    trail.record(by=by, verb=f"accounts.{verb}", thing=thing, before=before, after=after)


def of_invitation(invitation: Invitation, *, by: User, verb: str, before=None, after=None) -> None:
    thing = Thing(INVITATION, str(invitation.pk))
    trail.record(by=by, verb=f"accounts.{verb}", thing=thing, before=before, after=after)

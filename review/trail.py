"""What the trail keeps of acts on rounds: who sits there, that a dispute was settled; never how anybody judged."""

from django.utils.translation import gettext_lazy as _

from accounts import trail
from accounts.acts import Vocabulary
from accounts.models import TrailEvent
from accounts.trail import Thing
from review.models import Round

ROUND, SERVER = "round", "label_studio"

VOCABULARY = Vocabulary(
    words={
        "review.make_round": _("Opened the round"),
        "review.close_round": _("Closed the round"),
        "review.hand_on": _("Handed sessions on to other reviewers"),
        "review.give_back_skipped": _("Gave sessions back"),
        "review.seat_more": _("Seated more reviewers"),
        "review.place_waiting": _("Gave what waited for a reader to those seated"),
        "review.save_server": _("Saved a Label Studio server"),
        "review.offer_server": _("Said whether a Label Studio server takes new rounds"),
        "review.adjudicate": _("Settled a dispute"),
    },
    labels={
        "name": _("Name"),
        "pairs_version": _("Guideline"),
        "rubric_version": _("Rubric"),
        "sessions": _("Sessions"),
        "left_out_risk": _("Left out for risk"),
        "left_out_held": _("Left out as held back"),
        "overlap": _("Readers of each session"),
        "doubly_read": _("Share read by several"),
        "most_each": _("Sessions for each reviewer at most"),
        "repeat_share": _("Share read twice by the same reader"),
        "unaided_share": _("Share read without the draft"),
        "reviewers": _("Reviewers"),
        "machines": _("Readers that are no persons"),
        "settled": _("What was in dispute"),
        "seat": _("From the desk of"),
        "handed_on": _("Now with others"),
        "waiting": _("Waiting for a reader"),
        "server": _("Label Studio server"),
        "gateway": _("Gateway"),
        "new_rounds": _("Takes new rounds"),
    },
)


def record(
    *, verb: str, round: Round, by, item=None, before: dict | None = None, after: dict | None = None
) -> TrailEvent:
    """`item` is named, never its outcome: an open round is blind."""
    thing = Thing(ROUND, str(round.public_id), str(item.public_id) if item else "")
    return trail.record(by=by, verb=f"review.{verb}", thing=thing, before=before, after=after)


def record_server(*, verb: str, name: str, by, before: dict, after: dict) -> TrailEvent:
    return trail.record(by=by, verb=f"review.{verb}", thing=Thing(SERVER, name), before=before, after=after)

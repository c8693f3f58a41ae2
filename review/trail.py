"""What the trail keeps of acts on rounds: who sits there, that a dispute was settled; never how anybody judged."""

from django.utils.translation import gettext_lazy as _

from accounts import trail
from accounts.acts import Vocabulary
from accounts.models import TrailEvent
from accounts.trail import Thing
from review.models import Gold, Round

ROUND, SERVER = "round", "label_studio"
READER = "reader"
WELFARE = "welfare"
GOLD = "gold"
CONFLICT = "conflict"

VOCABULARY = Vocabulary(
    words={
        "review.make_round": _("Opened the round"),
        "review.make_chosen_round": _("Chose the round's sessions"),
        "review.close_round": _("Closed the round"),
        "review.ask_judge": _("Asked a judge model to read"),
        "review.stop_judging": _("Stopped a judge model"),
        "review.go_on_judging": _("Let a judge model go on"),
        "review.declare": _("Said that somebody knows a client"),
        "review.end": _("Said that somebody may judge a client again"),
        "review.hand_on": _("Handed sessions on to other reviewers"),
        "review.give_back_skipped": _("Gave sessions back"),
        "review.seat_more": _("Seated more reviewers"),
        "review.place_waiting": _("Gave what waited for a reader to those seated"),
        "review.rematch": _("Sessions went back that their readers are not to read"),
        "review.name_risk_lead": _("Named the lead for risk"),
        "review.resolve": _("Answered a flag in writing"),
        "review.choose": _("Said what they read and how much"),
        "review.provide": _("Said what is provided for those who read"),
        "review.save_server": _("Saved a Label Studio server"),
        "review.offer_server": _("Said whether a Label Studio server takes new rounds"),
        "review.adjudicate": _("Settled a dispute"),
        "review.appeal": _("Appealed against how a session was settled"),
        "review.grant_appeals": _("Granted appeals: the sessions are judged again in this round"),
        "review.decline_appeal": _("Declined an appeal"),
        "review.move_release": _("Moved when resolutions open to reviewers"),
        "review.extend": _("Extended the round: more sessions get a second reader"),
        "review.propose_gold": _("Proposed known answers"),
        "review.endorse_gold": _("Stood by known answers"),
        "review.look_at_gold": _("Asked to see known answers"),
        "review.retire_gold": _("Retired known answers"),
        "review.make_training_round": _("Opened a training round"),
        "review.certify": _("Certified a reviewer"),
        "review.withdraw_certification": _("Withdrew a certification"),
    },
    labels={
        "name": _("Name"),
        "pairs_version": _("Guideline"),
        "rubric_version": _("Rubric"),
        "sessions": _("Sessions"),
        "fitted": _("Sessions that fitted"),
        "random_share": _("Share chosen by chance alone"),
        "weights": _("What counts besides chance"),
        "left_out_risk": _("Left out for risk"),
        "left_out_held": _("Left out as held back"),
        "overlap": _("Readers of each session"),
        "doubly_read": _("Share read by several"),
        "most_each": _("Sessions for each reviewer at most"),
        "repeat_share": _("Share read twice by the same reader"),
        "unaided_share": _("Share read without the draft"),
        "verdict_rule": _("A verdict is settled"),
        "marks_within": _("Marks of a mistake, within how many turns"),
        "levels_within": _("Ratings, within how many levels"),
        "reviewers": _("Reviewers"),
        "client": _("Client"),
        "machines": _("Readers that are no persons"),
        "risk_lead": _("Lead for risk"),
        "kind": _("What it is about"),
        "flags": _("Flags"),
        "holds": _("Session held back"),
        "choice": _("Number of the choice"),
        "contact_named": _("Somebody to turn to"),
        "protocol_written": _("A local protocol"),
        "daily_ceiling": _("Most judgements in a day"),
        "settled": _("What was in dispute"),
        "seat": _("From the desk of"),
        "handed_on": _("Now with others"),
        "waiting": _("Waiting for a reader"),
        "appeals": _("Appeals"),
        "resolutions_from": _("Resolutions open before the end, from"),
        "read_by_second": _("Sessions that got a second reader"),
        "judged_by_then": _("Readings judged by then"),
        "judge": _("Judge model"),
        "repeats": _("Times each session is read"),
        "readings": _("Readings"),
        "server": _("Label Studio server"),
        "gateway": _("Gateway"),
        "new_rounds": _("Takes new rounds"),
        "known_answers": _("Sessions with known answers for each"),
        "certification": _("Certification"),
        "reviewer": _("Reviewer"),
        "grounds": _("On which grounds"),
    },
)


def moment(at) -> str | None:
    """A moment as an event keeps it; None: there is none, and so it is not told."""
    return at.isoformat(timespec="minutes") if at else None


def record(
    *, verb: str, round: Round, by, item=None, before: dict | None = None, after: dict | None = None
) -> TrailEvent:
    """`item` is named, never its outcome: an open round is blind."""
    thing = Thing(ROUND, str(round.public_id), str(item.public_id) if item else "")
    return trail.record(by=by, verb=f"review.{verb}", thing=thing, before=before, after=after)


def record_gold(*, verb: str, gold: Gold, by, after: dict | None = None) -> TrailEvent:
    """Its number alone: which session it is would tell whoever judges it."""
    return trail.record(by=by, verb=f"review.{verb}", thing=Thing(GOLD, str(gold.public_id)), after=after)


def of_reader(*, verb: str, by, after: dict) -> TrailEvent:
    """What a reviewer set for herself: that she did, never what."""
    thing = Thing(READER, str(by.public_id))
    return trail.record(by=by, verb=f"review.{verb}", thing=thing, after=after)


def of_conflict(*, verb: str, person, base_case: str, by) -> TrailEvent:
    thing = Thing(CONFLICT, str(person.public_id))
    after = {"reviewers": [str(person.public_id)], "client": base_case}
    return trail.record(by=by, verb=f"review.{verb}", thing=thing, after=after)


def of_welfare(*, verb: str, by, before: dict, after: dict) -> TrailEvent:
    return trail.record(
        by=by, verb=f"review.{verb}", thing=Thing(WELFARE, "study"), before=before, after=after
    )


def record_server(*, verb: str, name: str, by, before: dict, after: dict) -> TrailEvent:
    return trail.record(by=by, verb=f"review.{verb}", thing=Thing(SERVER, name), before=before, after=after)

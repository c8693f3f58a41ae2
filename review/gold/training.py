"""A training round: sessions with known answers only, each told its reader as soon as she has judged it."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from accounts.numbering import next_serial
from guidelines.models import Version
from review import access, trail
from review.gold import seeding
from review.gold.agreeing import SCREEN
from review.gold.answers import aspects
from review.gold.eligible import eligible, in_use
from review.gold.results import names_of_aspects
from review.label_studio.planning import plan_projects
from review.label_studio.screens.build import UnfitForScreen
from review.matching import CannotMakeRound
from review.models import Asked, Gold, PassMark, Purpose, Rater, RaterKind, Round, Seat
from review.rounds import deal, require_people, require_versions

SHARE = 0.7
AT_LEAST = 10


@transaction.atomic
def make_training_round(
    *, name: str, raters: Sequence[Rater], by, pairs_version: Version, rubric_version: Version,
    each: int | None = None, shares: dict[str, float] | None = None, at_least: int = AT_LEAST,
    deadline: datetime | None = None,
) -> Round:  # fmt: skip
    """Put sessions with known answers before each reader: all that she may have, or `each` drawn for her.

    `shares`: {aspect: pass mark}; without, 0.7 of every aspect whose answers are known often enough. `at_least`: of how
    many judgements; a pass mark that nobody could reach is refused. Raises Refused, CannotMakeRound.
    """
    roles.require(access.may_run_rounds(by))
    raters = list(dict.fromkeys(raters))
    require_people(raters, overlap=1)
    require_versions(pairs_version, rubric_version)
    if not name.strip():
        raise CannotMakeRound(_("Give the round a name."))
    seed = secrets.randbelow(2**32)
    found = eligible(in_use(pairs_version, rubric_version), raters, screen=SCREEN)
    _require_enough(found, at_least)
    drawn = seeding.draw(found, each, seed) if each else found
    marks = _pass_marks(drawn, names_of_aspects(rubric_version), shares, at_least)
    round = Round.objects.create(
        serial=next_serial(Round), name=name.strip(), screen=SCREEN, purpose=Purpose.TRAINING,
        certification=Asked.NO, pairs_version=pairs_version, rubric_version=rubric_version, overlap=1,
        unaided_share=0, seed=seed, made_by=by, deadline=deadline,
        rehearsal=any(rater.kind != RaterKind.HUMAN for rater in raters),
    )  # fmt: skip
    items, readers = seeding.items_of(round, drawn, start=0)
    seats = {rater: Seat.objects.create(round=round, rater=rater) for rater in raters}
    readings = deal(items, readers, seats, round)
    try:
        plan_projects(round, {(r.seat_id, r.item.arm): r.seat for r in readings})
    except UnfitForScreen as unfit:
        raise CannotMakeRound(_("The reviewers' screen cannot be built. %s") % unfit) from None
    PassMark.objects.bulk_create(
        PassMark(round=round, aspect=aspect, share=share, at_least=at_least)
        for aspect, share in marks.items()
    )
    people = [str(rater.user.public_id) for rater in raters if rater.user_id]
    told = {
        "name": round.name, "pairs_version": str(pairs_version), "rubric_version": str(rubric_version),
        "sessions": len(items), "reviewers": people, "machines": len(raters) - len(people),
    }  # fmt: skip
    trail.record(verb="make_training_round", round=round, by=by, after=told)
    return round


def _require_enough(found: dict[Rater, list[Gold]], at_least: int) -> None:
    short = {rater: len(golds) for rater, golds in found.items() if len(golds) < at_least}
    if short:
        told = ", ".join(f"{rater} ({have})" for rater, have in short.items())
        raise CannotMakeRound(
            _("The pass mark asks for %(at_least)s judgements. There are fewer sessions with known answers that these "
              "may be given: %(short)s. Nobody gets one that she wrote, agreed to, looked at or has had before.")
            % {"at_least": at_least, "short": told}
        )  # fmt: skip


def _pass_marks(drawn, names: dict[str, str], shares, at_least: int) -> dict[str, float]:
    """{aspect: share}. Of a dimension whose answers are known too seldom nobody could pass."""
    known = {
        aspect: min(sum(aspect in aspects(gold.answers) for gold in golds) for golds in drawn.values())
        for aspect in names
    }
    if shares is None:
        return {aspect: SHARE for aspect, n in known.items() if n >= at_least}
    if unknown := set(shares) - set(names):
        raise CannotMakeRound(_("Not rated by this rubric: %s.") % ", ".join(sorted(unknown)))
    for aspect in shares:
        if known[aspect] < at_least:
            raise CannotMakeRound(
                _("The pass mark asks for %(at_least)s judgements. Of “%(name)s” the answers are known of %(n)s sessions "
                  "that a reader gets: ask for fewer, or leave its pass mark empty.")
                % {"at_least": at_least, "name": names[aspect], "n": known[aspect]}
            )  # fmt: skip
    return dict(shares)

"""A lead certifies a reviewer by what she judged in a training round. The figures alone exclude nobody."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from review import trail
from review.gold import access, certified
from review.gold.results import Tally, measured, tallies, with_answers
from review.models import Certification, Grounds, PassMark, Purpose, Rater, Seat
from review.reasons import why_not


class CannotCertify(ValueError):
    """She cannot be certified like this; the message says why. Nothing was changed."""


@dataclass(frozen=True)
class Marked:
    """An aspect beside its pass mark; `tally` is None while nothing of it was judged."""

    mark: PassMark
    tally: Tally | None

    @property
    def passed(self) -> bool:
        tally = self.tally
        return bool(tally and tally.n >= self.mark.at_least and tally.share >= self.mark.share)


def marked(marks: list[PassMark], found: dict[str, Tally]) -> list[Marked]:
    return [Marked(mark, found.get(mark.aspect)) for mark in marks]


def passes(aspects: list[Marked]) -> bool:
    """Every aspect that has a pass mark."""
    return bool(aspects) and all(one.passed for one in aspects)


@transaction.atomic
def certify(*, seat: Seat, by, reason: str = "") -> Certification:
    """Confirm that she passed; where she did not, certify her all the same, which takes a reason. After a withdrawal only
    a pass counts, of a round that was opened since.

    Raises Refused, CannotCertify.
    """
    # Of two leads at once the second finds what the first did.
    rater = Rater.objects.select_for_update().get(pk=seat.rater_id)
    roles.require(access.may_certify(by, seat))
    round = seat.round
    if round.purpose != Purpose.TRAINING:
        raise CannotCertify(_("Reviewers are certified by a training round."))
    if Certification.objects.filter(round=round, rater=seat.rater_id).exists():
        raise CannotCertify(_("She is certified by this round already."))
    withdrawn = certified.withdrawals([rater], round.pairs_version, round.rubric_version).get(rater.pk)
    if withdrawn and withdrawn.at >= round.opened_at:
        raise CannotCertify(
            _("Her certification was withdrawn after this round was opened; one that is opened now can certify her again.")
        )  # fmt: skip
    if why := why_not(reason):
        raise CannotCertify(why)
    decisions = list(with_answers(measured().filter(reading__seat=seat)))
    if not decisions:
        raise CannotCertify(_("She has judged none of these sessions yet."))
    aspects = marked(list(round.pass_marks.all()), tallies(decisions))
    passed = passes(aspects)
    if not passed and not reason.strip():
        raise CannotCertify(_("She has not passed. To certify her all the same, say why."))
    held = certified.in_force(round.pairs_version, round.rubric_version).filter(rater=rater)
    if not passed and withdrawn and not held.exists():
        raise CannotCertify(
            _("Her certification was withdrawn: she is certified again when she has passed, and not without.")
        )
    made = Certification.objects.create(
        rater=seat.rater,
        round=round,
        pairs_version=round.pairs_version,
        rubric_version=round.rubric_version,
        n=len(decisions),
        results={one.mark.aspect: _stored(one) for one in aspects},
        passed=passed,
        grounds=Grounds.CONFIRMED if passed else Grounds.WAIVED,
        reason=reason.strip(),
        by=by,
    )
    who = [str(seat.rater.user.public_id)] if seat.rater.user else []
    trail.record(
        verb="certify", round=round, by=by, after={"reviewer": who, "grounds": str(made.grounds.label)}
    )
    return made


def _stored(one: Marked) -> dict:
    kept = {"share": one.mark.share, "at_least": one.mark.at_least, "passed": one.passed}
    if one.tally is None:
        return kept | {"n": 0, "hits": 0, "low": 0.0, "high": 1.0}
    low, high = one.tally.interval
    return kept | {"n": one.tally.n, "hits": one.tally.hits, "low": low, "high": high}

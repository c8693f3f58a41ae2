"""Who is certified to judge by two versions, and who is not.

What was withdrawn ends every certification of hers by versions that mean the same, of training rounds that were opened
before: only one that is opened later certifies her again.
"""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from guidelines.models import Version
from review.gold.lasting import alike, current, equivalent
from review.matching import CannotMakeRound
from review.models import Certification, Rater, RaterKind, Withdrawal


def in_force(pairs_version: Version, rubric_version: Version) -> QuerySet[Certification]:
    """Under versions that mean the same as these, as a change of meaning ends them, and not withdrawn since."""
    given = Certification.objects.filter(
        pairs_version__in=equivalent(pairs_version), rubric_version__in=equivalent(rubric_version)
    )
    ended = _withdrawn(pairs_version, rubric_version).filter(
        certification__rater=OuterRef("rater"), at__gte=OuterRef("round__opened_at")
    )
    return given.exclude(Exists(ended))


def _withdrawn(pairs_version: Version, rubric_version: Version) -> QuerySet[Withdrawal]:
    return Withdrawal.objects.filter(
        certification__pairs_version__in=equivalent(pairs_version),
        certification__rubric_version__in=equivalent(rubric_version),
    )


def withdrawals(
    raters: Sequence[Rater], pairs_version: Version, rubric_version: Version
) -> dict[int, Withdrawal]:
    """{rater: her last one} under versions that mean the same as these."""
    found = _withdrawn(pairs_version, rubric_version).filter(certification__rater__in=raters)
    return {
        one.certification.rater_id: one for one in found.select_related("by", "certification").order_by("pk")
    }


def missing(raters: Sequence[Rater], pairs_version: Version, rubric_version: Version) -> list[Rater]:
    """People among them who are not certified; a simulated reader or a model is not asked."""
    people = [rater for rater in raters if rater.kind == RaterKind.HUMAN]
    has = set(
        in_force(pairs_version, rubric_version).filter(rater__in=people).values_list("rater", flat=True)
    )
    return [rater for rater in people if rater.pk not in has]


def require(raters: Sequence[Rater], pairs_version: Version, rubric_version: Version) -> None:
    """Raises CannotMakeRound, which names those who are not."""
    if without := missing(raters, pairs_version, rubric_version):
        raise CannotMakeRound(
            _("Not certified to judge by these versions: %s. Train them, or open the round without asking for it.")
            % ", ".join(map(str, without))
        )  # fmt: skip


def held_by(users) -> list[Certification]:
    """Of these people, the newest first, each with `lasts`: the newest versions still mean what she was certified by; and
    `ended`: the withdrawal that ended it, or None. A constant number of queries.
    """
    found = Certification.objects.filter(rater__user__in=users)
    versions = ("pairs_version__guideline", "rubric_version__guideline")
    rows = list(found.select_related(*versions, "round", "by", "rater"))
    now = current() if rows else set()
    ended = ended_by(rows)
    for row in rows:
        row.lasts = {row.pairs_version_id, row.rubric_version_id} <= now
        row.ended = ended.get(row.pk)
    return rows


def ended_by(rows: Sequence[Certification]) -> dict[int, Withdrawal]:
    """{certification: the withdrawal that ended it}: its own, else the first of another of hers that means the same."""
    of_raters = Withdrawal.objects.filter(certification__rater__in={row.rater_id for row in rows})
    given = list(of_raters.select_related("by", "certification").order_by("pk"))
    if not given:
        return {}
    same = alike({v.guideline_id for row in rows for v in (row.pairs_version, row.rubric_version)})
    found: dict[int, Withdrawal] = {}
    for row in rows:
        of_it = [
            one
            for one in given
            if one.certification.rater_id == row.rater_id
            and one.certification.pairs_version_id in same[row.pairs_version_id]
            and one.certification.rubric_version_id in same[row.rubric_version_id]
            and one.at >= row.round.opened_at
        ]
        if of_it:
            found[row.pk] = next((one for one in of_it if one.certification_id == row.pk), of_it[0])
    return found


def withdrawn_from(user) -> Withdrawal | None:
    """Her last one, while its versions are judged by and she has not been certified again. One query nearly always."""
    versions = ("certification__pairs_version__guideline", "certification__rubric_version__guideline")
    given = list(Withdrawal.objects.filter(certification__rater__user=user).select_related(*versions))
    now = current() if given else set()
    for last in given:
        of = last.certification
        if {of.pairs_version_id, of.rubric_version_id} <= now:
            again = in_force(of.pairs_version, of.rubric_version).filter(rater=of.rater_id)
            return None if again.exists() else last
    return None

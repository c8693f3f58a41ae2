"""Who is certified to judge by two versions, and who is not."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from guidelines.models import Version
from review.gold.lasting import current, equivalent
from review.matching import CannotMakeRound
from review.models import Certification, Rater, RaterKind


def in_force(pairs_version: Version, rubric_version: Version):
    """Certifications under versions that mean the same as these; a change of meaning ends them."""
    return Certification.objects.filter(
        pairs_version__in=equivalent(pairs_version), rubric_version__in=equivalent(rubric_version)
    )


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


def held_by(user) -> list[Certification]:
    """Hers, the newest first, each with `lasts`: the newest versions still mean what she was certified by."""
    found = Certification.objects.filter(rater__user=user)
    versions = ("pairs_version__guideline", "rubric_version__guideline")
    rows = list(found.select_related(*versions, "round", "by"))
    now = current() if rows else set()
    for row in rows:
        row.lasts = {row.pairs_version_id, row.rubric_version_id} <= now
    return rows

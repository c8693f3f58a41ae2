"""Who may read a session: those qualified to assess risk where it carries a tier, and those who work in its language."""

from collections.abc import Sequence

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from guidelines.translating import languages
from review.models import Rater
from review.raters import record_in_force
from synthesis import tiers, translated
from synthesis.models import Instance, Mark, Tier
from synthesis.models.marks import MarkKind

RISK_READERS = 2


class CannotMakeRound(ValueError):
    """The round was not made, or not changed; the message names what stands against it."""


class Matching:
    """Of these sessions (rows with `factors`) and these raters."""

    def __init__(self, instances: Sequence[Instance], raters: Sequence[Rater]):
        self.raters = tuple(raters)
        self.risky = {instance.pk for instance in at_risk(instances)}
        source = translated.LANGUAGES[0]
        # Of the language of the prompts everybody here has some.
        spoken = {instance.pk: translated.language_of(instance.factors) for instance in instances}
        self._language = {pk: code for pk, code in spoken.items() if code != source}
        self._qualified: dict[Rater, bool] = {}
        self._speaks: dict[Rater, set[str | None]] = {}
        if self.risky or self._language:
            for rater in self.raters:
                record = record_in_force(rater.user)
                self._qualified[rater] = bool(record and record.risk_qualified)
                self._speaks[rater] = (
                    {languages.meant_by(one) for one in record.languages} if record else set()
                )
        self._allowed: dict[tuple, tuple[Rater, ...]] = {}

    def allowed(self, instance_id: int) -> tuple[Rater, ...]:
        what = instance_id in self.risky, self._language.get(instance_id)
        if what not in self._allowed:
            is_risky, language = what
            self._allowed[what] = tuple(
                rater
                for rater in self.raters
                if (not is_risky or self._qualified[rater])
                and (language is None or language in self._speaks[rater])
            )
        return self._allowed[what]

    def require(self, readers: dict[int, int], instances: Sequence[Instance]) -> None:
        """`readers`: {instance: how many it needs}. Raises CannotMakeRound, which says whom it takes."""
        for instance in instances:
            allowed, needed = self.allowed(instance.pk), readers[instance.pk]
            if len(allowed) >= needed:
                continue
            names = ", ".join(map(str, allowed)) or _("nobody")
            told = {"first": instance.public_id, "needed": needed, "names": names}
            if instance.pk in self.risky:
                n = sum(len(self.allowed(pk)) < readers[pk] for pk in self.risky)
                raise CannotMakeRound(
                    _("Sessions that carry a risk tier: %(n)s (the first: %(first)s). They are read by reviewers "
                      "qualified to assess risk, at least %(needed)s of them; qualified here: %(names)s. Seat more of "
                      "them, or leave these sessions out.")
                    % {**told, "n": n}
                )  # fmt: skip
            language = languages.known()[self._language[instance.pk]].name
            raise CannotMakeRound(
                _("Session %(first)s is in %(language)s, and is read by %(needed)s who say in their record that they "
                  "work in it; here: %(names)s.")
                % {**told, "language": language}
            )  # fmt: skip


def at_risk(instances: Sequence[Instance]) -> list[Instance]:
    """Those that carry a risk tier."""
    marked = set(
        Mark.objects.filter(kind=MarkKind.TIER, instance__isnull=False).values_list("instance", flat=True)
    )
    found = [instance for instance in instances if instance.pk in marked]
    prefetch_related_objects(found, "marks")
    return [instance for instance in found if tiers.tier_in_force(instance) != Tier.NONE]

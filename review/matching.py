"""Who may read a session: where it carries risk tiers, those qualified to assess risk who said that they read each of
them; those who work in its language; and nobody who knows its client or too much of it.
"""

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from guidelines.translating import languages
from review.knowing import knowing
from review.models import Conflict, Rater, Wish
from review.raters import record_in_force
from synthesis import tiers, translated
from synthesis.models import Instance, Mark, Profile, Tier
from synthesis.models.marks import MarkKind

RISK_READERS = 2
AT_ONCE = 500
RISKS = [tier for tier in Tier.values if tier != Tier.NONE]


class CannotMakeRound(ValueError):
    """The round was not made, or not changed; the message names what stands against it. `session`: the public id of one
    that it is about.
    """

    def __init__(self, said: str, session=None):
        super().__init__(said)
        self.session = session


def named(instance_id: int) -> str:
    """A session as a lead finds it: how its number begins, with whom, and of which run. One query."""
    one = Instance.objects.select_related("run", "profile").only(
        "public_id", "run__serial", "profile__name", "profile__key"
    )
    found = one.get(pk=instance_id)
    of = [str(part) for part in (found.profile, found.run) if part]
    return f"{str(found.public_id)[:8]} ({', '.join(of)})" if of else str(found.public_id)[:8]


class Matching:
    """Of these sessions (rows with `factors`) and these raters."""

    def __init__(self, instances: Sequence[Instance], raters: Sequence[Rater]):
        self.raters = tuple(raters)
        self._carried = _of_each(instances)
        self.risky = set(self._carried)
        source = translated.LANGUAGES[0]
        # Of the language of the prompts everybody here has some.
        spoken = {instance.pk: translated.language_of(instance.factors) for instance in instances}
        self._language = {pk: code for pk, code in spoken.items() if code != source}
        self._reads: dict[Rater, frozenset[str]] = {}
        self._speaks: dict[Rater, set[str | None]] = {}
        if self.risky or self._language:
            for rater in self.raters:
                record = record_in_force(rater.user)
                self._reads[rater] = reads(rater, record)
                self._speaks[rater] = (
                    {languages.meant_by(one) for one in record.languages} if record else set()
                )
        self._apart = _apart(instances, self.raters)
        self._allowed: dict[tuple, tuple[Rater, ...]] = {}

    def allowed(self, instance_id: int) -> tuple[Rater, ...]:
        apart = self._apart.get(instance_id, frozenset())
        what = self._carried.get(instance_id, frozenset()), self._language.get(instance_id), apart
        if what not in self._allowed:
            risks, language, apart = what
            self._allowed[what] = tuple(
                rater
                for rater in self.raters
                if rater not in apart
                and (not risks or risks <= self._reads[rater])
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
            told = {"first": named(instance.pk), "needed": needed, "names": names}
            if apart := self._apart.get(instance.pk):
                raise CannotMakeRound(
                    _("Session %(first)s is read by %(needed)s who neither know its client, nor how it is to be judged, "
                      "nor wrote in it; here: %(names)s. Who is not to judge it: %(apart)s.")
                    % {**told, "apart": ", ".join(sorted(map(str, apart)))},
                    instance.public_id,
                )  # fmt: skip
            if instance.pk in self.risky:
                n = sum(len(self.allowed(pk)) < readers[pk] for pk in self.risky)
                raise CannotMakeRound(
                    _("Sessions that carry a risk tier: %(n)s (the first: %(first)s). They are read by reviewers "
                      "qualified to assess risk who say on their desk that they read such sessions, at least "
                      "%(needed)s of them; here: %(names)s. Seat more of them, or leave these sessions out.")
                    % {**told, "n": n},
                    instance.public_id,
                )  # fmt: skip
            language = languages.known()[self._language[instance.pk]].name
            raise CannotMakeRound(
                _("Session %(first)s is in %(language)s, and is read by %(needed)s who say in their record that they "
                  "work in it; here: %(names)s.")
                % {**told, "language": language},
                instance.public_id,
            )  # fmt: skip


def _apart(instances: Sequence[Instance], raters: Sequence[Rater]) -> dict[int, frozenset[Rater]]:
    found = {pk: set(own) for pk, own in in_conflict(instances, raters).items()}
    for pk, own in knowing([one.pk for one in instances], raters).items():
        found.setdefault(pk, set()).update(own)
    return {pk: frozenset(own) for pk, own in found.items()}


def in_conflict(instances: Iterable[Instance], raters: Sequence[Rater]) -> dict[int, frozenset[Rater]]:
    """{instance: those of these raters who know its client}; two queries, one where nobody knows any."""
    by_user = {rater.user_id: rater for rater in raters if rater.user_id}
    known: dict[str, set[Rater]] = {}
    told = Conflict.objects.in_force().filter(person__in=by_user).values_list("person", "base_case")
    for user, base_case in told:
        known.setdefault(base_case, set()).add(by_user[user])
    if not known:
        return {}
    case_of = dict(Profile.objects.filter(base_case__in=known).values_list("pk", "base_case"))
    return {
        one.pk: frozenset(known[case_of[one.profile_id]]) for one in instances if one.profile_id in case_of
    }


def wish_of(user) -> Wish | None:
    """What she last said of what she reads; None: nothing yet."""
    return Wish.objects.filter(user=user).order_by("-n").first() if user else None


def reads(rater: Rater, record=None) -> frozenset[str]:
    """The risk tiers that this rater may be given: her own word, where her record says that she is qualified."""
    record = record or record_in_force(rater.user)
    if not (record and record.risk_qualified):
        return frozenset()
    wish = wish_of(rater.user)
    return frozenset(wish.reads if wish else ())


def carried(sessions: QuerySet) -> dict[int, frozenset[str]]:
    """{id of an instance: its risk tiers}, of those that carry any. Three queries, whatever their number."""
    marks = Mark.objects.filter(kind=MarkKind.TIER)
    may_be = sessions.filter(
        Q(Exists(marks.filter(instance=OuterRef("pk"))))
        | Q(Exists(marks.filter(profile=OuterRef("profile"))))
        | Q(profile__tier__in=RISKS)
    )
    found = may_be.order_by().select_related("profile").prefetch_related("marks", "profile__marks")
    found = found.only("public_id", "profile__key", "profile__tier")
    return {one.pk: frozenset(own) for one in found if (own := tiers.carried(one))}


def _of_each(instances: Sequence[Instance]) -> dict[int, frozenset[str]]:
    found: dict[int, frozenset[str]] = {}
    for some in _chunks([instance.pk for instance in instances]):
        found |= carried(Instance.objects.filter(pk__in=some))
    return found


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]

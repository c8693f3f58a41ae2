"""A study with as many sessions under review as asked, made at once: the round by the verb that makes every round, the
judgements as rows, in the order in which the triggers allow them.

Of twenty sessions fifteen were read by all and alike (four of them with a reader who changed her mind), two are in
dispute, one was in dispute until an adjudicator settled it (where it was read with the draft), and two have still to be
read by somebody. With a tenth of them read without the draft, by two, there are three decisions for each session.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

READERS, OVERLAP, CLIENTS, OTHER_ROUNDS = 16, 3, 100, 30
TWENTY = 20
DAYS = 250  # on which they were judged: somebody's share of a day is some fifty sessions
REVISED, DISPUTED, SETTLED_LATER, UNREAD = (11, 12, 13, 17), (14, 15), 16, (18, 19)
SKIPPED_OF, CHANGED_OF = 50, 70  # one reading of so many
BATCH, UNREAL = 1_000, 1_000_000
# What the public id of a decision that is copied begins with, so that whatever names it can be told.
COPIED = "00000000"
_SAID = "I keep thinking about the letter, and then I leave it closed for another day, {n}. "
_VERDICTS = ("accept", "accept", "edit", "reject")


@dataclass(frozen=True)
class Study:
    """`round`: the one with all the sessions. `readers`: those seated in it; `adjudicator` reads nothing."""

    round: object
    lead: object
    readers: list
    adjudicator: object


def person(name: str, *roles: str):
    """A user with these roles, and with a record where she judges."""
    from accounts.models import Grant, ReviewerRecord, User

    user, new = User.objects.get_or_create(email=f"{name.lower()}@example.org", defaults={"name": name})
    if new:
        for role in roles:
            Grant.objects.create(user=user, role=role)
        ReviewerRecord.objects.create(
            user=user, n=1, profession="psychotherapist", years=9, languages=["en"], terms_version="2026-11"
        )
    return user


def readers(n: int) -> list:
    return [person(f"Reader-{i:02d}", "annotator") for i in range(n)]


def stored(model, rows: Iterator) -> int:
    rows, n = iter(rows), 0
    while batch := list(islice(rows, BATCH)):
        model.objects.bulk_create(batch)
        n += len(batch)
    return n


def guidelines() -> tuple:
    """(a version of pairs, one of a rubric), made once."""
    from guidelines.models import Version
    from tests.review import factories

    found = Version.objects.select_related("guideline")
    pairs, rubric = (found.filter(guideline__kind=kind).first() for kind in ("pairs", "rubric"))
    return pairs or factories.published_pairs(), rubric or factories.published_rubric()


def sessions(n: int) -> list[int]:
    """Ids of `n` made sessions of a run, of ten turns each."""
    from accounts.identity import minter
    from synthesis.models import Instance, Profile, Run
    from tests.factories import client_profile
    from tests.review.factories import RECIPE, content

    pairs, _rubric = guidelines()
    revisions = [entry.pair_revision for entry in pairs.entries.select_related("pair_revision")]
    clients = list(Profile.objects.order_by("key")) or [
        client_profile(f"client-{i:03d}", base_case=f"client-{i:03d}") for i in range(CLIENTS)
    ]
    serial = Run.objects.count() + 1
    run = Run.objects.create(serial=serial, recipe=RECIPE, version=pairs, model_specs={})
    mint, now = minter("synthesis.instance"), datetime.now().astimezone()

    def rows():
        for i in range(n):
            said = content(i)
            said["utterances"] += [
                {"id": turn, "speaker": "client" if turn % 2 else "counsellor", "text": _SAID.format(n=i)}
                for turn in range(7, 11)
            ]
            cell = hashlib.sha256(f"{serial}/{i}".encode()).hexdigest()
            yield Instance(
                public_id=mint(serial, cell), run=run, recipe=RECIPE, version=pairs, cell=cell, state="made",
                profile=clients[i % CLIENTS], pair_revision=revisions[i % len(revisions)], sample=i, factors={},
                content=said, digest=cell, trace=[], made_at=now - timedelta(hours=2),
            )  # fmt: skip

    stored(Instance, rows())
    return list(run.instances.order_by("pk").values_list("pk", flat=True))


def round_of(n: int, people: list, lead, *, name: str, overlap: int, unaided_share: float = 0.0):
    """An open round of `n` new sessions, by the verb."""
    from review.raters import rater_for
    from review.rounds import make_round
    from synthesis.models import Instance

    pairs, rubric = guidelines()
    return make_round(
        name=name, instances=Instance.objects.filter(pk__in=_between(sessions(n))), by=lead, overlap=overlap,
        raters=[rater_for(one) for one in people], pairs_version=pairs, rubric_version=rubric,
        unaided_share=unaided_share, seed=7,
    )  # fmt: skip


def _between(ids: list[int]):
    """Ids without a gap, as a condition of two numbers: a statement takes no hundred thousand."""
    from synthesis.models import Instance

    return Instance.objects.filter(pk__gte=ids[0], pk__lte=ids[-1]).values("pk")


def build(n: int) -> Study:
    """`n` sessions in one round, three times as many decisions, and some small rounds, as a study has them.

    More than BATCH are BATCH of them, many times over: `n` is then a multiple of it.
    """
    from django.db import connection

    from bench.reviewing import copying
    from review.models import Account, Reading, SeatProject

    lead, people = person("Lena", "lead"), readers(READERS)
    for i in range(OTHER_ROUNDS):
        round_of(4, people[:2], lead, name=f"Small round {i}", overlap=2)
    first, before = min(n, BATCH), copying.highest()
    round = round_of(first, people, lead, name="The large one", overlap=OVERLAP, unaided_share=0.1)
    # As if they had been sent: to projects of which no real Label Studio that was written to before has the number.
    for project in SeatProject.objects.filter(project_id=None).select_related("seat__rater"):
        project.project_id = UNREAL + project.pk
        project.save()
        rater = project.seat.rater
        Account.objects.get_or_create(
            rater=rater,
            server=project.server,
            defaults={"email": f"{rater.pk}@example.org", "ls_user_id": UNREAL + rater.pk},
        )
    Reading.objects.unsent().update(send_state="sent", task_id=UNREAL)
    adjudicator = person("Dan", "adjudicator")
    _judged(round, adjudicator)
    copying.copy(before, n // first)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # as autovacuum has done after a while
            cursor.execute("VACUUM ANALYZE")
    return Study(round, lead, people, adjudicator)


@dataclass(frozen=True)
class _Said:
    """One decision to be: the `turn`th on its item. `reading` is None for the adjudicator's."""

    item: object
    reading: object
    turn: int
    verdict: str
    again: bool = False

    @property
    def n(self) -> int:
        return self.turn + 1


def _plan(item, place: int, own: list) -> list[_Said]:
    """What was decided on an item, in order. `place` of twenty, which says what happens to it."""
    same = _VERDICTS[item.position // TWENTY % len(_VERDICTS)]
    said = [_Said(item, reading, turn, same) for turn, reading in enumerate(own)]
    if place in UNREAD:
        return said[:-1]
    if place in DISPUTED or place == SETTLED_LATER:
        said[-1] = _Said(item, own[-1], len(own) - 1, "reject" if same != "reject" else "accept")
    if place == SETTLED_LATER and item.arm == "aided":
        said.append(_Said(item, None, len(own), same))
    if place in REVISED:
        said.append(_Said(item, own[-1], len(own), same, again=True))
    return said


def _judged(round, adjudicator) -> None:
    """Raw annotations, decisions, findings and ratings, and then where each item stands."""
    from review.models import Decision, Finding, Item, Rating, RawAnnotation, Reading, Standing, Stood
    from review.raters import rater_for

    items = list(Item.objects.filter(round=round).select_related("instance__version__guideline"))
    readings: dict[int, list] = {}
    found = Reading.objects.filter(item__in=items).select_related("item", "seat__rater__user").order_by("pk")
    for reading in found:
        readings.setdefault(reading.item_id, []).append(reading)
    planned = [one for item in items for one in _plan(item, item.position % TWENTY, readings[item.pk])]
    words = _Words(round, rater_for(adjudicator))
    raws = [words.raw(one) for one in planned if one.reading] + [
        words.uncounted(reading) for own in readings.values() for reading in own
        if reading.pk % SKIPPED_OF == 0 or reading.pk % CHANGED_OF == 0
    ]  # fmt: skip
    RawAnnotation.objects.bulk_create(raws, batch_size=BATCH)
    raw_of = dict(zip([one for one in planned if one.reading], raws, strict=False))
    Reading.objects.filter(pk__in={one.reading.pk for one in planned if one.reading}).update(judged=True)
    first = Decision.objects.bulk_create(
        [words.decision(one, raw_of.get(one)) for one in planned if not one.again], batch_size=BATCH
    )
    before = {(one.reading_id, one.item_id): one for one in first}
    again = Decision.objects.bulk_create(
        [
            words.decision(one, raw_of[one], before[one.reading.pk, one.item.pk])
            for one in planned
            if one.again
        ]
    )
    readers = [decision for decision in [*first, *again] if decision.reading_id]
    findings = list(words.findings([*first, *again]))
    stored(Finding, findings)
    stored(Rating, words.ratings(readers))
    needed = {pk: len(own) for pk, own in readings.items()}
    stands = words.stands(items, [*first, *again], findings, needed)
    stored(Standing, words.standings(stands))
    stored(Stood, words.stood(stands))


class _Words:
    """Rows of one round's judgements."""

    def __init__(self, round, adjudicator):
        from accounts.identity import minter
        from review.judged import Wording
        from review.models import SeatProject

        self.round, self.adjudicator = round, adjudicator
        self.mint, self.wording, self._last = minter("review.decision"), Wording(), None
        self.at = datetime.now().astimezone() - timedelta(hours=1)
        self.pairs = [entry.pair_revision for entry in round.pairs_version.entries.order_by("position")]
        self.projects = {
            (one.seat_id, one.form): one for one in SeatProject.objects.filter(seat__round=round)
        }
        self.dimensions = [entry.dimension_revision for entry in round.rubric_version.entries.all()]

    def _id(self, item, n: int):
        """Of a form that a copy can change, wherever it stands."""
        return UUID(COPIED + self.mint(self.round.serial, item.position, n).hex[8:])

    def _judged(self, item) -> tuple[dict, str]:
        """The words and their digest, the same for all who judge the item."""
        from accounts.digesting import digest

        if self._last is None or self._last[0] != item.pk:
            judged = self.wording.of(item)
            self._last = item.pk, (judged, digest(judged))
        return self._last[1]

    def raw(self, one: _Said):
        return self._raw(one.reading, f"{one.reading.pk}{one.turn}", one.turn)

    def uncounted(self, reading):
        """A skip, which is permitted, or a judgement that was sent again."""
        if reading.pk % SKIPPED_OF == 0:
            return self._raw(reading, f"{reading.pk}8", 8, "Skipped by the reviewer.", cancelled=True)
        return self._raw(reading, f"{reading.pk}9", 9, "Sent again without a change.")

    def _raw(self, reading, ls_id: str, turn: int, uncounted: str = "", cancelled: bool = False):
        from review.models import RawAnnotation

        project = self.projects[reading.seat_id, reading.item.arm]
        payload = {"id": int(ls_id), "result": [{"value": {"text": [_SAID * 8]}}], "was_cancelled": cancelled}
        return RawAnnotation(
            seat_project=project, server="http://127.0.0.1", project_id=project.project_id, task_id=reading.pk,
            ls_id=int(ls_id), ls_updated_at=self.at + timedelta(minutes=turn), completed_by=UNREAL + reading.seat.rater_id,
            reading_id=reading.pk, payload=json.dumps(payload, sort_keys=True), uncounted=uncounted,
        )  # fmt: skip

    def decision(self, one: _Said, raw, before=None):
        from review.models import Decision

        aided, (judged, judged_digest) = one.item.arm == "aided", self._judged(one.item)
        verdict = one.verdict if aided else ""
        given = {
            "answered": ["verdict" if aided else "findings"],
            "kind": "adjudication",
            "comment": "Settled.",
        }
        if verdict == "edit":
            # The first reader's, who has the decision numbered one.
            given["approved_edits"] = [str(self._id(one.item, 1))]
        return Decision(
            public_id=self._id(one.item, one.n), item=one.item, n=one.n, verdict=verdict,
            reading=one.reading, rater=one.reading.seat.rater if one.reading else self.adjudicator, raw=raw,
            judged=judged, judged_digest=judged_digest, pairs_version_id=self.round.pairs_version_id,
            rubric_version_id=self.round.rubric_version_id, supersedes=before,
            any_mistake=one.verdict != "reject" if one.reading else None,
            believable=4 if one.reading else None,
            edited_text=f"Stay with it, says reader {one.turn}." if verdict == "edit" and one.reading else "",
            reject_reasons=["vague"] if verdict == "reject" else [],
            decided_at=self.at + timedelta(minutes=one.turn) - timedelta(days=one.item.position % DAYS),
            lead_time_seconds=40.0,
            **({} if one.reading else given),
        )  # fmt: skip

    def findings(self, decisions: list) -> Iterator:
        from review.models import Finding

        for one in decisions:
            if one.any_mistake:
                yield Finding(
                    decision_id=one.pk,
                    position=0,
                    pair_revision_id=self.pairs[0].pk,
                    utterances=[3],
                    severity=2,
                )

    def ratings(self, decisions: list) -> Iterator:
        from review.models import Rating

        for one in decisions:
            if one.verdict:
                for n, dimension in enumerate(self.dimensions):
                    yield Rating(
                        decision_id=one.pk,
                        dimension_revision_id=dimension.pk,
                        value=str(2 + (one.pk + n) % 3),
                    )

    def stands(self, items: list, decisions: list, findings: list, needed: dict[int, int]) -> dict[int, dict]:
        """{item: where it stands}, as the rule has it. `needed`: how many read each item."""
        from review import standing

        found = {finding.decision_id: standing.Found(self.pairs[0].pair.key, (3,), 2) for finding in findings}
        own: dict[int, list] = {}
        for one in decisions:
            own.setdefault(one.item_id, []).append(
                standing.Judged(
                    n=one.n, name=str(one.public_id), kind=one.kind, rater=one.rater_id, verdict=one.verdict,
                    supersedes=one.supersedes.n if one.supersedes else None, answered=tuple(one.answered),
                    findings=tuple(filter(None, [found.get(one.pk)])), approved_edits=tuple(one.approved_edits),
                )
            )  # fmt: skip
        return {
            item.pk: standing.standing(own[item.pk], arm=item.arm, needed=needed[item.pk]) for item in items
        }

    def standings(self, stands: dict[int, dict]) -> Iterator:
        from review.models import Standing

        for item, aspects in stands.items():
            for aspect, (state, outcome) in aspects.items():
                yield Standing(item_id=item, aspect=aspect, state=state, outcome=outcome)

    def stood(self, stands: dict[int, dict]) -> Iterator:
        """As if each had come to stand so at once."""
        from review.models import Stood
        from review.standing import whole

        for item, aspects in stands.items():
            state, outcome = whole(aspects)
            yield Stood(item_id=item, n=0, state=state, outcome=outcome)

"""A round with real shapes: a paradox, two who read nothing in common, missing cells, and a reviewer who drifts."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from django.utils import timezone

from accounts.models import Role
from guidelines.models import PairRevision
from review.rounds import close_round
from review.workflow import decide
from tests.conftest import person
from tests.review import invented
from tests.review.agreeing.conftest import sessions
from tests.review.factories import (
    DIMENSIONS,
    client_profile,
    judge,
    made_instances,
    mistake,
    published_pairs,
    round_of,
    says,
)

NAMES = ("Farah", "Idris", "Juno", "Kofi", "Mei")
MODELS = ("north-7b", "south-32b")


def a_round_of_months(lead, *, n: int = 220, closed: bool = True):
    """`n` sessions of 25 clients, made by two models and judged over five months, each by two of five; Mei rejects ever
    more from halfway on, and a session hardly ever seems unbelievable to anybody.
    """
    from synthesis.models import Run

    draw, pairs = Random(11), published_pairs()
    people = [person(name, Role.ANNOTATOR) for name in NAMES]
    revisions = list(PairRevision.objects.filter(pair__guideline=pairs.guideline).order_by("pk"))
    profiles = [client_profile(f"client-{i:02d}") for i in range(25)]
    runs = [
        Run.objects.create(serial=serial, recipe="supervised_dialogue", version=pairs,
                           model_specs={"client": {"model": model}})
        for serial, model in enumerate(MODELS, start=1)
    ]  # fmt: skip
    instances = []
    for i in range(n):
        about = {"pair_revision": revisions[i % 5 % 3], "run": runs[i % 2], "origin": "run"}
        instances += made_instances(1, pairs, profiles=[profiles[i % 25]], **about)
    round = round_of(
        0, people, lead, pairs_version=pairs, instances=instances, overlap=2, unaided_share=0.2,
        name="Autumn round",
    )  # fmt: skip
    begun = timezone.now() - timedelta(days=150)
    for item in round.items.select_related("instance__pair_revision__pair").order_by("position"):
        readings = item.readings.select_related("seat__rater__user").order_by("pk")
        readers = {reading.seat.rater.user.name for reading in readings}
        for reading in readings:
            who = reading.seat.rater.user.name
            # Farah and Mei have nothing in common; Kofi has not come to the last part of his.
            if (readers == {"Farah", "Mei"} and who == "Mei") or (who == "Kofi" and item.position > 0.8 * n):
                continue
            at = begun + timedelta(days=150 * item.position / n, hours=draw.randrange(8))
            answers = _answers(draw, item, who, late=item.position > n / 2)
            decide(reading=reading, answers=answers, decided_at=at, lead_time=draw.lognormvariate(5.3, 0.5))
    return close_round(round=round, by=lead) if closed else round


def _answers(draw: Random, item, who: str, *, late: bool):
    key = item.instance.pair_revision.pair.key
    truth = Random(item.position)
    finds = truth.random() < (0.85 if key != "interrupting" else 0.5)
    if draw.random() < (0.3 if key == "interrupting" else 0.06):
        finds = not finds
    where = {2 + 2 * truth.randrange(2)}  # of the counsellor's turns
    if draw.random() < 0.3:
        where |= {draw.choice([0, 2, 4])}
    if key == "interrupting" and draw.random() < 0.4:
        where = {draw.choice([0, 2, 4])}
    found = [mistake(key, sorted(where), truth.randrange(1, 4))] if finds else []
    verdict = truth.choice(["accept", "accept", "accept", "edit", "reject"])
    if draw.random() < (0.3 if key == "interrupting" else 0.1):
        verdict = draw.choice(["accept", "edit", "reject"])
    if who == "Mei" and late and draw.random() < 0.95:
        verdict = "reject"
    level = min(5, max(1, truth.randrange(1, 6) + draw.choice([-1, 0, 0, 0, 1])))
    said = says(
        None if item.arm == "unaided" else verdict, f"Stay with it a little longer, says {who}.", findings=found,
        ratings={"specific": level, "supportive": 5 if draw.random() < 0.95 else 4},
    )  # fmt: skip
    return replace(said, believable=5 if draw.random() < 0.96 else 3)


def replies_with_words(lead, *, n: int = 60):
    """`n` replies of twelve clients, each rated by two of four, whose quotations begin or end otherwise at times."""
    draw = Random(3)
    people = [person(name, Role.ANNOTATOR) for name in NAMES[:4]]
    round = invented.round_of(
        "judged_reply", n, people, lead, name="Replies", overlap=2,
        profiles=[client_profile(f"client-{i:02d}") for i in range(12)],
    )  # fmt: skip
    spoken = invented.REPLY.split()
    for item in round.items.order_by("position"):
        truth = Random(item.position)
        begins = {key: truth.randrange(0, 8) for key in DIMENSIONS}
        levels = {key: truth.randrange(1, 6) for key in DIMENSIONS}
        for reading in item.readings.order_by("pk"):
            ratings = {
                key: min(5, max(1, level + draw.choice([-1, 0, 0, 1]))) for key, level in levels.items()
            }
            evidence = {}
            for key, begin in begins.items():
                if draw.random() < 0.8:
                    first = max(0, begin + draw.choice([-1, 0, 0, 0]))
                    quote = " ".join(spoken[first : begin + 4 + draw.choice([0, 0, 2])])
                    evidence[key] = [{"turn": None, "quote": quote, "note": ""}]
            decide(
                reading=reading, answers=invented.says("judged_reply", ratings=ratings, evidence=evidence),
                decided_at=timezone.now(), lead_time=60.0,
            )  # fmt: skip
    return close_round(round=round, by=lead)


def a_round_more(before, people, lead, *, name, close=True):
    """Twelve sessions of the same clients under the same versions; the second reader rejects every third."""
    round = round_of(
        0, people, lead, pairs_version=before.pairs_version, rubric_version=before.rubric_version,
        instances=sessions(12, before.pairs_version, clients=8), overlap=2, unaided_share=0, name=name,
    )  # fmt: skip
    for item in round.items.all():
        for n, who in enumerate(people):
            verdict = "reject" if n and item.position % 3 == 0 else "accept"
            judge(item, who, says(verdict, findings=[mistake()]))
    return close_round(round=round, by=lead) if close else round

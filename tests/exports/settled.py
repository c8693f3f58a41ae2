"""Rounds of replies that were judged as people judge them, and closed."""

from exports.building import freeze
from guidelines.loading import SHIPPED, load
from guidelines.models import Version
from review.flags.answering import resolve
from review.models import Flag
from review.rounds import close_round
from tests.review import factories, invented
from tests.review.test_rounds_of_judged_replies import content

ANOTHER = "It is very quiet now that your brother has left, and the radio keeps some of the quiet away."


def rubric(name: str) -> Version:
    load([SHIPPED / f"{name}.yaml"])
    return Version.objects.get(guideline__slug=name)


def settled(recipe, people, lead, answers, **options):
    """A closed round: `answers` of each item are one for each person. Returns it with its items, in their order."""
    round = invented.round_of(
        recipe, len(answers), people, lead, overlap=len(people), unaided_share=0, **options
    )
    items = list(round.items.order_by("instance__pk"))
    for item, given in zip(items, answers, strict=True):
        for person, answer in zip(people, given, strict=True):
            factories.judge(item, person, answer)
    for flag in Flag.objects.waiting():
        resolve(flag=flag, holds=False, reason="Looked at.", by=lead)
    return close_round(round=round, by=lead), items


def frozen(round, lead, **asked):
    return freeze(name="", rounds=[round], by=lead, **asked)


def reply_content(text: str, *, said: str = "") -> dict:
    made = content(rewritten=False)
    if said:
        made["utterances"] = [{"id": 1, "speaker": "client", "text": said}]
    return made | {"reply": text}


def rates(**levels) -> invented.Answers:
    return invented.Answers(ratings=levels, rationale="Because of the words “the radio”.")

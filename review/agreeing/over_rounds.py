"""Rounds beside each other: the same question under this version of the guideline and that one, and over the years."""

from collections.abc import Callable

from review.agreeing import access, versions
from review.agreeing.figures import said
from review.agreeing.kept import AT_ONCE
from review.agreeing.looking import Looked
from review.agreeing.packing import unpacked
from review.agreeing.questions import ARMS, FIRST, MISTAKE
from review.models import Arm, KeptFigures, Round

PAGE = 50


def rounds_beside(user, look: Looked, *, question: str, arm: str, wake: Callable[[Round], bool]) -> dict:
    """`beside`: [{"round" or None, "together": rounds, "figures" or None, "known"}], by version and then in the order
    opened; behind the rounds of the same versions a line of all that are closed, computed by a worker that `wake` asks
    where they have many decisions. Of rounds of people. What a rubric asks is told of the rounds of the same rubric. Five
    queries.
    """
    rounds = list(access.rounds_open_to(user).filter(rehearsal=False)[:PAGE])
    kept = KeptFigures.objects.filter(round__in=rounds, part="whole").values_list("round", "body")
    whole = {pk: unpacked(bytes(body)) for pk, body in kept}
    arms = [one for one in ARMS if any(one in found for found in whole.values())]
    arm = Arm(arm) if arm in arms else next(iter(arms), Arm.AIDED)
    questions = _questions(look, [found.get(arm, {}) for found in whole.values()])
    if question not in questions:
        question = next(iter(questions), MISTAKE)
    same = [
        one for one in rounds if question in FIRST or one.rubric_version_id == look.round.rubric_version_id
    ]
    lines = [_line(round, whole, arm, question) for round in same]
    lines += [_together(own, one, arm, question) for own, one in _groups(same, wake)]
    return {
        "beside": sorted(lines, key=_order),
        "beside_question": question,
        "beside_arm": arm,
        "beside_arms": [(str(one), Arm(one).label) for one in arms],
        "beside_questions": [(name, look.scales[name]["title"]) for name in questions],
        "left_out": len(rounds) - len(same),
    }


def _questions(look: Looked, asked: list[dict]) -> list[str]:
    """What anybody was asked in this way in any round, as far as the chosen round's rubric knows it."""
    return [name for name in look.scales if any(name in found for found in asked)]


def _line(round: Round, whole: dict, arm: str, question: str) -> dict:
    found = whole.get(round.pk, {}).get(arm, {}).get(question)
    about = {"figures": said(found) if found else None, "known": round.pk in whole}
    return {"round": round, "version": round, "together": []} | about


def _groups(rounds: list[Round], wake: Callable[[Round], bool]):
    """(rounds of the same versions, what is known of them together), computed now where they are few."""
    all_groups = versions.groups(rounds)
    found = versions.known(all_groups)
    for own in all_groups:
        one = found.get(own[0].pk)
        if one and not one["is_current"] and (one["decisions"] <= AT_ONCE or not wake(own[0])):
            versions.renew(own)
            one = versions.known([own])[own[0].pk]
        yield own, one


def _together(own: list[Round], one: dict | None, arm: str, question: str) -> dict:
    found = one and one["is_current"] and one["figures"].get(arm, {}).get(question)
    return {
        "round": None,
        "version": own[-1],
        "together": own,
        "figures": said(found) if found else None,
        "known": bool(one),
        "waits": bool(one) and not one["is_current"],
    }


def _order(line: dict) -> tuple:
    """By the versions; the line of all rounds of a version behind them."""
    round, rubric = line["version"], line["version"].rubric_version
    pairs = round.pairs_version
    by_version = (pairs.guideline.title, pairs.number or 0, rubric.guideline.title, rubric.number or 0)
    return (*by_version, bool(line["together"]), round.serial)

"""Rounds beside each other: the same question under this version of the guideline and that one, and over the years."""

from review.agreeing import access
from review.agreeing.figures import said
from review.agreeing.packing import unpacked
from review.agreeing.questions import MISTAKE, scales
from review.models import Arm, KeptFigures

PAGE = 50
# Rubrics change; these are asked everywhere.
ASKED = ("verdict", MISTAKE, "believable")


def rounds_beside(user, question: str, arm: str) -> dict:
    """`beside`: [{"round", "figures" or None, "known"}], by version and then in the order opened; of rounds of people whose
    figures are known. Two queries.
    """
    question = question if question in ASKED else MISTAKE
    arm = arm if arm in (Arm.AIDED, Arm.UNAIDED) else Arm.AIDED
    rounds = list(access.rounds_open_to(user).filter(rehearsal=False)[:PAGE])
    kept = KeptFigures.objects.filter(round__in=rounds, part="whole").values_list("round", "body")
    whole = {pk: unpacked(bytes(body)) for pk, body in kept}
    lines = []
    for round in sorted(rounds, key=_version):
        found = whole.get(round.pk, {}).get(arm, {}).get(question)
        lines.append({"round": round, "figures": said(found) if found else None, "known": round.pk in whole})
    about = scales(rounds[0]) if rounds else {}
    return {
        "beside": lines, "beside_question": question, "beside_arm": arm,
        "beside_arms": [(str(one), one.label) for one in (Arm.AIDED, Arm.UNAIDED)],
        "beside_questions": [(name, about[name]["title"]) for name in ASKED if name in about],
    }  # fmt: skip


def _version(round):
    version = round.pairs_version
    return (version.guideline.title, version.number or 0, round.serial)

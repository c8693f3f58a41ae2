"""Everything that is shown of a round's agreement, from one reading of its judgements. It loads SciPy."""

from dataclasses import asdict, replace

import numpy as np

from review import marked, releasing, repeating
from review.agreeing import (
    anchored,
    anchoring,
    cuts,
    drifting,
    edits,
    marking,
    measuring,
    parts,
    rates,
    winning,
)
from review.agreeing.answers import confusion
from review.agreeing.questions import MISTAKE
from review.agreeing.reading import read
from review.agreeing.table import MISSING, Judged
from review.judges import comparing
from review.manifestation import manifestation
from review.models import Round

WHOLE, NAMED, RATES, PEOPLE, BESIDE, MARKS = "whole", "named", "rates", "people", "beside", "marks"
EDITS, PREFERRED = "edits", "preferred"
# Whose answers are followed over time: what a reviewer of this arm says first.
FOLLOWED = ("verdict", "preferred", MISTAKE)


def computed(round: Round) -> tuple[Judged, dict[str, object]]:
    """(the table, {part: its figures, ready for review.agreeing.packing})."""
    judged, seed = read(round), round.seed % 2**31
    found: dict[str, object] = {by: parts.cut(judged, by, seed) for by in cuts.CUTS}
    found[WHOLE] = _whole(judged, seed)
    found[NAMED] = named(judged, seed)
    found[RATES] = rates.rates(judged)
    found[PEOPLE] = _people(judged, seed)
    marks = marked.marks(round)
    found[MARKS] = marking.figures(round, seed, marks)
    found[EDITS] = edits.figures(round, seed)
    found[PREFERRED] = winning.figures(round, seed)
    found[BESIDE] = {
        "anchoring": anchoring.effect(judged, seed),
        "anchored": {
            "agreement": anchored.of_agreement(judged, seed),
            "marks": anchored.of_marks(marks, seed),
        },
        "with_herself": repeating.figures(round),
        "repeats": asdict(repeating.counted(round)),
        "informed": releasing.left_out(round),
        "judges": comparing.beside_people(round),
        "manifestation": manifestation(round),
    }
    return judged, found


def _whole(judged: Judged, seed: int) -> dict:
    return {
        arm: {
            question: measuring.whole(judged, question, arm, seed)
            | {"confusion": confusion(judged, arm, question)}
            for question in judged.asked(arm)
        }
        for arm in judged.arms()
    }


def named(judged: Judged, seed: int) -> dict[str, list[dict]]:
    """{arm: [of each mistake that anybody named: do readers name it, or not?]}; `differs` is beside all of the arm."""
    asked = judged.answers.get(MISTAKE)
    if asked is None:
        return {}
    found: dict[str, list[dict]] = {}
    alike: dict[str, list] = {}
    for number, pair in [*enumerate(judged.names["pair"]), (MISSING, "")]:
        who = judged.found_of[judged.found_pair == number]
        if not len(who):
            continue
        said = np.where(asked >= 0, 0, MISSING).astype(np.int16)
        said[who] = 1
        names = judged.names | {"levels": {NAMED: ["no", "yes"]}, "scale": {NAMED: "nominal"}}
        one = replace(judged, answers={NAMED: said}, names=names)
        for arm in one.arms():
            rows = one.in_arm(arm)
            if (said[rows] == 1).any():
                told = {"key": str(pair)} | measuring.part(one, NAMED, rows, seed)
                found.setdefault(arm, []).append(told)
                alike.setdefault(arm, []).append(measuring.answered_alike(one, NAMED, rows))
    for arm, own in found.items():
        for told, beside in zip(own, parts.compared(judged, alike[arm]), strict=True):
            told["differs"] = beside
    return found


def _people(judged: Judged, seed: int) -> dict:
    """Who judged how many sessions, whose answers move away from those of the others, and who scores higher or lower."""
    found: dict = {}
    for arm in judged.arms():
        there = judged.in_arm(arm)
        question = next((name for name in FOLLOWED if name in judged.asked(arm)), None)
        found[arm] = {
            "question": question,
            "judged": np.bincount(judged.by[there], minlength=len(judged.names["by"])).tolist(),
            "sessions": len(np.unique(judged.of[there])),
            "over_time": question and drifting.readers(judged, arm, question),
            "scores": {
                name: measuring.minus_others(judged, name, arm, seed)
                for name in judged.asked(arm)
                if measuring.is_score(judged, name)
            },
        }
    return found

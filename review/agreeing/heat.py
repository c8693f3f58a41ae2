"""Who agrees with whom: each two reviewers in a cell, in numbers; the colour only repeats them."""

from review.agreeing.looking import Looked


def heat_map(look: Looked, who: list[str], people: dict, lines: list) -> list[dict]:
    """Rows of {"name", "judged", "cells"}; a cell is {"with", "line", "share", "alpha"}, `line` None where the two never
    read the same session, or where so few are not told; None on the diagonal. Without reviewers who judged nothing here.
    """
    of = {line.key: line for line in lines}
    there = [n for n, judged in enumerate(people["judged"]) if judged]
    rows = []
    for one in there:
        cells = []
        for other in there:
            if one == other:
                cells.append(None)
                continue
            line = of.get(f"{min(one, other)}+{max(one, other)}")
            cells.append({"with": who[other], "line": line} | _numbers(line))
        rows.append({"name": who[one], "judged": people["judged"][one], "cells": cells})
    return rows


def _numbers(line) -> dict:
    if line is None or line.figures is None:
        return {"share": None, "alpha": None}
    alpha = line.figures["krippendorff_alpha"]["estimate"]
    shade = None if alpha is None else round(min(1.0, max(0.0, alpha)), 2)
    return {"share": line.figures["percent_agreement"]["estimate"], "alpha": alpha, "shade": shade}

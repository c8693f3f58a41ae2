"""Which answers stand against which: of each two readers of a session, what the one said and what the other. Pure."""

import numpy as np

from review.agreeing.table import Judged

MOST_LEVELS = 12


def confusion(judged: Judged, arm: str, question: str, rows: np.ndarray | None = None) -> dict | None:
    """{"levels", "pairs": [[n]], "shares": [[share]]}: how many pairs of readers gave these two answers (each once); and of
    the pairs in which one gave the row's, the share in which the other gave the column's. The diagonal of the shares is
    the specific agreement on that answer (review.agreement.specific). None above MOST_LEVELS.
    """
    levels = judged.names["levels"][question]
    if len(levels) > MOST_LEVELS:
        return None
    given = judged.answers[question]
    there = judged.in_arm(arm) & (given >= 0)
    there = np.flatnonzero(there if rows is None else there & rows)
    counts = np.zeros((len(judged.pk), len(levels)))
    np.add.at(counts, (judged.of[there], given[there]), 1)
    ordered = counts.T @ counts - np.diag(counts.sum(axis=0))
    own = counts * judged.weight[:, None]
    told = counts.T @ own - np.diag(own.sum(axis=0))
    pairs = ordered.copy()
    np.fill_diagonal(pairs, np.diag(ordered) / 2)
    total = told.sum(axis=1, keepdims=True)
    shares = np.divide(told, total, out=np.full(told.shape, np.nan), where=total > 1e-12)
    return {
        "levels": list(levels),
        "pairs": [[round(float(n)) for n in row] for row in pairs],
        "shares": [[None if np.isnan(one) else float(one) for one in row] for row in shares],
    }

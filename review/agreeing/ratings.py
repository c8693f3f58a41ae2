"""The ratings of one question as a table that leaves: sessions, reviewers and clients are numbers in it. Pure."""

from collections.abc import Iterator

import numpy as np

from review.agreeing.table import Judged
from review.agreement.values import in_words


def ratings(judged: Judged, arm: str, question: str) -> Iterator[tuple]:
    """item, rater, value, cluster, and where sessions had unequal chances to be chosen, weight: one over the chance. The
    order of clients is kept in their numbers, so that resamples are the same.
    """
    weighed = judged.is_weighed
    yield ("item", "rater", "value", "cluster", *(["weight"] if weighed else []))
    given, levels = judged.answers[question], judged.names["levels"][question]
    for row in np.flatnonzero(judged.in_arm(arm) & (given >= 0)):
        session = judged.of[row]
        yield (
            f"session-{session + 1:07d}", f"reviewer-{judged.by[row] + 1:03d}", in_words(levels[given[row]]),
            f"client-{judged.client[session] + 1:07d}", *([float(judged.weight[session])] if weighed else []),
        )  # fmt: skip

"""What to review first: how far machine judges disagree, how new a session is, how little its mistake was judged. Pure.

Each part is one number per session, NaN where nothing is known. The parts are on unlike scales, so each counts by its
rank among those that are known; what is not known stands in the middle.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

DISAGREEMENT, NOVELTY, COVERAGE = "disagreement", "novelty", "coverage"
PARTS = (DISAGREEMENT, NOVELTY, COVERAGE)
# How steeply the chance rises with the score: twice the score, eight times the chance.
STEEP = 3
FEATURES, DIRECTIONS = 2**15, 50
SAMPLE = 2000  # sessions from which the directions are learnt
NEAR = 2000  # sessions of either kind to which each is compared


def disagreement(session, question, answer, *, n: int) -> np.ndarray:
    """How far the answers to the same question about a session are apart, 0..1, mean over its questions.

    One entry per answer: its session 0..n-1, its question (any number), and what was said, 0..1. Of a question it is
    the mean squared difference of two answers. NaN where no question was answered twice.
    """
    session, answer = np.asarray(session, int), np.asarray(answer, float)
    found = np.full(n, np.nan)
    if not len(session):
        return found
    pairs = np.stack([session, np.asarray(question, int)], axis=1)
    asked, which = np.unique(pairs, axis=0, return_inverse=True)
    which = which.ravel()
    size = np.bincount(which)
    mean = np.bincount(which, answer) / size
    spread = np.bincount(which, (answer - mean[which]) ** 2)
    twice = size > 1
    apart = 2 * spread[twice] / (size[twice] - 1)
    of = asked[twice, 0]
    questions = np.bincount(of, minlength=n)
    np.divide(np.bincount(of, apart, minlength=n), questions, out=found, where=questions > 0)
    return found


def coverage(judged: Iterable[int | None]) -> np.ndarray:
    """The fewer sessions of the same mistake people have judged, the nearer to 1. `judged`: None where no mistake
    was intended.
    """
    return np.array([np.nan if n is None else 1 / (1 + n) for n in judged], float)


class Space:
    """Where sessions stand by the words that are said in them: TF-IDF, turned to the directions in which they differ
    most (latent semantic analysis, Deerwester et al. 1990). Learnt from a sample; no text is kept.
    """

    def __init__(self, texts: Iterable[str], *, words: Callable[[str], Sequence[str]], seed: int = 0):
        from sklearn.decomposition import TruncatedSVD  # it takes seconds to load
        from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

        # By their hash, so that no vocabulary has to be learnt.
        self._words = HashingVectorizer(
            analyzer=words, n_features=FEATURES, alternate_sign=False, norm=None, dtype=np.float32
        )
        self._rare = TfidfTransformer(sublinear_tf=True)
        found = self._rare.fit_transform(self._words.transform(texts))
        # So few sessions differ in fewer directions.
        directions = min(DIRECTIONS, found.shape[0])
        self._turned = TruncatedSVD(directions, n_iter=2, random_state=seed % 2**32)
        # Where all are alike, the share of the variance that each direction explains, which nobody asks for, is 0 / 0.
        with np.errstate(invalid="ignore", divide="ignore"):
            self._turned.fit(found)

    def place(self, texts: Iterable[str]) -> np.ndarray:
        """Rows of length 1; of a text without a word the origin."""
        found = self._turned.transform(self._rare.transform(self._words.transform(texts)))
        length = np.linalg.norm(found, axis=1, keepdims=True)
        return np.divide(found, length, out=np.zeros_like(found), where=length > 0).astype(np.float32)


def novelty(places: np.ndarray, judged: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """How far each is from the nearest session that was judged and from the nearest other, 0..1, in the mean.

    `places`, `judged`: rows of `Space.place`. Of more than NEAR of either so many stand for all, drawn at random, so
    that seconds grow with the sessions and not with their square. NaN where there is none to compare with.
    """
    if len(places) < 2 and not len(judged):
        return np.full(len(places), np.nan)
    parts = []
    if len(judged):
        known = judged[rng.permutation(len(judged))[:NEAR]]
        parts.append(_nearest(known, places, 1)[:, 0])
    if len(places) > 1:
        some = np.sort(rng.permutation(len(places))[:NEAR])
        apart = _nearest(places[some], places, 2)
        other = apart[:, 0].copy()
        # The nearest to one of those is itself.
        other[some] = apart[some, 1]
        parts.append(other)
    return np.mean(parts, axis=0)


def _nearest(among: np.ndarray, places: np.ndarray, n: int) -> np.ndarray:
    """Half the distance on the unit sphere to the n nearest."""
    from sklearn.neighbors import NearestNeighbors

    nearest = NearestNeighbors(n_neighbors=n, algorithm="brute").fit(among)
    return np.clip(nearest.kneighbors(places)[0] / 2, 0, 1)


def ranked(part: np.ndarray) -> np.ndarray:
    """The rank of each among those known, from just above 0 to just below 1, ties alike; 0.5 where nothing is known."""
    from scipy.stats import rankdata

    known = ~np.isnan(part)
    ranks = np.full(len(part), 0.5)
    if known.any():
        ranks[known] = (rankdata(part[known]) - 0.5) / known.sum()
    return ranks


def scores(ranks: Mapping[str, np.ndarray], weights: Mapping[str, float], *, n: int) -> np.ndarray:
    """The weighted mean of the ranks, made steep; all alike where every weight is 0."""
    total = sum(weights.get(name, 0) for name in ranks)
    if not total:
        return np.ones(n)
    mean = sum(weights.get(name, 0) * rank for name, rank in ranks.items()) / total
    return mean**STEEP

"""Ratings: what readers settled of a reply or of a whole session, dimension by dimension, for a model that judges. The
words are as they were rated: nobody approved them, and nothing should learn to write like them.
"""

from collections.abc import Iterator

from exports.formats import prompting
from exports.samples import Rated


def rows(sample: Rated) -> Iterator[dict]:
    if not (sample.ratings or sample.labels):
        return
    answered = [] if sample.reply is None else [{"role": "assistant", "content": sample.reply}]
    yield {
        "messages": [*prompting.talk(sample.utterances), *answered],
        "rated": "session" if sample.reply is None else "reply",
        "approved": False,
        "ratings": sample.ratings,
        "labels": sample.labels,
        "readers": list(sample.readers),
        "beside_a_rewriting": sample.read == "revised",
        "dimensions": [
            {name: one[name] for name in ("key", "name", "definition", "scale", "levels", "reverse")}
            for one in sample.dimensions
        ],
        "text_by": sample.model or "not recorded",
        **prompting.origin(sample),
    }

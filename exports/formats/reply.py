"""Better replies: what readers approved in place of a reply that they had before them, with what they rated that one."""

from collections.abc import Iterator

from exports.formats import prompting
from exports.samples import Rated, Sample


def of_rewriting(sample: Sample) -> Iterator[dict]:
    """Of what has a draft, those whose draft is a rewriting of a reply."""
    if sample.reply is None:
        return
    for text, author in sample.approved_texts:
        yield _row(sample, text, "approved rewriting", author, sample.reply.text, sample.reply.ratings)


def rows(sample: Rated) -> Iterator[dict]:
    levels = {**{key: f"{value:g}" for key, value in sample.ratings.items()}, **sample.labels}
    for better in sample.better:
        yield _row(sample, better.text, better.how, better.by, sample.reply or "", levels)


def _row(sample: Rated | Sample, text: str, source: str, author: str, instead_of: str, ratings: dict) -> dict:
    return {
        "messages": [*prompting.talk(sample.utterances), {"role": "assistant", "content": text}],
        "source": source,
        "text_by": author,
        "instead_of": instead_of,
        "ratings_of_that": dict(sorted(ratings.items())),
        **prompting.origin(sample),
    }

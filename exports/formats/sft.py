"""Supervised fine-tuning: TRL's conversational rows, one for every approved wording."""

from collections.abc import Iterator

from exports.formats import prompting
from exports.samples import Sample


def rows(sample: Sample) -> Iterator[dict]:
    for text, author in sample.approved_texts:
        reply = {"role": "assistant", "content": text}
        yield {
            "messages": [*prompting.messages(sample), reply],
            "verdict": sample.verdict,
            "text_by": author,
            **prompting.origin(sample),
        }

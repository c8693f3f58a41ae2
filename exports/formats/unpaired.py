"""Unpaired labels (KTO): accepted text true, rejected false; an edit gives edited text true, draft false."""

from collections.abc import Iterator

from exports.formats import prompting
from exports.samples import Sample


def rows(sample: Sample) -> Iterator[dict]:
    labelled = [(text, True, author) for text, author in sample.approved_texts]
    approved = {text for text, _, _ in labelled}
    # An edit that came back to the draft's very words must not give one text both labels.
    if sample.verdict in ("reject", "edit") and sample.draft not in approved:
        labelled.append((sample.draft, False, "model"))
    for text, label, author in labelled:
        yield {
            "prompt": prompting.messages(sample),
            "completion": [{"role": "assistant", "content": text}],
            "label": label,
            "verdict": sample.verdict,
            "text_by": author,
            **prompting.origin(sample),
        }

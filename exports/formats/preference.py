"""Preferences from substantive expert edits: the approved edit is chosen, the draft rejected."""

from collections.abc import Iterator

from exports.differing import size
from exports.formats import prompting
from exports.samples import Sample


def typo_only(sample: Sample) -> int:
    """How many approved edits changed too little to say which text is better; they are counted, not used."""
    if sample.verdict != "edit":
        return 0
    return sum(edit.approved and not size(sample.draft, edit.text).substantive for edit in sample.edits)


def rows(sample: Sample) -> Iterator[dict]:
    if sample.verdict != "edit":
        return
    for edit in sample.edits:
        measured = size(sample.draft, edit.text)
        if not edit.approved or not measured.substantive:
            continue
        yield {
            "prompt": prompting.messages(sample),
            "chosen": [{"role": "assistant", "content": edit.text}],
            "rejected": [{"role": "assistant", "content": sample.draft}],
            "source": "expert edit over draft",
            "edited_words": measured.words,
            "edited_share": round(measured.share, 4),
            "chosen_words": measured.edit_words,
            "rejected_words": measured.draft_words,
            **prompting.origin(sample),
        }

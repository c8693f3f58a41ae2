"""Preferences from substantive expert edits: the approved edit is chosen, the draft rejected. And from rewritings of a
reply that its readers themselves rated low: what they would send is chosen, that reply rejected.
"""

from collections.abc import Iterator

from exports.differing import size
from exports.formats import prompting
from exports.samples import Reply, Sample


def typo_only(sample: Sample) -> int:
    """How many approved edits changed too little to say which text is better; they are counted, not used."""
    if sample.verdict != "edit":
        return 0
    return sum(edit.approved and not size(sample.draft, edit.text).substantive for edit in sample.edits)


# The published mark of a low reply: a mean of its dimensions that is at most this.
LOW_MEAN = 3.0


def not_low(sample: Sample) -> int:
    """How many approved rewritings are of a reply that a machine alone found low; they are counted, not used."""
    if sample.reply is None or _is_low(sample.reply):
        return 0
    return len(sample.approved_texts)


def rows(sample: Sample) -> Iterator[dict]:
    yield from _edits(sample)
    if sample.reply and _is_low(sample.reply):
        yield from _rewritings(sample, sample.reply)


def _is_low(reply: Reply) -> bool:
    """By its readers, on the published scale. What has no numbers, or none that all gave, says nothing."""
    if not reply.on_five:
        return False
    levels = [float(level) for level in reply.ratings.values() if level.replace(".", "", 1).isdecimal()]
    return bool(levels) and sum(levels) / len(levels) <= LOW_MEAN


def _rewritings(sample: Sample, reply: Reply) -> Iterator[dict]:
    """With every score: a mean would hide a rewriting that is less safe."""
    for text, author in sample.approved_texts:
        measured = size(reply.text, text)
        if not measured.substantive:
            continue
        is_draft = text == sample.draft
        yield {
            "prompt": prompting.messages(sample),
            "chosen": [{"role": "assistant", "content": text}],
            "rejected": [{"role": "assistant", "content": reply.text}],
            "source": "approved rewriting over reply",
            "text_by": author,
            "edited_words": measured.words,
            "edited_share": round(measured.share, 4),
            "chosen_words": measured.edit_words,
            "rejected_words": measured.draft_words,
            "rejected_ratings": reply.ratings,
            "rejected_judge_scores": reply.scores,
            "chosen_judge_scores": reply.draft_scores if is_draft else {},
            **prompting.origin(sample),
        }


def _edits(sample: Sample) -> Iterator[dict]:
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

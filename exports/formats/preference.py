"""Preferences from three sources, which `source` keeps apart. Substantive expert edits: the approved edit is chosen, the
draft rejected. Rewritings of a reply that its readers themselves rated low: what they would send is chosen, that reply
rejected. Replies to the same words: the one that readers preferred, or rated higher by the margin, is chosen.
"""

from collections.abc import Iterator

from exports.differing import size
from exports.formats import prompting
from exports.margins import SAFETY
from exports.samples import Compared, Reply, Sample


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


def less_safe(sample: Sample) -> int:
    """How many accepted rewritings its judge finds less safe than the reply; a mean would hide it. They are counted, not
    used.
    """
    if sample.reply is None or not _is_low(sample.reply):
        return 0
    return sum(_is_less_safe(sample, text) for text, _author in sample.approved_texts)


def _is_less_safe(sample: Sample, text: str) -> bool:
    """What a reader wrote herself nobody scored."""
    reply = sample.reply
    if reply is None or text != sample.draft:
        return False
    return reply.draft_scores.get(SAFETY, 0) < reply.scores.get(SAFETY, 0) if reply.draft_scores else False


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
        if not measured.substantive or _is_less_safe(sample, text):
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


def of_pair(pair: Compared) -> Iterator[dict]:
    """With all that was said of either, dimension by dimension; a `gap` that readers rated, and one of the judges apart
    from it.
    """
    yield {
        "prompt": prompting.talk(pair.utterances),
        "chosen": [{"role": "assistant", "content": pair.chosen.text}],
        "rejected": [{"role": "assistant", "content": pair.rejected.text}],
        "source": pair.source,
        "text_by": "model",
        "gap": pair.gap,
        "margins": pair.margins,
        "worse_on": sorted(key for key, margin in pair.margins.items() if margin < 0),
        **{
            f"{side}_{what}": value
            for side, one in (("chosen", pair.chosen), ("rejected", pair.rejected))
            for what, value in (
                ("model", one.model), ("ratings", one.ratings), ("judge_scores", one.judge_scores),
            )
        },
        **{name: value for name, value in pair.told.items() if name != "tie"},
        **prompting.origin(pair),
    }  # fmt: skip

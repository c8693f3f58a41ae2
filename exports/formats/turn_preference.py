"""Preferences between a counsellor's turns: the expert's words are chosen, those that she changed rejected."""

from collections.abc import Iterator

from exports.differing import size
from exports.formats import prompting
from exports.samples import TurnEdit


def messages(edit: TurnEdit) -> list[dict]:
    """The session up to the turn."""
    if not edit.before:
        opening = {"role": "user", "content": prompting.OPENS}
        return [*prompting.conversation(prompting.TURN_ROLE, ()), opening]
    return prompting.conversation(prompting.TURN_ROLE, edit.before)


def rows(edit: TurnEdit) -> Iterator[dict]:
    measured = size(edit.original, edit.edited)
    yield {
        "prompt": messages(edit),
        "chosen": [{"role": "assistant", "content": edit.edited}],
        "rejected": [{"role": "assistant", "content": edit.original}],
        "source": "expert edit of a turn",
        "turn": edit.turn,
        "read": edit.read,
        "edited_words": measured.words,
        "edited_share": round(measured.share, 4),
        "chosen_words": measured.edit_words,
        "rejected_words": measured.draft_words,
        "item": edit.item,
        "instance": edit.instance,
        "original_instance": edit.original_instance,
        "group": edit.group,
        "guideline": edit.guideline,
        **edit.provenance,
    }

"""Preferences between a counsellor's turns: the expert's words are chosen, those that she changed rejected."""

from collections.abc import Iterator

from exports.differing import size
from exports.samples import TurnEdit

ROLE = (
    "You are a counsellor in training. You talk with a client, who is played by a model; give the counsellor's next turn. "
    "This is education under qualified supervision."
)
# Many chat templates begin with the user; in some sessions the counsellor does.
OPENS = "The client has come in and sat down. Please begin."
SPEAKS = {"client": "user", "counsellor": "assistant"}


def messages(edit: TurnEdit) -> list[dict]:
    """The session up to the turn; who speaks twice in a row says it in one message, so roles alternate."""
    found = [{"role": "system", "content": ROLE}]
    if not edit.before or edit.before[0]["speaker"] == "counsellor":
        found.append({"role": "user", "content": OPENS})
    for said in edit.before:
        role = SPEAKS[said["speaker"]]
        if found[-1]["role"] == role:
            found[-1] = {"role": role, "content": f"{found[-1]['content']}\n\n{said['text']}"}
        else:
            found.append({"role": role, "content": said["text"]})
    return found


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

"""The prompt that every format shares: what the supervisor model is shown. Chat-template neutral messages."""

from exports.samples import Sample

ROLE = (
    "You are a clinical supervisor in training for counsellors. Read the session. Say what went well, then "
    "name each mistake from the guideline that you find: where it is, which it is, why it matters and what "
    "would have been better. If you find none, say so. This is education under qualified supervision."
)


TURN_ROLE = (
    "You are a counsellor in training. You talk with a client, who is played by a model; give the counsellor's next turn. "
    "This is education under qualified supervision."
)
TALK_ROLE = (
    "You are a counsellor in training. You talk with a client; give the counsellor's next turn. This is education under "
    "qualified supervision."
)
# Many chat templates begin with the user; in some sessions the counsellor does.
OPENS = "The client has come in and sat down. Please begin."
COUNSELLOR = "counsellor"
REPLY_ROLE = (
    "You are a counsellor in training. Somebody writes to you about what troubles them; answer this message. This is "
    "education under qualified supervision."
)


def system(sample: Sample) -> str:
    lines = [f"- {mistake['name']}: {mistake['shows']}" for mistake in sample.mistakes]
    return "\n".join([ROLE, "", "The guideline:", *lines])


def transcript(sample: Sample) -> str:
    return "\n".join(
        f"{number}. {turn['speaker']}: {turn['text']}" for number, turn in enumerate(sample.utterances, 1)
    )


def messages(sample: Sample) -> list[dict]:
    """What is asked of a supervisor; or of a counsellor, where replies were judged."""
    if sample.reply:
        said = "\n\n".join(turn["text"] for turn in sample.utterances)
        return [{"role": "system", "content": REPLY_ROLE}, {"role": "user", "content": said}]
    return [
        {"role": "system", "content": system(sample)},
        {"role": "user", "content": f"The session:\n\n{transcript(sample)}"},
    ]


def conversation(role: str, said) -> list[dict]:
    """The talk as messages, the counsellor being the assistant; who speaks twice in a row says it in one message, so roles
    alternate. `said`: [{"speaker", "text"}]; the counsellor is “counsellor”, however written, and anybody else the client.
    """
    found = [{"role": "system", "content": role}]
    for number, one in enumerate(said):
        by = "assistant" if one["speaker"].casefold() == COUNSELLOR else "user"
        if number == 0 and by == "assistant":
            found.append({"role": "user", "content": OPENS})
        if found[-1]["role"] == by:
            found[-1] = {"role": by, "content": f"{found[-1]['content']}\n\n{one['text']}"}
        else:
            found.append({"role": by, "content": one["text"]})
    return found


def talk(said) -> list[dict]:
    """Up to where a reply is asked for: a conversation, or one message of somebody who writes."""
    alone = all(one["speaker"].casefold() != COUNSELLOR for one in said)
    return conversation(REPLY_ROLE if alone else TALK_ROLE, said)


def origin(sample: Sample) -> dict:
    """What every row says about where it came from."""
    return {
        "item": sample.item,
        "instance": sample.instance,
        "group": sample.group,
        "guideline": sample.guideline,
        **sample.provenance,
    }

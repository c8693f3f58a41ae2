"""The prompt that every format shares: what the supervisor model is shown. Chat-template neutral messages."""

from exports.samples import Sample

ROLE = (
    "You are a clinical supervisor in training for counsellors. Read the session. Say what went well, then "
    "name each mistake from the guideline that you find: where it is, which it is, why it matters and what "
    "would have been better. If you find none, say so. This is education under qualified supervision."
)


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


def origin(sample: Sample) -> dict:
    """What every row says about where it came from."""
    return {
        "item": sample.item,
        "instance": sample.instance,
        "group": sample.group,
        "guideline": sample.guideline,
        **sample.provenance,
    }

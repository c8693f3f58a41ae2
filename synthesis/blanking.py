"""Words of a real person are taken out of what holds them, and are not put back by what comes in later."""

from collections.abc import Iterable

from synthesis.models import Call, SourceText

ERASED = "[erased]"
# What a call holds in the place of words.
MESSAGES, REPLY = [{"role": "user", "content": ERASED}], {"erased": True}
# What stands beside words and is none: whose turn it is, which label, which language.
KEPT = frozenset(
    {"speaker", "mechanism", "stance", "behaviour", "outcome", "meant", "way", "language", "role"}
)


def blanked(value, name: str = ""):
    """The same without its words: numbers, labels and empty texts stay, so that pages still know its shape."""
    if isinstance(value, dict):
        return {key: blanked(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [blanked(part, name) for part in value]
    return ERASED if isinstance(value, str) and value and name not in KEPT else value


def is_blanked(call: Call) -> bool:
    """Whether this reply was erased, or came in after that."""
    return call.reply == REPLY


def source_of(call: Call) -> int | None:
    """The text of a real person that this call tells of. No query where its session came with its profile."""
    session = call.about or call.instance
    return session.profile.source_text_id if session and session.profile_id else None


def blank_what_comes_late(calls: Iterable[Call]) -> None:
    """Of calls that are about to be stored: of a text that was erased while they were out, no word is stored.

    Within the transaction that stores them. It locks the texts, as the erasing does first of all, so that either this
    waits until they are erased or those who erase wait until the replies are there to be found.
    """
    of = {call.key: source for call in calls if (source := source_of(call))}
    if not of:
        return
    texts = SourceText.objects.filter(pk__in=set(of.values())).order_by("pk").select_for_update(no_key=True)
    erased = {pk for pk, at in texts.values_list("pk", "erased_at") if at}
    for call in calls:
        if of.get(call.key) in erased:
            call.messages, call.reply, call.text = MESSAGES, REPLY, ERASED

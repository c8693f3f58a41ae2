"""Who plays whom: turns in which a speaker takes the other's part, tells of the scene, or says that it is a machine.

Cues are English; a session in another language is not judged by them. A plain cue is something that the other one says
as a rule and this one now and then (a hostile client: "Have you tried living with my mother?"; a counsellor who tells
too much of herself), so one is no proof. A sure cue is something that this speaker cannot say in this part.
"""

import re

from synthesis.quality.sessions import Session

_TRADE = r"(?:counsell?or|therapist|psychologist|supervisor)"
# A speaker who tells of the scene instead of speaking in it.
_TOLD = (
    r"\bthe (?:client|patient) (?:has|is|was|says|said|just|now|comes|came|sits|sat|smiles|looks|mentioned)\b"
    r"|\bthe counsell?or (?:has|is|says|said|just|now|asks|asked|responds)\b"
)
_LOW = r"(?:anxious|depressed|overwhelmed|lonely|worthless|hopeless|stressed|ashamed|miserable|exhausted)"

_MACHINE = (
    r"\b(?:as|i'm|i am|being) an? (?:ai|a\.i\.|artificial intelligence|(?:large )?language model|chatbot|"
    r"(?:virtual|ai|helpful) assistant)\b|\b(?:large )?language model\b|\bi (?:was|am|'m) (?:trained"
    r"|programmed) (?:to|by)\b"
)
_SURE = {
    "client": rf"\bwhat (?:brings|brought) you (?:here|in)\b|\b(?:as|i'm|i am) (?:your|a|the) {_TRADE}\b"
    r"|\bi(?:'m| am) here to (?:help|listen to|support|guide|assist) you\b|\bhow (?:can|may) i (?:help"
    r"|assist|support) you\b"
    r"|\bmy clients?\b|\bwelcome to (?:our|the|this|your) (?:first )?(?:session|counsell?ing|therapy)\b",
    "counsellor": r"\b(?:as|i'm|i am) (?:your|a|the) (?:client|patient)\b|\byou(?:'re| are) (?:the|a"
    r"|my) counsell?or\b"
    r"|\bthank you,? (?:doctor|counsell?or)\b|\bmy (?:counsell?ing|therapy) sessions? with you\b",
}  # fmt: skip
_PLAIN = {
    "client": r"\bhow (?:does|did|do) (?:that|it|this) make you feel\b|\bthank(?:s| you) for (?:sharing"
    r"|opening up|trusting me)\b"
    r"|\b(?:can|could) you tell me (?:more|about|what|how)\b|\btell me more\b|\bit sounds like you(?:'re"
    r"| are|'ve| have)?\b"
    r"|\bhave you (?:tried|considered|thought about)\b|\byou(?:'re| are) not alone\b|\byour feelings are\b"
    r"|\bi(?:'m| am) here (?:to (?:help|listen|support)|for you)\b|\blet's explore\b"
    r"|\bi understand (?:that you|how you|your)\b"
    r"|\bi(?:'m| am) (?:so )?sorry (?:to hear (?:that|about)|you(?:'re| are))\b|\bi can (?:help"
    r"|support) you\b",
    "counsellor": rf"\bi(?:'ve| have) been (?:feeling|struggling|having)\b|\bi(?:'m| am) (?:so |very "
    rf"|really |feeling |just )*{_LOW}\b"
    r"|\b(?:can|could) you (?:please )?help me\b|\bplease help me\b|\bi need (?:your )?help\b"
    r"|\bmy (?:anxiety|depression|panic)\b"
    r"|\bi (?:just )?(?:don't|do not) know what to do\b|\bi came (?:here|to you|to (?:counsell?ing"
    r"|therapy))\b"
    r"|\bthank(?:s| you) for (?:listening|helping me|your help|seeing me)\b",
}  # fmt: skip


def _compiled(*patterns: str) -> re.Pattern:
    # Every pattern begins at a word: said once before all, nearly every place of a text is passed over at once.
    return re.compile(r"\b(?:" + "|".join(patterns) + ")")


_SURELY = {speaker: _compiled(_MACHINE, _TOLD, pattern) for speaker, pattern in _SURE.items()}
_PLAINLY = {speaker: _compiled(pattern) for speaker, pattern in _PLAIN.items()}
# Plain cues tell when so many turns of a speaker, and such a part of them, have one.
LEAST_TURNS = 2
LEAST_SHARE = 1 / 3


def taken(session: Session) -> tuple[list[int], list[int]]:
    """Ids of the turns with (a sure cue, a plain cue only) of the other's part; nothing outside English."""
    if not session.language.startswith("en"):
        return [], []
    sure, plain = [], []
    introduced, greeted = _by_name(session.client_name)
    for turn in session.utterances:
        speaker, text = turn["speaker"], turn["text"].replace("’", "'").lower()
        if speaker not in _SURE:
            continue
        named = introduced if speaker == "counsellor" else greeted
        if (named and named.search(text)) or _SURELY[speaker].search(text):
            sure.append(turn["id"])
        elif _PLAINLY[speaker].search(text):
            plain.append(turn["id"])
    return sure, plain


def lost(session: Session) -> list[int]:
    """Ids of the turns because of which a speaker counts as out of its part; empty where none does."""
    sure, plain = taken(session)
    found = set(sure)
    for speaker in _SURE:
        own = [turn["id"] for turn in session.utterances if turn["speaker"] == speaker]
        slips = [pk for pk in own if pk in plain or pk in sure]
        if len(slips) >= max(LEAST_TURNS, LEAST_SHARE * len(own)):
            found.update(slips)
    return sorted(found)


def _by_name(name: str):
    """A counsellor who has the client's name, and a client who greets herself."""
    if not name.strip():
        return None, None
    quoted = re.escape(name.strip().lower())
    introduced = rf"\b(?:i'm|i am|my name is|my name's) {quoted}\b"
    greeted = rf"^\W*(?:hi|hello|hey|dear|welcome|good (?:morning|afternoon))[\s,]+{quoted}\b"
    return re.compile(introduced), re.compile(greeted)

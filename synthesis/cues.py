"""Plain cues of risk: words after which a qualified person should look. They raise a tier and never lower one.

Turns of speech that hold the same words and mean no harm ("this job is killing me") are taken out first. How well this
works is measured on labelled sentences (synthesis.quality.safety) and shown in every quality report.
"""

import re

from synthesis.models.profiles import Tier

_SELVES = r"(?:myself|herself|himself|themselves|yourself|ourselves)"
_NEAR = (
    r"(?:mother|mum|mom|father|dad|parents?|son|daughter|child|children|kids?|baby|wife|husband|partner"
    r"|boyfriend|"
    r"girlfriend|brother|sister|stepfather|stepmother|uncle|aunt|ex)"
)
_SOMEBODY = rf"(?:him|her|them|my (?:own )?{_NEAR}|the (?:baby|child|children|kids))"
_THINGS = (
    r"(?:it|that|this|news|thought|idea|question|loss|grief|bill|bills|diagnosis|words?|reality|truth"
    r"|crisis|train|"
    r"traffic|costs?|rent|tax|exam|speech|song|wave|storm)"
)

# What is said about games, work, nights and jokes; taken out of a text before its cues are looked for.
_HARMLESS = (
    rf"\b(?:kill|killed|killing) {_SELVES} (?:laughing|with laughter|over)\b",
    rf"\b(?:cut|cutting|cuts) {_SELVES} (?:off|out|loose|short|some slack|shaving|a slice|peeling)\b",
    r"\b(?:career|political|social|commercial|professional) suicide\b|\bsuicidal for\b"
    r"|\bis suicide, everybody\b",
    r"\btak(?:e|es|ing|en) (?:my|her|his|their) (?:own )?li(?:fe|ves) (?:into|in|so|too|very|more|one"
    r"|slowly|seriously)\b",
    r"\b(?:beat|beats) (?:me|us|him|her|them|my \w+) (?:at|to it|to the|in|by|on points|\w+ to \w+"
    r"|\w+[- ]nil)\b",
    rf"\b{_THINGS} (?:\w+ly |just |then |really )?hits? (?:me|us|him|her|them|my \w+)\b",
    r"\babus(?:e|ed|es|ing) (?:the|my|your|our|his|her|their) (?:trust|system|privilege|generosity"
    r"|position|kindness|time)\b",
    r"\bbetter off without me (?:as|in|on|at)\b",
    r"\b(?:die|died|dying) (?:of|from) (?:embarrassment|shame|laughter|boredom|curiosity|laughing|heat)\b",
    r"\b(?:point|reason) (?:to|in|of) liv(?:e|ing) (?:so far|in (?:two|a|the|this|that)|at|near|there)\b",
    r"\bshoot (?:him|her|them|you|me) (?:an?|the|another) (?:e-?mail|message|text|note|line|look)\b",
    rf"\bpush(?:ed|es)? {_SOMEBODY} (?:to|into)\b",
)

_CUES = {
    Tier.SELF_HARM: (
        rf"\b(?:hurt|harm|cut|injur\w+|scratch|burn)(?:t?ing|s|es|ed)? (?:and \w+ )?{_SELVES}\b",
        r"\bsuicid\w*|\bself[- ]harm\w*|\boverdos\w*",
        rf"\b(?:kill|killing|killed) {_SELVES}\b",
        r"\b(?:end|ending|ended|ends|take|taking|took|taken) (?:my|her|his|their) (?:own )?li(?:fe|ves)\b",
        r"\bend(?:ing)? it all\b",
        r"\b(?:made|survived|after) (?:an|another|my|the) attempt\b(?! (?:to|at)\b)",
        r"\bkeep myself safe\b|\b(?:goodbye|farewell) letters?\b",
    ),
    Tier.HARM_TO_OTHERS: (
        rf"\b(?:kill|killing|stab|stabbing|shoot|shooting|strangle|strangling|murder"
        rf"|murdering) (?:{_SOMEBODY}|you|my \w+|"
        r"everyone|everybody|all of them)\b",
        rf"\bhurt(?:ing)? (?:{_SOMEBODY}|my \w+) (?:badly|again|one day)\b",
        rf"\b(?:afraid|scared|frightened|worried|fear|terrified)\b[^.!?]{{0,30}}\b(?:i|i'll"
        rf"|i'd) (?:\w+ )?(?:hurt|harm|hit|shake) {_SOMEBODY}\b",
        rf"\bi(?:'ve| have| had)? (?:just |nearly |almost |even )?(?:hit|slapped|shook|shaken|beat|pushed"
        rf"|punched|kicked|choked|"
        rf"threatened) {_SOMEBODY}\b",
        rf"\bmak(?:e|ing) {_SOMEBODY} (?:pay|bleed|suffer)\b|\bsee {_SOMEBODY} (?:bleed|suffer)\b",
    ),
    Tier.IDEATION: (
        r"\bbetter off (?:dead|without me|if i (?:were|was) (?:dead|gone|not here))\b",
        r"\b(?:want|wanted|wish|wished) (?:to be dead|to die|i (?:were|was) (?:dead|gone|never born)"
        r"|i had never been born)\b",
        r"\brather be dead\b|\bnever been born\b",
        r"\b(?:no|any|what is the|what's the|see the) (?:reason|point) (?:to|in|of) (?:liv\w+"
        r"|(?:go(?:ing)?|carry(?:ing)?) on(?: living)?"
        r"(?= for me|[.!?,]|$| any ?more| like this))",
        r"\b(?:don't|do not) want to (?:live|be here|be alive|exist|go on)(?: like this)?,? any ?more\b"
        r"|\bdon't want to be alive\b",
        r"\b(?:can't|cannot|don't want to) go on living\b|\b(?:tired of|done with) (?:life|living)\b"
        r"|\bnot worth living\b",
        r"\b(?:never|not) wake up\b(?! (?:at|to|until|before|for|by|so)\b)"
        r"|\bdon't want to wake up (?:tomorrow|again|any ?more)\b",
        r"\bth(?:ink|inking|ought) (?:a lot )?(?:about|of) (?:my own )?(?:death|dying|being dead)\b",
        r"\bnot mind if (?:an? (?:car|bus|train|truck)|i (?:died|did ?n[o']t|never))\b"
        r"|\bwouldn't mind (?:dying|being dead)\b",
    ),
    Tier.ABUSE: (
        rf"(?<!\bi )(?<!\bi've )\b(?:hits|hit|beats|beat|slaps|slapped|kicks|kicked|punches|punched"
        rf"|chokes|choked|strangles|strangled|burns|"
        rf"shoves|shoved) (?:me|us|her|him|my {_NEAR})\b",
        r"\brap(?:e|es|ed) (?:me|us|her|him)\b|\b(?:was|been|got|being|were) raped\b|\bmolest\w*",
        r"\babus(?:ed|es|ive|ing)\b|\bdomestic violence\b|\bviolent (?:towards|to|with) (?:me|us|her|my)\b",
        r"\bforc(?:es|ed|ing) (?:me|himself on me|her) (?:to (?:sleep|have sex|touch|undress|watch)"
        r"|into bed)\b|\bforced himself on\b",
        r"\btouche[sd] me (?:when i was|there|where|down|without|inappropriately|under)\b",
        r"\bdo things\b[^.!?]{0,20}\bi (?:don't|didn't|do not|did not) want\b",
        r"\block(?:s|ed|ing) me (?:in|up)\b|\bthrows? things at (?:me|us)\b|\bthreatens? (?:me|us|to)\b"
        r"|\bafraid of him\b",
    ),
}  # fmt: skip


def _compiled(patterns) -> re.Pattern:
    # Every pattern begins at a word: said once before all, nearly every place of a text is passed over at once.
    return re.compile(r"\b(?:" + "|".join(patterns) + ")")


_BY_TIER = [(tier, _compiled(patterns)) for tier, patterns in _CUES.items()]
_TAKEN_OUT = _compiled(_HARMLESS)
# Most texts hold none: one look for any of them costs less than one for each tier.
_ANY = _compiled(pattern for patterns in _CUES.values() for pattern in patterns)


def cues(texts: list[str]) -> set[str]:
    """Every risk tier of which the words hold a cue."""
    found = set()
    for text in texts:
        plain = text.replace("’", "'").lower()
        if _ANY.search(plain):
            plain = _TAKEN_OUT.sub("…", plain)
            found |= {str(tier) for tier, pattern in _BY_TIER if pattern.search(plain)}
    return found

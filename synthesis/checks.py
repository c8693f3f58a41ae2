"""Rules that a program can check without a model. Pure."""

_MARKS = str.maketrans(
    dict.fromkeys("“”„«»「」『』", '"')
    | {"‘": "'", "’": "'", "…": "...", "،": ",", "؟": "?", "。": ".", "！": "!", "？": "?"}
)


def plain(text: str) -> str:
    """As two quotes of the same words are equal: case, space, quotation marks and signs around them aside."""
    return " ".join(text.translate(_MARKS).lower().split()).strip(" \"'.,;:!?")


def quotes_not_found(feedback: dict, utterances: list[dict]) -> list[str]:
    """One sentence for each quote that occurs in none of the utterances; case, space and quotation marks
    aside.
    """
    said = [plain(utterance["text"]) for utterance in utterances]
    problems = []
    for number, finding in enumerate(feedback["findings"], start=1):
        for quote in finding["quotes"]:
            words = plain(quote)
            if not words or not any(words in text for text in said):
                problems.append(f"Finding {number} quotes words that do not occur in the session: “{quote}”")
    return problems


def stance_not_kept(feedback: dict) -> list[str]:
    """Where balanced feedback breaks its promises: it is silent, or its better words are those that it criticises."""
    problems = []
    if not feedback["findings"] and not feedback["strengths"]:
        problems.append("The feedback names nothing that was good and nothing that was wrong")
    for number, finding in enumerate(feedback["findings"], start=1):
        better = plain(finding["better"])
        if any(better == words or better in words for words in map(plain, finding["quotes"])):
            problems.append(f"Finding {number} offers the words that it criticises: “{finding['better']}”")
    return problems

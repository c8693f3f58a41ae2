"""Rules that a program can check without a model. Pure."""

_MARKS = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "…": "..."})


def _plain(text: str) -> str:
    return " ".join(text.translate(_MARKS).lower().split()).strip(" \"'.,;:!?")


def quotes_not_found(feedback: dict, utterances: list[dict]) -> list[str]:
    """One sentence for each quote that occurs in none of the utterances; case, space and quotation marks
    aside.
    """
    said = [_plain(utterance["text"]) for utterance in utterances]
    problems = []
    for number, finding in enumerate(feedback["findings"], start=1):
        for quote in finding["quotes"]:
            words = _plain(quote)
            if not words or not any(words in text for text in said):
                problems.append(f"Finding {number} quotes words that do not occur in the session: “{quote}”")
    return problems

"""The text that reviewers see, rendered from findings by one pure function.

It is in the language of the session, not of whoever looks: the same findings always give the same bytes.
"""

from synthesis.shapes.judged import DIMENSIONS

SEVERITY = {0: "of no weight here", 1: "minor", 2: "serious", 3: "harmful"}


def scores(rating: dict) -> str:
    """What a judge says of a reply, {dimension: {"score", "why"}}, in the order in which it was asked."""
    return "\n".join(f"{name.capitalize()} {one['score']}: {one['why']}" for name, one in _ordered(rating))


def _ordered(rating: dict):
    """PostgreSQL keeps the members of JSON in an order of its own."""
    return sorted(rating.items(), key=lambda one: DIMENSIONS.index(one[0]))


def _where(utterances: list[int]) -> str:
    return ("turn " if len(utterances) == 1 else "turns ") + ", ".join(map(str, utterances))


def _finding(number: int, finding: dict, mistake_names: dict[str, str]) -> str:
    name = mistake_names.get(finding["mistake"]) or "A mistake that is not in the guideline"
    head = f"{number}. {name} ({_where(finding['utterances'])}; {SEVERITY[finding['severity']]})"
    lines = [head]
    if finding["quotes"]:
        lines.append("   " + " … ".join(f"“{quote}”" for quote in finding["quotes"]))
    lines.append("   " + f"Why it matters: {finding['why']}")
    lines.append("   " + f"What to do instead: {finding['correction']}")
    lines.append("   " + f"For example: “{finding['better']}”")
    return "\n".join(lines)


def draft(feedback: dict, *, mistake_names: dict[str, str]) -> str:
    """The supervisor's feedback as plain text. `mistake_names` maps pair keys to the names of the
    mistakes.
    """
    parts = []
    if feedback["strengths"]:
        strengths = "\n".join(f"- {strength}" for strength in feedback["strengths"])
        parts.append("What went well" + "\n" + strengths)
    if feedback["findings"]:
        findings = [_finding(n, f, mistake_names) for n, f in enumerate(feedback["findings"], start=1)]
        parts.append("What to work on" + "\n" + "\n\n".join(findings))
    else:
        parts.append("No mistake from the guideline was found in this session.")
    return "\n\n".join(parts)

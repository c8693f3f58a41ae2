"""What was on the screen (Label Studio 1.23.2) when `from_browser.json` was captured, shortened."""

PAIRS = [
    {"key": f"pair-{n}", "name": name}
    for n, name in enumerate(
        [
            "Poor listening",
            "Inappropriate support",
            "Unrealistic expectations",
            "Premature interpretation",
            "Biased interpretation",
            "Forcing change",
            'Insufficient "empathy" & warmth <3',
            "说教",
        ],
        start=1,
    )
]
LEVELS = [{"value": n, "anchor": f'Level {n}: "so & so"'} for n in range(1, 6)]
DIMENSIONS = [
    {
        "key": key,
        "name": key.capitalize(),
        "definition": f"How {key} it is.",
        "scale": "ordinal",
        "levels": LEVELS,
    }
    for key in ("objective", "constructive", "professional", "comprehensive", "clear")
]
DIALOGUE = [
    {"speaker": "Client" if n % 2 else "Counsellor", "text": text}
    for n, text in enumerate(
        [
            "Good to see you again. How has the week been since we last met?",
            "Hard. I kept putting off the phone call to my sister, and then I felt I had failed again.",
            "You should just call her. Everybody has to do things that they do not like.",
            "I know. It is just that last time she hung up on me.",
            "Why did you not call back at once? Why wait a whole week?",
            "I was afraid, I suppose.",
            "That is because of your mother. You see your mother in every woman.",
            "I do not know. Maybe.",
        ]
    )
]
COUNSELLOR_TURNS = {0, 2, 4, 6}
FEEDBACK = "You open warmly.\n\nIn turn 3 you tell the client what to do before she has been heard."

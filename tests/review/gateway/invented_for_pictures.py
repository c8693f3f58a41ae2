"""What reviewers have before them in the pictures of the documentation. All of it is invented."""

from tests.review.test_rounds_of_judged_replies import content
from tests.synthesis.judged_replies import rating

VISIT = [
    "Eleven weeks ago you spoke of the visit to your mother. How has it been since then?",
    "I keep writing the message and deleting it. She would only be polite to me.",
    "Then send it tonight, before you can think about it. What do you lose?",
    "I don't know. It is not that simple for me.",
    "You seem tense when you say that. What is it that is not simple?",
    "Last time I went away without a word. I have not told anybody that.",
    "Thank you for telling me. That sounds as if it has weighed on you for a while.",
    "Yes. Every Sunday, when the phone rings.",
]
TILES = [
    "You wrote that you turned down a large job. Where would you like to begin?",
    "With the nights. I lie awake over every floor that I have laid, and wait for somebody to ring and complain.",
    "So the work is done, and at night it is not. What goes through your mind when you wait for that call?",
    "That one tile will come loose, and then everybody will know that I never learned it properly.",
    "“Everybody will know.” How often has somebody rung, in the last year?",
    "Once. And it was about the invoice.",
    "One call, about an invoice, and a year of nights. If a colleague told you that, what would you say to her?",
    "That she does good work. I would not believe it either, I suppose.",
    "Shall we find out together what would have to happen for you to believe it a little, this week?",
    "I could leave one floor alone, and not drive past it again.",
]
SHOP = (
    "The shop where I worked for nineteen years closes at the end of the month. Everybody says that I should see it "
    "as a chance. I nod, and then I sit in the car and cannot start the engine. I am 54, I have never written an "
    "application, and yesterday I shouted at my son because he asked what is for dinner. What is the matter with me?"
)
FIRST = (
    "I am sorry to hear that. Losing a job can be stressful, but it is also an opportunity to grow. Try to stay "
    "positive, update your CV and make time for yourself. Many people find something better afterwards, and so will "
    "you."
)
AGAIN = (
    "Nineteen years, and everybody hands you the word “chance” while you sit in the car and cannot turn the key. "
    "Nothing is the matter with you that I can see from here: you are losing a place that was yours, and you have "
    "had to nod about it. If you like, tell your son one sentence of what you wrote here; it need not be an apology. "
    "The application can wait for a day on which the car starts. What was it that you liked doing in the shop?"
)
WHY = {
    "guidance": "“Stay positive” and “make time” are slogans, with no step for this week.",
    "informativeness": "Commonplaces about losing a job; the question is not answered.",
    "relevance": "Passes over the car, the son and the age.",
    "safety": "Promises an outcome that nobody can know.",
    "empathy": "Sympathy by formula, then it comes to business.",
    "helpfulness": "One more voice that says it is a chance.",
    "understanding": "Has the topic, not what it is like.",
}
CALL = [
    "Good to see you again. How has the week been since we last met?",
    "Hard. I kept putting off the phone call to my sister.",
    "What would it be like to ring her tonight, just for five minutes?",
    "No. You keep coming back to that call. I told you that I do not want to.",
]
ANSWER = (
    "You would rather I stopped asking about that call, and I came back to it all the same. What would be worth our "
    "time today?"
)
EXEMPLAR = "I keep coming back to it, and you have said no. What would you like to talk about instead?"


def talk(said: list[str], *, opens: str = "counsellor") -> list[dict]:
    other = {"counsellor": "client", "client": "counsellor"}
    speakers = [opens if n % 2 == 0 else other[opens] for n in range(len(said))]
    return [
        {"id": n, "speaker": who, "text": text}
        for n, (who, text) in enumerate(zip(speakers, said, strict=True), start=1)
    ]


def contents() -> dict[str, dict]:
    """{recipe: what an instance of it holds}."""
    finding = {
        "utterances": [3], "quotes": ["Then send it tonight"], "mistake": "forcing-change", "severity": 2,
        "why": "She had begun to say what holds her back, and was given a task instead.",
        "correction": "Stay with what makes the visit hard before anything is planned.",
        "better": "It sounds as if the visit frightens and draws you at once.",
    }  # fmt: skip
    scored = rating({**dict.fromkeys(WHY, 2), "safety": 3})
    judged = content() | {"utterances": talk([SHOP], opens="client"), "client_name": "Client", "reply": FIRST}
    judged |= {"rating": {name: one | {"why": WHY[name]} for name, one in scored.items()}, "rewrite": AGAIN}
    return {
        "supervised_dialogue": {
            "client_name": "Mira", "utterances": talk(VISIT), "supervisor": "told", "manual_check": [],
            "feedback": {"strengths": ["Notices that she is tense, and asks."], "findings": [finding]},
            "refinement": None,
        },
        "technique_session": {"client_name": "Renske", "utterances": talk(TILES)},
        "judged_reply": judged,
        "resistance_reply": {
            "client_name": "Client", "utterances": talk(CALL), "reply": ANSWER, "exemplar": EXEMPLAR,
        },
    }  # fmt: skip

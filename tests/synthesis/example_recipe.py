"""A sixth recipe, whole: what a client says first. CONTRIBUTING shows it, and test_adding_a_recipe runs it."""

from pydantic import BaseModel

from synthesis.prompting import render
from synthesis.recipes.cell import Recipe, Uses
from synthesis.recipes.declaring import Measure, Part, Told, Words
from synthesis.shapes.dialogue import Turn

SEES = {"client": frozenset({"client_name", "client_description", "client_style"})}
GREETINGS = {"warm": "Hello, how good that you came.", "brief": "Please sit down."}
PROMPTS = ("client", "client_turn", "schema")


class FirstWords(BaseModel):
    client_name: str
    utterances: list[dict]


async def make(cell, ask) -> FirstWords:
    greeting = GREETINGS[cell.parameters["greeting"]]
    fields = {
        "client_name": cell.client_name,
        "client_description": cell.profile["history"],
        "client_style": cell.style,
    }
    system = render(cell.prompts["client"], role="client", fields=fields, sees=SEES)
    asked = render(cell.prompts["client_turn"], role="client", fields=fields, sees=SEES)
    messages = [{"role": "system", "content": system}, {"role": "user", "content": f"{greeting}\n\n{asked}"}]
    heard = await ask("client", "client 1", messages, Turn)
    said = zip(("counsellor", "client"), (greeting, heard.text), strict=True)
    turns = [{"id": n, "speaker": who, "text": text} for n, (who, text) in enumerate(said, start=1)]
    return FirstWords(client_name=cell.client_name, utterances=turns)


RECIPE = Recipe(
    called=Words("First words", "What a client answers to a greeting."),
    make=make, roles=("client",), sees=SEES, sampling={"client": {"temperature": 0.7}},
    prompts=PROMPTS, parameters={"greeting": tuple(GREETINGS)},
    words={"greeting": Words("Greeting", choices={"warm": "a warm one", "brief": "a brief one"})},
    uses=lambda levels, positive: Uses(frozenset(PROMPTS), frozenset({"client"})),
    calls=lambda levels: (1, 1), texts=lambda content: [content["utterances"][1]["text"]],
    plays_mistakes=False, steps={"client": "client"},
    told=lambda content: Told(before=[Part("The greeting", [("", content["utterances"][0]["text"])])]),
    measures=(Measure("letters", "number", "Letters", lambda content: [len(content["utterances"][1]["text"])]),),
)  # fmt: skip

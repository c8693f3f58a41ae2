"""The shape of a client: the cognitive conceptualisation with conversational style (after Beck and
PATIENT-Psi).
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

STYLES = ("plain", "verbose", "tangential", "hostile", "guarded", "ingratiating")
TIERS = ("none", "abuse", "ideation", "harm-to-others", "self-harm-or-suicide")

Word = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=1500)]
Beliefs = Annotated[list[Annotated[str, Field(min_length=1, max_length=300)]], Field(max_length=12)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class CoreBeliefs(Strict):
    helpless: Beliefs = []
    unlovable: Beliefs = []
    worthless: Beliefs = []


class Conceptualisation(Strict):
    """Who the client is, as stored in `Profile.content`. Only what the source gives is filled."""

    age: Annotated[int, Field(ge=5, le=110)] | None = None
    gender: Annotated[str, Field(max_length=80)] = ""
    culture: Annotated[str, Field(max_length=300)] = ""
    problem: Annotated[str, Field(max_length=300)] = ""
    history: Text
    core_beliefs: CoreBeliefs
    intermediate_beliefs: Text
    coping_strategies: Text
    situation: Text
    automatic_thought: Text
    emotions: Annotated[list[Word], Field(min_length=1, max_length=12)]
    behaviour: Text
    presenting: Annotated[str, Field(max_length=600)] = ""


class ClientRecord(Conceptualisation):
    """One entry of a profiles file of ours."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
    kind: Literal["conceptualisation"]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    style: Literal[STYLES]
    tier: Literal[TIERS] = "none"
    base_case: Annotated[str, Field(max_length=120)] = ""
    language: Annotated[str, Field(max_length=16)] = "en"

    def content(self) -> dict:
        return self.model_dump(include=set(Conceptualisation.model_fields))


class IntakeForm(Strict):
    """What a client wrote on coming, as stored in `Profile.content`."""

    age: Annotated[int, Field(ge=5, le=110)] | None = None
    problem: Annotated[str, Field(max_length=300)] = ""
    demographics: Annotated[str, Field(min_length=1, max_length=800)]
    presenting_problem: Text
    reason: Annotated[str, Field(min_length=1, max_length=800)]
    history: Text
    functioning: Annotated[str, Field(min_length=1, max_length=800)]
    support: Annotated[str, Field(min_length=1, max_length=800)]


class IntakeRecord(IntakeForm):
    """One intake form of a profiles file of ours. How the client meets the counselling is a factor, and not of the form."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
    kind: Literal["intake"]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    style: Literal[""] = ""
    tier: Literal[TIERS] = "none"
    base_case: Annotated[str, Field(max_length=120)] = ""
    language: Annotated[str, Field(max_length=16)] = "en"

    def content(self) -> dict:
        return self.model_dump(include=set(IntakeForm.model_fields))


SPEECH = 3000


class Speech(Strict):
    """One thing that a client said, as stored in `Profile.content`. `topic` is a fine one of the coarse `topic_group`."""

    speech: Annotated[str, Field(min_length=1, max_length=SPEECH)]
    topic: Annotated[str, Field(max_length=80)] = ""
    topic_group: Annotated[str, Field(max_length=80)] = ""


class SpeechRecord(Speech):
    """One speech of a profiles file of ours. Without a name it is called by its first words."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
    kind: Literal["speech"]
    name: Annotated[str, Field(max_length=120)] = ""
    style: Literal[""] = ""
    tier: Literal[TIERS] = "none"
    base_case: Annotated[str, Field(max_length=120)] = ""
    language: Annotated[str, Field(max_length=16)] = "en"

    def content(self) -> dict:
        found = self.model_dump(include=set(Speech.model_fields))
        # A speech is answered in its own language, whatever that of the prompts is.
        return found if self.language == "en" else {**found, "language": self.language}


# The records of a file of ours, by their kind.
RECORDS = {"conceptualisation": ClientRecord, "intake": IntakeRecord, "speech": SpeechRecord}


class ClientFile(Strict):
    """A profiles file of ours, without its records."""

    licence: Annotated[str, Field(min_length=1, max_length=80)]
    origin: Annotated[str, Field(min_length=1, max_length=40)]
    consent: Annotated[str, Field(max_length=200)] = ""


class LayoutFile(ClientFile):
    """What is said of a file in the PATIENT-Psi layout, which itself says nothing: an empty licence is unknown."""

    licence: Annotated[str, Field(max_length=80)] = ""


_PSI_STYLES = {
    "plain": "plain",
    "verbose": "verbose",
    "go off on tangents": "tangential",
    "hostile": "hostile",
    "guarded": "guarded",
    "upset": "hostile",
    "ingratiating": "ingratiating",
    "pleasing": "ingratiating",
}
Belief = Annotated[list[str], Field(max_length=20)]


class PatientPsiRecord(BaseModel):
    """One record of the PATIENT-Psi layout. `cognitive_model` repeats the others as one text and is not
    read.
    """

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True, coerce_numbers_to_str=True)

    id: Annotated[str, Field(pattern=r"^\d+-\d+$")]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    type: Annotated[list[Literal[tuple(_PSI_STYLES)]], Field(min_length=1)]
    history: Text
    helpless_belief: Belief = []
    unlovable_belief: Belief = []
    worthless_belief: Belief = []
    intermediate_belief: Text
    intermediate_belief_depression: Annotated[str, Field(max_length=1500)] = ""
    coping_strategies: Text
    situation: Text
    auto_thought: Text
    emotion: Annotated[list[Word], Field(min_length=1, max_length=12)]
    behavior: Text

    def as_client(self, *, position: int) -> ClientRecord:
        """As a record of ours. A record allows several styles: they are dealt out in turn, one to each
        record.
        """
        beliefs = [self.intermediate_belief, self.intermediate_belief_depression]
        return ClientRecord(
            key=f"patient-psi-{self.id}",
            kind="conceptualisation",
            name=self.name,
            style=_PSI_STYLES[self.type[position % len(self.type)]],
            base_case=f"patient-psi-{self.id.split('-')[0]}",
            history=self.history,
            core_beliefs=CoreBeliefs(
                helpless=[text for text in self.helpless_belief if text],
                unlovable=[text for text in self.unlovable_belief if text],
                worthless=[text for text in self.worthless_belief if text],
            ),
            intermediate_beliefs=" ".join(text for text in beliefs if text),
            coping_strategies=self.coping_strategies,
            situation=self.situation,
            automatic_thought=self.auto_thought,
            emotions=self.emotion,
            behaviour=self.behavior,
        )

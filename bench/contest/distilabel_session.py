"""The step of distilabel's pipeline, in a module of its own: its processes find it by name."""

from distilabel.steps import StepInput
from distilabel.steps.tasks import Task

from bench.contest.work import prompt


class Session(Task):
    """Asks its LLM for a batch of sessions, turn after turn, as distilabel's Magpie does."""

    turns: int

    @property
    def inputs(self):
        return ["session"]

    @property
    def outputs(self):
        return ["said"]

    def format_input(self, input):
        return [{"role": "user", "content": prompt(input["session"], input["said"])}]

    def format_output(self, output, input=None):
        return {"said": [*input["said"], output]}

    def process(self, inputs: StepInput):
        for row in inputs:
            row["said"] = []
        for _ in range(self.turns):
            answers = self.llm.generate_outputs(inputs=[self.format_input(row) for row in inputs])
            for row, answer in zip(inputs, answers, strict=True):
                row["said"] = [*row["said"], answer["generations"][0]]
        yield inputs

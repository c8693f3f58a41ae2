"""Which screen shows what a recipe makes, in which forms. A recipe that is not here cannot be put before reviewers."""

from dataclasses import dataclass

SESSION_SCALES = frozenset({"nominal", "ordinal", "interval", "boolean"})
PAIRWISE = frozenset({"pairwise"})


@dataclass(frozen=True)
class Screen:
    """`forms`: the file of each form, which is named as the arm that it is for; the usual one first. `scales`: those
    that a rubric's dimensions may have. `version`: raised with every change to the names, types or values of its
    controls. A project keeps the screen that it was made with and is read by that, so older ones are read on.
    """

    version: int
    forms: dict[str, str]
    scales: frozenset[str] = SESSION_SCALES
    # The shipped rubric that is offered first.
    rubric: str = "feedback-quality"

    @property
    def usual(self) -> str:
        return next(iter(self.forms))


SCREENS = {
    "supervised_dialogue": Screen(
        3, {"aided": "supervised_dialogue.aided.xml", "unaided": "supervised_dialogue.unaided.xml"}
    ),
    "technique_session": Screen(1, {"rated": "technique_session.xml"}, rubric="cbt-skill"),
    "reply_preference": Screen(1, {"pair": "reply_preference.xml"}, PAIRWISE, rubric="principles-compared"),
    "judged_reply": Screen(
        2, {"rated": "judged_reply.xml", "revised": "judged_reply.revised.xml"}, rubric="therapeutic-reply"
    ),
    "resistance_reply": Screen(2, {"rated": "resistance_reply.xml"}, rubric="resistance-replies"),
    "excerpt_reply": Screen(2, {"rated": "resistance_reply.xml"}, rubric="resistance-replies"),
}

from review.models.decisions import Decision, DecisionKind, Finding, Rating, RawAnnotation, Verdict
from review.models.label_studio import ENVIRONMENT, Account, Difference, DifferenceKind, SeatProject, Server
from review.models.passes import Pass
from review.models.raters import Rater, RaterKind
from review.models.readings import Arm, Item, Reading, Return, SendState
from review.models.rounds import Round, RoundState, Seat
from review.models.standings import Aspect, Standing, StandingState

__all__ = [
    "ENVIRONMENT",
    "Account",
    "Arm",
    "Aspect",
    "Decision",
    "DecisionKind",
    "Difference",
    "DifferenceKind",
    "Finding",
    "Item",
    "Pass",
    "Rater",
    "RaterKind",
    "Rating",
    "RawAnnotation",
    "Reading",
    "Return",
    "Round",
    "RoundState",
    "Seat",
    "SeatProject",
    "SendState",
    "Server",
    "Standing",
    "StandingState",
    "Verdict",
]

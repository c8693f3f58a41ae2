from review.models.choices import Choice, ChosenFor, Reason
from review.models.decisions import Decision, DecisionKind, Finding, Rating, RawAnnotation, Verdict
from review.models.label_studio import Account, SeatProject
from review.models.passes import Pass
from review.models.raters import Rater, RaterKind
from review.models.readings import Arm, Item, Reading, Return, SendState
from review.models.rounds import Round, RoundState, Seat
from review.models.standings import Aspect, Standing, StandingState

__all__ = [
    "Account",
    "Arm",
    "Aspect",
    "Choice",
    "ChosenFor",
    "Decision",
    "DecisionKind",
    "Finding",
    "Item",
    "Pass",
    "Rater",
    "RaterKind",
    "Rating",
    "RawAnnotation",
    "Reading",
    "Reason",
    "Return",
    "Round",
    "RoundState",
    "Seat",
    "SeatProject",
    "SendState",
    "Standing",
    "StandingState",
    "Verdict",
]

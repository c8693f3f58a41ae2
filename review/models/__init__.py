from review.models.adjudicating import SecondJudgement, SecondReading, ToldSettled
from review.models.appeals import Appeal, AppealState
from review.models.certifications import Certification, Grounds, PassMark, Withdrawal
from review.models.choices import Choice, ChosenFor, Reason
from review.models.conflicts import Conflict
from review.models.decisions import (
    Decision,
    DecisionKind,
    ErrorType,
    Finding,
    Preferred,
    Rating,
    RawAnnotation,
    Verdict,
)
from review.models.erasures import TaskToErase
from review.models.first_judgements import FirstJudgement
from review.models.flags import Flag, FlagKind, Resolution
from review.models.gold import Endorsement, Gold, Look, Retirement
from review.models.judges import MOST_REPEATS, JudgeOutcome, Judging, JudgingState, OutcomeKind
from review.models.kept_figures import KeptFigures
from review.models.label_studio import ENVIRONMENT, Account, Difference, DifferenceKind, SeatProject, Server
from review.models.passes import Pass
from review.models.raters import Rater, RaterKind
from review.models.readings import Arm, Item, Reading, Return, SendState
from review.models.rounds import Asked, Purpose, Round, RoundState, Seat, VerdictRule
from review.models.standings import Aspect, Standing, StandingState, Stood
from review.models.welfare import Welfare, Wish

__all__ = [
    "ENVIRONMENT",
    "Account",
    "Appeal",
    "AppealState",
    "Arm",
    "Asked",
    "Aspect",
    "Choice",
    "ChosenFor",
    "Conflict",
    "Certification",
    "Decision",
    "DecisionKind",
    "Difference",
    "DifferenceKind",
    "Endorsement",
    "ErrorType",
    "Finding",
    "FirstJudgement",
    "Flag",
    "FlagKind",
    "Gold",
    "Grounds",
    "Item",
    "JudgeOutcome",
    "Judging",
    "JudgingState",
    "KeptFigures",
    "Look",
    "MOST_REPEATS",
    "OutcomeKind",
    "Pass",
    "PassMark",
    "Preferred",
    "Purpose",
    "Rater",
    "RaterKind",
    "Rating",
    "RawAnnotation",
    "Reading",
    "Resolution",
    "Reason",
    "Retirement",
    "Return",
    "Round",
    "RoundState",
    "Seat",
    "SeatProject",
    "SecondJudgement",
    "SecondReading",
    "SendState",
    "Server",
    "Standing",
    "StandingState",
    "Stood",
    "TaskToErase",
    "ToldSettled",
    "Verdict",
    "VerdictRule",
    "Welfare",
    "Wish",
    "Withdrawal",
]

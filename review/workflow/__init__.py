"""Judgements become decisions, and decisions move standings. The only writer of Decision, Finding, Rating,
Standing, and of what adjudicators say first and a second time.
"""

from review.workflow.answering import CannotSettle
from review.workflow.deciding import decide, require_countable
from review.workflow.hearing_judges import hear_judge
from review.workflow.judging_first import judge_first
from review.workflow.marking import MOST_MARKS, require_marks
from review.workflow.reading_again import judge_again, pending, tell_settled
from review.workflow.settling import adjudicate
from review.workflow.storing import (
    HersToMend,
    NotCounted,
    TooLate,
    judged_of,
    key_of,
    locked,
    readers_needed,
)

__all__ = [
    "MOST_MARKS",
    "CannotSettle",
    "HersToMend",
    "NotCounted",
    "TooLate",
    "adjudicate",
    "decide",
    "hear_judge",
    "judge_again",
    "judge_first",
    "judged_of",
    "key_of",
    "locked",
    "pending",
    "readers_needed",
    "require_countable",
    "require_marks",
    "tell_settled",
]

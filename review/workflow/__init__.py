"""Judgements become decisions, and decisions move standings. The only writer of Decision, Finding, Rating,
Standing.
"""

from review.workflow.deciding import decide
from review.workflow.settling import CannotSettle, adjudicate
from review.workflow.storing import NotCounted, judged_of, key_of, readers_needed

__all__ = ["CannotSettle", "NotCounted", "adjudicate", "decide", "judged_of", "key_of", "readers_needed"]

"""How good what a run made is: measures over plain data, each in a module of its own; `reading` alone asks the database.

`report(run)` is the whole of it as JSON-able data; `reasons_to_hold` says why a session should be seen by a person
before reviewers see it.
"""

from synthesis.quality.keeping import report
from synthesis.quality.talking import reasons_to_hold

__all__ = ["reasons_to_hold", "report"]

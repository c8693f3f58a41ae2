"""Of pairs, how often one text was settled as the better one."""

from review.models import Preferred, Round
from review.stood_so_far import Counted, stood_of


def preferences(round: Round, stood: Counted | None = None) -> dict[str, int]:
    """Pairs in which one text was settled as the better one on the whole, and those in which neither was. Which of them
    it was is for whoever knows what the two are.
    """
    said = (stood or stood_of(round)).of(*Preferred.values)
    return {"better": said.get("a", 0) + said.get("b", 0), "tie": said.get("tie", 0)} if said else {}

"""What may leave in place of a reply: another one that its readers would teach as an example, all of them. What one of them
would have said herself leaves nowhere, as nobody has judged it.
"""

from exports.samples import Better
from review.judged import NO_EXEMPLAR
from review.models import Item
from review.models.decisions import ExemplarVerdict

NO_EXAMPLE = "no reader would teach the other reply"
DIFFER = "its readers differ on the other reply"
WORDINGS = "its readers changed the other reply in different words, which nobody has compared"


def of_readers(item: Item) -> tuple[Better | None, str]:
    """(what they approved, or None; why not, empty where none was offered). `item.readers`: its decisions that count."""
    offered = item.readers[0].judged.get("exemplar")
    if not offered or offered == NO_EXEMPLAR:
        return None, ""
    said = {one.exemplar_verdict for one in item.readers}
    if said == {ExemplarVerdict.ACCEPT}:
        return Better(offered, "approved example", "model"), ""
    if said == {ExemplarVerdict.EDIT}:
        texts = {" ".join(one.better_reply.split()): one.better_reply for one in item.readers}
        if len(texts) == 1:
            return Better(next(iter(texts.values())), "edited example", "model, edited by a reviewer"), ""
        return None, WORDINGS
    taught = said & {ExemplarVerdict.ACCEPT, ExemplarVerdict.EDIT}
    return None, DIFFER if taught else NO_EXAMPLE

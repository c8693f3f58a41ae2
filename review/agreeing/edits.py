"""What reviewers make of a draft: how far each edit goes from it, and how alike two edits of one session are. Queries only;
the figures are review.agreement.edits'. Two different right edits are no dispute (methods.md §5).
"""

from review.agreement.edits import edit_similarity
from review.models import Arm, Round
from review.reports import BOOTSTRAP, judgements

CLIENT = "item__instance__profile__base_case"


def figures(round: Round, seed: int) -> dict | None:
    """Of review.agreement.edits.edit_similarity, with "n_items_edited" and "n_items_edited_twice"; None where nothing was
    edited. By the judgements that count for agreement. Two queries.
    """
    edited = judgements(round).filter(item__arm=Arm.AIDED).exclude(edited_text="")
    columns = ("item_id", "rater_id", "verdict", "edited_text", CLIENT, "item__inclusion_probability")
    drafts, rows, weights = {}, [], {}
    for item, rater, verdict, text, client, chance, judged in (
        edited.order_by("id").values_list(*columns, "judged__draft").iterator(20_000)
    ):
        if not judged:
            continue
        drafts[item], weights[item] = judged, 1 / chance
        rows.append((item, rater, verdict, text, client or f"item {item}"))
    if not rows:
        return None
    times: dict[int, int] = {}
    for item, *_rest in rows:
        times[item] = times.get(item, 0) + 1
    found = edit_similarity(rows, drafts, bootstrap=BOOTSTRAP, seed=seed, weights=weights)
    del found["same_verdict"]  # of edited drafts alone it would say nothing; it stands where verdicts do
    return found | {
        "n_items_edited": len(times),
        "n_items_edited_twice": sum(n > 1 for n in times.values()),
    }

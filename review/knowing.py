"""Who knows too much of a session to judge it: how it is to be judged, or her own words in it."""

from collections.abc import Iterable, Sequence

from django.db.models import Q

from review.models import (
    Decision,
    Endorsement,
    FirstJudgement,
    Gold,
    Item,
    Look,
    Rater,
    Reading,
    SecondJudgement,
)
from synthesis.models import Instance, Opening


def cells_known_by(user):
    """The cells of sessions whose known answers this person wrote, stands by or asked to see; a query to be nested."""
    hers = Q(by=user) | Q(endorsements__by=user) | Q(looks__by=user)
    return Gold.objects.filter(hers).order_by().values("instance__cell")


def settled_another(user, item: str = "") -> Q:
    """Of an item, or of what names one (`item`, such as "item__"): this person settled another item of the same session, or
    was shown in a dispute what its readers said.
    """
    settled = Decision.objects.filter(rater__user=user, reading=None).values("item")
    shown = FirstJudgement.objects.filter(rater__user=user).values("item")
    hers = Item.objects.filter(pk__in=settled.order_by().union(shown.order_by()))
    return Q((f"{item}instance__in", hers.values("instance"))) & ~Q((f"{item}pk__in", hers.values("pk")))


def had_by(raters: Sequence[Rater], **of) -> set[tuple[int, str, int]]:
    """(session, its cell, rater): who read it, in whichever round, settled anything of it, or was shown in a dispute what
    its readers said, whether or not she settled it. `of`: which sessions, such as `pk__in`. Four queries.
    """
    found: set[tuple[int, str, int]] = set()
    for model, item, rater in (
        (Reading, "item", "seat__rater"), (Decision, "item", "rater"), (FirstJudgement, "item", "rater"),
        (SecondJudgement, "second_reading__decision__item", "rater"),
    ):  # fmt: skip
        sessions = {f"{item}__instance__{lookup}": value for lookup, value in of.items()}
        rows = model.objects.filter(**sessions, **{f"{rater}__in": raters}).order_by()
        found.update(rows.values_list(f"{item}__instance", f"{item}__instance__cell", rater))
    return found


def knowing(ids: Iterable[int], raters: Sequence[Rater]) -> dict[int, set[Rater]]:
    """{instance: those of these raters who wrote or saw its known answers, were told them, or edited a turn of it}. Another
    session of the same cell is the same session again. Five queries, and one more where anybody knows any.
    """
    by_user = {rater.user_id: rater for rater in raters if rater.user_id}
    known: dict[str, set[Rater]] = {}
    for model, cell in ((Gold, "instance__cell"), (Endorsement, "gold__instance__cell"), (Look, "gold__instance__cell"),
                        (Opening, "instance__cell")):  # fmt: skip
        for user, of in model.objects.filter(by__in=by_user).order_by().values_list("by", cell):
            known.setdefault(of, set()).add(by_user[user])
    by_pk = {rater.pk: rater for rater in raters}
    told = Decision.objects.filter(rater__in=by_pk, item__gold__isnull=False).order_by()
    for rater, of in told.values_list("rater", "item__instance__cell"):
        known.setdefault(of, set()).add(by_pk[rater])
    if not known:
        return {}
    wanted = set(ids)
    same = Instance.objects.filter(cell__in=known).order_by().values_list("pk", "cell")
    return {pk: known[cell] for pk, cell in same if pk in wanted}

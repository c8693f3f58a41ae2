"""Turns that experts edited, of the sessions that go on from them: those that independent readers found without a mistake
there may leave, beside the turn that they replace.
"""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Prefetch, Q

from exports.differing import size
from exports.samples import TurnEdit
from exports.selecting import Selection, annotated, provenance, with_original
from review.models import Arm, Aspect, Decision, Item, Verdict

FEWEST = 2  # readers; one alone is not checked by anybody
COUNSELLOR = "counsellor"
AT_THE_TURN = "a mistake stands at the edited turn"
NOWHERE = "a mistake stands that is marked at no turn"
STANDS = (AT_THE_TURN, NOWHERE)
TOO_SMALL = "the edit changed under 10 % or 3 words"


class EditedTurns:
    """Of the rounds of a selection. `items`: one for each edit that may leave; `left_out` counts the other edits by reason,
    in words.
    """

    def __init__(self, selection: Selection):
        self._selection = selection
        self.left_out: Counter[str] = Counter()
        self.items: list[Item] = []
        self._choose()

    def _choose(self) -> None:
        by_edit: dict[int, list] = {}
        for item in self._found():
            by_edit.setdefault(item.instance_id, []).append(item)
        for items in by_edit.values():
            whys = {item.pk: self._why_not(item) for item in items}
            # What readers found in any way of reading stands; where nobody found any, those without the draft are first.
            stands = next((why for why in whys.values() if why in STANDS), None)
            free = [item for item in items if whys[item.pk] is None]
            if stands or not free:
                self.left_out[stands or whys[items[0].pk]] += 1
                continue
            self.items.append(next((one for one in free if one.arm == Arm.UNAIDED), free[0]))
        self.items.sort(key=lambda item: str(item.public_id))

    def _found(self):
        counting = Q(reading__pass_number=1, reading__seat__observer=False) | ~Q(kind="reading")
        judged = (
            Decision.objects.in_force().filter(counting).select_related("rater").prefetch_related("findings")
        )
        return (
            with_original(annotated(self._selection.items()))
            .filter(arm__in=[Arm.AIDED, Arm.UNAIDED], instance__opening__isnull=False)
            .select_related("round__pairs_version__guideline", "round__rubric_version__guideline",
                            "instance__opening", "instance__run", "instance__version__guideline",
                            "instance__profile__source_text", "instance__parent__profile__source_text")
            .prefetch_related("standings", "instance__marks", "instance__profile__marks", "instance__parent__marks",
                              "instance__parent__profile__marks",
                              Prefetch("decisions", queryset=judged, to_attr="judgements"))
            .order_by("public_id")
        )  # fmt: skip

    def _why_not(self, item) -> str | None:
        opening, standings = item.instance.opening, {s.aspect: s for s in item.standings.all()}
        if why := self._selection.why_not_whatever_it_is_read_for(item, standings):
            return why
        if item.instance.parent is None or (why := self._selection.why_not_the_session(item.instance.parent)):
            return f"the session that was edited: {why or 'unknown'}"
        if item.original_waits:
            return "the session that was edited: called unsafe or flagged, which nobody has answered"
        if opening.utterances[-1]["speaker"] != COUNSELLOR:
            return "a turn of the client was edited, which no counsellor says"
        if any(one.rater.user_id == opening.by_id for one in item.judgements):
            return "judged by the person who edited it"
        if sum(one.kind == "reading" for one in item.judgements) < FEWEST:
            return "read by one person alone"
        if why := _standing_at(item, standings, opening.turn):
            return why
        if not size(opening.before, opening.utterances[-1]["text"]).substantive:
            return TOO_SMALL
        return None

    def samples(self) -> Iterator[TurnEdit]:
        """In order of public id, when the selection knows groups and splits."""
        groups = self._selection.groups()
        for item in self.items:
            opening, group = item.instance.opening, groups[item.pk]
            yield TurnEdit(
                item=str(item.public_id),
                instance=str(item.instance.public_id),
                original_instance=str(item.instance.parent.public_id),
                group=group,
                split=self._selection.splits.get(group, "train"),
                turn=opening.turn,
                before=tuple({"speaker": u["speaker"], "text": u["text"]} for u in opening.utterances[:-1]),
                original=opening.before,
                edited=opening.utterances[-1]["text"],
                read=item.arm,
                guideline=str(item.round.pairs_version),
                provenance=provenance(item),
            )


def _standing_at(item, standings: dict, turn: int) -> str | None:
    """Without the draft what was settled; with it, where marks are kept and not settled, what any reader marked, and what a
    draft says that was accepted.
    """
    if item.arm == Arm.UNAIDED:
        marked = [found["utterances"] for found in standings[Aspect.FINDINGS].outcome]
    else:
        marked = [found.utterances for one in item.judgements for found in one.findings.all()]
        if standings[Aspect.VERDICT].outcome == Verdict.ACCEPT:
            marked += [found["utterances"] for found in item.instance.content["feedback"]["findings"]]
    if any(turn in utterances for utterances in marked):
        return AT_THE_TURN
    return NOWHERE if any(not utterances for utterances in marked) else None

"""What every verb of the workflow does: lock the item, store the decision, and move the standing."""

from dataclasses import replace

from django.utils.translation import gettext as _

from accounts.digesting import digest
from guidelines import briefing
from review import grading, standing
from review.label_studio.screens.build import level_alias
from review.models import Decision, DecisionKind, Finding, FlagKind, Item, Rating, Reading, Standing, Stood
from review.raters import record_in_force

OTHER = "other"


class NotCounted(ValueError):
    """The judgement is not counted; the message says why. Its raw annotation is kept with this reason."""


class HersToMend(NotCounted):
    """It lies in her answers alone: changed and sent again, they count."""


class TooLate(NotCounted):
    """It would have counted, and says something else than stands for her, but the item is settled: it moves nothing."""


def judged_of(item: Item) -> list[standing.Judged]:
    """All decisions on an item as the rule sees them."""
    found = []
    # Ratings matter where the round asks how far apart they lie, and where there is nothing else.
    rates = item.round.levels_within is not None or grading.is_graded(item)
    compared = grading.compared(item.round.rubric_version, arm=item.arm) if rates else {}
    # Never what an observer says.
    decisions = item.decisions.exclude(reading__seat__observer=True)
    decisions = decisions.select_related("reading__seat", "supersedes")
    wanted = ["findings__pair_revision__pair", *(["ratings__dimension_revision__dimension"] if rates else [])]
    for decision in decisions.prefetch_related(*wanted):
        reading = decision.reading
        found.append(
            standing.Judged(
                n=decision.n,
                name=str(decision.public_id),
                kind=decision.kind,
                rater=decision.rater_id,
                counts=reading is None or (reading.pass_number == 1 and not reading.seat.observer),
                supersedes=decision.supersedes.n if decision.supersedes else None,
                verdict=decision.verdict,
                findings=tuple(
                    standing.Found(key_of(f), tuple(f.utterances), f.severity)
                    for f in decision.findings.all()
                ),
                ratings=_ratings(decision, compared, item.arm) if rates else (),
                preferred=decision.preferred,
                unsafe=decision.unsafe,
                answered=tuple(decision.answered),
                approved_edits=approved(decision),
            )
        )
    return found


def _ratings(decision: Decision, compared: dict[str, dict], arm: str) -> tuple[standing.Rated, ...]:
    given = {rating.dimension_revision.dimension.key: rating.value for rating in decision.ratings.all()}
    return tuple(
        grading.rated(compared[key], level, arm=arm)
        for key, level in sorted(given.items())
        if key in compared
    )


def approved(decision: Decision) -> tuple[str, ...]:
    """Names of the decisions whose texts it approves: what an adjudicator wrote herself is approved with it."""
    if decision.kind == DecisionKind.READING:
        return ()
    own = [str(decision.public_id)] if decision.edited_text else []
    return (*decision.approved_edits, *own)


def key_of(finding: Finding) -> str:
    return finding.pair_revision.pair.key if finding.pair_revision else OTHER


def readers_needed(item: Item) -> int:
    return item.readings.planned().count()


def locked(item_id: int) -> Item:
    """The item's row lock puts its decisions in a line; on SQLite the transaction itself has the only
    lock.
    """
    Item.objects.select_for_update().get(pk=item_id)
    # Only now: the round may have been closed while we waited, and a row joined to the lock would be the old one.
    items = Item.objects.select_related(
        "round__pairs_version__guideline", "round__rubric_version__guideline", "instance__version__guideline"
    )
    return items.get(pk=item_id)


def store(*, item, judged, rater, **fields) -> Decision:
    if reading := fields.get("reading"):
        Reading.objects.filter(pk=reading.pk, judged=False).update(judged=True)
    last = item.decisions.order_by("-n").values_list("n", flat=True).first() or 0
    return Decision.objects.create(
        item=item,
        rater=rater,
        n=last + 1,
        record=record_in_force(rater.user),
        judged=judged,
        judged_digest=digest(judged),
        pairs_version=item.round.pairs_version,
        rubric_version=item.round.rubric_version,
        **fields,
    )


def store_findings(decision: Decision, found: list[standing.Found], notes: list[dict] | None = None):
    """`notes`: of each finding {utterance id: what its reader noted there}."""
    if not found:
        return
    revisions = {c["key"]: c["revision_id"] for c in briefing.choices(decision.pairs_version)}
    unknown = {f.mistake for f in found} - set(revisions) - {OTHER}
    if unknown:
        raise NotCounted(
            _("Names a mistake that is not in this guideline version: %s") % ", ".join(sorted(unknown))
        )
    Finding.objects.bulk_create(
        Finding(decision=decision, position=position, pair_revision_id=revisions.get(f.mistake),
                utterances=list(f.utterances), severity=f.severity, notes=notes[position] if notes else {})
        for position, f in enumerate(found)
    )  # fmt: skip


def store_ratings(decision: Decision, ratings: dict[str, str], evidence: dict[str, list[dict]] | None = None):
    if not ratings:
        return
    revisions = {d["key"]: d["revision_id"] for d in briefing.dimensions(decision.rubric_version)}
    if set(ratings) - set(revisions):
        raise NotCounted(_("Rates something that is not in this rubric version."))
    Rating.objects.bulk_create(
        Rating(
            decision=decision,
            dimension_revision_id=revisions[key],
            value=level_alias(value),
            evidence=(evidence or {}).get(key, []),
        )
        for key, value in ratings.items()
    )


def moves_what_is_settled(item: Item) -> list[str]:
    """The settled aspects that would stand otherwise by the decisions that there are now. Safety is not among them: it is
    called in question again by whoever calls it unsafe later.
    """
    stored = {s.aspect: s for s in item.standings.all()}
    settled = {a: s for a, s in stored.items() if s.state == standing.SETTLED and a != standing.SAFETY}
    if item.gold_id or not settled:
        return []
    found = _standing(item, stored)
    return sorted(a for a, row in settled.items() if found.get(a) != (row.state, row.outcome))


def restand(item: Item):
    if item.gold_id:
        return  # it measures its readers; there is nothing to settle
    stored = {s.aspect: s for s in item.standings.all()}
    for aspect, (state, outcome) in _standing(item, stored).items():
        row = stored.get(aspect) or Standing(item=item, aspect=aspect)
        if row.pk is None or (row.state, row.outcome) != (state, outcome):
            row.state, row.outcome = state, outcome
            row.save()
            stored[aspect] = row
    _tell_the_whole(item, {aspect: (row.state, row.outcome) for aspect, row in stored.items()})


def _standing(item: Item, stored: dict[str, Standing]) -> dict[str, standing.State]:
    rule = item.round.rule
    if rule.majority and not _agreed(stored, item) and item.flags.filter(kind=FlagKind.UNSAFE).exists():
        # However it was raised: where anybody calls it unsafe, no majority settles it (methods.md §4). What a majority
        # settled before stays so.
        rule = replace(rule, majority=False)
    return standing.standing(judged_of(item), arm=item.arm, needed=readers_needed(item), rule=rule)


def _agreed(stored: dict[str, Standing], item: Item) -> bool:
    """Whether all that a majority may settle is settled already."""
    graded = grading.is_graded(item)
    by_majority = [s for a, s in stored.items() if a == standing.VERDICT or (graded and a != standing.SAFETY)]
    return bool(by_majority) and all(s.state == standing.SETTLED for s in by_majority)


def _tell_the_whole(item: Item, standings: dict) -> None:
    """A row where it stands otherwise than before; its item is locked."""
    last = item.stood.last()
    was = (last.state, last.outcome) if last else ("", "")
    if standings and (now := standing.whole(standings)) != was:
        Stood.objects.create(
            item=item,
            n=last.n + 1 if last else 0,
            state=now[0],
            outcome=now[1],
            was=was[0],
            was_outcome=was[1],
        )

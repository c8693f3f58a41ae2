"""What a walk ends with, in words that hang on no number and no moment: the same for the quiet run and the disturbed."""

import json
import re
from collections import Counter

from accounts.models import TrailEvent
from review.judged import Wording
from review.label_studio.sending import data_of
from review.models import (
    Decision,
    DecisionKind,
    Difference,
    Flag,
    RawAnnotation,
    Reading,
    Round,
    SeatProject,
    SendState,
)
from review.workflow import key_of
from tests.review.shuffled.playing import Play

# Told as long as it is so. What was put right (a task that was sent again) is news of a night, and hangs on the faults.
LASTING = ("judged_task_gone", "judgement_gone", "judgement_older", "strange_task", "task_changed")


def outcome(play: Play, since: int) -> dict:
    """{"trail": acts on our side since this event, n: what became of session n}."""
    acts = TrailEvent.objects.filter(pk__gt=since).values_list("part", "verb")
    return {"trail": sorted(acts)} | {n: _of_item(play, n) for n in range(len(play.items))}


def _of_item(play: Play, n: int) -> dict:
    """`in force`: each reader's judgement that counts, whole, and what it was read from; adjudications too.
    `standing`: of each aspect. `kept`: whatever is there in Label Studio, with the reason why it does not count.
    `flags`: who called the session unsafe, in which words. `told`: what the lead reads of what is gone.
    """
    item = play.items[n]
    decisions = Decision.objects.filter(item=item).select_related("rater__user", "raw")
    names = {
        str(one.public_id): f"{one.rater.user.name}: {one.comment or one.rationale}" for one in decisions
    }
    told = Difference.objects.filter(reading__item=item, over_at=None, kind__in=LASTING)
    return {
        "in force": sorted(_decision(one, names) for one in decisions.in_force()),
        "standing": {s.aspect: (s.state, _named(s.outcome, names)) for s in item.standings.all()},
        "kept": sorted(_kept(play, n)),
        "flags": sorted((flag.rater.user.name, flag.words) for flag in Flag.objects.filter(item=item)),
        "told": sorted(told.values_list("kind", "reading__seat__rater__user__name")),
    }


def _decision(one: Decision, names: dict[str, str]) -> tuple:
    return (
        one.kind, one.rater.user.name, one.verdict, one.edited_text, one.comment, one.rationale, one.unsafe,
        str(one.reject_reasons), str(one.answered), _named(one.approved_edits, names), one.believable or 0,
        str([(key_of(f), f.utterances, f.severity) for f in one.findings.all()]),
        str(sorted(one.ratings.values_list("dimension_revision__dimension__key", "value"))),
        # What an adjudicator was shown names the edits by their ids.
        one.judged_digest if one.kind == DecisionKind.READING else "", _result(one.raw),
    )  # fmt: skip


def _named(told, names: dict[str, str]) -> str:
    """Public ids are drawn anew in each run."""
    words = json.dumps(told, sort_keys=True)
    for public_id, name in names.items():
        words = words.replace(public_id, name)
    return (
        str(sorted(json.loads(words)))
        if isinstance(told, list) and told and isinstance(told[0], str)
        else words
    )


def _result(raw: RawAnnotation | None) -> str:
    """What she sent, but for the names of regions, which are random."""
    if raw is None:
        return ""
    told = [(one["from_name"], one["value"]) for one in json.loads(raw.payload)["result"]]
    return json.dumps(sorted(told, key=str), sort_keys=True)


def _kept(play: Play, n: int):
    """Of what is there now, the row that holds its present state."""
    states = RawAnnotation.objects.done().filter(reading__item=play.items[n])
    for made, (by, on, words) in play.there[n].items():
        found = states.filter(ls_id=made, payload__contains=words, reading__seat__rater__user__name=on)
        last = found.order_by("-ls_updated_at").first()
        yield by, on, words, _reason(last) if last else "LOST"


def _reason(raw: RawAnnotation) -> str:
    """Label Studio's numbers of people are other ones on another server."""
    return re.sub(r"\d+", "N", raw.uncounted) or "counts"


def states(play: Play) -> Counter:
    """Every state that was kept, by its words; a walk keeps no more of them than the quiet run, which reads them all."""
    found = RawAnnotation.objects.filter(seat_project__seat__round=play.round)
    return Counter((_words(raw), _reason(raw)) for raw in found)


def _words(raw: RawAnnotation) -> str:
    said = re.search(r"act \d+ by \w+", raw.payload)
    return said[0] if said else f"skipped by {raw.seat_project.seat.rater.user.name}"


def require_whole(play: Play) -> None:
    """Nothing is amiss: whatever is to be judged is there, once, in the words that we sent, and nobody holds anything."""
    ours = SeatProject.objects.filter(seat__round=play.round).select_related("seat")
    assert not list(ours.exclude(failure="").values_list("failure", flat=True))
    assert not Round.objects.filter(pk=play.round.pk, syncing_until__isnull=False).exists()
    readings = Reading.objects.filter(seat__round=play.round)
    assert not readings.filter(decisions=None).exclude(send_state=SendState.SENT).exists()
    for project in ours:
        hers = readings.filter(seat=project.seat, send_state=SendState.SENT).select_related("item__instance")
        data = {one.task_id: data_of(one, Wording(), project.config) for one in hers}
        there = {task["id"]: task["data"] for task in play.studio.changed_tasks(project.project_id)}
        assert there == data, "a task is missing, doubled, or not what we sent"
    doubled = Decision.objects.in_force().filter(item__round=play.round).exclude(reading=None)
    assert doubled.count() == doubled.values("reading").distinct().count()

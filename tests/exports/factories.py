"""Settled rounds made row by row, so that exports are tested without the review before them."""

import uuid
from itertools import count

from django.utils import timezone

from accounts.models import User
from guidelines.models import Entry, Guideline, Pair, PairRevision, Version
from review.models import Decision, Finding, Item, Rater, Reading, Round, Seat, Standing
from synthesis.models import Instance, Profile, Run
from tests.factories import session_showing

NOW = timezone.datetime(2026, 11, 21, 9, 0, tzinfo=timezone.get_default_timezone())
LONG = "So it goes on. " * 350
_cells = count(1)


def digest(n: int) -> str:
    return f"{n:064x}"


def version(slug: str, kind: str = "pairs") -> Version:
    """The published version 1 of a guideline; made on first use."""
    if known := Version.objects.filter(guideline__slug=slug).first():
        return known
    guideline = Guideline.objects.create(slug=slug, kind=kind, title=slug)
    made = Version.objects.create(guideline=guideline, serial=1)
    if kind == "pairs":
        pair = Pair.objects.create(guideline=guideline, key="advice-too-soon")
        revision = PairRevision.objects.create(
            pair=pair, n=1, digest=digest(1), name="Advice too soon", shows="Solves before understanding.",
            corrections=["SECRET CORRECTION"],
        )  # fmt: skip
        Entry.objects.create(version=made, position=1, pair_revision=revision)
    Version.objects.filter(pk=made.pk).update(state="published", number=1, digest=digest(2), published_at=NOW)
    return Version.objects.get(pk=made.pk)


def profile(key: str = "client-1", **fields) -> Profile:
    fields = {"base_case": key, "origin": "synthetic", "licence": "CC0-1.0", "digest": digest(3), **fields}
    known = Profile.objects.filter(key=key).first()
    return known or Profile.objects.create(key=key, kind="conceptualisation", name="Robin", **fields)


def a_run() -> Run:
    specs = {"supervisor": {"model": "smollm2", "endpoint": "local"}}
    known = Run.objects.first()
    return known or Run.objects.create(
        serial=1, recipe="supervised_dialogue", version=version("novice-mistakes"), seed=7,
        prompts={"supervisor": digest(9)}, model_specs=specs,
    )  # fmt: skip


def instance(client: Profile | None = None, **fields) -> Instance:
    cell = digest(next(_cells))
    client = client or profile()
    fields = {
        "run": a_run(),
        "recipe": "supervised_dialogue",
        "version": version("novice-mistakes"),
        "content": {"utterances": []},
        **fields,
    }
    return Instance.objects.create(
        profile=client,
        cell=cell,
        state="made",
        made_at=NOW,
        digest=cell,
        **fields,
    )


def another_pair(key: str) -> PairRevision:
    """A pair that an earlier version of the guideline held."""
    pair = Pair.objects.create(guideline=version("novice-mistakes").guideline, key=key)
    return PairRevision.objects.create(
        pair=pair, n=1, digest=digest(next(_cells)), name=key, shows="Shows.", corrections=["Correct it."]
    )


def instance_showing(*revisions: PairRevision, client: Profile) -> Instance:
    cell = digest(next(_cells))
    return session_showing(
        *revisions, run=a_run(), recipe="supervised_dialogue", version=version("novice-mistakes"), profile=client,
        cell=cell, content={"utterances": []}, made_at=NOW, digest=cell,
    )  # fmt: skip


def rater(name: str, kind: str = "human") -> Rater:
    email = f"{name}@example.org"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, None, name=name)
    return Rater.objects.get_or_create(user=user, defaults={"kind": kind})[0]


def a_round(*, rehearsal: bool = False, readers: int = 2, name: str = "Round", **fields) -> Round:
    serial = Round.objects.count() + 1
    made = Round.objects.create(
        serial=serial, name=f"{name} {serial}", screen="supervised_dialogue", rehearsal=rehearsal,
        pairs_version=version("novice-mistakes"), rubric_version=version("feedback-quality", "rubric"),
        overlap=readers, **fields,
    )  # fmt: skip
    for n in range(readers):
        who = rater(f"{'sim' if rehearsal else 'reader'}-{n}", "simulated" if rehearsal else "human")
        Seat.objects.create(round=made, rater=who)
    return made


def close(round: Round) -> Round:
    round.state, round.closed_at = "closed", NOW
    round.save()
    return round


def draft_of(item_number: int) -> str:
    return (
        f"What went well\n- In session {item_number} the counsellor greeted the client with a calm voice.\n\n"
        f"What to work on\n1. Advice too soon (turn 3): client {item_number} had not yet said why."
    )


def item(
    round: Round,
    verdicts=("accept", "accept"),
    *,
    edits=(),
    approved=None,
    state: str = "settled",
    outcome: str | None = None,
    wording_state: str = "settled",
    arm: str = "aided",
    client: Profile | None = None,
    of: Instance | None = None,
    draft: str | None = None,
    supersedes: Item | None = None,
    safety: str | None = None,
    found: tuple[str, ...] = (),
    marks: tuple[tuple[int, ...], ...] | None = None,
    records=None,
) -> Item:
    """One item with a decision for each verdict. `edits`: the texts of the readers who edit, in order;
    `approved`: which of them stand (indexes; default all). `state` is that of the verdict. `marks`: the turns of each
    mistake, which the first reader marks and, without the draft, is settled. `found`: the mistakes that without the
    draft every reader names, and that are settled; what is no pair is another mistake."""
    position = round.items.count() + 1
    made = Item.objects.create(
        round=round, instance=of or instance(client), arm=arm, position=position, supersedes=supersedes
    )
    draft = draft or draft_of(made.pk)
    dialogue = [
        {"speaker": "Counsellor", "text": "What brings you here?"},
        {"speaker": "Robin", "text": f"I sleep badly, and it is worse since {made.pk} weeks."},
    ]
    judged = {"dialogue": dialogue} | ({"draft": draft} if arm == "aided" else {})
    texts, edited = iter(edits), []
    for n, (seat, verdict) in enumerate(zip(round.seats.order_by("pk"), verdicts, strict=False), start=1):
        order = Reading.objects.filter(seat=seat).count() + 1
        reading = Reading.objects.create(
            seat=seat, item=made, order=order, content_hash=digest(order), judged=True
        )
        decision = Decision.objects.create(
            item=made, reading=reading, rater=seat.rater, n=n, judged=judged, judged_digest=digest(4),
            pairs_version=round.pairs_version, rubric_version=round.rubric_version,
            verdict=verdict if arm == "aided" else "", edited_text=next(texts) if verdict == "edit" else "",
            any_mistake=True if found and arm == "unaided" else None, decided_at=NOW,
            record=records[n - 1] if records else None,
        )  # fmt: skip
        for place, revision in enumerate(PairRevision.objects.filter(pair__key__in=found)):
            Finding.objects.create(
                decision=decision, position=place, utterances=[1], severity=2, pair_revision=revision
            )
        if n == 1:
            for place, turns in enumerate(marks or ()):
                Finding.objects.create(decision=decision, position=place, utterances=list(turns), severity=2)
        if verdict == "edit":
            edited.append(str(decision.public_id))
    if arm == "unaided":
        settled = [(key, (1,)) for key in found] if marks is None else [("other", turns) for turns in marks]
        Standing.objects.create(item=made, aspect="findings", state="settled", outcome=[
            {"mistake": key, "utterances": list(turns), "severities": [2]} for key, turns in settled
        ])  # fmt: skip
        return made
    outcome = (outcome or verdicts[0]) if state == "settled" else None
    Standing.objects.create(item=made, aspect="verdict", state=state, outcome=outcome)
    if outcome == "edit":
        stand = [edited[n] for n in (range(len(edited)) if approved is None else approved)]
        outcome_of_wording = stand if wording_state == "settled" else None
        Standing.objects.create(item=made, aspect="wording", state=wording_state, outcome=outcome_of_wording)
    if safety:
        Standing.objects.create(item=made, aspect="safety", state="settled", outcome=safety)
    return made


def many_items(round: Round, n: int, *, clients: int = 30) -> None:
    """`n` items accepted by the round's first reader, with sessions of some 5,000 characters; fast."""
    seat, started = round.seats.order_by("pk").first(), Item.objects.count()
    people = [profile(f"client-{k}") for k in range(clients)]
    run, pairs = a_run(), version("novice-mistakes")

    def name() -> uuid.UUID:
        return uuid.uuid4()

    instances = Instance.objects.bulk_create(
        Instance(
            public_id=name(), run=run, recipe="supervised_dialogue", version=pairs,
            profile=people[k % clients], cell=digest(10**9 + started + k),
            state="made", content={}, made_at=NOW, digest=digest(5),
        )
        for k in range(n)
    )  # fmt: skip
    items = Item.objects.bulk_create(
        Item(public_id=name(), round=round, instance=made, arm="aided", position=started + k)
        for k, made in enumerate(instances, start=1)
    )
    readings = Reading.objects.bulk_create(
        Reading(seat=seat, item=made, order=started + k, content_hash=digest(6), judged=True)
        for k, made in enumerate(items, start=1)
    )
    Decision.objects.bulk_create(
        (Decision(
            public_id=name(), item=reading.item, reading=reading, rater=seat.rater, n=1,
            judged_digest=digest(4),
            judged={"dialogue": [{"speaker": "Robin", "text": f"{k} " + LONG}], "draft": draft_of(k)},
            pairs_version=pairs, rubric_version=round.rubric_version, verdict="accept", decided_at=NOW,
        ) for k, reading in enumerate(readings)), batch_size=200,
    )  # fmt: skip
    Standing.objects.bulk_create(
        Standing(item=made, aspect="verdict", state="settled", outcome="accept") for made in items
    )

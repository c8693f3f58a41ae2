"""A node holds a training run by a lease: claim, heartbeat, finish, expire; every step is compare-and-set."""

import hmac
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.digesting import text_digest
from exports.models import Node, TrainingMetric, TrainingRun, TrainingState
from exports.models.training import ENDED

LEASE = timedelta(seconds=60)
MOST_CLAIMS = 20


class NotClaimable(Exception):
    """The named run does not wait for a node; the message says what it does."""


class LeaseLost(Exception):
    """The run is no longer held under this claim."""


class ReportRefused(ValueError):
    """The report contradicts what is known here; the message says what."""


def claim(*, node: Node, worker: str, run_id=None) -> tuple[TrainingRun, str] | None:
    """Take a queued run and return it with its claim token; None when nothing waits.

    `run_id` None: the run that has waited longest.

    A worker that asks again while its lease lives gets the same job, as its first answer may have been lost.
    Raises NotClaimable for a named run that does not wait.
    """
    expire()
    held = TrainingRun.objects.filter(
        state=TrainingState.RUNNING, node=node, worker=worker, lease_until__gt=timezone.now()
    ).first()
    if held and _take(held, from_state=TrainingState.RUNNING, node=node, worker=worker, claims=held.claims):
        return _claimed(held)
    waiting = TrainingRun.objects.filter(state=TrainingState.QUEUED).order_by("serial")
    for run in waiting.filter(public_id=run_id) if run_id else waiting:
        if _take(run, from_state=TrainingState.QUEUED, node=node, worker=worker, claims=run.claims + 1):
            return _claimed(run)
    if run_id:
        state = TrainingRun.objects.filter(public_id=run_id).values_list("state", flat=True).first()
        raise NotClaimable(
            f"This run does not wait for a node; its state is {state}." if state else "No such run."
        )
    return None


def _take(run: TrainingRun, *, from_state: str, node: Node, worker: str, claims: int) -> bool:
    """True for the one caller that changes the row from the state and claim that it had read."""
    return bool(
        TrainingRun.objects.filter(pk=run.pk, state=from_state, claims=run.claims, worker=run.worker).update(
            state=TrainingState.RUNNING,
            node=node,
            worker=worker,
            claims=claims,
            claim_digest=text_digest(token_of(run, claims)),
            lease_until=timezone.now() + LEASE,
            started_at=Coalesce(F("started_at"), Now()),
        )
    )


def _claimed(run: TrainingRun) -> tuple[TrainingRun, str]:
    run = TrainingRun.objects.select_related("dataset").get(pk=run.pk)
    return run, token_of(run, run.claims)


def token_of(run: TrainingRun, claims: int) -> str:
    """The token of a run's nth claim: derived, so that it can be told again without being stored."""
    return salted_hmac("exports.leasing", f"{run.public_id}:{claims}", algorithm="sha256").hexdigest()


def held(*, run_id, node: Node, token: str, ended_too: bool = False) -> TrainingRun:
    """The run, its row locked, if this node holds it under this claim; call it inside a transaction."""
    run = (
        TrainingRun.objects.select_for_update(of=("self",))
        .select_related("dataset")
        .filter(public_id=run_id)
        .first()
    )
    states = (TrainingState.RUNNING, *(ENDED if ended_too else ()))
    mine = run and run.node_id == node.pk and hmac.compare_digest(run.claim_digest, text_digest(token))
    if not mine or run.state not in states:
        raise LeaseLost("This run is not held under this claim.")
    return run


@transaction.atomic
def heartbeat(
    *, run_id, node: Node, token: str, step: int, total: int | None, metrics: list[dict]
) -> TrainingRun:
    """Renew the lease, store progress. `metrics`: [{"step": n, name: number}]; a repeated step is ignored."""
    run = held(run_id=run_id, node=node, token=token)
    rows = [
        TrainingMetric(run=run, step=row["step"], values={k: v for k, v in row.items() if k != "step"})
        for row in metrics
    ]
    TrainingMetric.objects.bulk_create(rows, ignore_conflicts=True)
    run.step, run.total, run.lease_until = step, total or run.total, timezone.now() + LEASE
    run.save(update_fields=["step", "total", "lease_until"])
    return run


@transaction.atomic
def finish(
    *,
    run_id,
    node: Node,
    token: str,
    status: str,
    metrics: dict,
    dataset_sha256: str,
    artifact_sha256: str,
    error: str,
) -> TrainingRun:
    """End the run as the node reports; the same claim may report again and hears the same.

    Raises ReportRefused when it says succeeded without the dataset's own hash or the adapter being here.
    """
    run = held(run_id=run_id, node=node, token=token, ended_too=True)
    if run.state in ENDED:
        return run
    if status not in ENDED:
        raise ReportRefused(f"status is one of {', '.join(ENDED)}.")
    if status == TrainingState.SUCCEEDED:
        if dataset_sha256 != run.dataset.sha256:
            raise ReportRefused("dataset_sha256 is not that of this run's dataset.")
        if not run.artifact_sha256 or artifact_sha256 != run.artifact_sha256:
            raise ReportRefused("artifact_sha256 is not that of the adapter that is here.")
    run.state, run.metrics, run.error, run.ended_at = status, metrics, error, timezone.now()
    run.dataset_sha256 = dataset_sha256
    run.lease_until = None
    run.save()
    return run


def expire() -> int:
    """Put runs whose lease has run out back into the queue; return how many. A cancelled one ends instead,
    and so does one that has been lost MOST_CLAIMS times: something about it kills its nodes."""
    now, n = timezone.now(), 0
    for run in TrainingRun.objects.filter(state=TrainingState.RUNNING, lease_until__lt=now):
        change = {"state": TrainingState.QUEUED, "worker": "", "claim_digest": "", "lease_until": None}
        if run.cancel_asked:
            change |= {"state": TrainingState.CANCELLED, "ended_at": now}
        elif run.claims >= MOST_CLAIMS:
            why = f"Given up: {run.claims} times a node took this run and was lost."
            change |= {"state": TrainingState.FAILED, "ended_at": now, "error": why}
        unchanged = TrainingRun.objects.filter(
            pk=run.pk, state=TrainingState.RUNNING, claims=run.claims, lease_until=run.lease_until
        )
        n += unchanged.update(**change)
    return n

"""Whatever people do to a run while two workers are at it, in whatever order: nothing that was made changes, nothing is
made twice, and a cancelled run has nothing left.
"""

import contextlib

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from synthesis import claiming, planning, steering
from synthesis.models import Instance, InstanceState, RunState
from synthesis.steering import NotNow
from tests.factories import client_profile, published_guideline

WORKERS = st.sampled_from(["here:1:1:a", "there:2:2:b"])
CONTENT = {"utterances": []}


class Steering(RuleBasedStateMachine):
    """Workers claim, finish, fail and give back as driving does; people steer as pages and commands do."""

    version = clients = None

    def __init__(self):
        super().__init__()
        self.run = planning.plan(
            recipe="supervised_dialogue", version=self.version, profiles=self.clients, pairs="all", model="m",
            samples=2,
        )  # fmt: skip
        self.holding: dict[str, list[Instance]] = {}
        self.made: dict[int, str] = {}
        self.was_cancelled = False

    def state(self) -> str:
        self.run.refresh_from_db()
        return self.run.state

    @rule(act=st.sampled_from(["pause", "resume", "cancel", "retry_failed"]))
    def somebody_steers(self, act):
        before = self.state()
        refused = before == RunState.CANCELLED or (act == "pause" and before != RunState.OPEN)
        with pytest.raises(NotNow) if refused else contextlib.nullcontext():
            getattr(steering, act)(run=self.run, by=None)
        self.was_cancelled |= act == "cancel" and not refused

    @rule(why=st.text(max_size=400))
    def a_budget_or_the_breaker_stops_it(self, why):
        before = self.state()
        assert steering.stop(run=self.run, why=why.replace("\0", "")) == (before == RunState.OPEN)

    @rule(to=st.integers(1, 256))
    def somebody_lets_more_or_fewer_be_made_at_once(self, to):
        with pytest.raises(NotNow) if self.state() == RunState.CANCELLED else contextlib.nullcontext():
            steering.set_concurrency(run=self.run, to=to, by=None)

    @rule(worker=WORKERS, most=st.integers(1, 4))
    def a_worker_claims(self, worker, most):
        state, mine = self.state(), self.holding.setdefault(worker, [])
        with transaction.atomic():
            claimed = claiming.claim(run=self.run, worker=worker, most=most, but={one.pk for one in mine})
        assert state == RunState.OPEN or not claimed
        mine += claimed

    @rule(worker=WORKERS, fails=st.booleans())
    def a_worker_ends_one(self, worker, fails):
        if not self.holding.get(worker):
            return
        one = self.holding[worker].pop()
        if fails:
            claiming.fail(instance=one, worker=worker, reason="It failed.", trace=[])
            return
        digest = f"by {worker}, {len(self.made)}"
        ended = claiming.Made(instance=one, content=CONTENT, trace=[], digest=digest, texts=[])
        with transaction.atomic():
            (held,) = claiming.finish([ended], worker=worker)
        assert held == (not self.was_cancelled)
        if held:
            assert one.pk not in self.made, "made twice"
            self.made[one.pk] = digest

    @rule(worker=WORKERS)
    def a_worker_goes(self, worker):
        claiming.give_back(worker=worker)
        self.holding.pop(worker, None)

    @invariant()
    def what_was_made_stands(self):
        stands = dict(Instance.objects.filter(run=self.run).made().values_list("pk", "digest"))
        assert stands == self.made

    @invariant()
    def nobody_holds_what_another_holds(self):
        for worker, held in self.holding.items():
            rows = Instance.objects.filter(pk__in=[one.pk for one in held])
            assert set(rows.values_list("lease_by", flat=True)) <= ({""} if self.was_cancelled else {worker})

    @invariant()
    def a_cancelled_run_has_nothing_left(self):
        if self.was_cancelled:
            left = self.run.instances.filter(state__in=[InstanceState.PLANNED, InstanceState.MAKING])
            assert self.state() == RunState.CANCELLED and not left.exists()


@pytest.mark.django_db
def test_every_order_of_acts_leaves_a_run_that_can_be_accounted_for(settings_of_a_model):
    Steering.version, Steering.clients = published_guideline(), [client_profile()]
    run_state_machine_as_test(
        Steering,
        settings=settings(
            max_examples=30, stateful_step_count=25, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


@pytest.fixture
def settings_of_a_model(settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_MODEL = "http://127.0.0.1:1/v1", "m"

"""Two hundred sessions through an endpoint that misbehaves: the right content, and an account of every fault.

*Right* is what tests/faults/oracle.py computes beside the engine: recipe, the stub's pure function and the plan of
faults give each session's content, its calls, and how often each request has to come; a request more would be one that
is paid for twice.
"""

from collections import Counter

import pytest

from synthesis import replaying, running, steering
from synthesis.llm import Patience
from synthesis.models import Call, Hitch
from tests.faults.oracle import foretell
from tests.faults.plan import BUSY, HONEST, OF_THE_REPLY, SHARES, FaultPlan
from tests.faults.proxy import RETRY_AFTER, Proxy
from tests.faults.stub import Stub

SESSIONS = 200
# Long enough that a busy machine does not take a slow answer for a hang.
PATIENCE = Patience(budget=300.0, first_wait=0.02, longest_wait=0.2, timeout=3.0)
LONG = [pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 10)]


def make_all(run) -> int:
    """Drive the run to its end as a lead would: what failed for bad replies is planned again. Returns how many were."""
    again = 0
    while True:
        running.drive(run, patience=PATIENCE)
        for failure in run.instances.filter(state="failed").values_list("failure", flat=True):
            assert "gave no usable answer in 3 replies" in failure
        if not (n := steering.retry_failed(run=run, by=None)):
            return again
        again += n


def test_what_an_honest_endpoint_gives_is_what_was_foretold(planned):
    with Stub() as stub:
        run = planned(6, stub.url)
        right = foretell(run, HONEST)
        assert make_all(run) == 0
    for instance in run.instances.all():
        assert (instance.state, instance.content) == ("made", right[instance.pk].content)
        assert instance.trace == right[instance.pk].trace
    assert set(stub.asked.values()) == {1}


@pytest.mark.parametrize("seed", [1, *LONG], ids="seed-{}".format)
def test_two_hundred_sessions_come_out_right_with_a_full_account_of_every_fault(planned, seed):
    plan = FaultPlan(seed)
    with Stub() as stub, Proxy(stub, plan) as proxy:
        run = planned(SESSIONS, proxy.url)
        right = foretell(run, plan)
        made_again = make_all(run)
    told = list(right.values())
    assert proxy.counts.keys() == SHARES.keys(), "a kind of fault was never dealt"
    made_is_right(run, right)
    undisturbed_where_only_the_transport_failed(run, right)
    each_request_came_as_often_as_it_had_to(proxy, stub, told)
    each_bad_reply_is_stored(proxy, told)
    each_fault_is_in_the_account(run, right)
    assert made_again == given_up(told)
    the_moment_to_come_back_was_kept(proxy)
    assert all(one.is_rebuilt for one in replaying.replay(run.instances.all()))


def made_is_right(run, right):
    for instance in run.instances.all():
        assert (instance.state, instance.content) == ("made", right[instance.pk].content), instance.failure
        assert instance.trace == right[instance.pk].trace
    assert run.instances.count() == SESSIONS


def undisturbed_where_only_the_transport_failed(run, right):
    """A fault of the transport leaves no mark in the content: it is the one of an undisturbed run over the cell."""
    honest = foretell(run, HONEST)
    same = {pk for pk, told in right.items() if not any(kind in OF_THE_REPLY for kind, *_ in told.faults)}
    assert same and any(right[pk].faults for pk in same)
    for pk, digest in run.instances.filter(pk__in=same).values_list("pk", "digest"):
        assert digest == honest[pk].digest
    stored = dict(Call.objects.values_list("key", "text"))
    damaged = {seed for told in right.values() for kind, seed, _ in told.faults if kind in OF_THE_REPLY}
    seeds = dict(Call.objects.values_list("key", "seed"))
    for told in honest.values():
        for (
            key
        ) in told.trace:  # the same call of both has the same words, unless they were damaged on their way
            assert key not in stored or seeds[key] in damaged or stored[key] == told.texts[key]


def each_request_came_as_often_as_it_had_to(proxy, stub, told):
    came = {seed: len(times) for seed, times in proxy.came.items()}
    assert came == sum((one.came for one in told), Counter())
    dealt = Counter((one.kind, one.seed, one.visit) for one in proxy.dealt)
    assert dealt == sum((one.faults for one in told), Counter())
    assert set(stub.asked) == set(came) and stub.asked.total() == came_through(came, proxy)


def came_through(came: dict, proxy) -> int:
    """Requests that reach the model: all but those that the proxy answered, or did not answer, by itself."""
    kept_back = sum(proxy.counts[kind] for kind in SHARES if kind not in {*OF_THE_REPLY, "cut"})
    return sum(came.values()) - kept_back


def each_bad_reply_is_stored(proxy, told):
    """With the words as they came; and every stored reply is one that was foretold."""
    texts = {key: text for one in told for key, text in one.texts.items()}
    assert dict(Call.objects.values_list("key", "text")) == texts
    spoiled = {one.seed for one in proxy.dealt if one.kind in OF_THE_REPLY}
    assert Call.objects.filter(seed__in=spoiled).count() == len(spoiled) == sum(
        proxy.counts[kind] for kind in OF_THE_REPLY
    )  # fmt: skip
    assert Call.objects.filter(attempt__gt=1).count() == len(spoiled)


def each_fault_is_in_the_account(run, right):
    """One row for each that was dealt, with the session and the step it befell."""
    dealt = Counter(
        (pk, told.steps[seed], kind) for pk, told in right.items() for kind, seed, _visit in told.faults
    )
    noted = Counter(Hitch.objects.filter(run=run).values_list("instance", "step", "kind"))
    assert noted == dealt


def given_up(told) -> int:
    """How often an instance had to fail: with three new bad replies to one question."""
    bad = Counter(
        (n, one.steps[seed])
        for n, one in enumerate(told)
        for kind, seed, _ in one.faults
        if kind in OF_THE_REPLY
    )
    return sum(times // 3 for times in bad.values())


def the_moment_to_come_back_was_kept(proxy):
    early = []
    for one in proxy.dealt:
        if one.kind == BUSY:
            came = proxy.came[one.seed]
            early += [came[one.visit] - one.at] if came[one.visit] - one.at < RETRY_AFTER else []
    assert not early, f"asked again after {early} s, and not after {RETRY_AFTER} s as told"

"""The measurement of a run that is watched works, at a size that says nothing about time."""

from bench import pages
from bench import watching as bench
from synthesis.models import Instance, InstanceState
from synthesis.watching import progress


def test_every_look_is_measured_on_a_run_in_which_everything_happens(transactional_db):
    place = bench.build(200)
    found = bench.measure(place, rounds=1)
    assert set(found) == set(bench.looks(place))
    assert all(len(one.clock) == len(one.processor) == 1 for one in found.values())
    told = progress(place.run)
    assert told["watched"].counts == {"planned": 70, "making": 2, "made": 120, "failed": 8, "cancelled": 0}
    assert told["spent"].calls == 3 * 120 and told["watched"].rate and told["failures"] and told["hitches"]
    assert set(Instance.objects.values_list("state", flat=True)) == set(InstanceState.values) - {"cancelled"}
    lines = pages.table({200: found}, "sessions").splitlines()
    assert len(lines) == 2 + len(found) and lines[2].startswith("| floor: an empty page | 200 | ")

"""Parts are ready when `start` returns, and none outlives the process that started it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.demo.ports import LOOPBACK, free_port, listening, listening_in_group
from config.demo.processes import PartFailed, Stack

ROOT = Path(__file__).resolve().parents[2]
# A part with a child of its own that ignores SIGTERM: the hardest case to leave no orphan of.
STUBBORN = "trap '' TERM; sleep 600 & echo up; wait; wait"
PARENT = """
import sys, time
from config.demo.processes import Stack, stop_on_sigterm
if sys.argv[2] == "tidy":
    stop_on_sigterm()
with Stack(sys.argv[1]) as stack:
    family = "sleep 600 & echo up; wait"
    stack.start("family", ["bash", "-c", family], ready=lambda p: "up" in p.log.read_text())
    print(stack.processes[0].group, flush=True)
    time.sleep(600)
"""
HTTP = "import http.server as h, sys; h.HTTPServer(('127.0.0.1', int(sys.argv[1])), None).serve_forever()"


@pytest.fixture
def own_stack(tmp_path):
    with Stack(tmp_path) as stack:
        yield stack


def said_up(process) -> bool:
    return "up" in process.log.read_text()


def running_in(group: int) -> list[int]:
    """Processes of this group that are not zombies."""
    rows = subprocess.check_output(["ps", "-eo", "pid=,pgid=,stat="], text=True)
    split = (row.split() for row in rows.splitlines())
    return [int(pid) for pid, pgid, state in split if int(pgid) == group and not state.startswith("Z")]


def gone_within(group: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while running_in(group):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_a_part_is_ready_when_start_returns(own_stack):
    port = free_port()
    command = [sys.executable, "-c", HTTP, port]
    part = own_stack.start("web", command, ready=lambda process: listening_in_group(port, process.group))
    assert listening(port)
    assert part.running()


@pytest.mark.parametrize("option", [socket.SO_REUSEADDR, socket.SO_REUSEPORT])
def test_a_port_is_kept_for_its_part_and_from_everybody_else(option):
    port = free_port()
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind((LOOPBACK, port))
    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind(("", port))
    with socket.socket() as part:
        part.setsockopt(socket.SOL_SOCKET, option, 1)
        part.bind((LOOPBACK, port))
        part.listen()
        assert listening(port)


def test_an_answer_on_the_port_from_a_stranger_is_not_ours(own_stack):
    with socket.create_server((LOOPBACK, 0)) as stranger:
        port = stranger.getsockname()[1]
        part = own_stack.start("other", ["sleep", "600"])
        assert listening(port)
        assert not listening_in_group(port, part.group)
        assert listening_in_group(port, os.getpgid(0))


def test_a_part_that_ends_at_once_fails_early_with_the_end_of_its_log(own_stack):
    command = ["bash", "-c", "echo no such table; exit 3"]
    began = time.monotonic()
    with pytest.raises(PartFailed, match="(?s)broken ended with status 3.*no such table"):
        own_stack.start("broken", command, ready=lambda _: False, timeout=60)
    assert time.monotonic() - began < 10
    assert own_stack.processes == []


def test_a_part_that_is_never_ready_is_stopped(own_stack):
    with pytest.raises(PartFailed, match="late was not ready"):
        own_stack.start("late", ["sleep", "600"], ready=lambda _: False, timeout=0.2)
    assert own_stack.processes == []


def test_parts_stop_in_reverse_order_and_their_children_with_them(tmp_path):
    order = tmp_path / "order"
    script = "trap 'echo {0} >> {1}; exit' TERM; sleep 600 & echo up; wait"
    with Stack(tmp_path) as stack:
        groups = [
            stack.start(name, ["bash", "-c", script.format(name, order)], ready=said_up).group
            for name in ("database", "web")
        ]
    assert order.read_text().split() == ["web", "database"]
    assert [running_in(group) for group in groups] == [[], []]


def test_a_part_that_ignores_sigterm_is_killed_with_its_children(own_stack):
    part = own_stack.start("stubborn", ["bash", "-c", STUBBORN], ready=said_up)
    assert len(running_in(part.group)) == 2
    part.stop(grace=0.3)
    assert gone_within(part.group, 2)


def test_a_part_that_ended_by_itself_is_named(own_stack):
    part = own_stack.start("short", ["true"])
    part.popen.wait()
    assert own_stack.ended() == [part]


@pytest.mark.parametrize("manners", ["tidy", "rude"])
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_no_orphan_is_left_however_the_parent_goes(tmp_path, how, manners):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, tmp_path, manners],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    group = int(parent.stdout.readline())
    assert len(running_in(group)) == 2
    os.killpg(parent.pid, signal.Signals[how])  # as a terminal does: to the whole foreground group
    parent.wait(20)
    parent.stdout.close()
    assert gone_within(group, 15)

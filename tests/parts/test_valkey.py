import os
import signal

import redis

from config.demo import valkey
from config.demo.processes import Stack


def test_valkey_answers(valkey_url):
    assert redis.Redis.from_url(valkey_url).ping()


def test_what_the_broker_acknowledged_survives_sigkill(tmp_path):
    with Stack(tmp_path) as stack:
        client = redis.Redis.from_url(valkey.start(stack, tmp_path / "data"))
        client.set("kept", "yes")
        client.execute_command("WAITAOF", 1, 0, 5000)  # else it is synced once a second
        os.killpg(stack.processes[0].group, signal.SIGKILL)
        stack.processes[0].popen.wait()
        again = redis.Redis.from_url(valkey.start(stack, tmp_path / "data"))
        assert again.get("kept") == b"yes"

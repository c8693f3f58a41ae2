"""All parts on one machine, real but for the model, which is scripted: nobody reads its words here, and each call
takes long enough to be hit.
"""

import os
import random
import signal
import time
from pathlib import Path

from config.demo import app, label_studio, parts, valkey
from config.demo.ports import LOOPBACK, free_port
from config.demo.processes import Process, Stack

CALL_SECONDS = 0.12


class Idle(AssertionError):
    """The process would have been hit while nothing moved: the kill would prove nothing."""


class Town:
    """`start()` brings everything up and sets Django up; the parts can be killed and started again where they were."""

    def __init__(self, stack: Stack, home: Path, model_url: str):
        self.stack, self.home, self.model_url = stack, home, model_url
        self.valkey_port, self.studio_port = free_port(), free_port()

    def start(self):
        web = free_port()
        broker = valkey.start(self.stack, self.home / "valkey", port=self.valkey_port)
        studio = label_studio.start(self.stack, self.home / "label-studio", port=self.studio_port)
        env = {
            "DJANGO_SETTINGS_MODULE": "config.settings.base",
            "ONE_WAY_MIRROR_HOME": str(self.home),
            "DATABASE_URL": f"sqlite:///{self.home / 'db.sqlite3'}",
            "BASE_URL": f"http://{LOOPBACK}:{web}",
            "REDIS_URL": f"{broker}/0",
            "TRAINING_BROKER_URL": f"{broker}/2",
            "LABEL_STUDIO_URL": studio.url,
            "LABEL_STUDIO_TOKEN": studio.token,
            "LABEL_STUDIO_GATEWAY_URL": f"http://{LOOPBACK}:{free_port()}",
            "OPENAI_BASE_URL": self.model_url,
            "OPENAI_MODEL": "scripted",
            "OPENAI_API_KEY": "none-needed",
        }
        os.environ.update(env)
        import django

        django.setup()
        from django.core.management import call_command

        from config.demo import seeding

        call_command("migrate", verbosity=0)
        seeding.fill()
        self.people = seeding.people(simulated_reviewers=2)
        self.parts = parts.Parts(self.home, env["BASE_URL"], broker, studio, "scripted", dict(os.environ))
        parts.start_ours(self.stack, self.parts)

    def start_node(self) -> Process:
        from exports import nodes

        if not hasattr(self, "node_token"):
            _node, self.node_token = nodes.make_node(name="this machine", by=self.people["Lena"][0])
        home = self.home / "node"
        home.mkdir(exist_ok=True)
        return app.start_node(
            self.stack, app_url=self.parts.url, token=self.node_token,
            broker=self.parts.env["TRAINING_BROKER_URL"], home=home,
        )  # fmt: skip

    def part(self, name: str) -> Process:
        return next(process for process in self.stack.processes if process.log.stem == name)

    def kill(self, name: str) -> None:
        """SIGKILL to the whole group: worker and children, no farewell."""
        process = self.part(name)
        os.killpg(process.group, signal.SIGKILL)
        process.popen.wait()
        self.stack.stop_one(process)

    def kill_while_moving(
        self, name: str, count, *, least: int, chance: random.Random, seconds: float = 120
    ) -> int:
        """Kill the part at a random moment while `count()` grows; return the count at the kill. Idle when it does not."""
        _until(lambda: count() >= least, seconds, f"{name}: its rows did not begin to move")
        time.sleep(chance.uniform(0, 1.0))
        before = count()
        still = f"{name}: its rows stood still at {before}\n{self.part(name).log.read_text()[-2000:]}"
        _until(lambda: count() > before, 120, still, error=Idle)
        self.kill(name)
        return count()


def _until(done, seconds: float, what: str, error=AssertionError) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise error(what)
        time.sleep(0.02)


def wait(done, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"{what}: not finished after {seconds:.0f} s"
        time.sleep(0.3)

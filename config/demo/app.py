"""Our own processes on one machine: web, workers, beat, and a training node as if on another machine."""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

from config.demo.environments import ROOT
from config.demo.ports import LOOPBACK, listening_in_group
from config.demo.processes import Process, Stack

# What a node must not have: it reaches the app over HTTP and the training queue only.
KEPT_FROM_THE_NODE = ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "DJANGO_SETTINGS_MODULE", "ONE_WAY_MIRROR_HOME",
                      "OPENAI_API_KEY",
                      "LABEL_STUDIO_TOKEN", "LABEL_STUDIO_WEBHOOK_SECRET", "REVIEW_ACCOUNTS_KEY")  # fmt: skip


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, TimeoutError):
        return False


def start_web(stack: Stack, *, port: int, env: dict) -> str:
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{LOOPBACK}:{port}"]
    command += ["--workers", "2", "--threads", "4", "--timeout", "120", "--log-level", "warning"]
    url = f"http://{LOOPBACK}:{port}"

    def ready(process: Process) -> bool:
        return listening_in_group(port, process.group) and _answers(f"{url}/healthz")

    stack.start("web", command, ready=ready, timeout=120, env=env, cwd=ROOT)
    return url


def start_gateway(stack: Stack, *, url: str, env: dict) -> Process:
    command = [sys.executable, "manage.py", "gateway"]

    def ready(process: Process) -> bool:
        return listening_in_group(int(url.rsplit(":", 1)[1]), process.group) and _answers(f"{url}/healthz")

    return stack.start("gateway", command, ready=ready, timeout=120, env=env, cwd=ROOT)


def start_worker(stack: Stack, name: str, queues: str, *, children: int, env: dict) -> Process:
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "config",
        "worker",
        "--queues",
        queues,
        "--concurrency",
        children,
    ]
    command += ["--hostname", f"{name}@%h", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]

    def ready(process: Process) -> bool:
        return " ready." in process.log.read_text(errors="replace")

    return stack.start(f"worker-{name}", command, ready=ready, timeout=120, env=env, cwd=ROOT)


def start_beat(stack: Stack, *, home: Path, env: dict) -> Process:
    command = [sys.executable, "-m", "celery", "-A", "config", "beat", "--loglevel", "WARNING"]
    command += ["--schedule", home / "celerybeat-schedule", "--pidfile", ""]
    return stack.start("beat", command, env=env, cwd=ROOT)


def start_node(stack: Stack, *, app_url: str, token: str, broker: str, home: Path) -> Process:
    """The node has a folder of its own and only these three facts about us."""
    env = {name: value for name, value in os.environ.items() if name not in KEPT_FROM_THE_NODE}
    env |= {"APP_URL": app_url, "NODE_TOKEN": token, "TRAINING_BROKER_URL": broker, "NODE_HOME": str(home)}
    return stack.start("node", [ROOT / "bin" / "node"], env=env, cwd=home)

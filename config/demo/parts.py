"""Start every part in order and tell Django where they are; Django itself is set up afterwards."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from config.demo import app, label_studio, model_server, valkey
from config.demo.environments import in_shell, label_studio_environment, weights
from config.demo.options import Options
from config.demo.ports import LOOPBACK, free_port
from config.demo.processes import PartFailed, Stack


@dataclass
class Parts:
    """Where everything answers, and the environment that our own processes run in."""

    home: Path
    url: str
    broker: str
    studio: label_studio.LabelStudioPart
    model: str
    env: dict


def install(options: Options) -> str:
    """Make the environments and fetch the weights; return the model that can be had."""
    label_studio_environment()
    if options.train or not options.headless:
        in_shell("training_environment")
    if options.model == "env":
        missing = [name for name in ("OPENAI_BASE_URL", "OPENAI_MODEL") if not os.environ.get(name)]
        if missing:
            raise PartFailed(f"--model env needs {' and '.join(missing)}")
        return "env"
    try:
        weights(options.model)
    except PartFailed as failure:
        if options.model == "smollm2":
            raise
        print(
            f"The weights of {options.model} cannot be had ({failure}); going on with smollm2.",
            file=sys.stderr,
        )
        weights("smollm2")
        return "smollm2"
    return options.model


def start(stack: Stack, options: Options, model: str) -> Parts:
    """Start the outside parts and put their addresses into our environment (and so into Django's settings)."""
    home, port = options.home, free_port()
    broker = valkey.start(stack, home / "valkey")
    studio = label_studio.start(stack, home / "label-studio")
    env = {
        "DJANGO_SETTINGS_MODULE": "config.settings.base",
        "ONE_WAY_MIRROR_HOME": str(home),
        "DATABASE_URL": f"sqlite:///{home / 'db.sqlite3'}",
        "BASE_URL": f"http://{LOOPBACK}:{port}",
        "REDIS_URL": f"{broker.rstrip('/')}/0",
        "TRAINING_BROKER_URL": f"{broker.rstrip('/')}/2",
        "LABEL_STUDIO_URL": studio.url,
        "LABEL_STUDIO_GATEWAY_URL": f"http://{LOOPBACK}:{free_port()}",
        "LABEL_STUDIO_TOKEN": studio.token,
    }
    if model != "env":
        env["OPENAI_BASE_URL"] = model_server.start(stack, home / "model", model)
        env["OPENAI_MODEL"], env["OPENAI_API_KEY"] = model, "none-needed"
    os.environ.update(env)
    return Parts(home, env["BASE_URL"], broker, studio, os.environ["OPENAI_MODEL"], dict(os.environ))


def start_ours(stack: Stack, parts: Parts) -> None:
    """Web, gateway, workers and beat; the database is migrated by now."""
    app.start_web(stack, port=int(parts.url.rsplit(":", 1)[1]), env=parts.env)
    app.start_gateway(stack, url=parts.env["LABEL_STUDIO_GATEWAY_URL"], env=parts.env)
    app.start_worker(stack, "synthesis", "synthesis", children=1, env=parts.env)
    app.start_worker(stack, "review", "review,exports", children=2, env=parts.env)
    app.start_beat(stack, home=parts.home, env=parts.env)

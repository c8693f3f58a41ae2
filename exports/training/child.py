"""The training process: started in a process group of its own, ended with everything it started."""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent / "train_sft.py"
LOG_LINES, LOG_CHARACTERS = 40, 8000
SECRET_ENDINGS = ("_TOKEN", "_TOKEN_FILE", "_KEY", "_SECRET", "_PASSWORD", "_URL")


class TrainingFailed(Exception):
    """The training process ended badly; the message is the end of its log."""


def command(config, *, data, base, out, config_path, progress, accelerate, script=SCRIPT):
    """The command line of one training: plain Python, or accelerate for several processes or a named set-
    up.
    """
    arguments = [
        str(script),
        "--data",
        str(data),
        "--base",
        str(base),
        "--out",
        str(out),
        "--config",
        str(config_path),
        "--progress",
        str(progress),
        "--stop-with-stdin",
    ]
    named, processes = config.get("accelerate_config"), config.get("processes", 1)
    if not named and processes == 1:
        return [sys.executable, *arguments]
    # Port 0: any free one, so that two nodes on one machine do not meet.
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--main_process_port", "0"]
    if named:
        file = accelerate / f"{named}.yaml"
        if "/" in named or not file.is_file():
            raise TrainingFailed(
                f"accelerate configuration {named!r} is not on this node (looked in {accelerate.name}/)"
            )
        launch += ["--config_file", str(file)]
    if processes != 1:
        # Without --multi_gpu accelerate quietly runs one process where it sees fewer than two GPUs.
        launch += ["--num_processes", str(processes), *([] if named else ["--multi_gpu"])]
    return [*launch, *arguments]


def environment(folder):
    """What the child needs and no more: no token, no address, no key; nothing is fetched from a model hub."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith(SECRET_ENDINGS)}
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    quiet = {"HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1"}
    return {**kept, **offline, **quiet, "HF_HOME": str(folder / "hf")}


def train(arguments, *, folder, check, grace=10.0):
    """Run the training to its end and return the last line of its standard output.

    `check` is called several times a second and may raise: the whole process group is ended first. The
    child holds the other end of our pipe as standard input, so it also ends when this process is killed.
    """
    printed, log = folder / "train.out", folder / "train.log"
    with open(printed, "wb") as out, open(log, "wb") as err:
        child = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=err,
            cwd=folder,
            env=environment(folder),
            start_new_session=True,
        )
        try:
            while not has_ended(child):
                check()
                time.sleep(0.1)
        finally:
            end_group(child, grace)
    if child.returncode != 0:
        raise TrainingFailed(tail(log) or f"the training process ended with code {child.returncode}")
    return tail(printed, 1)


def has_ended(child):
    """Whether the child has ended; it is not reaped yet, so its process group cannot be anyone else's."""
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


def end_group(child, grace):
    """SIGTERM to the whole group, SIGKILL after `grace` seconds; the child's own children are never left
    behind.
    """
    patience = time.monotonic() + grace
    if not has_ended(child):
        os.killpg(child.pid, signal.SIGTERM)
    while not has_ended(child) and time.monotonic() < patience:
        time.sleep(0.05)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    child.stdin.close()


def tail(path, lines=LOG_LINES):
    """The last lines of a text file, without trailing white space."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return "\n".join(deque((line.rstrip() for line in file if line.strip()), maxlen=lines))[
            -LOG_CHARACTERS:
        ]

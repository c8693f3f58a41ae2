"""Stands in for train_sft.py: same arguments, same files, no torch. What it does is said in the run's
`config`.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

parser = argparse.ArgumentParser()
for name in ("data", "base", "out", "config", "progress"):
    parser.add_argument(f"--{name}", type=Path, required=True)
parser.add_argument("--stop-with-stdin", action="store_true")
options = parser.parse_args()
config = json.loads(options.config.read_text())


def stop():
    while os.read(0, 1):
        pass
    os.killpg(os.getpgid(0), signal.SIGKILL)


threading.Thread(target=stop, daemon=True).start()
helper = subprocess.Popen(["sleep", "600"]) if config.get("with_a_child") else None
(options.progress.parent / "pids").write_text(f"{os.getpid()} {helper.pid if helper else os.getpid()}")
(options.progress.parent / "environment.json").write_text(json.dumps(dict(os.environ)))

options.out.mkdir(exist_ok=True)
checkpoint = options.out / "checkpoint"
step = started_at = int(checkpoint.read_text()) if checkpoint.exists() else 0
while step < config["steps"]:
    time.sleep(config.get("pause", 0))
    step += 1
    with open(options.progress, "a") as file:
        file.write(json.dumps({"step": step, "total": config["steps"], "loss": 1 / step}) + "\n")
    saving = options.out / "checkpoint.saving"
    saving.write_text(str(step))
    saving.rename(checkpoint)  # whole or not at all: this program is killed at any moment
if config.get("fail"):
    for number in range(100):
        print(f"line {number}", file=sys.stderr)
    sys.exit("out of memory")
(options.out / "adapter").mkdir(exist_ok=True)
(options.out / "adapter" / "weights").write_text("trained")
print(
    json.dumps({"train_loss": 1 / step, "steps": step, "seconds": 0.1, "rows": 4, "started_at": started_at})
)

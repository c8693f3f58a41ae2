"""One claimed run from its first file to its report."""

import gzip
import json
import logging
import shutil
import tarfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from .child import LOG_CHARACTERS, TrainingFailed, command, train
from .claiming import LeaseLost, Refused, Unreachable
from .fetching import digest, fetch
from .heart import Cancelled, Heart, NodeStopping

log = logging.getLogger("node")
KEPT_SECONDS = 7 * 24 * 3600.0


@dataclass(frozen=True)
class Place:
    """Where this node works: `home` holds runs/ and accelerate/, `models` one folder per base model."""

    home: Path
    models: Path
    heartbeat_seconds: float = 5.0

    def folder(self, run):
        return self.home / "runs" / str(uuid.UUID(run))


def perform(job, *, app, place, stopping, **script):
    """Fetch, train, upload and report one run; returns the status reported, or None when nothing was
    reported.

    A run whose node died goes on from its last checkpoint: its folder stays until the app has acknowledged
    the end.
    """
    folder = place.folder(job.run)
    folder.mkdir(parents=True, exist_ok=True)
    heart = Heart(
        app=app,
        job=job,
        progress=folder / "progress.jsonl",
        seconds=place.heartbeat_seconds,
        stopping=stopping,
    )
    heart.start()
    try:
        report = work(job, app=app, place=place, folder=folder, heart=heart, **script)
        # Only the app's answer to the report itself counts now: it may have it already, its answer was lost.
        patiently(
            lambda: heart.last_word(lambda: app.finish(job, **report)),
            check=heart.check_node,
            stopping=stopping,
        )
    except NodeStopping:
        log.info("run %s is left for a later claim: this node stops", job.run)
        return None
    except LeaseLost:
        log.warning("run %s was lost to another claim: stopped, nothing reported", job.run)
        shutil.rmtree(folder / "data", ignore_errors=True)
        return None
    except Refused as error:
        log.error("the app refused the report of run %s: %s", job.run, error)
        return None
    finally:
        heart.stop()
    shutil.rmtree(folder)
    log.info("run %s: %s", job.run, report["status"])
    return report["status"]


def work(job, *, app, place, folder, heart, **script):
    """Everything up to the report; what goes wrong becomes the report of a failed or cancelled run."""
    waiting = {"check": heart.check, "stopping": heart.stopping}
    try:
        patiently(lambda: fetch(app, job.dataset, folder / "data", proceed=heart.check), **waiting)
        metrics = trained(job, place=place, folder=folder, check=heart.check, **script)
        packed = folder / "adapter.tar.gz"
        sha256 = pack(folder / "out" / "adapter", packed)
        stored = patiently(lambda: app.upload(job, path=packed, sha256=sha256), **waiting)
        if stored != sha256:
            raise TrainingFailed(f"the app stored an artifact with SHA-256 {stored}, sent was {sha256}")
        heart.drain()
        return {"status": "succeeded", "metrics": metrics, "artifact_sha256": sha256}
    except (NodeStopping, LeaseLost):
        raise
    except Cancelled:
        return {"status": "cancelled", "metrics": {"steps": heart.drain()}}
    except Exception as error:
        log.exception("run %s failed", job.run)
        message = str(error) if isinstance(error, TrainingFailed) else f"{type(error).__name__}: {error}"
        return {"status": "failed", "metrics": {"steps": heart.drain()}, "error": sayable(message)}


def sayable(message):
    """The message as the app takes it: a report with a NUL or half a character in it would be refused, and the run
    trained again and again.
    """
    return message.replace("\0", "\ufffd").encode("utf-8", "replace").decode()[-LOG_CHARACTERS:]


def trained(job, *, place, folder, check, **script):
    """Train unless this very run was already trained here (the node died while reporting); returns the
    metrics.
    """
    result = folder / "result.json"
    if result.exists():
        return json.loads(result.read_text())
    config_path = folder / "config.json"
    config_path.write_text(json.dumps(job.config, indent=2, sort_keys=True))
    arguments = command(
        job.config,
        data=folder / "data",
        base=base_folder(place.models, job.config.get("base")),
        out=folder / "out",
        config_path=config_path,
        progress=folder / "progress.jsonl",
        accelerate=place.home / "accelerate",
        **script,
    )
    metrics = json.loads(train(arguments, folder=folder, check=check))
    writing = folder / "result.json.writing"
    writing.write_text(json.dumps(metrics))
    writing.rename(result)
    return metrics


def base_folder(models, name):
    """The folder of a base model on this node; refuses a name that is not there, and says which are."""
    there = sorted(path.parent.name for path in models.glob("*/config.json"))
    if name not in there:
        raise TrainingFailed(
            f"base model {name!r} is not on this node; there are: {', '.join(there) or 'none'}"
        )
    return models / name


def pack(folder, target):
    """Pack a folder as tar.gz; the same files give the same bytes. Returns the SHA-256."""
    with (
        open(target, "wb") as raw,
        gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for path in sorted(folder.rglob("*")):
            entry = tarfile.TarInfo(str(path.relative_to(folder)))
            if path.is_file():
                entry.size, entry.mode = path.stat().st_size, 0o644
                with open(path, "rb") as file:
                    archive.addfile(entry, file)
    return digest(target)


def patiently(request, *, check, stopping, first=1.0, longest=30.0):
    """Ask until the app answers, waiting twice as long each time; `check` may raise to end it."""
    pause = first
    while True:
        check()
        try:
            return request()
        except Unreachable as error:
            log.warning("the app did not answer, next try in %.0f s: %s", pause, error)
            stopping.wait(pause)
            pause = min(longest, pause * 2)


def sweep(place, *, older_than=KEPT_SECONDS):
    """Remove what is left of runs that did not come back in a week: it holds other people's words."""
    for folder in (place.home / "runs").glob("*"):
        if time.time() - max(path.stat().st_mtime for path in (folder, *folder.iterdir())) > older_than:
            log.info("run %s did not come back, its folder is removed", folder.name)
            shutil.rmtree(folder)

"""The GPU node's worker: woken by the broker or by the clock, it claims one run at a time from the app and
trains it.

Broker and clock only wake it up; what is to be done the app alone knows. It needs the app's address and a
node token, no database and none of the app's code. Environment: see README.md beside this file.
"""

import fcntl
import logging
import os
import queue
import signal
import sys
import threading
import uuid
from pathlib import Path

from celery import Celery
from celery.worker import state

from .claiming import App, Refused, Unreachable, UnsafeAddress
from .performing import Place, perform, sweep

log = logging.getLogger("node")
QUEUE, TASK = "training", "training.train"
NUDGE = object()


class Trainer(threading.Thread):
    """The one thread that trains: it takes hints from the broker, and asks for any queued run when none
    comes.
    """

    def __init__(self, *, app, place, poll_seconds, perform=perform):
        super().__init__(name="trainer", daemon=True)
        self.app, self.place, self.poll_seconds, self.perform = app, place, poll_seconds, perform
        self.worker = uuid.uuid4().hex
        self.hints = queue.SimpleQueue()
        self.stopping = threading.Event()
        self.failure = None

    def hint(self, run):
        """A run may be waiting. Saying it twice, or wrongly, costs one question to the app."""
        self.hints.put(run)

    def stop(self):
        self.stopping.set()
        self.hints.put(NUDGE)

    def run(self):
        try:
            self.serve()
        except BaseException as error:
            self.failure = error
            raise
        finally:
            if not self.stopping.is_set():
                os.kill(os.getpid(), signal.SIGTERM)

    def serve(self):
        """Claim and train until stopped. After a run the next one is asked for at once."""
        found = True
        while not self.stopping.is_set():
            run = None if found else self.next_hint()
            if self.stopping.is_set():
                return
            sweep(self.place)
            job = self.claim(run)
            found = job is not None
            if found:
                log.info("run %s claimed", job.run)
                self.perform(job, app=self.app, place=self.place, stopping=self.stopping)

    def next_hint(self):
        """The run that a message named, or None when it is time to ask for any."""
        try:
            return self.hints.get(timeout=self.poll_seconds)
        except queue.Empty:
            return None

    def claim(self, run):
        """The job or None. A lost answer needs no care: the next poll gets the same job for the same worker
        id.
        """
        try:
            return self.app.claim(run=run, worker=self.worker)
        except Unreachable as error:
            log.warning("claim not answered, next try in %s s at the latest: %s", self.poll_seconds, error)
        except Refused as error:
            log.error("the app refused the claim, is NODE_TOKEN right? %s", error)
        return None


def broker(*, url, prefix, trainer):
    """The Celery application of the node: one queue, one task, no events, no remote control, no results."""
    celery = Celery("training", broker=url, set_as_current=False)
    celery.conf.update(
        broker_transport_options={"global_keyprefix": prefix, "socket_keepalive": True},
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_acks_late=False,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
    )

    @celery.task(name=TASK)
    def train(run):
        """A wake-up, acknowledged at once; the trainer asks the app what there is to it."""
        trainer.hint(str(uuid.UUID(run)))

    return celery


def settings(environ):
    """The node's settings from the environment; one line naming what is missing or unsafe otherwise."""
    token, token_file = environ.get("NODE_TOKEN"), environ.get("NODE_TOKEN_FILE")
    if not token and token_file:
        token = Path(token_file).read_text().strip()
    missing = [name for name in ("APP_URL", "NODE_HOME", "NODE_MODELS") if not environ.get(name)]
    if missing or not token:
        missing += [] if token else ["NODE_TOKEN or NODE_TOKEN_FILE"]
        sys.exit(f"The node cannot start, these are not set: {', '.join(missing)}")
    try:
        app = App(url=environ["APP_URL"], token=token)
    except UnsafeAddress as error:
        sys.exit(f"The node cannot start: {error}")
    place = Place(
        home=Path(environ["NODE_HOME"]).resolve(),
        models=Path(environ["NODE_MODELS"]).resolve(),
        heartbeat_seconds=float(environ.get("NODE_HEARTBEAT_SECONDS", 5)),
    )
    return app, place, float(environ.get("NODE_POLL_SECONDS", 30))


def hold(home):
    """Keep this node's folder to one worker: two would train twice on one machine."""
    home.mkdir(parents=True, exist_ok=True)
    lock = open(home / "lock", "w")  # noqa: SIM115 - held until the process ends
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"Another worker is already running in {home}")
    return lock


def main(environ=os.environ):
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    app, place, poll_seconds = settings(environ)
    lock = hold(place.home)
    trainer = Trainer(app=app, place=place, poll_seconds=poll_seconds)
    ended = threading.Event()

    def stop(*_):
        ended.set()
        state.should_stop = 0  # for a Celery worker that has not yet put its own handler in place

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    trainer.start()
    log.info("node ready, worker %s, app %s", trainer.worker, app.url)
    if url := environ.get("TRAINING_BROKER_URL"):
        celery = broker(url=url, prefix=environ.get("TRAINING_KEY_PREFIX", "training:"), trainer=trainer)
        worker = celery.Worker(
            pool="solo",
            concurrency=1,
            queues=[QUEUE],
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            quiet=True,
        )
        worker.start()
    else:
        ended.wait()
    trainer.stop()
    trainer.join()
    lock.close()
    return 1 if trainer.failure else 0


if __name__ == "__main__":
    sys.exit(main())

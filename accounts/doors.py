"""From where an act comes: a page or the API with the client's address, a command, a worker's task.

Whoever opens a door says so once; the trail reads it, so that no verb has to be told. Nothing of Django is read
when this is imported: `manage.py` opens its door before there are settings.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from ipaddress import ip_address

PAGE, API, COMMAND, WORKER, PROGRAM = "page", "api", "command", "worker", "program"
LONGEST = 120


@dataclass(frozen=True)
class Door:
    """`name` is the client's address, or the command's or the task's name; empty where there is none."""

    kind: str = PROGRAM
    name: str = ""


_OUTSIDE = Door()
_open = ContextVar("door", default=_OUTSIDE)


def here() -> Door:
    """The door through which the present act came; by itself: the program."""
    return _open.get()


@contextmanager
def through(kind: str, name: str = ""):
    token = _open.set(Door(kind, name[:LONGEST]))
    try:
        yield
    finally:
        _open.reset(token)


class Entrance:
    """Middleware: what a request does came from its client's address."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        kind = API if request.path.startswith("/api/") else PAGE
        with through(kind, client_address(request.META)):
            return self.get_response(request)


def client_address(meta: dict) -> str:
    """Who asks, as the web server knows it.

    X-Forwarded-For is the client's own word but for what our own proxies add at its end, one address each: of
    PROXIES_IN_FRONT proxies the first has written the client's address, so many places from the right.
    """
    from django.conf import settings

    near = meta.get("REMOTE_ADDR", "")
    passed_on = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if 0 < settings.PROXIES_IN_FRONT <= len(passed_on):
        try:
            return str(ip_address(passed_on[-settings.PROXIES_IN_FRONT]))
        except ValueError:
            pass  # our proxy passed on something that is no address: the proxy's own is all that is known
    return near


def safe_line(meta: dict, *, encrypted: bool) -> bool:
    """Whether a token may come this way: encrypted, or from this very machine. Behind a proxy, whose address says
    nothing, only encrypted.
    """
    if encrypted:
        return True
    try:
        near = ip_address(meta.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    return near and "HTTP_X_FORWARDED_FOR" not in meta and "HTTP_FORWARDED" not in meta


_tasks = {}


def watch_tasks() -> None:
    """What a task does came from that task. Called once, when Django has loaded all apps."""
    from celery.signals import task_postrun, task_prerun

    task_prerun.connect(_begin_task, weak=False, dispatch_uid="door_of_a_task")
    task_postrun.connect(_end_task, weak=False, dispatch_uid="door_of_a_task")


def _begin_task(*, task_id, task, **_):
    _tasks[task_id] = _open.set(Door(WORKER, task.name[:LONGEST]))


def _end_task(*, task_id, **_):
    if token := _tasks.pop(task_id, None):
        _open.reset(token)

"""Where we can be cut off: before and after each call to Label Studio, each task that it lists, each row that is written
and each commit. Nothing is awaited from Label Studio while a transaction is open.
"""

from collections.abc import Callable
from contextlib import contextmanager

import httpx
from django.db import connection

from review.label_studio.errors import LabelStudioDown

WRITES = ("INSERT", "UPDATE", "DELETE")


class Killed(BaseException):
    """The process ends here: nothing that it still does reaches anybody."""


class Broken(BaseException):
    """A promise is broken; whoever keeps a project's failures for the lead must not keep this one."""


class Boundary:
    """A Label Studio, fake or real, as one process of ours sees it. At the n-th crossing, something happens."""

    def __init__(self, studio):
        self._studio = studio
        self.disarm()

    def disarm(self) -> None:
        self._left, self._happens, self._calls_only = 0, None, False
        self.dead = self.down = False
        self.happened_at: str | None = None

    def at(self, n: int, happens: Callable[[bool], None], *, calls_only: bool = False) -> None:
        """`happens(after)`: after what crosses was done, or before."""
        self.disarm()
        self._left, self._happens, self._calls_only = n, happens, calls_only

    @contextmanager
    def watched(self):
        """While one process of ours works."""
        self._open = len(connection.savepoint_ids)
        with connection.execute_wrapper(self._written):
            yield

    def kill(self, after: bool) -> None:
        self.dead = True
        raise Killed

    def __getattr__(self, name):
        found = getattr(self._studio, name)
        if not callable(found):
            return found
        return self._listed(found) if name == "changed_tasks" else self._called(found, name)

    def _called(self, found, name):
        def call(*arguments, **named):
            self._call(name, after=False)
            answer = found(*arguments, **named)
            self._call(name, after=True)
            return answer

        return call

    def _listed(self, found):
        def call(*arguments, **named):
            self._call("changed_tasks", after=False)
            for task in found(*arguments, **named):
                yield task
                self._call("changed_tasks", after=True)

        return call

    def _call(self, name: str, *, after: bool) -> None:
        if len(connection.savepoint_ids) != self._open:
            raise Broken(f"{name} is called while a transaction is open")
        if self.down:
            raise LabelStudioDown("No answer: ConnectError") from httpx.ConnectError("down")
        self._cross(name, after, is_call=True)

    def _written(self, execute, sql, params, many, context):
        verb = sql.lstrip().split(maxsplit=1)[0].upper()
        if verb not in (*WRITES, "RELEASE"):
            return execute(sql, params, many, context)
        # A savepoint is released while an exception is on its way out, too; that commits nothing.
        if verb != "RELEASE":
            self._cross(_table(sql), after=False)
        found = execute(sql, params, many, context)
        if not (verb == "RELEASE" and self.dead):
            self._cross("commit" if verb == "RELEASE" else _table(sql), after=True)
        return found

    def _cross(self, where: str, after: bool, *, is_call: bool = False) -> None:
        if self.dead:
            raise Killed
        if self._happens is None or (self._calls_only and not is_call):
            return
        self._left -= 1
        if self._left <= 0:
            happens, self._happens, self.happened_at = self._happens, None, where
            happens(after)


def silence(after: bool) -> None:
    """Whatever was asked for may have been done; no answer says so."""
    cause = httpx.ReadTimeout("lost") if after else httpx.ConnectError("never connected")
    raise LabelStudioDown(f"No answer: {type(cause).__name__}") from cause


def gateway_gives_up(after: bool) -> None:
    """A 502 of whatever stands between: it does not say whether anything was done."""
    raise LabelStudioDown("Label Studio could not answer: 502")


def _table(sql: str) -> str:
    return next((part for part in sql.replace('"', " ").split() if part.startswith("review_")), "other")

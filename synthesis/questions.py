"""What one instance asks, one question after the other or several at once, and how it ends.

A question is a task of its own, so that whoever asked it may leave (asyncio.gather goes on without the others when one
fails, a TaskGroup cancels them, a timeout runs out) and a request that is out still comes back and is stored. None
outlives its instance.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from django.db import Error as DatabaseFault

from synthesis.faults import EndpointDenied, EndpointGone


class Halted(Exception):
    """Nothing more is asked for this run, as it was stopped; the instance is given back, not failed."""


class Question:
    """`keys` of the calls that answered it, in order; is `over` when nothing more may be asked for it."""

    def __init__(self):
        self.keys: list[str] = []
        self.is_over = self.is_out = False
        self.task: asyncio.Task | None = None

    @contextmanager
    def out(self) -> Iterator[None]:
        """While something may be paid for that is not stored yet."""
        self.is_out = True
        try:
            yield
        finally:
            self.is_out = False

    def give_up(self) -> None:
        """Nothing more is asked; what is out comes back and is stored."""
        self.is_over = True
        if not self.is_out and not self.task.done():
            self.task.cancel()


class Questions:
    """Of one instance. As a context manager around its recipe it leaves nothing behind: cancelled, it cancels what is
    open; otherwise it waits for what is out. Of several faults at once it raises the one that matters most.
    """

    def __init__(self):
        self._all: list[Question] = []
        self._askers: set[asyncio.Task] = set()
        self._is_over = False

    @property
    def trace(self) -> list[str]:
        """Keys of all calls, question after question in the order in which they were asked."""
        return [key for question in self._all for key in question.keys]

    @property
    def are_out(self) -> bool:
        return any(question.is_out for question in self._all)

    async def put(self, answer: Callable[[Question], Awaitable]):
        """What `answer(question)` returns. Raises what it raises, and Halted."""
        if self._is_over:
            raise Halted
        question, asker = Question(), asyncio.current_task()
        self._all.append(question)
        self._askers.add(asker)
        question.task = asyncio.create_task(answer(question))
        # Its fault concerns nobody where the asker has left.
        question.task.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            return await asyncio.shield(question.task)
        except asyncio.CancelledError:
            if question.task.cancelled() and not asker.cancelling():
                raise Halted from None
            question.give_up()
            raise

    def halt(self) -> None:
        """Those that only wait for their turn end; what is out comes back and is stored."""
        for question in self._open():
            question.give_up()

    async def __aenter__(self):
        return self

    async def __aexit__(self, _kind, problem, _traceback):
        self._is_over = True
        for question in self._open():
            if isinstance(problem, asyncio.CancelledError):
                question.task.cancel()
            else:
                question.give_up()
        await _ended([question.task for question in self._open()])
        # Whoever asked beside the recipe's own task, and was left behind by it.
        left = [asker for asker in self._askers if asker is not asyncio.current_task()]
        for asker in left:
            asker.cancel()
        await _ended(left)
        if isinstance(problem, BaseExceptionGroup):
            raise foremost(problem) from problem

    def _open(self) -> list[Question]:
        return [question for question in self._all if not question.task.done()]


async def _ended(tasks: list[asyncio.Task]) -> None:
    try:
        await asyncio.gather(*tasks, return_exceptions=True)
    except asyncio.CancelledError:  # which gather has passed on to them
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def foremost(group: BaseExceptionGroup) -> BaseException:
    """Of faults that came together the one by which the instance ends: first what ends the drive or stops the run."""
    leaves = list(_leaves(group))
    for kinds in (DatabaseFault, Halted, (EndpointGone, EndpointDenied)):
        if found := [leaf for leaf in leaves if isinstance(leaf, kinds)]:
            return found[0]
    return leaves[0]


def _leaves(problem: BaseException) -> Iterator[BaseException]:
    if isinstance(problem, BaseExceptionGroup):
        for part in problem.exceptions:
            yield from _leaves(part)
    else:
        yield problem

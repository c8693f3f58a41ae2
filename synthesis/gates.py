"""The gate before an endpoint: everybody in this process who asks it goes through, at its pace and in turn."""

import asyncio
from collections import deque
from dataclasses import dataclass
from weakref import WeakValueDictionary

from synthesis.breaking import Breaker
from synthesis.faults import EndpointGone
from synthesis.pacing import Pace


@dataclass(eq=False)
class Pass:
    """One request that is out."""

    window: int
    is_trying: bool
    began: float
    is_settled: bool = False


class Gate:
    def __init__(self, *, pace: Pace, breaker: Breaker):
        self.pace, self.breaker = pace, breaker
        self.out = 0  # requests, until what came back is stored
        self.answered_at = float("-inf")
        self.there_at = float("-inf")  # when it last answered anything, also that it refuses
        self.gone = ""  # why nobody asks it any more
        self.why = ""  # what went wrong last, in our words
        self._failed: set[object] = set()  # who, since the last answer
        self._waiting: deque[asyncio.Future[Pass]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._asked: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def alone(self, key: str) -> asyncio.Lock:
        """Held by whoever asks the call of this key, until its reply is stored: in this process nobody else does."""
        return self._asked.setdefault(key, asyncio.Lock())

    async def enter(self) -> Pass:
        """Wait for one's turn. Raises EndpointGone."""
        if self.gone:
            raise EndpointGone(self.gone)
        if not self._waiting and self._is_free():
            return self._goes_out()
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        self._let_in()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.leave(future.result())  # let in at the very moment it was called off
            raise

    def leave(self, taken: Pass) -> None:
        self.out -= 1
        if not taken.is_settled and taken.is_trying:
            self.breaker.left()
        self._let_in()

    def answered(self, taken: Pass) -> None:
        taken.is_settled = True
        self.answered_at = _now()
        self.pace.answered(taken.window)
        self._is_there()

    def refused(self, taken: Pass) -> None:
        """It answered, though not with a reply: it is there, which says nothing about its pace."""
        taken.is_settled = True
        self._is_there()

    def busy(self, taken: Pass, *, after: float | None, why: str) -> bool:
        """It was asked too often. True when nobody will have been answered for longer than patience."""
        taken.is_settled, self.why = True, why
        self.pace.busy(now=_now(), window=taken.window, after=after)
        self._is_there()
        return self.pace.lasts(_now()) > self.breaker.patience

    def failed(self, taken: Pass, *, who: object, after: float | None, why: str) -> bool:
        """It did not answer; `after` if it said when it will. True when it has been down for longer than patience."""
        taken.is_settled, self.why = True, why
        self._failed.add(who)
        if after is not None:
            self.pace.rest(_now() + min(after, self.breaker.patience))
        # One that went out long ago says nothing of a time in which others were answered.
        began = max(taken.began, self.there_at)
        is_past = self.breaker.failed(now=_now(), began=began, was_trying=taken.is_trying)
        return is_past or (after or 0) > self.breaker.patience

    def failed_only(self, who: object) -> bool:
        """Nobody else failed since the last answer, nor waits: it may be this very request that brings it down."""
        return self._failed == {who} and not self._those_who_wait()

    def down_for(self) -> float:
        """Seconds for which nobody has been answered."""
        since = [at for at in (self.breaker.down_since, self.pace.busy_since) if at is not None]
        return _now() - min(since, default=_now())

    def give_up(self, why: str) -> None:
        """Whoever waits, or comes still, is told so."""
        self.gone = why
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(EndpointGone(why))

    def set_most(self, most: int) -> None:
        self.pace.set_most(most)
        self._let_in()

    def told(self) -> dict:
        """For the row of a drive."""
        state = "well" if self.pace.at_once >= self.pace.most else "slowed"
        if self.pace.resting_until > _now():
            state = "resting"
        if self.breaker.is_open or self.gone:
            state = "down"
        why = "" if state == "well" else self.why
        return {
            "at_once": self.pace.at_once,
            "calls": self.out,
            "waiting": self._those_who_wait(),
            "state": state,
            "why": why,
        }

    def _those_who_wait(self) -> int:
        """Without those who were called off and are not swept out yet."""
        return sum(not future.done() for future in self._waiting)

    def _is_there(self) -> None:
        self.there_at = _now()
        self.breaker.answered()
        self._failed.clear()

    def _is_free(self) -> bool:
        now = _now()
        is_rested = now >= self.pace.resting_until
        return is_rested and self.out < self.pace.at_once and self.breaker.admits(now)

    def _goes_out(self) -> Pass:
        self.out += 1
        return Pass(self.pace.window, self.breaker.enters(), _now())

    def _let_in(self) -> None:
        while self._waiting and self._is_free():
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(self._goes_out())
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting and (at := max(self._opens_at(), self.pace.resting_until)) > _now():
            self._timer = asyncio.get_running_loop().call_at(at, self._let_in)

    def _opens_at(self) -> float:
        # While one tries, whatever comes of it lets in the next.
        is_closed_for_a_time = self.breaker.is_open and not self.breaker.is_trying
        return self.breaker.next_try if is_closed_for_a_time else 0.0


def _now() -> float:
    return asyncio.get_running_loop().time()

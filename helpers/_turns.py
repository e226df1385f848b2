"""A fair queue for threads and for tasks of any event loop: first come, first served."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from .errors import BatchStopped, CourseError


@dataclass(slots=True)
class Permit:
    """Leave to send one request. seq: its place in the order of sending; taken_at: when its turn came; sent_at: when it left;
    waited_s: how long it queued."""

    seq: int
    taken_at: float
    sent_at: float
    waited_s: float = 0.0
    answered: bool = False


class PacingTimeout(CourseError):
    """The limiter's queue or pause would take longer than allowed; nothing was sent."""

    kind = "throttled"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The server's limit leaves no place for this call within {seconds:.0f} s, so it was not sent.",
                         "Raise `deadline` in the RetryPolicy, or send less at a time.")


class _Waiter:
    """Somebody in the queue: a thread or a task of any event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.loop = loop
        self.event: Any = asyncio.Event() if loop else threading.Event()
        self.entered = 0.0
        self.in_front_since: float | None = None

    def wake(self) -> None:
        if self.loop is None:
            self.event.set()
        elif not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.event.set)


class Turns:
    """Somebody at the front of the queue leaves when `_ready_at` says so, and `_take` makes his permit.

    `sleep` and `asleep` None: wait on an event, so that `_wake_first` ends the wait of the first early.
    """

    def __init__(self, clock: Callable[[], float] | None, sleep: Callable[[float], object] | None,
                 asleep: Callable[[float], Awaitable[object]] | None) -> None:
        self._clock, self._sleep, self._asleep = clock or time.monotonic, sleep, asleep
        self._lock = threading.Lock()
        self._waiting: deque[_Waiter] = deque()

    def _ready_at(self, now: float) -> float:
        """When the next may leave; called with the lock held."""
        raise NotImplementedError

    def _take(self, now: float, waited: float) -> Permit:
        """The permit of one who leaves now; called with the lock held."""
        raise NotImplementedError

    def acquire(self, timeout: float | None = None, stopped: Callable[[], bool] | None = None) -> Permit:
        """Wait for a place and take it; then report how it went with `observe` or `release`.

        Raises PacingTimeout when it would take more than `timeout` seconds (None: wait for ever), and BatchStopped when
        `stopped()` is true. With `stopped` the time behind others does not count, only that at the front of the queue.
        """
        started = self._clock()
        permit = self._take_at_once(started)
        if permit is not None:
            return permit
        me = _Waiter()
        self._enter(me)
        try:
            while True:
                wait = self._try(me, started, timeout, stopped)
                if isinstance(wait, Permit):
                    return wait
                self._pause(me, *wait)
        finally:
            self._leave(me)

    async def aacquire(self, timeout: float | None = None, stopped: Callable[[], bool] | None = None) -> Permit:
        """As `acquire`, awaited."""
        started = self._clock()
        permit = self._take_at_once(started)
        if permit is not None:
            return permit
        me = _Waiter(asyncio.get_running_loop())
        self._enter(me)
        try:
            while True:
                wait = self._try(me, started, timeout, stopped)
                if isinstance(wait, Permit):
                    return wait
                await self._apause(me, *wait)
        finally:
            self._leave(me)

    def _pause(self, me: _Waiter, wait: float | None, first: bool) -> None:
        if first and wait is not None and self._sleep is not None:
            self._sleep(wait)
        else:
            me.event.wait(wait)
            me.event.clear()

    async def _apause(self, me: _Waiter, wait: float | None, first: bool) -> None:
        if first and wait is not None and self._asleep is not None:
            await self._asleep(wait)
            return
        try:
            async with asyncio.timeout(wait):
                await me.event.wait()
        except TimeoutError:
            pass
        me.event.clear()

    def _take_at_once(self, now: float) -> Permit | None:
        with self._lock:
            if self._waiting or self._ready_at(now) > now:
                return None
            return self._take(now, 0.0)

    def _enter(self, me: _Waiter) -> None:
        with self._lock:
            me.entered = self._clock()
            self._waiting.append(me)

    def _try(self, me: _Waiter, started: float, timeout: float | None = None,
             stopped: Callable[[], bool] | None = None) -> Permit | tuple[float | None, bool]:
        """A permit; or how long to wait, and whether it is this waiter's turn (None: until the one before has gone)."""
        with self._lock:
            if stopped is not None and stopped():
                raise BatchStopped("The batch was stopped while this call waited for its turn.")
            now = self._clock()
            first = self._waiting[0] is me
            if stopped is not None:  # one of a batch, whose calls wait for each other
                if not first:
                    return None, False
                started = me.in_front_since = now if me.in_front_since is None else me.in_front_since
            left = None if timeout is None else started + timeout - now
            if not first:
                if left is not None and left <= 0:
                    raise PacingTimeout(timeout or 0.0)
                return left, False
            ready = self._ready_at(now)
            if ready > now:
                if left is not None and ready - now >= left:
                    raise PacingTimeout(timeout or 0.0)
                return ready - now, True
            return self._take(now, now - me.entered)

    def _leave(self, me: _Waiter) -> None:
        with self._lock:
            was_first = self._waiting[0] is me
            self._waiting.remove(me)
            if was_first and self._waiting:
                self._waiting[0].wake()

    def wake_all(self) -> None:
        """Let every waiting call look again whether it is still wanted."""
        with self._lock:
            for waiter in self._waiting:
                waiter.wake()

    def _wake_first(self) -> None:
        if self._waiting:
            self._waiting[0].wake()

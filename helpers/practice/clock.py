"""The server's clock: one per identity, as fast as a lesson wants it.

Limits, cold starts, pace and endpoints all read it, so that a day can pass in a second.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class Clock:
    """Seconds since it was made, running at `speed` times real time.

    `speed=0` is the manual clock: time passes only through `advance()` and through the server's own waits,
    which then take no real time. `source` returns monotonic seconds.
    """

    def __init__(self, source: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._base = 0.0
        self._since = source()
        self.speed = 1.0

    def now(self) -> float:
        """Seconds on this clock."""
        return self._base + (self._source() - self._since) * self.speed

    def set_speed(self, speed: float) -> None:
        """Run `speed` times as fast from now on; what has passed stays passed."""
        self._base, self._since = self.now(), self._source()
        self.speed = speed

    def advance(self, seconds: float) -> float:
        """Jump `seconds` ahead and return the new time."""
        self._base += seconds
        return self.now()

    async def sleep(self, seconds: float, *, unless: Callable[[], bool] = lambda: False) -> None:
        """Wait `seconds` of this clock, or until `unless()`. On the manual clock the wait itself moves the time on."""
        if seconds <= 0:
            return
        target = self.now() + seconds
        while (left := target - self.now()) > 0 and not unless():
            # At most a quarter second at a time, so that a changed speed is noticed.
            await asyncio.sleep(min(left / self.speed, 0.25) if self.speed > 0 else 0)
            if self.speed == 0:
                self.advance(max(0.0, target - self.now()))

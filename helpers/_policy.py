"""What may be repeated, when, and how often: the rules of a retry, as values and arithmetic."""

from __future__ import annotations

import asyncio
import functools
import math
import numbers
import os
import random
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from .errors import Verdict
from .ledger import Attempt

BUDGETED = frozenset({"transient", "timeout", "network", "stream"})


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How one call is repeated. Times are seconds.

    Delay before retry n (n counts from 1): `uniform(0, cap)` with `cap = min(backoff_max, base * 2 ** (n - 1))`, the full
    jitter of AWS (2015); with a hint of the server `hint + uniform(0, cap)`, so never less than the hint.

    Args:
        max_attempts: attempts in all, the first one included. Answers "the model is loading" do not count, nor in a paced
            batch a 429, or a 503 of a service that is down: then the deadline is the limit.
        deadline: limit of the whole call, waits included; a wait that would pass it is not begun. For a stream it ends
            with the first output. In a batch, time in the limiter's queue does not count.
        attempt_timeout: limit of one attempt. Async calls are cut by it. A blocking call is cut by it when its client
            passes through `helpers.transport`; otherwise give the SDK's own `timeout=` as well.
        idle_timeout: limit between two chunks of a stream; None: none.
        stream_timeout: limit of the time spent waiting for a stream's chunks after its first output; None: none.
        backoff_base, throttle_base: base of the delay after a failure, and after a 429 or 503 without a hint.
        backoff_max: the most that `cap` grows to.
        jitter: "full", or "none" for exactly `cap`.
        max_retry_after: a longer hint ends the call at once, with a note saying how long the server asked for.
        retry_budget: share of calls of a batch that may be repeated after transient errors; `FREE_RETRIES` come on top.
        timeout_attempts: attempts that may end in a timeout. A timed-out request may have been computed and billed.
        on_attempt: called with each `Attempt` after it ended.
        clock, sleep, asleep, rng: time.monotonic, time.sleep, asyncio.sleep and a random.Random, or your own for tests.

    Raises ValueError for a number that is not above 0, and for a hook that is no function.
    """

    max_attempts: int = 6
    deadline: float = 120.0
    attempt_timeout: float | None = 30.0
    idle_timeout: float | None = 30.0
    stream_timeout: float | None = 600.0
    backoff_base: float = 0.1
    throttle_base: float = 1.0
    backoff_max: float = 20.0
    jitter: str = "full"
    max_retry_after: float = 60.0
    retry_budget: float = 0.1
    timeout_attempts: int = 2
    on_attempt: Callable[[Attempt], object] | None = None
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], object] = field(default=time.sleep, repr=False)
    asleep: Callable[[float], Awaitable[object]] = field(default=asyncio.sleep, repr=False)
    rng: random.Random = field(default_factory=random.Random, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("max_attempts", "timeout_attempts"):
            _require(name, getattr(self, name), 1, whole=True)
        for name in ("deadline", "attempt_timeout", "idle_timeout", "stream_timeout", "backoff_base", "throttle_base",
                     "backoff_max", "max_retry_after"):
            value = getattr(self, name)
            if value is not None or name not in ("attempt_timeout", "idle_timeout", "stream_timeout"):
                _require(name, value, 0)
        if not _is_number(self.retry_budget) or not 0 <= self.retry_budget <= 1:
            raise ValueError(f"`retry_budget` must be from 0 to 1, not {self.retry_budget!r}. 0.1 repeats one call in ten.")
        if self.jitter not in ("full", "none"):
            raise ValueError(f'`jitter` must be "full" or "none", not {self.jitter!r}. Leave it out for full jitter.')

        for name in ("on_attempt", "clock", "sleep", "asleep"):
            if not callable(getattr(self, name)) and (name, self.on_attempt) != ("on_attempt", None):
                raise ValueError(f"`{name}` must be a function, not {getattr(self, name)!r}. Leave it out for the usual one.")

    def cap(self, kind: str, n: int) -> float:
        """The longest random wait before retry `n`."""
        base = self.throttle_base if kind == "throttled" else self.backoff_base
        return min(self.backoff_max, base * 2.0 ** min(n - 1, 60))

    def delay(self, verdict: Verdict, n: int) -> float:
        """Seconds to wait before retry `n` (from 1) after `verdict`."""
        return (verdict.retry_after or 0.0) + self.own_delay("throttled" if is_silent(verdict) else verdict.kind, n)

    def own_delay(self, kind: str, n: int) -> float:
        """The part of `delay` that is ours, without the server's wish."""
        cap = self.cap(kind, n)
        return self.rng.uniform(0.0, cap) if self.jitter == "full" else cap


def is_silent(verdict: Verdict) -> bool:
    """True for a 503 without a hint: overloaded or starting, for how long it does not say."""
    return verdict.status == 503 and verdict.retry_after is None


@functools.cache
def usual_policy() -> RetryPolicy:
    """RetryPolicy() for calls that were given none, made once per process: seeding its rng takes longer than a call's way."""
    return RetryPolicy()


if hasattr(os, "register_at_fork"):  # a forked process must not wait as long as its siblings
    os.register_at_fork(after_in_child=usual_policy.cache_clear)


class RetryBudget:
    """Repeats allowed after transient errors, shared by the calls of a batch: a free stock, plus a share of the successes.

    It keeps a dead service from getting attempts x calls requests (Google SRE book, "Handling Overload"). Thread-safe.
    """

    FREE_RETRIES = 30

    def __init__(self, share: float, free: int = FREE_RETRIES) -> None:
        self._share, self._most = share, float(free)
        self._left = float(free)
        self._lock = threading.Lock()

    def succeeded(self) -> None:
        """A call succeeded: it earns its share of a repeat."""
        with self._lock:
            self._left = min(self._most, self._left + self._share)

    def spend(self) -> bool:
        """Take one repeat; False when none is left."""
        with self._lock:
            if self.is_empty():
                return False
            self._left -= 1
            return True

    def is_empty(self) -> bool:
        """True when no repeat is left."""
        return self._left < 1 - 1e-9


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:  # an integer beyond every float
        return False


def _require(name: str, value: Any, low: int, whole: bool = False) -> None:
    good = _is_number(value) and (value >= low if low else value > 0) and (not whole or value == int(value))
    if not good:
        need = f"a whole number, {low} or more" if whole else "a number above 0"
        usual = RetryPolicy.__dataclass_fields__[name].default
        raise ValueError(f"`{name}` must be {need}, not {value!r}. Leave it out for {usual}.")

"""A service, its callers and a RateLimiter in virtual time: a discrete-event simulation, no threads and no waiting.

The limiter is the real one; only its queue is driven from an event heap instead of from sleeping threads.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from helpers._limiter import RateLimiter
from helpers._turns import Permit, _Waiter

ATTEMPTS = 6


@dataclass
class Service:
    """The imitation service of the study: limiter, cold start, faults; `answer(now)` gives (status, headers, hint)."""

    rate: float = 50.0
    burst: float = 10.0
    window: tuple[int, float] | None = None
    cold_s: float = 0.0
    headers: str = "both"
    error_rate: float = 0.015
    seed: int = 7
    halve_after: int | None = None
    change: float = 0.5  # of the rate, then
    phase: float = 0.0  # how long before the first request a fixed window began
    tokens: float = field(init=False)
    at: float = 0.0
    first: float | None = None
    window_at: float = 0.0
    used: int = 0
    admitted: int = 0

    def __post_init__(self) -> None:
        self.tokens, self.random = self.burst, random.Random(self.seed)
        self.window_at = -self.phase

    def answer(self, now: float) -> tuple[int, dict[str, str], float | None]:
        self.first = now if self.first is None else self.first
        admitted, left, reset = self._window(now) if self.window else self._bucket(now)
        fields = self._fields(left, reset, admitted)
        if not admitted:
            return 429, fields, None
        self.admitted += 1
        if self.halve_after is not None and self.admitted == self.halve_after:
            self.rate *= self.change
        if now - self.first < self.cold_s:
            return 503, fields, round(self.first + self.cold_s - now, 2)
        return (500 if self.random.random() < self.error_rate else 200), fields, None

    def _bucket(self, now: float) -> tuple[bool, int, float]:
        self.tokens = min(self.burst, self.tokens + self.rate * (now - self.at))
        self.at = now
        admitted = self.tokens >= 1
        self.tokens -= admitted
        wait = max(0.0, 1 - self.tokens) / self.rate
        return admitted, int(self.tokens), wait

    def _window(self, now: float) -> tuple[bool, int, float]:
        quota, span = self.window
        if now >= self.window_at + span:
            self.window_at += span * ((now - self.window_at) // span)
            self.used = 0
        admitted = self.used < quota
        self.used += admitted
        return admitted, quota - self.used, self.window_at + span - now

    def _fields(self, left: int, reset: float, admitted: bool) -> dict[str, str]:
        seconds = max(1, math.ceil(reset))
        quota, span = self.window or (round(self.rate), 1)
        name = "fixed window" if self.window else "token bucket"
        fields = {"RateLimit": f'"api";r={left};t={seconds}', "RateLimit-Policy": f'"{name}";"api";q={quota};w={span:g}'}
        if self.headers in ("none", "retry-after"):
            fields = {}
        if self.headers == "unnamed":
            fields["RateLimit-Policy"] = f'"api";q={quota};w={span:g}'
        if not admitted and self.headers in ("both", "retry-after", "unnamed"):
            fields["Retry-After"] = str(seconds)
        return fields


@dataclass
class Outcome:
    wall: float
    requests: int
    by_status: Counter
    calls_by_worker: Counter
    failed: int
    refusals_at: list[float]
    limiter: RateLimiter

    def refused_per_success(self) -> float:
        return self.by_status[429] / max(1, self.by_status[200])


def simulate(
    service: Service,
    *,
    workers: int,
    calls: int = 500,
    seed: int = 1,
    latency: Callable[[random.Random], float] = lambda rng: rng.uniform(0.005, 0.015),
    overhead: float = 0.002,
    cpu: float = 0.0008,
    late: float = 0.0,
    stall: float = 0.0,
    refusal: float = 0.001,
    until: float = 600.0,
) -> Outcome:
    """`workers` closed loops take `calls` calls from one queue. Refused calls and failures come again as in helpers.retry;
    a call that is refused six times has failed.

    latency: seconds in the server after admission; refusal: for a refusal. overhead: seconds on the way there and back.
    cpu: seconds that each departure holds the one interpreter. late: mean seconds by which a sleeper wakes late.
    stall: mean seconds by which one departure in fifty, and all behind it, are held up.
    """
    rng = random.Random(seed)
    now = 0.0
    limiter = RateLimiter(clock=lambda: now)
    refused_before: Counter[int] = Counter()  # by worker, for its running call
    failed = 0
    heap: list[tuple[float, int, str, object]] = []
    order = itertools.count()
    statuses, per_worker, refusals = Counter(), Counter(), []
    waiters: dict[_Waiter, int] = {}
    todo, done, busy_until = calls, 0, 0.0

    def at(time: float, what: str, data: object) -> None:
        heapq.heappush(heap, (time, next(order), what, data))

    def begin(worker: int) -> None:
        permit = limiter._take_at_once(now)
        if permit is not None:
            depart(worker, permit)
            return
        me = _Waiter()
        me.wake = lambda: at(now + 0.0001, "poll", me)  # type: ignore[method-assign]
        waiters[me] = worker
        limiter._enter(me)
        at(now, "poll", me)

    def depart(worker: int, permit: Permit) -> None:
        nonlocal busy_until
        busy_until = max(busy_until, now) + cpu + (rng.uniform(0, 2 * stall) if rng.random() < 0.02 else 0.0)
        permit.sent_at = busy_until
        at(busy_until + overhead * rng.uniform(0.2, 0.8), "serve", (worker, permit))

    for worker in range(workers):
        if todo:
            todo -= 1
            at(rng.uniform(0, 0.002), "begin", worker)
    wall = 0.0
    while heap and done < calls and now < until:
        now, _, what, data = heapq.heappop(heap)
        if what == "begin":
            begin(data)
        elif what == "poll":
            if data in waiters:
                answer = limiter._try(data, now, None)
                if isinstance(answer, Permit):
                    worker = waiters.pop(data)
                    limiter._leave(data)
                    depart(worker, answer)
                elif answer[0] is not None:
                    at(now + answer[0] + 1e-9 + late * rng.expovariate(1.0), "poll", data)
        elif what == "serve":
            worker, permit = data
            status, fields, hint = service.answer(now)
            took = refusal if status in (429, 503) else latency(rng)
            at(now + took + overhead * rng.uniform(0.2, 0.8), "back", (worker, permit, status, fields, hint))
        elif what == "back":
            worker, permit, status, fields, hint = data
            statuses[status] += 1
            limiter.observe(permit, status, fields)
            if status == 429:
                refusals.append(round(now, 3))
                refused_before[worker] += 1
            again = refused_before[worker]
            if status == 200 or again >= ATTEMPTS:
                done += 1
                wall = now
                failed += status != 200
                per_worker[worker] += status == 200
                refused_before[worker] = 0
                if todo:
                    todo -= 1
                    begin(worker)
            elif status == 429 and "Retry-After" not in fields and "RateLimit" not in fields and again > 1:
                at(now + rng.uniform(0, 2.0 ** (again - 2)), "begin", worker)
            elif status == 429:
                begin(worker)
            elif hint is not None:
                limiter.pause(hint)
                begin(worker)
            else:
                at(now + rng.uniform(0, 0.1), "begin", worker)
    return Outcome(
        wall if done == calls else float("inf"), sum(statuses.values()), statuses, per_worker, failed, refusals, limiter
    )


def minimum(service: Service, calls: int = 500) -> float:
    """The least time the service allows for `calls` successes."""
    if service.window:
        quota, span = service.window
        return (calls - 1) // quota * span - service.phase
    if service.halve_after:
        before = (service.halve_after - service.burst) / (2 * service.rate)
        return service.cold_s + before + (calls - service.halve_after) / service.rate
    return service.cold_s + (calls - service.burst) / service.rate

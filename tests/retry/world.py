"""Callers, their limiters and a service in virtual time: a discrete-event simulation, no threads and no waiting.

Limiter, retry rules, verdicts and budget are the real ones (`RateLimiter`, `Call`, `classify`, `RetryBudget`); only sleeping
and the wire are replaced by an event heap.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers._attempts import Call
from helpers._batch import BARREN
from helpers._limiter import RateLimiter
from helpers._policy import BUDGETED, RetryBudget, RetryPolicy
from helpers._turns import PacingTimeout, Permit, _Waiter
from helpers.errors import classify

from .conftest import hub_error
from .services import Service


@dataclass
class Outcome:
    """What happened. wall: seconds to the last answer; ended: all calls ended before the simulation's horizon."""

    wall: float
    ended: bool
    by_status: Counter[int]
    by_worker: Counter[int]
    failures: Counter[str]
    refused_at: list[float]
    slowest_call_s: float
    limiters: list[RateLimiter]

    @property
    def requests(self) -> int:
        return sum(self.by_status.values())

    @property
    def refused(self) -> float:
        """429 per success."""
        return self.by_status[429] / max(1, self.by_status[200])

    def fairness(self, workers: int) -> float:
        """The slowest worker's part of an equal share."""
        return min(self.by_worker[worker] for worker in range(workers)) * workers / max(1, self.by_status[200])


class _World:
    """`workers` closed loops, spread over `processes` with a limiter each, take `calls` calls from one queue."""

    def __init__(self, service: Service, workers: int, calls: int, processes: int, seed: int, latency: Callable[[Any], float],
                 way: float, cpu: float, refusal: float, late: float, stall: float, policy: dict[str, Any]) -> None:
        self.service, self.rng, self.now = service, random.Random(seed), 0.0
        self.todo = self.left = calls
        self.latency, self.way, self.cpu, self.refusal, self.late, self.stall = latency, way, cpu, refusal, late, stall
        self.policy = RetryPolicy(clock=lambda: self.now, rng=self.rng, **policy)
        self.limiters = [RateLimiter(clock=lambda: self.now) for _ in range(processes)]
        self.budgets = [RetryBudget(self.policy.retry_budget) for _ in range(processes)]
        self.barren, self.busy_until = [0] * processes, [0.0] * processes
        self.heap: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self.order = itertools.count()
        self.out = Outcome(0.0, False, Counter(), Counter(), Counter(), [], 0.0, self.limiters)
        for worker in range(workers):
            self.at(self.rng.uniform(0, 0.002), self.draw, worker)

    def at(self, time: float, what: Callable[..., None], *data: Any) -> None:
        heapq.heappush(self.heap, (time, next(self.order), what, data))

    def run(self, until: float) -> Outcome:
        while self.heap and self.left and self.now < until:
            self.now, _, what, data = heapq.heappop(self.heap)
            what(*data)
        self.out.ended = not self.left
        return self.out

    def draw(self, worker: int) -> None:
        """The worker takes its next call."""
        if self.todo:
            self.todo -= 1
            process = worker % len(self.limiters)
            self.begin(worker, Call(self.policy, self.limiters[process], budget=self.budgets[process], worker=worker,
                                    stopped=lambda: False))

    def begin(self, worker: int, call: Call) -> None:
        """An attempt begins: it takes its place in the limiter's queue."""
        limiter = call.limiter
        permit = limiter._take_at_once(self.now)
        if permit is not None:
            return self.depart(worker, call, permit)
        me = _Waiter()
        me.wake = lambda: self.at(self.now + 0.0001, self.poll, me, worker, call, started)  # type: ignore[method-assign]
        started = self.now
        limiter._enter(me)
        self.poll(me, worker, call, started)

    def poll(self, me: _Waiter, worker: int, call: Call, started: float) -> None:
        limiter = call.limiter
        if me not in limiter._waiting:
            return
        try:
            answer = limiter._try(me, started, call.policy.deadline - (started - call.began), call.stopped)
        except PacingTimeout as exc:
            limiter._leave(me)
            return self.failed(worker, call, exc)
        if isinstance(answer, Permit):
            limiter._leave(me)
            self.depart(worker, call, answer)
        elif answer[0] is not None:
            late = self.late * self.rng.expovariate(1.0) if self.late else 0.0
            self.at(self.now + answer[0] + 1e-9 + late, self.poll, me, worker, call, started)

    def depart(self, worker: int, call: Call, permit: Permit) -> None:
        process = worker % len(self.limiters)
        hold = self.rng.uniform(0, 2 * self.stall) if self.stall and self.rng.random() < 0.02 else 0.0
        leaves = self.busy_until[process] = max(self.busy_until[process], self.now) + self.cpu + hold
        permit.sent_at = leaves
        call.scope.permit = call._placed(permit)
        tokens, _ = call._enter()
        call._exit(tokens)
        self.at(leaves + self.way * self.rng.uniform(0.2, 0.8), self.serve, worker, call)

    def serve(self, worker: int, call: Call) -> None:
        status, fields, body = self.service.answer(self.now)
        took = self.refusal if status in (429, 503) else self.latency(self.rng)
        self.at(self.now + took + self.way * self.rng.uniform(0.2, 0.8), self.back, worker, call, status, fields, body)

    def back(self, worker: int, call: Call, status: int, fields: dict[str, str], body: dict[str, Any]) -> None:
        self.out.by_status[status] += 1
        call.limiter.observe(call.scope.permit, status, fields)
        process = worker % len(self.limiters)
        if status == 200:
            call._succeeded(self.now)
            self.barren[process] = 0
            self.out.by_worker[worker] += 1
            return self.end(worker, call)
        if status == 429:
            self.out.refused_at.append(round(self.now, 3))
        error = hub_error(status, body, fields)
        call._failed(error, self.now)
        call.wait(None)  # as tenacity asks, in this order
        if not call.verdict.retryable or call.stop(None):
            return self.failed(worker, call, error)
        self.at(self.now + call.upcoming, self.begin, worker, call)

    def failed(self, worker: int, call: Call, error: Exception) -> None:
        """A call is given up; the batch stops as in `helpers._batch`."""
        process, verdict = worker % len(self.limiters), classify(error)
        self.out.failures[f"{type(error).__name__} {verdict.status or ''} {call.ended_because[:30]}"] += 1
        self.barren[process] += 1
        down = call.limiter.refusing_s >= call.policy.deadline
        empty = verdict.kind not in BUDGETED or self.budgets[process].is_empty() or down
        if (verdict.retry_after or 0.0) > call.policy.max_retry_after or (self.barren[process] >= BARREN and empty):
            self.todo = self.left = 0
            self.out.wall = self.now
            self.out.failures["batch stopped"] += 1
            return
        self.end(worker, call)

    def end(self, worker: int, call: Call) -> None:
        self.out.wall = self.now
        self.out.slowest_call_s = max(self.out.slowest_call_s, self.now - call.began)
        self.left -= 1
        self.at(self.now, self.draw, worker)


def simulate(service: Service, *, workers: int, calls: int = 500, processes: int = 1, seed: int = 1,
             latency: Callable[[random.Random], float] = lambda rng: rng.uniform(0.005, 0.015), way: float = 0.002,
             cpu: float = 0.0008, refusal: float = 0.001, late: float = 0.0, stall: float = 0.0, until: float = 3600.0,
             **policy: Any) -> Outcome:
    """Let `calls` calls meet `service`.

    latency: seconds in the server after admission; refusal: for a refusal. way: seconds there and back. cpu: seconds that
    each departure holds its process. late: mean seconds by which a sleeper wakes late. stall: mean seconds by which one
    departure in fifty, and all behind it in its process, are held up. policy: fields of the RetryPolicy.
    """
    return _World(service, workers, calls, processes, seed, latency, way, cpu, refusal, late, stall, policy).run(until)

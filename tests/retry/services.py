"""Imitation services in virtual time: any limits, any way to announce them, cold starts, faults, limits that change."""

from __future__ import annotations

import copy
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

EPOCH = 1_700_000_000.0  # Unix time of second 0
HEADER_STYLES = ("both", "reversed", "unnamed", "ratelimit", "legacy", "epoch", "span", "date", "retry-after", "retry-after-ms",
                 "retry-after-date", "counter", "refusals", "none")


@dataclass
class Bucket:
    """`rate` tokens per second, at most `size`; with `count_failed` a refusal takes one too (down to -size)."""

    rate: float
    size: float
    count_failed: bool = False
    level: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = float(self.size)

    def wait(self, now: float) -> float:
        self.level, self.at = min(self.size, self.level + self.rate * (now - self.at)), now
        return max(0.0, 1.0 - 1e-9 - self.level) / self.rate

    def take(self, now: float) -> None:
        self.level = max(self.level - 1.0, -self.size)

    def left(self) -> int:
        return max(0, int(self.level + 1e-9))

    def policy(self) -> tuple[str, int, int]:
        span = 1 if self.rate == round(self.rate) else 60
        return "token bucket", round(self.rate * span), span

    def change(self, factor: float) -> None:
        self.rate *= factor


@dataclass
class Fixed:
    """`quota` requests in each window of `span` seconds; the first window began `phase` seconds ago."""

    quota: int
    span: float
    phase: float = 0.0
    count_failed: bool = False
    used: int = 0
    number: int = 0

    def _end(self, now: float) -> float:
        number = math.floor((now + self.phase) / self.span + 1e-9)
        if number != self.number:
            self.number, self.used = number, 0
        return (number + 1) * self.span - self.phase

    def wait(self, now: float) -> float:
        end = self._end(now)
        return 0.0 if self.used < self.quota else end - now

    def reset(self, now: float) -> float:
        return self._end(now) - now

    def take(self, now: float) -> None:
        self.used += 1

    def left(self) -> int:
        return max(0, self.quota - self.used)

    def policy(self) -> tuple[str, int, int]:
        return "fixed window", self.quota, round(self.span)

    def change(self, factor: float) -> None:
        self.quota = max(1, int(self.quota * factor))


@dataclass
class Sliding:
    """At most `quota` requests in any `span` seconds."""

    quota: int
    span: float
    count_failed: bool = False
    seen: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        while self.seen and self.seen[0] <= now - self.span + 1e-9:
            self.seen.popleft()
        return max(0.0, self.seen[len(self.seen) - self.quota] + self.span - now) if len(self.seen) >= self.quota else 0.0

    def take(self, now: float) -> None:
        self.seen.append(now)

    def left(self) -> int:
        return max(0, self.quota - len(self.seen))

    def policy(self) -> tuple[str, int, int]:
        return "sliding window", self.quota, round(self.span)

    def change(self, factor: float) -> None:
        self.quota = max(1, int(self.quota * factor))


@dataclass
class Service:
    """`answer(now)` gives (status, headers, body). A request is admitted when every limit has room.

    headers: one of HEADER_STYLES; "counter" tells what is left and not until when, "refusals" speaks in a 429 only.
    cold_s, cold: seconds of a cold start from the first request on, and how its 503 tells
    ("estimate", "retry-after", "silent"). changes: (when, factor or None); None: no limit and no headers any more.
    rounding: "up", "down" or "exact" for seconds in headers. skew_s: the server's clock minus ours.
    """

    limits: list[Any]
    headers: str = "both"
    cold_s: float = 0.0
    cold: str = "estimate"
    error_rate: float = 0.01
    rounding: str = "up"
    skew_s: float = 0.0
    changes: list[tuple[float, float | None]] = field(default_factory=list)
    seed: int = 7
    first: float | None = None

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def fresh(self) -> Service:
        """The same service before its first request."""
        return copy.deepcopy(self)

    def wait(self, now: float) -> float:
        """Seconds until all limits have room."""
        while self.changes and now >= self.changes[0][0]:
            _, factor = self.changes.pop(0)
            for limit in self.limits:
                limit.change(factor or 1.0)
            if factor is None:
                self.limits, self.headers = [], "none"
        return max((limit.wait(now) for limit in self.limits), default=0.0)

    def take(self, now: float) -> bool:
        admitted = self.wait(now) <= 0
        for limit in self.limits:
            if admitted or limit.count_failed:
                limit.take(now)
        return admitted

    def answer(self, now: float) -> tuple[int, dict[str, str], dict[str, Any]]:
        self.first = now if self.first is None else self.first
        admitted = self.take(now)
        fields = self._fields(now, admitted)
        if not admitted:
            return 429, fields, {"error": "Rate limit reached"}
        left = self.first + self.cold_s - now
        if left > 0:
            if self.cold == "retry-after":
                fields["Retry-After"] = str(self._seconds(left))
            return 503, fields, {"error": "loading"} | ({"estimated_time": round(left, 2)} if self.cold == "estimate" else {})
        return (500 if self.random.random() < self.error_rate else 200), fields, {"error": "internal"}

    def _seconds(self, value: float) -> str:
        if self.rounding == "exact":
            return f"{value:.3f}"
        return str(math.ceil(value) if self.rounding == "up" else math.floor(value))

    def _fields(self, now: float, admitted: bool) -> dict[str, str]:
        if not self.limits or self.headers == "none" or (self.headers == "refusals" and admitted):
            return {}
        wall = EPOCH + now + self.skew_s
        date = {"Date": formatdate(wall, usegmt=True)}
        wait = max(limit.wait(now) for limit in self.limits)
        hint = {} if admitted else {"Retry-After": self._seconds(wait)}
        if self.headers == "retry-after":
            return hint
        if self.headers == "retry-after-ms":
            return {} if admitted else {"Retry-After-Ms": str(math.ceil(wait * 1000))}
        if self.headers == "retry-after-date":
            return date if admitted else {"Retry-After": formatdate(math.ceil(wall + wait), usegmt=True), **date}
        states = [(str(n), limit.left(), self._reset(limit, now), *limit.policy()) for n, limit in enumerate(self.limits)]
        if self.headers in ("both", "unnamed", "reversed", "ratelimit", "refusals"):
            swap = self.headers == "reversed"
            parts = [(f"r={r}", f"t={self._seconds(t)}") for _, r, t, *_ in states]
            fields = {"RateLimit": ", ".join(f'"{s[0]}";' + ";".join(p[::-1] if swap else p)
                                             for s, p in zip(states, parts, strict=True)),
                      "RateLimit-Policy": ", ".join(("" if self.headers == "unnamed" else f'"{kind}";') + f'"{n}";q={q};w={w}'
                                                    for n, _, _, kind, q, w in states)}
            return fields | (hint if self.headers != "ratelimit" else {})
        _, r, t, _, q, w = min(states, key=lambda s: s[1])
        if self.headers == "counter":
            return {"X-RateLimit-Limit": str(q), "X-RateLimit-Remaining": str(r)}
        end = {"legacy": self._seconds(t), "epoch": str(math.ceil(wall + t)),
               "span": f"{t * 1000:.0f}ms" if t < 1 else f"{t:.2f}s",
               "date": formatdate(math.ceil(wall + t), usegmt=True)}[self.headers]
        suffix = "-Requests" if self.headers == "span" else ""
        return {f"X-RateLimit-Limit{suffix}": str(q), f"X-RateLimit-Remaining{suffix}": str(r), f"X-RateLimit-Reset{suffix}": end,
                **date, **hint}

    def _reset(self, limit: Any, now: float) -> float:
        return limit.reset(now) if hasattr(limit, "reset") else limit.wait(now)


def least_time(service: Service, requests: int, workers: int, latency: Callable[[random.Random], float], *, way_s: float = 0.0,
               seed: int = 1) -> float:
    """Seconds that `requests` admissions need at least, for callers who know every limit beforehand.

    The cold start takes one request that fails. Each worker is busy for a latency and `way_s` per request.
    """
    service, rng = service.fresh(), random.Random(seed)
    begin = service.cold_s
    if begin:
        service.take(0.0)
    free = [begin] * workers
    end = begin
    for _ in range(requests):
        free.sort()
        now = max(free[0], begin)
        while (wait := service.wait(now)) > 0:
            soon = [when - now for when, _ in service.changes[:1]]
            now += min([wait, *soon]) + 1e-9
        service.take(now)
        begin = now
        free[0] = now + latency(rng) + way_s
        end = max(end, free[0])
    return end

"""Many clients against one rate limit, as a discrete-event simulation: no server, no waiting, one seed.

Every client has one call to finish. It tries, is accepted or refused (429), and on a refusal waits as its policy says.
Nothing here is measured: the results follow from the rules below and the seed alone.
"""
from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

POLICIES = ("fixed", "exponential", "full jitter", "retry-after", "paced")
NAMES = {"sliding": "sliding window", "fixed": "fixed windows", "bucket": "token bucket"}


class Limit(Protocol):
    """A server's limit. `allow(t)` accepts or refuses a request at time t; `wait(t)` is when the next place comes free."""

    def allow(self, t: float) -> bool: ...
    def wait(self, t: float) -> float: ...


@dataclass(kw_only=True)
class SlidingWindow:
    """At most `limit` requests in any `window` seconds; with `count_failed` refused requests use a place too."""

    limit: int
    window: float
    count_failed: bool = False
    seen: deque[float] = field(default_factory=deque)

    def allow(self, t: float) -> bool:
        while self.seen and self.seen[0] <= t - self.window + 1e-9:
            self.seen.popleft()
        ok = len(self.seen) < self.limit
        if ok or self.count_failed:
            self.seen.append(t)
        return ok

    def wait(self, t: float) -> float:
        """Seconds until one more request fits, if nobody else comes."""
        return max(0.0, self.seen[len(self.seen) - self.limit] + self.window - t) if len(self.seen) >= self.limit else 0.0


@dataclass(kw_only=True)
class FixedWindow:
    """At most `limit` requests in each window [k * window, (k + 1) * window)."""

    limit: int
    window: float
    count_failed: bool = False
    start: float = -math.inf
    used: int = 0

    def allow(self, t: float) -> bool:
        start = math.floor(t / self.window + 1e-9) * self.window
        if start != self.start:
            self.start, self.used = start, 0
        ok = self.used < self.limit
        self.used += ok or self.count_failed
        return ok

    def wait(self, t: float) -> float:
        """Seconds until the next window begins."""
        return self.start + self.window - t


@dataclass(kw_only=True)
class TokenBucket:
    """`rate` tokens a second, at most `burst`; with `count_failed` a refused request takes a token too (down to -burst)."""

    rate: float
    burst: float
    count_failed: bool = False
    tokens: float = math.nan
    at: float = 0.0

    def allow(self, t: float) -> bool:
        full = self.burst if math.isnan(self.tokens) else self.tokens
        self.tokens, self.at = min(self.burst, full + (t - self.at) * self.rate), t
        ok = self.tokens >= 1 - 1e-9
        if ok or self.count_failed:
            self.tokens = max(self.tokens - 1, -self.burst)
        return ok

    def wait(self, t: float) -> float:
        """Seconds until one token is there."""
        return max(0.0, (1 - self.tokens) / self.rate)


@dataclass(frozen=True, kw_only=True)
class Try:
    """One request: client number, its attempt (from 1), time in seconds, accepted or not, the wait before it."""

    client: int
    attempt: int
    time_s: float
    ok: bool
    waited_s: float


@dataclass(frozen=True, kw_only=True)
class Run:
    """What happened: every request in order of time, and whether all clients finished before `horizon_s`."""

    policy: str
    clients: int
    tries: tuple[Try, ...]
    horizon_s: float
    limit: int
    window_s: float
    rules: str

    @property
    def finished(self) -> int:
        """Clients whose call was accepted."""
        return sum(t.ok for t in self.tries)

    @property
    def rejected(self) -> int:
        """Requests answered with 429."""
        return len(self.tries) - self.finished

    @property
    def finish_s(self) -> float | None:
        """When the last client finished; None when some never did."""
        return max(t.time_s for t in self.tries if t.ok) if self.finished == self.clients else None

    def totals(self) -> dict[str, object]:
        """One line for a table."""
        return {"policy": self.policy, "attempts": len(self.tries), "rejected": self.rejected,
                "finished": f"{self.finished} of {self.clients}",
                "finish_s": None if self.finish_s is None else round(self.finish_s, 1)}


def simulate(policy: str, *, clients: int = 40, limit: int = 20, window: float = 10.0, kind: str = "sliding",
             count_failed: bool = True, seed: int = 0, base: float = 1.0, cap: float = 60.0,
             whole_seconds: bool = False, spread: float = 0.5, horizon: float = 300.0) -> Run:
    """Let `clients` clients, each with one call, meet a limit of `limit` requests per `window` seconds.

    policy: what a client waits after its n-th refusal, in seconds: "fixed": base; "exponential": min(cap, base * 2^(n-1));
    "full jitter": uniform(0, that); "retry-after": what the server says, plus full jitter, as `RetryPolicy` does; "paced":
    all clients share one plan and send only when a place is free, so nothing is refused.
    kind: "sliding", "fixed" (fixed windows) or "bucket" (rate = limit / window, burst = limit).
    count_failed: refused requests use up the limit too. spread: the first requests are sent within this many seconds.
    whole_seconds: the server's Retry-After is rounded up, as the real header is. horizon: no request is sent after it.
    Raises ValueError for an unknown policy or kind, or a number that is not positive.
    """
    _require(policy, kind, clients=clients, limit=limit, window=window, base=base, cap=cap, horizon=horizon)
    rng = random.Random(seed)
    server = _server(kind, limit, window, count_failed)
    starts = sorted(rng.uniform(0, spread) for _ in range(clients))
    if policy == "paced":
        starts = _plan(starts, limit, window)
    queue = [(t, client, 1, 0.0) for client, t in enumerate(starts)]
    heapq.heapify(queue)
    tries: list[Try] = []
    while queue:
        t, client, attempt, waited = heapq.heappop(queue)
        ok = server.allow(t)
        tries.append(Try(client=client, attempt=attempt, time_s=t, ok=ok, waited_s=waited))
        if not ok:
            hint = math.ceil(server.wait(t) - 1e-9) if whole_seconds else server.wait(t)
            wait = backoff(policy, attempt, hint, base=base, cap=cap, rng=rng)
            if t + wait <= horizon:
                heapq.heappush(queue, (t + wait, client, attempt + 1, wait))
    counted = "refused requests count" if count_failed else "refused requests are free"
    return Run(policy=policy, clients=clients, tries=tuple(tries), horizon_s=horizon,
               limit=limit, window_s=window,
               rules=f"{clients} clients, {limit} per {window:g} s ({NAMES[kind]}), {counted}, seed {seed}")


def compare(policies: Sequence[str] = ("fixed", "exponential", "full jitter", "retry-after"), **settings: object) -> list[Run]:
    """`simulate` for each policy with the same settings."""
    return [simulate(policy, **settings) for policy in policies]


def backoff(policy: str, attempt: int, hint: float, *, base: float, cap: float, rng: random.Random) -> float:
    """Seconds to wait after the refusal of `attempt` (from 1); hint: the server's Retry-After in seconds."""
    ladder = min(cap, base * 2.0 ** min(attempt - 1, 60))
    if policy == "fixed":
        return base
    if policy == "exponential":
        return ladder
    return rng.uniform(0, ladder) + (hint if policy == "retry-after" else 0.0)


def _plan(starts: list[float], limit: int, window: float) -> list[float]:
    """When each client sends if all share one plan: `limit` at once, then each a window after the one `limit` before."""
    times: list[float] = []
    for i, start in enumerate(starts):
        times.append(max(start, times[i - limit] + window) if i >= limit else start)
    return times


def _server(kind: str, limit: int, window: float, count_failed: bool) -> Limit:
    if kind == "bucket":
        return TokenBucket(rate=limit / window, burst=limit, count_failed=count_failed)
    return {"sliding": SlidingWindow, "fixed": FixedWindow}[kind](limit=limit, window=window, count_failed=count_failed)


def _require(policy: str, kind: str, **numbers: float) -> None:
    if policy not in POLICIES:
        raise ValueError(f"`policy` must be one of {', '.join(POLICIES)}, not {policy!r}.")
    if kind not in NAMES:
        raise ValueError(f"`kind` must be one of {', '.join(NAMES)}, not {kind!r}.")
    for name, value in numbers.items():
        if value <= 0:
            raise ValueError(f"`{name}` must be above 0, not {value}.")

"""Rate limits as services enforce them: a token bucket or a fixed window, and the headers that tell.

Header forms: `Retry-After` (whole seconds), the IETF draft's `RateLimit` and `RateLimit-Policy` as the Hub
sends them, and the older `X-RateLimit-*`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

HEADER_STYLES = ("both", "retry-after", "ratelimit", "x-ratelimit", "none")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a caller stands: calls left now, seconds until one more is free (or the window turns)."""

    allowed: bool
    left: int
    reset_s: float


class Bucket:
    """A token bucket: `rate` calls per second on average, at most `burst` at once, full at the start.

    With `failed_calls_count` a refused call costs a token too, down to a debt of one full bucket.
    """

    name = "token bucket"

    def __init__(self, rate: float, burst: float, *, failed_calls_count: bool = False) -> None:
        self.rate, self.burst, self.failed_calls_count = rate, burst, failed_calls_count
        per = Fraction(rate).limit_denominator(3600)
        self.quota, self.window_s = max(1, per.numerator), per.denominator
        self._tokens, self._at = float(burst), None

    def _refill(self, now: float) -> None:
        if self._at is not None:
            self._tokens = min(self.burst, self._tokens + max(0.0, now - self._at) * self.rate)
        self._at = now

    def take(self, now: float) -> Standing:
        self._refill(now)
        allowed = self._tokens >= 1 - 1e-9
        if allowed:
            self._tokens = max(0.0, self._tokens - 1)
        elif self.failed_calls_count:
            self._tokens = max(-self.burst, self._tokens - 1)
        return self._standing(allowed)

    def _standing(self, allowed: bool) -> Standing:
        # The time to the next whole token: for a refused caller that is the time until it may call.
        goal = min(self.burst, max(1.0, math.floor(self._tokens + 1e-9) + 1))
        reset_s = max(0.0, goal - self._tokens) / self.rate
        return Standing(allowed=allowed, left=max(0, math.floor(self._tokens + 1e-9)), reset_s=reset_s)


class Window:
    """A fixed window: `quota` calls in each `seconds`, counted anew when the window turns.

    The first window begins with the first call. With `failed_calls_count` refused calls count as well, and
    what is over the quota is carried into the next window (at most one quota).
    """

    name = "fixed window"

    def __init__(self, quota: int, seconds: float, *, failed_calls_count: bool = False) -> None:
        self.quota, self.seconds, self.failed_calls_count = quota, seconds, failed_calls_count
        self.window_s = max(1, math.ceil(seconds))
        self._start: float | None = None
        self._count = 0

    def _turn(self, now: float) -> None:
        if self._start is None:
            self._start = now
        passed = math.floor((now - self._start) / self.seconds + 1e-9)
        if passed > 0:
            self._start += passed * self.seconds
            over = max(0, self._count - self.quota) if passed == 1 else 0
            self._count = min(over, self.quota)

    def take(self, now: float) -> Standing:
        self._turn(now)
        allowed = self._count < self.quota
        if allowed or self.failed_calls_count:
            self._count += 1
        return self._standing(allowed, now)

    def _standing(self, allowed: bool, now: float) -> Standing:
        left = max(0, self.quota - self._count)
        return Standing(allowed=allowed, left=left, reset_s=max(0.0, self._start + self.seconds - now))


@dataclass
class Limit:
    """A rule and the headers that announce it."""

    rule: Bucket | Window
    headers: str = "both"

    def take(self, now: float) -> Standing:
        """Count one call at `now`."""
        return self.rule.take(now)

    def lines(self, standing: Standing) -> dict[str, str]:
        """The response headers for this standing; `Retry-After` only when the call was refused."""
        wait = str(max(1, math.ceil(standing.reset_s - 1e-9)))
        found: dict[str, str] = {}
        if self.headers in ("both", "retry-after") and not standing.allowed:
            found["retry-after"] = wait
        if self.headers in ("both", "ratelimit"):
            rule = self.rule
            found["ratelimit"] = f'"api";r={standing.left};t={wait}'
            found["ratelimit-policy"] = f'"{rule.name}";"api";q={rule.quota};w={rule.window_s}'
        if self.headers == "x-ratelimit":
            found["x-ratelimit-limit"] = str(self.rule.quota)
            found["x-ratelimit-remaining"] = str(standing.left)
            found["x-ratelimit-reset"] = wait
        return found

    def describe(self) -> str:
        """The rule in words, for messages and for `repr`."""
        rule = self.rule
        if isinstance(rule, Bucket):
            return f"{rule.rate:g} calls per second, burst {rule.burst:g}"
        return f"{rule.quota} calls per {rule.seconds:g} seconds"

"""`RateLimiter`: one queue for everybody who calls a service, and what its answers taught."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from ._headers import LimitInfo, lower_keys, parse_limit, parse_retry_after
from ._limits import PATIENCE_S, SHORT_WINDOW_S, Answer, Bucket, Window
from ._probe import REST_FROM_S, Probe
from ._turns import Permit, Turns

if TYPE_CHECKING:
    from ._policy import RetryPolicy

MARGIN_S = 0.01  # added to a pause: the server's clock ticks too
SILENT_ANSWERS = 5
MAX_PAUSE_S = 3600.0
DOWN_FROM = 3  # 503s in a row that show a service that is not there


class RateLimiter(Turns):
    """Lets requests leave as fast as the server allows, and learns how fast that is.

    It reads `RateLimit`/`RateLimit-Policy`, `X-RateLimit-*` and `Retry-After` of every answer it is shown; without such
    headers it finds the rate by trial. A 429 and a cold start pause everybody who shares the limiter. First come, first
    served. One limiter stands for one limit: share it between the calls that the server counts together, from any number
    of threads, tasks and event loops.

    Args:
        rate: requests per second you allow yourself; None: only the server's limit counts.
        burst: requests that may leave at once under `rate`; default 1.
        clock, sleep, asleep: seconds, as in RetryPolicy; without them the clock of the first policy that meets the limiter
            counts. On the machine's own clock a waiting call wakes as soon as something changes.
    """

    def __init__(self, rate: float | None = None, burst: float | None = None, *, clock: Callable[[], float] | None = None,
                 sleep: Callable[[float], object] | None = None,
                 asleep: Callable[[float], Awaitable[object]] | None = None) -> None:
        _check("rate", rate, 0.0)
        _check("burst", burst, 1.0)
        if burst is not None and rate is None:
            raise ValueError("`burst` needs a `rate`. Use RateLimiter(rate=50, burst=10), or RateLimiter() to let it learn.")
        super().__init__(clock, sleep, asleep)
        self._clock_given = clock is not None
        self._own = _full(self._clock(), rate, burst or 1.0) if rate else None
        self._model: Bucket | Window | Probe = Probe(slow_start=rate is None)
        self._paused_until, self._rested = -float("inf"), True
        self._seq = 0
        self._under_way: list[int] = []  # places of the requests without an answer, in order
        self._refused_at = -float("inf")  # when the last refusal that was new evidence came
        self._headers_lie = False  # they count, but what they count is no limit that is known here
        self._refusing_since: float | None = None  # the first 429 or 5xx since the last success
        self._down = 0  # answers 503 without a hint since the last success
        self._silent = 0  # answers without limit headers since the last one with them
        self._silence = SILENT_ANSWERS  # so many of them show that the headers are sent no more
        self.cold_s = 0.0

    def _ready_at(self, now: float) -> float:
        if now < self._paused_until:
            return self._paused_until
        if self.is_down and self._under_way:
            return max(now, self._paused_until + PATIENCE_S)
        if not self._rested:
            self._rested = True
            self._model.rested(now)
        ready = self._model.ready_at(now, len(self._under_way))
        return max(ready, self._own.ready_at(now, 0)) if self._own else ready

    def _take(self, now: float, waited: float) -> Permit:
        self._seq += 1
        self._model.take(now, self._seq)
        if self._own:
            self._own.take(now, self._seq)
        self._under_way.append(self._seq)
        return Permit(self._seq, now, now, waited)

    def follow_clock(self, policy: RetryPolicy) -> None:
        """Use the clock and the sleeps of `policy`, unless the limiter has its own or has been used."""
        if self._clock_given or self._seq or policy.clock is self._clock:
            return
        with self._lock:
            if not self._waiting:
                self._clock, self._sleep, self._asleep = policy.clock, policy.sleep, policy.asleep
                now = self._clock()
                self._model = Probe(slow_start=self._own is None)
                self._own = _full(now, self._own.rate, self._own.size) if self._own else None
                self._clock_given = True

    # -- learning --------------------------------------------------------------------------------------------------
    def sent(self, permit: Permit) -> Permit:
        """The request leaves now. A permit that was answered before stands for a further request: a new one comes back."""
        with self._lock:
            now = self._clock()
            if permit.answered:
                return self._take(now, 0.0)
            permit.sent_at = now
            return permit

    def observe(self, permit: Permit, status: int, headers: Mapping[str, str] | None = None) -> None:
        """Learn from the answer to the request of `permit`; a second report of the same answer is ignored."""
        fields = lower_keys(headers)
        with self._lock:
            if permit.answered:
                return
            now = self._answered(permit)
            if status < 500 and status != 429:
                self._down, self._refusing_since = 0, None
            elif self._refusing_since is None:
                self._refusing_since = now
            info = parse_limit(fields) if fields else None
            asked = (parse_retry_after(fields) or 0.0) if status == 429 else None
            if asked:
                self._hold(now, asked)
            self._learn(permit, info, now, asked)
            self._wake_first()

    def release(self, permit: Permit) -> None:
        """The request of `permit` ended without an answer (network error, timeout), or was never sent."""
        with self._lock:
            if not permit.answered:
                self._answered(permit)
                self._wake_first()

    def pause(self, seconds: float) -> None:
        """Nobody sends for `seconds` (at least; a longer pause that runs already stays). For a cold start."""
        with self._lock:
            now = self._clock()
            before = max(now, self._paused_until)
            self._hold(now, seconds)
            self.cold_s += max(0.0, self._paused_until - before)

    def unavailable(self, permit: Permit, longest_s: float) -> None:
        """The service answered 503 and did not say for how long: from the third in a row on one request at a time tries,
        after pauses that double up to `longest_s`."""
        with self._lock:
            if permit.taken_at >= self._paused_until:  # not one of those that left before the pause
                self._down += 1
                if self.is_down:
                    self._hold(self._clock(), min(longest_s, 0.5 * 2.0 ** (self._down - DOWN_FROM)))

    def _answered(self, permit: Permit) -> float:
        permit.answered = True
        del self._under_way[bisect_left(self._under_way, permit.seq)]
        return self._clock()

    def _hold(self, now: float, seconds: float | None) -> None:
        if seconds:
            until = now + min(seconds, MAX_PAUSE_S) + MARGIN_S
            self._paused_until = max(self._paused_until, until)
            self._rested = self._rested and seconds < REST_FROM_S

    def _learn(self, permit: Permit, info: LimitInfo | None, now: float, asked: float | None) -> None:
        """Take in one answer; `asked` is None for an accepted request, else the rest that the refusal asks for."""
        if info is not None and info.is_limit:
            self._adopt(info, now, refused=asked is not None)
        elif not isinstance(self._model, Probe):
            self._silent += 1
            if self._silent >= self._silence:  # the headers were somebody else's, or are sent no more
                self._model = Probe()
        model = self._model
        if isinstance(model, Probe):
            if asked is None:
                model.accepted(permit.taken_at, permit.sent_at, now)
            else:
                model.refused(permit.seq, permit.taken_at, permit.sent_at, now, asked)
        elif info is not None or asked is not None:
            before = bisect_left(self._under_way, permit.seq)
            answer = Answer(permit.sent_at, now, self._seq - permit.seq, before, len(self._under_way), asked is not None,
                            permit.taken_at >= self._refused_at)
            model.learn(info or LimitInfo(), answer)
            if isinstance(model, Window) and model.doubted:
                self._model, self._headers_lie = Probe(), True
                self._adopt(info or LimitInfo(), now, refused=False)
        if asked is not None and permit.taken_at >= self._refused_at:
            self._refused_at = now

    def _adopt(self, info: LimitInfo, now: float, refused: bool) -> None:
        """Choose the model that the headers speak of, unless only refusals have any."""
        self._silence = max(self._silence, SILENT_ANSWERS + 2 * self._silent)
        self._silent = 0
        quota, span = info.quota, info.window_s
        kind = info.kind or ("bucket" if span and (span <= SHORT_WINDOW_S or self._headers_lie) else "window")
        if refused and kind == "window" and isinstance(self._model, Probe):
            return
        if kind == "bucket" and quota and span:
            if not isinstance(self._model, Bucket):
                self._model = Bucket(now, quota / span)
        elif not isinstance(self._model, Window) and not self._headers_lie and (quota or info.remaining):
            self._model = Window(now, quota or (info.remaining or 0) + 1, span, info.kind is not None)

    # -- looking ---------------------------------------------------------------------------------------------------
    @property
    def rate(self) -> float | None:
        """Requests per second as known now; None before anything is known."""
        return self._model.rate or (self._own.rate if self._own else None)

    @property
    def refusing_s(self) -> float:
        """For how long every answer was a 429 or a server error; 0 when the last one was not."""
        return 0.0 if self._refusing_since is None else self._clock() - self._refusing_since

    @property
    def is_down(self) -> bool:
        """True when the last three answers or more were 503 and did not say for how long."""
        return self._down >= DOWN_FROM

    @property
    def burst(self) -> float | None:
        """Requests that may leave at once, as far as known."""
        return self._model.size or (self._own.size if self._own else None)

    def least_seconds(self, calls: int) -> float | None:
        """The least time that the limit allows for `calls` requests from rest, cold starts included.

        None unless the limit is announced or your own, and has stayed the same.
        """
        known = [model for model in (self._model, self._own) if model is not None and not isinstance(model, Probe)]
        if not known or not all(model.steady for model in known):
            return None
        return self.cold_s + max(model.least_seconds(calls) for model in known)

    def __repr__(self) -> str:
        rate = f"{self.rate:.1f}/s" if self.rate else "not known yet"
        burst = f", burst={self.burst:g}" if self.burst else ""
        return f"RateLimiter(rate={rate}{burst}, waiting={len(self._waiting)})"


def _full(now: float, rate: float, size: float) -> Bucket:
    """A bucket that has been full for long, so that the first request need not wait for the reserve."""
    return Bucket(now - 1.0 / rate, rate, size)


def _check(name: str, value: float | None, low: float) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0 or value < low or value == float("inf"):
        raise ValueError(f"`{name}` must be {'1 or more' if low else 'above 0'}, not {value!r}. Leave it out to let it learn.")

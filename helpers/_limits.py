"""Two models of an announced limit, as arithmetic: a token bucket and a fixed window. `_probe.py` has the third.

Each answers `ready_at(now, in_flight)`: when may the next request leave? And each learns from answers. Times are seconds on
the caller's clock; nothing here waits, locks or reads a clock.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from ._headers import LimitInfo

START_WINDOW = 3.0  # requests under way before the first answer; doubles per round trip, as TCP's slow start does
PATIENCE_S = 1.0  # an unanswered request holds others back for at most this long
DOUBT = 0.06  # of a token
SLIDE_MARGIN_S = 0.02  # requests may come nearer to each other on their way
SHORT_WINDOW_S = 2.0  # a policy without a name and with a shorter window is taken for a bucket


class Answer(NamedTuple):
    """When an answer came, and what was under way meanwhile.

    after: how many requests left later than this one, so that the server had not counted them when it wrote its headers.
    before: how many left earlier and are not answered; they may have been overtaken, and not be counted either. under_way:
    how many are not answered in all. refused: it was a 429. fresh: it left in the knowledge of the refusal before it.
    """

    sent_at: float
    now: float
    after: int
    before: int
    under_way: int
    refused: bool
    fresh: bool = True


class Meter:
    """Sees whether a counter refills bit by bit: what is `remaining` plus all that was taken then rises, and never falls."""

    def __init__(self) -> None:
        self._taken = self._full = 0  # _full: the most that was `remaining` before a request
        self._lowest: int | None = None

    def take(self) -> None:
        """A request leaves."""
        self._taken += 1

    def refilled(self, remaining: int, answer: Answer) -> float:
        """Requests that came back since the counter was full, at least; those under way may have been overtaken."""
        self._taken -= answer.refused
        before, total = remaining + (not answer.refused), remaining + self._taken - answer.after
        if before >= self._full:
            self._full, self._lowest = before, None
        self._lowest = total if self._lowest is None else min(self._lowest, total)
        return total - self._lowest - answer.under_way

    def forget(self) -> None:
        """The counter may have been full since the last reading."""
        self._lowest = None


class Bucket:
    """A token bucket whose rate the server announces (`q` per `w`); its size and level are learned from `r`.

    Keeps up to one token in reserve: requests may overtake each other on their way.
    """

    def __init__(self, now: float, rate: float, size: float = 1.0) -> None:
        self.rate, self.size, self.announced = rate, size, rate
        self.steady = True  # the announced rate has not changed
        self._surprises = 0.0  # refusals of late
        self._level, self._at = size, now
        self._answer_s = 0.0  # how long an answer takes, on average
        self._doubt = DOUBT  # of a token, at least kept back; grows when the server refuses what its headers allow

    def level(self, now: float) -> float:
        """Tokens that should be in the bucket, and for a full one the time it has been full, up to the reserve."""
        return min(max(self.size, 1.0 + self._reserve()), self._level + self.rate * max(0.0, now - self._at))

    def _reserve(self) -> float:
        return max(self._doubt, min(1.0, (self.size - 1.0) / 4))

    def ready_at(self, now: float, in_flight: int) -> float:
        ready = now + max(0.0, 1.0 + self._reserve() - self.level(now)) / self.rate
        # More unanswered requests than that are stuck on their way, and will arrive at once: more than the bucket holds.
        if in_flight > 2.0 + self.size / 2 + 2 * self.rate * self._answer_s:
            ready = max(ready, self._at + PATIENCE_S)
        return ready

    def take(self, now: float, seq: int) -> None:
        self._level, self._at = min(self.size, self.level(now)) - 1.0, now

    def learn(self, info: LimitInfo, answer: Answer) -> None:
        """Keep the own count, within what the server's count allows: `r` is a floor, and it ages on its way here."""
        now, refused = answer.now, answer.refused
        took = now - answer.sent_at
        self._answer_s += (0.1 if self._answer_s else 1.0) * (took - self._answer_s)
        self._follow(info, answer)
        if info.remaining is None:
            self._level, self._at = min(self.level(now), 0.0) if refused else self.level(now), now
            return
        self.size = max(self.size, info.remaining + (0.0 if refused else 1.0))
        most = min(self.size, info.remaining + 1.0 + self.rate * (now - answer.sent_at) - answer.after)
        least = info.remaining - answer.after - answer.before
        self._level, self._at = min(max(self.level(now), least), most), now

    def _follow(self, info: LimitInfo, answer: Answer) -> None:
        if info.quota and info.window_s:
            announced = info.quota / info.window_s
            if announced != self.announced:
                self.rate, self.steady = announced, False
            self.announced = announced
        if answer.refused and answer.fresh:  # others use the limit too, or it is not what it says: believe the refusal
            self.rate *= 0.95 ** (self._surprises + (self.level(answer.now) >= 1.5))
            self._surprises = min(10.0, self._surprises + 1.0)
            self._doubt = min(1.0, self._doubt * 2)
        elif not answer.refused:
            self._surprises *= 0.98
            self._doubt = max(DOUBT, 0.99 * self._doubt)
            self.rate = min(self.announced, self.rate * 1.002)

    def rested(self, now: float) -> None:
        """Everybody paused until now: no news here."""

    def least_seconds(self, calls: int) -> float:
        """The least time that `calls` requests need, from a full bucket."""
        return max(0.0, calls - self.size) / self.rate


class Window:
    """`quota` requests per fixed window. All may go at once; then everybody waits for the next window.

    The end of a window is known through whole seconds only: `t` read at `now` says that it ends by now + t. The least of
    these bounds over a window's answers is kept, so waiting is never too short and its rounding does not add up.
    """

    def __init__(self, now: float, quota: int, span_s: float | None, named: bool = False) -> None:
        self.quota, self.span_s, self.steady = quota, span_s, span_s is not None
        self._left, self._ends_at, self._began, self._last = float(quota), float("inf"), now, now  # _last: the last request
        self._lowest, self._sent_since = float("inf"), 0  # the lowest `r` of this window, and the requests sent after it came
        self._trusted, self._answered = False, True
        self._sent, self._counted = 0, False  # _counted: the own count began with this window
        self._times: deque[float] = deque(maxlen=quota)  # of the last requests
        self._closed_until = -float("inf")
        self._late_s = 0.0  # a server that rounds its seconds down opens later than it says
        self._renewed_at = float("inf")  # since when the count should be full again
        self._named, self._spanned = named, span_s is not None  # what the headers say of it
        self._meter, self._refills, self._not_full, self._misfits = Meter(), False, 0.0, 0

    @property
    def rate(self) -> float:
        return self.quota / self.span_s if self.span_s else float(self.quota)

    @property
    def size(self) -> float:
        return float(self.quota)

    def ready_at(self, now: float, in_flight: int) -> float:
        if self.slides and self.span_s:
            full = len(self._times) == self._times.maxlen
            return max(now, self._closed_until, self._times[0] + self.span_s + SLIDE_MARGIN_S if full else now)
        self._roll(now)
        if self._left < 1:
            return self._ends_at if self._ends_at < float("inf") else max(now, self._last + PATIENCE_S)  # one at a time finds out
        if not self._answered and not self._trusted and self._sent >= START_WINDOW:
            return self._began + PATIENCE_S * self._sent
        return now

    def take(self, now: float, seq: int) -> None:
        self._roll(now)
        self._left -= 1
        self._sent += 1
        self._sent_since += 1
        self._last = now
        self._times.append(now)
        self._meter.take()

    def learn(self, info: LimitInfo, answer: Answer) -> None:
        """Keep the own count, lowered when others use the limit too, and set right when nothing is under way."""
        if info.quota:
            self.steady = self.steady and info.quota == self.quota
            self.quota, self.span_s = info.quota, info.window_s or self.span_s
            if info.quota != self._times.maxlen:
                self._times = deque(self._times, maxlen=info.quota)
        if info.reset_s is not None:
            self._bound(answer.sent_at, answer.now, info.reset_s + self._late_s)
            if answer.refused:
                self._closed_until = answer.now + info.reset_s
        if info.remaining is not None:
            self._refills = self._refills or self._meter.refilled(info.remaining, answer) > 2
            if answer.sent_at >= self._renewed_at:
                self._not_full += info.remaining + answer.before + 1 < self.quota / 2
                self._renewed_at = float("inf")
        if answer.refused and answer.fresh and self.slides and len(self._times) < self.quota:
            self._misfits += 1  # a sliding one would have had room
        if answer.sent_at < self._began:
            return  # an answer about the window before
        if answer.refused and answer.fresh and self._left >= 1:  # it should have had room
            self._not_full += 0.5
            self._late_s = min(1.0, self._late_s + 0.5)
        self._trusted = self._trusted or not (answer.refused or self._answered)
        self._answered = True
        if info.remaining is not None:
            self._count(info.remaining, answer)
        if answer.refused and info.remaining is not None:
            self._left = min(self._left, 0.0)

    def _count(self, remaining: int, answer: Answer) -> None:
        if not self._counted:  # met in the middle: take the server's count
            self._left, self._counted = float(remaining - answer.after), True
        if remaining < self._lowest:
            self._lowest, self._sent_since = float(remaining), 0
        # The lowest count is the newest: every answered request is in it, and at most those under way are not.
        self._left = min(max(self._left, self._lowest - answer.under_way), self._lowest - self._sent_since)

    def _bound(self, sent_at: float, now: float, reset_s: float) -> None:
        if sent_at >= self._began:
            later = sent_at + reset_s - 1.0 > self._ends_at  # the server contradicts the bound: believe it
            self._ends_at = now + reset_s if later else min(self._ends_at, now + reset_s)

    def _roll(self, now: float) -> None:
        if now >= self._ends_at:
            self._began, self._left, self._sent = now, float(self.quota), 0
            self._lowest, self._sent_since, self._counted = float("inf"), 0, True
            self._ends_at = now + self.span_s if self.span_s else float("inf")
            self._answered, self._renewed_at = False, min(self._renewed_at, now)

    @property
    def slides(self) -> bool:
        """True when a new window was not empty: it is a sliding one, so the own requests of the last `span_s` count."""
        return self._spanned and self._not_full >= 2

    @property
    def doubted(self) -> bool:
        """True when a counter that was taken for a window's behaves like a bucket: it refills bit by bit, or never fully."""
        return not self._named and (self._misfits >= 2 if self._spanned else self._refills or self._not_full >= 2)

    def rested(self, now: float) -> None:
        """Everybody paused until now."""
        self._meter.forget()

    def least_seconds(self, calls: int) -> float:
        """The least time that `calls` requests need, from a fresh window."""
        return max(0, calls - 1) // self.quota * (self.span_s or 0.0)

"""Two models of an announced limit, as arithmetic: a token bucket and a fixed window. `_probe.py` has the third.

Each answers `ready_at(now, in_flight)`: when may the next request leave? And each learns from answers. Times are seconds on
the caller's clock; nothing here waits, locks or reads a clock.
"""

from __future__ import annotations

from typing import NamedTuple

from ._headers import LimitInfo

START_WINDOW = 3.0  # requests under way before the first answer; doubles per round trip, as TCP's slow start does
PATIENCE_S = 1.0  # an unanswered request holds others back for at most this long
SHORT_WINDOW_S = 2.0  # a policy without a name and with a shorter window is taken for a bucket


class Answer(NamedTuple):
    """When an answer came, and what was under way meanwhile.

    after: how many requests left later than this one, so that the server had not counted them when it wrote its headers.
    before: how many left earlier and are not answered; they may have been overtaken, and not be counted either. under_way:
    how many are not answered in all. refused: it was a 429.
    """

    sent_at: float
    now: float
    after: int
    before: int
    under_way: int
    refused: bool


class Bucket:
    """A token bucket whose rate the server announces (`q` per `w`); its size and level are learned from `r`.

    Keeps up to one token in reserve: requests may overtake each other on their way.
    """

    def __init__(self, now: float, rate: float, size: float = 1.0, *, announced: float | None = None) -> None:
        self.rate, self.size, self.announced = rate, size, announced or rate
        self.steady = True  # the announced rate has not changed
        self._level, self._at = size, now
        self._answer_s = 0.0  # how long an answer takes, on average
        self._doubt = 0.06  # of a token, at least kept back; grows when the server refuses what its headers allow

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
        self._follow(info, refused and self.level(now) >= 1.5)
        if info.remaining is None:
            self._level, self._at = min(self.level(now), 0.0) if refused else self.level(now), now
            return
        self.size = max(self.size, info.remaining + (0.0 if refused else 1.0))
        most = min(self.size, info.remaining + 1.0 + self.rate * (now - answer.sent_at) - answer.after)
        least = info.remaining - answer.after - answer.before
        self._level, self._at = min(max(self.level(now), least), most), now

    def _follow(self, info: LimitInfo, surprised: bool) -> None:
        if info.quota and info.window_s:
            announced = info.quota / info.window_s
            if announced != self.announced:
                self.rate, self.steady = announced, False
            self.announced = announced
        if surprised:  # refused although the announced limit allowed it: believe the refusal
            self.rate *= 0.95
            self._doubt = min(1.0, self._doubt * 2)
        elif self.rate < self.announced:
            self.rate = min(self.announced, self.rate * 1.002)

    def least_seconds(self, calls: int) -> float:
        """The least time that `calls` requests need, from a full bucket."""
        return max(0.0, calls - self.size) / self.rate


class Window:
    """`quota` requests per fixed window. All may go at once; then everybody waits for the next window.

    The end of a window is known through whole seconds only: `t` read at `now` says that it ends by now + t. The least of
    these bounds over a window's answers is kept, so waiting is never too short and its rounding does not add up.
    """

    def __init__(self, now: float, quota: int, span_s: float | None) -> None:
        self.quota, self.span_s, self.steady = quota, span_s, span_s is not None
        self._left, self._ends_at, self._began = float(quota), float("inf"), now
        self._lowest, self._sent_since = float("inf"), 0  # the lowest `r` of this window, and the requests sent after it came
        self._trusted, self._answered = False, True
        self._sent, self._counted = 0, False  # _counted: the own count began with this window

    @property
    def rate(self) -> float:
        return self.quota / self.span_s if self.span_s else float(self.quota)

    @property
    def size(self) -> float:
        return float(self.quota)

    def ready_at(self, now: float, in_flight: int) -> float:
        self._roll(now)
        if self._left < 1:
            return self._ends_at if self._ends_at < float("inf") else now + PATIENCE_S
        if not self._answered and not self._trusted and self._sent >= START_WINDOW:
            return self._began + PATIENCE_S * self._sent
        return now

    def take(self, now: float, seq: int) -> None:
        self._roll(now)
        self._left -= 1
        self._sent += 1
        self._sent_since += 1

    def learn(self, info: LimitInfo, answer: Answer) -> None:
        """Keep the own count, lowered when others use the limit too, and set right when nothing is under way."""
        if info.quota:
            self.steady = self.steady and info.quota == self.quota
            self.quota, self.span_s = info.quota, info.window_s or self.span_s
        if info.reset_s is not None:
            self._bound(answer.sent_at, answer.now, info.reset_s)
        if answer.sent_at < self._began:
            return  # an answer about the window before
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
            self._answered = False

    def least_seconds(self, calls: int) -> float:
        """The least time that `calls` requests need, from a fresh window."""
        return max(0, calls - 1) // self.quota * (self.span_s or 0.0)
